// Package sheet reads lists that people upload as CSV, and writes those that
// they take away. It knows no trade: what a record means, and whether it can be
// accepted, is for the package that asked for it.
package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Limits of a list (security.md 18.1).
const (
	MaxBytes   = 5 << 20
	MaxRecords = 10_000
)

// FileField is the name of the field in which a list is uploaded.
const FileField = "file"

// Faults of a list as a whole. Each is about the field that took the file.
var (
	ErrEmpty       = fault.InvalidField(FileField, locale.SiteImportEmpty)
	ErrTooMany     = fault.InvalidField(FileField, locale.SiteImportTooMany)
	ErrNotText     = fault.InvalidField(FileField, locale.SiteImportNotText.With("Line", 0))
	ErrColumns     = fault.InvalidField(FileField, locale.SiteImportColumns.With("Columns", ""))
	ErrColumnTwice = fault.InvalidField(FileField, locale.SiteImportColumnTwice.With("Column", ""))
	ErrQuotes      = fault.InvalidField(FileField, locale.SiteImportQuotes.With("Line", 0))
)

// Record is one line of a list, not yet judged.
type Record struct {
	Number int               // 1 is the first below the header
	Line   int               // of the file, at which it begins
	Values map[string]string // by column; nil when the line has the wrong number of fields
	Got    int               // fields of the line, when it has the wrong number
}

// Read calls each with every record of a list in turn: UTF-8 with or without a
// byte-order mark, commas or tabs, the columns in any order among others. It
// stops at the first thing that makes the rest unreadable, with a fault for the
// person who sent it.
func Read(content []byte, columns []string, each func(Record)) error {
	content = bytes.TrimPrefix(content, []byte("\uFEFF"))
	if line := notText(content); line > 0 {
		return about(ErrNotText, locale.SiteImportNotText.With("Line", line))
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator(content), -1, true
	header, err := readHeader(r, columns)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		line, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && n == 1:
			return ErrEmpty
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return unquoted(err)
		case n > MaxRecords:
			return ErrTooMany
		}
		rec := recordOf(n, header, line)
		rec.Line, _ = r.FieldPos(0)
		each(rec)
	}
}

func recordOf(number int, header, line []string) Record {
	if len(line) != len(header) {
		return Record{Number: number, Got: len(line)}
	}
	values := make(map[string]string, len(header))
	for i, name := range header {
		values[name] = strings.TrimSpace(norm.NFC.String(line[i]))
	}
	return Record{Number: number, Values: values}
}

func readHeader(r *csv.Reader, columns []string) ([]string, error) {
	line, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, ErrEmpty
	}
	if err != nil {
		return nil, unquoted(err)
	}
	header := make([]string, len(line))
	for i, name := range line {
		name = strings.ToLower(strings.TrimSpace(name))
		if slices.Contains(header[:i], name) && name != "" {
			return nil, about(ErrColumnTwice, locale.SiteImportColumnTwice.With("Column", Plain(name)))
		}
		header[i] = name
	}
	var missing []string
	for _, c := range columns {
		if !slices.Contains(header, c) {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 {
		return nil, about(ErrColumns, locale.SiteImportColumns.With("Columns", strings.Join(missing, ", ")))
	}
	return header, nil
}

// about returns the fault with other words for the file's field.
func about(f *fault.Fault, text locale.Phrase) *fault.Fault {
	g := f.With(text)
	g.Fields = []fault.Field{{Name: FileField, Text: text}}
	return g
}

func unquoted(err error) error {
	line := 0
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		line = parse.StartLine
	}
	return about(ErrQuotes, locale.SiteImportQuotes.With("Line", line))
}

// separator is a tab when the header holds one, else a comma.
func separator(content []byte) rune {
	head, _, _ := bytes.Cut(content, []byte("\n"))
	if bytes.ContainsRune(head, '\t') {
		return '\t'
	}
	return ','
}

// notText returns the first line that is no UTF-8, and 0 when all are.
func notText(content []byte) int {
	if utf8.Valid(content) {
		return 0
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, MaxBytes+1)
	n := 1
	for ; lines.Scan(); n++ {
		if !utf8.Valid(lines.Bytes()) {
			break
		}
	}
	return n
}

// Plain leaves out what cannot be shown in a message.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// IsControl reports whether a character has no place in a line of text.
func IsControl(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\u202e' || r == '\ufeff'
}
