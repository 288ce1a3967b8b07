package mail

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Folder sends mails into a folder: one .eml file for each, for development
// and training. The same mail sent twice is one file.
type Folder struct {
	path string
}

// NewFolder returns a sender into the folder, which is made when it does not
// exist.
func NewFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make folder for mail: %w", err)
	}
	return &Folder{path: path}, nil
}

// Send writes the mail to a file that is whole from the moment it can be seen.
func (f *Folder) Send(_ context.Context, m Mail) error {
	msg, err := compose(m)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(f.path, "mail-*.part")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = msg.WriteTo(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	local, _, _ := strings.Cut(m.ID, "@")
	name := m.Date.UTC().Format("20060102T150405.000") + "-" + filepath.Base(local) + ".eml"
	if err := os.Rename(file.Name(), filepath.Join(f.path, name)); err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return nil
}

// Letter is a mail read back from a folder.
type Letter struct {
	Name    string // of its file
	ID      string
	Written time.Time // by the machine's clock
	Date    time.Time
	From    string
	To      string // the bare address
	Subject string
	Text    string
	HTML    string
}

// List returns the mails in a folder, those written last first. A folder that
// does not exist is empty.
func List(path string) ([]Letter, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read folder of mail: %w", err)
	}
	var letters []Letter
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != ".eml" {
			continue
		}
		letter, err := readFile(path, e)
		if err != nil {
			return nil, fmt.Errorf("read mail %s: %w", e.Name(), err)
		}
		letters = append(letters, letter)
	}
	slices.SortFunc(letters, func(a, b Letter) int {
		if c := b.Written.Compare(a.Written); c != 0 {
			return c
		}
		return strings.Compare(b.Name, a.Name)
	})
	return letters, nil
}

func readFile(path string, e fs.DirEntry) (Letter, error) {
	info, err := e.Info()
	if err != nil {
		return Letter{}, err
	}
	file, err := os.Open(filepath.Join(path, e.Name()))
	if err != nil {
		return Letter{}, err
	}
	defer func() { _ = file.Close() }()
	letter, err := Read(file)
	letter.Name, letter.Written = e.Name(), info.ModTime()
	return letter, err
}

// Read returns what a mail says: its headers in plain letters, its text and
// its HTML.
func Read(r io.Reader) (Letter, error) {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return Letter{}, err
	}
	var l Letter
	words := new(mime.WordDecoder)
	if l.Subject, err = words.DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return Letter{}, err
	}
	if l.From, err = words.DecodeHeader(msg.Header.Get("From")); err != nil {
		return Letter{}, err
	}
	to, err := mail.ParseAddress(msg.Header.Get("To"))
	if err != nil {
		return Letter{}, err
	}
	l.To, l.ID = to.Address, strings.Trim(msg.Header.Get("Message-Id"), "<>")
	if l.Date, err = msg.Header.Date(); err != nil {
		return Letter{}, err
	}
	return l, l.part(msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), msg.Body)
}

// part reads a body, and the parts of one that has several.
func (l *Letter) part(contentType, encoding string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		return l.parts(multipart.NewReader(body, params["boundary"]))
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	if kind == "text/html" {
		l.HTML = text
	} else {
		l.Text = text
	}
	return nil
}

func (l *Letter) parts(r *multipart.Reader) error {
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := l.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); err != nil {
			return err
		}
	}
}
