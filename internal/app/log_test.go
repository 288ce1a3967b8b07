package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"unicode"

	"familypact.example/portal/internal/config"
)

// forged are texts of an attacker: each tries to be a line of its own, or to
// give an order to the terminal of somebody who reads the log.
var forged = []string{
	"Mozilla\nlevel=ERROR msg=forged", "Mozilla\r\n{\"level\":\"ERROR\",\"msg\":\"forged\"}", "\x1b[2J\x1b[1;1H", "\x1b]0;title\x07",
	"\u009b31mred", "\u0085next line", "\u2028line", "\u2029paragraph", "\u202egnihton", "nul\x00", "back\b\b\b", "del\x7f",
	`quoted","msg":"forged`, "half \xff a character", "\U000e0041 tag",
}

// TestLogInjection writes such texts to the log wherever a record can hold
// one: every record is one line, of characters that can be seen, and the line
// gives the text back (security.md 13.8).
func TestLogInjection(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "text"} {
		for _, text := range forged {
			var b bytes.Buffer
			newLog(config.Config{LogFormat: format}, &b).With("who", text).WithGroup("request").
				Error(text, "agent", text, text, "key", slog.Group("name", "first", text), "error", errors.New(text))
			line, ended := strings.CutSuffix(b.String(), "\n")
			if !ended || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%s: %q is logged as %q", format, text, b.String())
			}
			if format == "json" {
				saysBack(t, line, text)
			}
		}
	}
}

func saysBack(t *testing.T, line, text string) {
	t.Helper()
	var got struct {
		Level, Msg, Who string
		Request         struct{ Agent, Error string }
	}
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	want := strings.ToValidUTF8(text, "\ufffd")
	if got.Level != "ERROR" || got.Msg != want || got.Who != want || got.Request.Agent != want || got.Request.Error != want {
		t.Errorf("%q is read back as %+v", text, got)
	}
}
