package message_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ring = secret.NewTestRing()

// post is a mail server's double: it answers with the errors it was given, in
// turn, and keeps what it took.
type post struct {
	mu      sync.Mutex
	answers []error
	tries   []mail.Mail
}

func (p *post) Send(_ context.Context, m mail.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries = append(p.tries, m)
	if len(p.answers) == 0 {
		return nil
	}
	err := p.answers[0]
	p.answers = p.answers[1:]
	return err
}

func render(_ context.Context, m message.Message) (mail.Mail, error) {
	return mail.Mail{
		ID: mail.Identify(m.Key, m.Cause, "from@portal.example"), Date: *m.PreparedAt, From: "from@portal.example", To: m.To.Email,
		ToName: m.To.Name, Subject: m.Key, Text: m.Values["Code"] + " until " + m.Values["Deadline"], Language: string(m.To.Language),
	}, nil
}

func courier(db *postgres.DB, p *post) *message.Courier {
	return message.NewCourier(db, ring, p, render, time.Millisecond)
}

func outgoing(key string) message.Outgoing {
	return message.Outgoing{
		Key: key, Cause: "access-code:" + uuid.NewString(),
		To:     message.Recipient{Membership: uuid.New(), Name: "Ana", Email: "ana@clinic.example"},
		Values: map[string]string{"Code": "CANARY-CODE"},
	}
}

func queue(t *testing.T, db *postgres.DB, out message.Outgoing) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		var err error
		id, err = message.QueueTx(t.Context(), tx, ring, out)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

type stored struct {
	State    string
	Attempts int
	Failure  *string
	Body     []byte
	Email    *string
	Channel  string
	Jobs     int
	SentAt   *time.Time
	Whole    string
}

func find(t *testing.T, db *postgres.DB, id uuid.UUID) stored {
	t.Helper()
	s, err := postgres.One[stored](t.Context(), db, `
		SELECT state, attempts, failure, body, email, channel, sent_at, m::text AS whole,
			(SELECT count(*)::int FROM river_job WHERE args->>'message_id' = m.id::text) AS jobs
		FROM message m WHERE id = $1`, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func deliver(t *testing.T, c *message.Courier, id uuid.UUID) time.Duration {
	t.Helper()
	again, err := c.Deliver(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestSentOnceAndForgotten(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	out := outgoing("staff.invite")
	id := queue(t, db, out)
	if again := queue(t, db, out); again != id {
		t.Errorf("the same key and cause give %s, the first was %s", again, id)
	}
	row := find(t, db, id)
	if row.State != "queued" || row.Jobs != 1 || *row.Email != "ana@clinic.example" || bytes.Contains(row.Body, []byte("CANARY")) {
		t.Errorf("queued row = %+v", row)
	}
	p := &post{}
	c := courier(db, p)
	for range 3 {
		if again := deliver(t, c, id); again != 0 {
			t.Errorf("again after %s", again)
		}
	}
	row = find(t, db, id)
	if len(p.tries) != 1 || row.State != "sent" || row.SentAt == nil || row.Body != nil {
		t.Errorf("%d mails, row = %+v", len(p.tries), row)
	}
	if got := p.tries[0]; !strings.HasPrefix(got.Text, "CANARY-CODE") || got.ToName != "Ana" || got.Language != "en" {
		t.Errorf("mail = %+v", got)
	}
}

func TestClientsAddressIsSealed(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	for _, to := range []message.Recipient{
		{Client: uuid.New(), Email: "canary@mail.example", Language: locale.Spanish},
		{Account: uuid.New(), Sealed: true, Email: "canary@mail.example", Language: locale.Spanish},
	} {
		id := queue(t, db, message.Outgoing{Key: "client.new-message", Cause: uuid.NewString(), To: to})
		if row := find(t, db, id); row.Email != nil || strings.Contains(row.Whole, "canary") || strings.Contains(row.Whole, ",es,") {
			t.Errorf("row = %+v", row)
		}
		p := &post{}
		deliver(t, courier(db, p), id)
		if len(p.tries) != 1 || p.tries[0].To != "canary@mail.example" || p.tries[0].Language != "es" {
			t.Errorf("mails = %+v", p.tries)
		}
	}
}

func TestWithoutSafeWayNothingLeaves(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	id := queue(t, db, message.Outgoing{Key: "client.new-message", Cause: uuid.NewString(), To: message.Recipient{Client: uuid.New(), Name: "canary"}})
	row := find(t, db, id)
	if row.Jobs != 0 || row.Channel != "portal" || row.State != "sent" || strings.Contains(row.Whole, "canary") {
		t.Errorf("row = %+v", row)
	}
	p := &post{}
	deliver(t, courier(db, p), id)
	if len(p.tries) != 0 {
		t.Errorf("%d mails left", len(p.tries))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	busy, gone := &mail.Refusal{Code: 451}, &mail.Refusal{Code: 550, Permanent: true}
	minute, probe := time.Minute, time.Millisecond
	tests := []struct {
		name     string
		answers  []error
		again    []time.Duration
		state    string
		attempts int
		failure  string
	}{
		{"busy, then accepted", []error{busy}, []time.Duration{minute, 0}, "sent", 1, "temporary"},
		{"the whole schedule", []error{busy, busy, busy, busy, busy, busy},
			[]time.Duration{minute, 5 * minute, 15 * minute, 60 * minute, 60 * minute, 60 * minute}, "queued", 6, "temporary"},
		{"no such mailbox", []error{gone}, []time.Duration{0, 0}, "undeliverable", 1, "permanent"},
		{"not an address", []error{mail.ErrUnusable}, []time.Duration{0, 0}, "undeliverable", 1, "unusable"},
		{"unreachable costs no attempt", []error{mail.ErrUnreachable}, []time.Duration{probe}, "queued", 0, "unreachable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := dbtest.Tx(t)
			id := queue(t, db, outgoing("staff.invite"))
			c := courier(db, &post{answers: tt.answers})
			for i, want := range tt.again {
				if again := deliver(t, c, id); again != want {
					t.Errorf("attempt %d: again after %s, want %s", i+1, again, want)
				}
			}
			row := find(t, db, id)
			if row.State != tt.state || row.Attempts != tt.attempts || row.Failure == nil || *row.Failure != tt.failure || (row.Body == nil) != (tt.state != "queued") {
				t.Errorf("row = %+v", row)
			}
		})
	}
}

// TestHooks uses keys of its own: hooks are the program's, not a test's.
func TestHooks(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	at := time.Date(2025, 1, 13, 14, 0, 0, 0, time.UTC)
	dbtest.Freeze(t, db, at)
	alive := true
	deadline := func(tx *postgres.Tx) string { return tx.Now().Add(24 * time.Hour).Format(time.RFC3339) }
	message.BeforeSend("hooks.code", func(_ context.Context, tx *postgres.Tx, _ message.Message) (map[string]string, bool, error) {
		return map[string]string{"Deadline": deadline(tx)}, alive, nil
	})
	var started []string
	message.OnSent("hooks.code", func(_ context.Context, tx *postgres.Tx, m message.Message) error {
		started = append(started, m.Cause+" "+deadline(tx))
		return nil
	})
	p := &post{answers: []error{&mail.Refusal{Code: 451}}}
	c := courier(db, p)
	out := outgoing("hooks.code")
	id := queue(t, db, out)
	deliver(t, c, id)
	dbtest.Freeze(t, db, at.Add(time.Minute))
	deliver(t, c, id)
	if len(p.tries) != 2 || !strings.HasSuffix(p.tries[0].Text, "2025-01-14T14:00:00Z") || !strings.HasSuffix(p.tries[1].Text, "2025-01-14T14:01:00Z") {
		t.Errorf("mails = %+v; each attempt has a deadline of its own after a refusal", p.tries)
	}
	if len(started) != 1 || started[0] != out.Cause+" 2025-01-14T14:01:00Z" {
		t.Errorf("started = %v", started)
	}
	alive = false
	dead := queue(t, db, outgoing("hooks.code"))
	deliver(t, c, dead)
	if row := find(t, db, dead); len(p.tries) != 2 || row.State != "dropped" || row.Body != nil {
		t.Errorf("%d mails, row = %+v; want the mail of a dead code dropped", len(p.tries), row)
	}
}

// TestCutOffBetweenServerAndMark lets the transaction that marks the message
// fail, as when the process is killed there: the repeat is the same mail.
func TestCutOffBetweenServerAndMark(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	at := time.Date(2025, 1, 13, 14, 0, 0, 0, time.UTC)
	dbtest.Freeze(t, db, at)
	message.BeforeSend("cut.code", func(_ context.Context, tx *postgres.Tx, _ message.Message) (map[string]string, bool, error) {
		return map[string]string{"Deadline": tx.Now().String()}, true, nil
	})
	killed := errors.New("killed")
	fail := true
	message.OnSent("cut.code", func(context.Context, *postgres.Tx, message.Message) error {
		if fail {
			return killed
		}
		return nil
	})
	p := &post{}
	c := courier(db, p)
	id := queue(t, db, outgoing("cut.code"))
	if _, err := c.Deliver(t.Context(), id); !errors.Is(err, killed) {
		t.Fatalf("Deliver = %v", err)
	}
	if row := find(t, db, id); row.State != "queued" || row.Body == nil {
		t.Fatalf("row = %+v", row)
	}
	fail = false
	dbtest.Freeze(t, db, at.Add(2*time.Minute))
	deliver(t, c, id)
	deliver(t, c, id)
	if len(p.tries) != 2 || p.tries[0] != p.tries[1] {
		t.Errorf("mails = %+v; want one duplicate, the same to the last letter", p.tries)
	}
	if row := find(t, db, id); row.State != "sent" {
		t.Errorf("row = %+v", row)
	}
}

func TestUnsureAnswerRepeatsTheSameMail(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	at := time.Date(2025, 1, 13, 14, 0, 0, 0, time.UTC)
	dbtest.Freeze(t, db, at)
	p := &post{answers: []error{&mail.Refusal{}}}
	c := courier(db, p)
	id := queue(t, db, outgoing("staff.invite"))
	if again := deliver(t, c, id); again != time.Minute {
		t.Errorf("again after %s", again)
	}
	dbtest.Freeze(t, db, at.Add(time.Minute))
	deliver(t, c, id)
	if len(p.tries) != 2 || p.tries[0] != p.tries[1] {
		t.Errorf("mails = %+v", p.tries)
	}
}

// TestOneKnocksWhileNobodyAnswers sends many mails while the server is away:
// after the first failures only one at a time tries.
func TestOneKnocksWhileNobodyAnswers(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	p := &post{answers: []error{mail.ErrUnreachable}}
	c := message.NewCourier(db, ring, p, render, time.Hour)
	for range 20 {
		id := queue(t, db, outgoing("staff.invite"))
		if again := deliver(t, c, id); again != time.Hour {
			t.Fatalf("again after %s", again)
		}
	}
	if len(p.tries) != 1 {
		t.Errorf("%d tries of a server that is away", len(p.tries))
	}
}

func TestQueueBelongsToItsCause(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	failed := errors.New("the change failed")
	out := outgoing("staff.invite")
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		if _, err := message.QueueTx(t.Context(), tx, ring, out); err != nil {
			return err
		}
		return failed
	})
	n, countErr := postgres.Value[int](t.Context(), db, `SELECT count(*)::int FROM message WHERE cause = $1`, out.Cause)
	if !errors.Is(err, failed) || countErr != nil || n != 0 {
		t.Errorf("%d messages after a failed change, %v, %v", n, err, countErr)
	}
}

func TestParallelQueueingSendsOne(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	out := outgoing("staff.invite")
	ids := make([]uuid.UUID, 12)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() { ids[i] = queue(t, db, out) })
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("ids = %v", ids)
			break
		}
	}
	if row := find(t, db, ids[0]); row.Jobs != 1 {
		t.Errorf("%d jobs", row.Jobs)
	}
}
