package app

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"unicode"
	"unicode/utf16"

	"familypact.example/portal/internal/config"
)

// NewLog returns the log of the process: lines of JSON, or of text for a
// person, on standard error. Nothing that a record holds makes a line of its
// own or moves the cursor of a terminal (security.md 13.8).
func NewLog(c config.Config) *slog.Logger { return newLog(c, os.Stderr) }

func newLog(c config.Config, out io.Writer) *slog.Logger {
	if c.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(visible{out}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	return slog.New(slog.NewJSONHandler(visible{out}, nil))
}

// visible writes lines so that every character of them can be seen: JSON lets
// DEL, the control characters above it and the marks that turn the direction of
// writing stand in a string, and lines of text let DEL stand.
type visible struct{ out io.Writer }

func (v visible) Write(line []byte) (int, error) {
	text := string(line)
	if strings.IndexFunc(text, hidden) < 0 {
		return v.out.Write(line)
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			for _, unit := range units(r) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
			continue
		}
		b.WriteRune(r)
	}
	_, err := io.WriteString(v.out, b.String())
	return len(line), err
}

func hidden(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }

// units are the numbers that JSON names a character by: one, or the two of a
// pair for those beyond the first plane.
func units(r rune) []uint16 { return utf16.AppendRune(nil, r) }
