// Package mail sends mails: to a relay in production, into a folder in
// development. It knows what a mail looks like on the wire and how a server
// refuses one; what is written to whom, and whether it may be, is message's
// business.
package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// Mail is one mail to one person.
type Mail struct {
	ID       string // Message-ID without brackets; the same for every attempt
	Date     time.Time
	From     string // a bare address
	FromName string
	To       string // a bare address
	ToName   string
	Subject  string
	Language string
	Text     string // always there
	HTML     string // may be empty
}

// Sender sends mails. It may be used from several goroutines at once.
type Sender interface {
	// Send returns nil once the server has taken the mail. Its errors are
	// ErrUnusable, ErrUnreachable or a *Refusal, and hold no address.
	Send(ctx context.Context, m Mail) error
}

// The failures that are not an answer of the server.
var (
	ErrUnusable    = errors.New("mail cannot be sent as it is")
	ErrUnreachable = errors.New("mail server cannot be reached")
)

// Refusal is what a server answered instead of taking a mail, or that it never
// answered at all.
type Refusal struct {
	Code      int  // of the answer; 0: the connection ended without one
	Permanent bool // no use in trying again
}

// Error names the kind and the code, never an address.
func (r *Refusal) Error() string {
	switch {
	case r.Permanent:
		return fmt.Sprintf("mail refused for good (%d)", r.Code)
	case r.Unsure():
		return "mail server ended without an answer"
	}
	return fmt.Sprintf("mail refused for now (%d)", r.Code)
}

// Unsure reports whether the server may have taken the mail all the same: it
// had all of it and gave no answer.
func (r *Refusal) Unsure() bool { return r.Code == 0 }

// Identify returns the Message-ID of the mail that a key and a cause lead to,
// always the same, so that a repeat after a crash can be recognized.
func Identify(key, cause, from string) string {
	sum := sha256.Sum256([]byte(key + "\x00" + cause))
	_, host, found := strings.Cut(from, "@")
	if !found {
		host = "localhost"
	}
	return hex.EncodeToString(sum[:16]) + "@" + host
}

const longestAddress = 254 // RFC 5321, section 4.5.3.1.3 less the brackets

// Single returns the address when it is exactly one mailbox without a display
// name, and ErrUnusable otherwise: nothing that could add a recipient, a header
// or a parameter passes.
func Single(address string) (string, error) {
	if len(address) > longestAddress || strings.ContainsFunc(address, unsafeInAddress) {
		return "", ErrUnusable
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || parsed.Name != "" {
		return "", ErrUnusable
	}
	return address, nil
}

func unsafeInAddress(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`<>(),;:"\[]`, r)
}

// line returns a header value without anything that could end its line.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, s)
}

// compose returns the mail as a MIME message, or ErrUnusable. The same mail
// gives the same bytes.
func compose(m Mail) (*gomail.Msg, error) {
	from, err := Single(m.From)
	if err != nil {
		return nil, err
	}
	to, err := Single(m.To)
	if err != nil {
		return nil, err
	}
	if m.Text == "" || m.Subject == "" || m.ID == "" {
		return nil, ErrUnusable
	}
	sum := sha256.Sum256([]byte(m.ID))
	msg := gomail.NewMsg(
		gomail.WithNoDefaultUserAgent(),
		gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithBoundary(hex.EncodeToString(sum[:12])),
	)
	msg.FromMailAddress(&mail.Address{Name: line(m.FromName), Address: from})
	msg.ToMailAddress(&mail.Address{Name: line(m.ToName), Address: to})
	msg.Subject(line(m.Subject))
	msg.SetMessageIDWithValue(line(m.ID))
	msg.SetDateWithValue(m.Date)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Language != "" {
		msg.SetGenHeader("Content-Language", line(m.Language))
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}
