package demo

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"familypact.example/portal/internal/platform/mail"
)

// extension of the files of mails.
const extension = ".eml"

// largest is how much of a mail is read.
const largest = 256 << 10

// Letter is a mail as the training copy shows it. One whose file cannot be
// read as a mail is Broken and has no words.
type Letter struct {
	ID      string // in addresses
	Written time.Time
	Date    time.Time
	To      string
	Subject string
	Text    string
	Broken  bool
}

// Mentions reports whether the address, the subject or the text holds what was
// searched for, without regard to capitals.
func (l Letter) Mentions(search string) bool {
	search = strings.ToLower(search)
	return slices.ContainsFunc([]string{l.To, l.Subject, l.Text}, func(s string) bool {
		return strings.Contains(strings.ToLower(s), search)
	})
}

// codeLine is a line that holds a one-time code and nothing else.
var codeLine = regexp.MustCompile(`(?m)^\s*([0-9]{3}) ?([0-9]{3})\s*$`)

// Passcode returns the one-time code that the mail carries, and "" when it
// carries none.
func (l Letter) Passcode() string {
	found := codeLine.FindStringSubmatch(l.Text)
	if found == nil {
		return ""
	}
	return found[1] + found[2]
}

// Mailbag is the folder that mails are written into.
type Mailbag string

// file is a mail in the folder that has not been read yet.
type file struct {
	name    string
	written time.Time
}

// files lists the mails, those written last first. A folder that does not
// exist is empty.
func (b Mailbag) files() ([]file, error) {
	entries, err := os.ReadDir(string(b))
	if b == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the folder of mails: %w", err)
	}
	var all []file
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || filepath.Ext(e.Name()) != extension {
			continue // gone meanwhile, or no mail
		}
		all = append(all, file{e.Name(), info.ModTime()})
	}
	slices.SortFunc(all, func(a, b file) int {
		return cmp.Or(b.written.Compare(a.written), strings.Compare(b.name, a.name))
	})
	return all, nil
}

// Page returns a page of the mails that mention what was searched for, those
// written last first, and how many there are in all.
func (b Mailbag) Page(search string, number, size int) ([]Letter, int, error) {
	all, err := b.files()
	if err != nil {
		return nil, 0, err
	}
	if search != "" {
		return b.search(all, search, number, size)
	}
	page := window(all, number, size)
	letters := make([]Letter, len(page))
	for i, f := range page {
		letters[i] = b.read(f)
	}
	return letters, len(all), nil
}

func (b Mailbag) search(all []file, search string, number, size int) ([]Letter, int, error) {
	var found []Letter
	for _, f := range all {
		if l := b.read(f); l.Mentions(search) {
			found = append(found, l)
		}
	}
	return window(found, number, size), len(found), nil
}

func window[T any](all []T, number, size int) []T {
	from := min(max(number-1, 0)*size, len(all))
	return all[from:min(from+size, len(all))]
}

// Find returns the mail with the id, and false when there is none. The id is
// compared with what the folder holds and never becomes part of a path.
func (b Mailbag) Find(id string) (Letter, bool, error) {
	all, err := b.files()
	if err != nil {
		return Letter{}, false, err
	}
	for _, f := range all {
		if f.name == id+extension {
			return b.read(f), true, nil
		}
	}
	return Letter{}, false, nil
}

// recent is how many mails are looked through for passcodes.
const recent = 200

// Passcodes returns the newest one-time code mailed to each address, with its
// mail.
func (b Mailbag) Passcodes() (map[string]Letter, error) {
	letters, _, err := b.Page("", 1, recent)
	if err != nil {
		return nil, err
	}
	newest := map[string]Letter{}
	for _, l := range letters {
		to := strings.ToLower(l.To)
		if _, known := newest[to]; !known && l.Passcode() != "" {
			newest[to] = l
		}
	}
	return newest, nil
}

func (b Mailbag) read(f file) Letter {
	l := Letter{ID: strings.TrimSuffix(f.name, extension), Written: f.written}
	in, err := os.Open(filepath.Join(string(b), f.name))
	if err != nil {
		l.Broken = true
		return l
	}
	defer func() { _ = in.Close() }()
	read, err := mail.Read(io.LimitReader(in, largest))
	if err != nil {
		l.Broken = true
		return l
	}
	l.Date, l.To, l.Subject, l.Text = read.Date, readable(read.To), readable(read.Subject), readable(read.Text)
	return l
}

// readable returns the text without characters that could turn what is shown
// around it, and with whatever is no text replaced.
func readable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0:
			return -1
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f:
			return -1 // marks that turn the direction of writing
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Empty deletes every mail in the folder.
func (b Mailbag) Empty() error {
	all, err := b.files()
	if err != nil {
		return err
	}
	for _, f := range all {
		if err := os.Remove(filepath.Join(string(b), f.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("empty the folder of mails: %w", err)
		}
	}
	return nil
}
