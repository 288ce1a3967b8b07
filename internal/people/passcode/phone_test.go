package passcode_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/textmessage"
)

// gateway stands in for the gateway of text messages, on its own HTTP: it
// answers with the statuses in turn, the last one for good.
type gateway struct {
	mu       sync.Mutex
	statuses []int
	taken    []map[string]string
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	status := g.statuses[0]
	if len(g.statuses) > 1 {
		g.statuses = g.statuses[1:]
	}
	w.WriteHeader(status)
	if status != http.StatusOK {
		return
	}
	var got map[string]string
	if json.NewDecoder(r.Body).Decode(&got) == nil && r.Header.Get("Authorization") == "Bearer key of the gateway" {
		g.taken = append(g.taken, got)
		_, _ = io.WriteString(w, `{"status": "accepted"}`)
	}
}

// texting is an office with a gateway, and the courier that brings messages
// there.
func texting(t *testing.T, db *postgres.DB, statuses ...int) (office, *gateway, *message.Courier) {
	t.Helper()
	o := newOffice(t, db, account.Workforce, account.Email)
	o.AllowTexts()
	g := &gateway{statuses: statuses}
	srv := httptest.NewServer(g)
	t.Cleanup(srv.Close)
	sender, err := textmessage.New(srv.URL, "key of the gateway")
	if err != nil {
		t.Fatal(err)
	}
	c := message.NewCourier(db, ring, &accounttest.Post{}, func(context.Context, message.Message) (mail.Mail, error) { return mail.Mail{}, nil }, time.Millisecond)
	c.Text(sender, func(_ context.Context, m message.Message) (textmessage.Text, error) {
		return textmessage.Text{ID: mail.Identify(m.Key, m.Cause, "portal@office.example"), To: m.To.Phone, Text: "Code: " + m.Values["Code"]}, nil
	})
	return o, g, c
}

// deliver brings the newest text message to the gateway and returns when it is
// to be tried again.
func (o office) deliver(t *testing.T, c *message.Courier) time.Duration {
	t.Helper()
	id, err := postgres.Value[uuid.UUID](t.Context(), o.db, `SELECT id FROM message WHERE channel = 'text' ORDER BY id DESC LIMIT 1`)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Deliver(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func (o office) state(t *testing.T) string {
	t.Helper()
	s, err := postgres.Value[string](t.Context(), o.db, `SELECT state || coalesce(' ' || failure, '') FROM message WHERE channel = 'text' ORDER BY id DESC LIMIT 1`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// register makes a number the account's.
func (o office) register(t *testing.T) passcode.Pending {
	t.Helper()
	p := o.pending()
	if err := o.SendPhone(t.Context(), o.owner(), p, "(530) 555-0100"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ConfirmPhone(t.Context(), o.owner(), p, o.lastMailed(t)); err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, o.db, start.Add(2*time.Minute))
	return o.pending()
}

// The whole way of a texted passcode: a number confirmed by a code, a code
// texted to a sign-in, delivered once, accepted once, and the number nowhere
// readable (security.md 2.2, 12.1).
func TestTextedPasscode(t *testing.T) {
	t.Parallel()
	o, g, c := texting(t, dbtest.New(t), http.StatusOK)
	p := o.register(t)
	accounttest.Last(t, o.db, ring, "account.phone-changed", o.id)
	if err := o.SendText(t.Context(), nobody, p); err != nil {
		t.Fatal(err)
	}
	code := o.lastMailed(t)
	if again := o.deliver(t, c); again != 0 || o.state(t) != "sent" {
		t.Errorf("again in %v, state %s", again, o.state(t))
	}
	o.deliver(t, c)
	if len(g.taken) != 1 || g.taken[0]["to"] != "+15305550100" || g.taken[0]["text"] != "Code: "+code || g.taken[0]["id"] == "" {
		t.Errorf("the gateway has %v", g.taken)
	}
	st, err := o.Stand(t.Context(), p)
	if err != nil || !st.Texted || st.Phone != "0100" {
		t.Errorf("standing %+v, %v", st, err)
	}
	if dump := accounttest.Dump(t, o.db); strings.Contains(dump, "5550100") || strings.Contains(dump, "555-0100") {
		t.Error("the number is readable in the database")
	}
	if err := o.check(t, o.pending(), code); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("in another sign-in: %v", err)
	}
	if err := o.check(t, p, code); err != nil {
		t.Errorf("the texted code: %v", err)
	}
}

func TestGatewayRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		statuses []int
		states   []string
	}{
		{"5xx, then accepted", []int{500, 503, 200}, []string{"queued temporary", "queued temporary", "sent temporary"}},
		{"too many, then accepted", []int{429, 200}, []string{"queued temporary", "sent temporary"}},
		{"4xx", []int{400}, []string{"undeliverable permanent"}},
		{"answered STOP", []int{410}, []string{"undeliverable permanent"}},
		{"our key", []int{401, 200}, []string{"queued unreachable", "sent unreachable"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o, _, c := texting(t, dbtest.Tx(t), tt.statuses...)
			if err := o.SendPhone(t.Context(), o.owner(), o.pending(), "5305550100"); err != nil {
				t.Fatal(err)
			}
			for i, want := range tt.states {
				o.deliver(t, c)
				for n := 0; o.state(t) != want && n < 1000; n++ { // the gate opens a moment later
					o.deliver(t, c)
				}
				if got := o.state(t); got != want {
					t.Errorf("try %d: %s, want %s", i+1, got, want)
				}
			}
		})
	}
}

// Without a gateway nothing is sent and no number is shown; OFP and desk never
// have the channel.
func TestNoTexts(t *testing.T) {
	t.Parallel()
	o, _, _ := texting(t, dbtest.Tx(t), http.StatusOK)
	p := o.register(t)
	off := o
	off.Service = passcode.NewService(o.db, ring, account.NewTestHasher())
	for name, err := range map[string]error{
		"to the number": off.SendText(t.Context(), nobody, p), "to a new number": off.SendPhone(t.Context(), o.owner(), p, "5305550100"),
	} {
		if !errors.Is(err, passcode.ErrNoMail) {
			t.Errorf("%s without a gateway: %v", name, err)
		}
	}
	if st, err := off.Stand(t.Context(), p); err != nil || st.Phone != "" {
		t.Errorf("standing %+v, %v", st, err)
	}
	if err := o.RemovePhone(t.Context(), o.owner()); err != nil {
		t.Fatal(err)
	}
	if err := o.SendText(t.Context(), nobody, p); !errors.Is(err, passcode.ErrNoMail) {
		t.Errorf("to a number that was taken away: %v", err)
	}
	for _, kind := range []account.Kind{account.OFP, account.Desk} {
		x := o
		x.id = addAccount(t, o.db, kind, account.App)
		if err := x.SendPhone(t.Context(), x.owner(), x.pending(), "5305550100"); !errors.Is(err, passcode.ErrNoMail) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A number is confirmed by its own code alone, in the session that asked.
func TestConfirmPhone(t *testing.T) {
	t.Parallel()
	o, _, _ := texting(t, dbtest.Tx(t), http.StatusOK)
	for _, bad := range []string{"", "555-0100", "+44 20 7946 0000", "5305550100,5305550101"} {
		if err := o.SendPhone(t.Context(), o.owner(), o.pending(), bad); !errors.Is(err, passcode.ErrNumber) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	p := o.pending()
	if err := o.SendPhone(t.Context(), o.owner(), p, "5305550100"); err != nil {
		t.Fatal(err)
	}
	code := o.lastMailed(t)
	for name, try := range map[string]func() error{
		"as a passcode":      func() error { return o.check(t, p, code) },
		"in another session": func() error { _, err := o.ConfirmPhone(t.Context(), o.owner(), o.pending(), code); return err },
		"a wrong code":       func() error { _, err := o.ConfirmPhone(t.Context(), o.owner(), p, wrong(code)); return err },
	} {
		if err := try(); !errors.Is(err, passcode.ErrWrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.ConfirmPhone(t.Context(), o.owner(), p, code); err != nil {
		t.Errorf("the right one: %v", err)
	}
}
