// Package textmessage sends text messages through a gateway over HTTP. It
// knows the gateway's protocol and how one is refused; what is written to
// whom, and whether it may be, is message's business.
//
// The protocol is one request for each message:
//
//	POST <address of the gateway>
//	Authorization: Bearer <key>
//	Idempotency-Key: <id>
//	Content-Type: application/json
//
//	{"id": "<id>", "to": "+15305550100", "text": "…"}
//
// 200, 201 or 202 with {"status": "accepted"} means that the gateway has the
// message. 408, 425, 429 and 5xx mean "again later", every other answer "never".
// A message with an id that the gateway has seen is not sent again. People who
// have answered STOP are refused by the gateway with 410; it answers HELP by
// itself.
package textmessage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/secret"
)

// MaxLength is how many characters one text message holds (ux.md 15.1).
const MaxLength = 160

// Time that a gateway gets, as a mail server does (security.md 15.2).
const (
	connectTimeout = 5 * time.Second
	wholeTimeout   = 30 * time.Second
	maxAnswer      = 4 << 10
)

// Text is one text message to one person.
type Text struct {
	ID   string // the same for every attempt
	To   string // E.164
	Text string
}

// Gateway sends text messages. It may be used from several goroutines at once.
type Gateway struct {
	address string
	key     secret.Text
	client  *http.Client
}

// New returns a gateway at an address with a key. Only https is an address,
// and plain http on this machine; the error does not repeat it.
func New(address string, key secret.Text) (*Gateway, error) {
	if err := CheckAddress(address); err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSHandshakeTimeout: connectTimeout,
		MaxIdleConns:        2,
		IdleConnTimeout:     time.Minute,
	}
	return &Gateway{address: address, key: key, client: &http.Client{
		Transport: transport, Timeout: wholeTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

var errAddress = errors.New("must be an address like https://gateway.example/messages")

// CheckAddress returns nil for an address that a gateway can have.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return errAddress
	}
	here := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !here) {
		return errAddress
	}
	return nil
}

// number is E.164, as far as this program uses it: North America.
var number = regexp.MustCompile(`^\+1[2-9][0-9]{2}[2-9][0-9]{6}$`)

// Number returns a typed telephone number in the form that is sent to, and
// false when it is none of the United States.
func Number(typed string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("().+", r):
			return -1
		}
		return 'x'
	}, typed)
	if len(digits) == 10 {
		digits = "1" + digits
	}
	return "+" + digits, number.MatchString("+" + digits)
}

// Send returns nil once the gateway has the message. Its errors are those of
// package mail, and hold neither the number nor the text.
func (g *Gateway) Send(ctx context.Context, t Text) error {
	if !number.MatchString(t.To) || t.Text == "" || t.ID == "" || len([]rune(t.Text)) > MaxLength {
		return mail.ErrUnusable
	}
	body, err := json.Marshal(map[string]string{"id": t.ID, "to": t.To, "text": t.Text})
	if err != nil {
		return mail.ErrUnusable
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.address, bytes.NewReader(body))
	if err != nil {
		return mail.ErrUnusable
	}
	req.Header.Set("Authorization", "Bearer "+g.key.Reveal())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", t.ID)
	res, err := g.client.Do(req)
	if err != nil {
		return unanswered(err)
	}
	defer func() { _ = res.Body.Close() }()
	return judge(res)
}

// unanswered tells a gateway that cannot be reached from one that may have the
// message and has not said so.
func unanswered(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return mail.ErrUnreachable
	}
	var wait net.Error
	if errors.As(err, &wait) && wait.Timeout() || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || op != nil {
		return &mail.Refusal{}
	}
	return fmt.Errorf("%w: no conversation", mail.ErrUnreachable)
}

func judge(res *http.Response) error {
	switch code := res.StatusCode; {
	case code == http.StatusOK, code == http.StatusCreated, code == http.StatusAccepted:
		return accepted(res.Body)
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return mail.ErrUnreachable // our key: nothing is wrong with the message
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		return &mail.Refusal{Code: code}
	default:
		return &mail.Refusal{Code: code, Permanent: true}
	}
}

// accepted reads the answer: something else than the gateway may have said 200.
func accepted(body io.Reader) error {
	var answer struct {
		Status string `json:"status"`
	}
	err := json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(&answer)
	if err != nil || answer.Status != "accepted" {
		return &mail.Refusal{} // nobody knows
	}
	return nil
}
