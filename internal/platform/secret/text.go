package secret

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const redacted = "[redacted]"

// Text is a value that must not appear in logs, errors or JSON: whatever
// prints it prints [redacted]. Reveal returns what it holds.
type Text string

// Reveal returns the value itself.
func (t Text) Reveal() string { return string(t) }

// String returns [redacted].
func (t Text) String() string { return redacted }

// Format writes [redacted] for every verb and flag.
func (t Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON returns "[redacted]".
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText returns [redacted].
func (t Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns [redacted].
func (t Text) LogValue() slog.Value { return slog.StringValue(redacted) }

// Canonical brings a name or number into the one form that is indexed: lower
// case, decomposed, without marks, punctuation and spaces. José-María O'Neill
// and JOSE MARIA ONEILL are the same.
func Canonical(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// CanonicalEmail brings an e-mail address into the one form that is compared
// and indexed: trimmed, composed, lower case. Dots and tags are kept, since
// they tell mailboxes apart.
func CanonicalEmail(s string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(s)))
}
