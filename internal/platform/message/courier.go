package message

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// The schedule of attempts (security.md 15.2): after a refusal for now, these
// waits, then hourly for a week. While the server cannot be reached, one mail
// knocks every ProbeEvery and the others wait.
const (
	ProbeEvery = 30 * time.Second
	mostTries  = 4 + 7*24
)

var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// waitAfter returns how long to wait after the given number of refusals.
func waitAfter(refusals int) time.Duration {
	return waits[min(max(refusals, 1), len(waits))-1]
}

// Renderer puts a message into words.
type Renderer func(ctx context.Context, m Message) (mail.Mail, error)

// Courier takes messages to the mail server, and text messages to the gateway
// once it has one (Text). It may be used from several goroutines at once.
type Courier struct {
	db    *postgres.DB
	ring  *secret.Ring
	probe time.Duration
	mail  route
	text  route // never goes through without a gateway
}

// route is the way to one server: what is sent there, and whether it answers.
type route struct {
	compose func(ctx context.Context, m Message) (letter, error)
	gate    gate
}

// letter is a message in words, ready to be sent; its error is one of
// package mail's.
type letter func(ctx context.Context) error

// NewCourier returns a courier that renders with render and sends with sender.
// While the server cannot be reached it is tried every probe, which is
// ProbeEvery unless a test is in a hurry.
func NewCourier(db *postgres.DB, ring *secret.Ring, sender mail.Sender, render Renderer, probe time.Duration) *Courier {
	c := &Courier{db: db, ring: ring, probe: probe}
	c.mail.compose = func(ctx context.Context, m Message) (letter, error) {
		composed, err := render(ctx, m)
		return func(ctx context.Context) error { return sender.Send(ctx, composed) }, err
	}
	c.text.compose = func(context.Context, Message) (letter, error) {
		return func(context.Context) error { return mail.ErrUnusable }, nil
	}
	return c
}

// Deliver sends one queued message and marks it, erasing its words in the same
// transaction. It is safe to repeat: a message that is sent, dropped or given
// up is left alone; one whose attempt was cut off between the server and the
// mark is sent again, the same to the last letter and with the same Message-ID.
// When it is to be tried again it returns after how long; an error means that
// something else than the mail server failed.
func (c *Courier) Deliver(ctx context.Context, id uuid.UUID) (time.Duration, error) {
	texted, err := isText(ctx, c.db, id)
	if err != nil {
		return 0, err
	}
	way := &c.mail
	if texted {
		way = &c.text
	}
	if !way.gate.enter() {
		return c.probe, nil
	}
	m, send, err := c.compose(ctx, way, id)
	if err != nil || send == nil {
		way.gate.release()
		return 0, err
	}
	err = send(ctx)
	if errors.Is(err, mail.ErrUnreachable) {
		way.gate.close(c.probe)
	} else {
		way.gate.open()
	}
	// What the server said is written down even when the job is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrite)
	defer cancel()
	if err == nil {
		return 0, c.mark(ctx, m)
	}
	return c.fail(ctx, m, err)
}

const lastWrite = 10 * time.Second

// compose returns the message with all its values and its letter, and no
// letter when there is nothing to send.
func (c *Courier) compose(ctx context.Context, way *route, id uuid.UUID) (Message, letter, error) {
	m, send, err := c.prepare(ctx, id)
	if err != nil || !send {
		return m, nil, err
	}
	composed, err := way.compose(ctx, m)
	if err != nil {
		return m, nil, fmt.Errorf("render message %s: %w", id, err)
	}
	return m, composed, nil
}

// prepare returns the message with all its values, and false when there is
// nothing to send.
func (c *Courier) prepare(ctx context.Context, id uuid.UUID) (Message, bool, error) {
	var m Message
	send := false
	err := c.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		send = false
		r, found, err := lockQueued(ctx, tx, id)
		if err != nil || !found {
			return err
		}
		if m, err = r.open(c.ring); err != nil {
			return err
		}
		values, valid, err := before(ctx, tx, m)
		if err != nil {
			return err
		}
		if !valid {
			return setDropped(ctx, tx, id)
		}
		send = true
		if m.PreparedAt != nil {
			return nil
		}
		maps.Copy(m.Values, values)
		body, err := sealValues(c.ring, id, m.Values)
		if err != nil {
			return err
		}
		now := tx.Now()
		m.PreparedAt = &now
		return setPrepared(ctx, tx, id, body)
	})
	if err != nil {
		return Message{}, false, fmt.Errorf("prepare message %s: %w", id, err)
	}
	return m, send, nil
}

// mark notes that the server has the mail.
func (c *Courier) mark(ctx context.Context, m Message) error {
	err := c.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		first, err := setSent(ctx, tx, m.ID)
		if err != nil || !first {
			return err
		}
		return after(ctx, tx, m)
	})
	if err != nil {
		return fmt.Errorf("mark message %s as sent: %w", m.ID, err)
	}
	return nil
}

// fail notes why the mail was not sent and returns when to try again; 0 means
// never.
func (c *Courier) fail(ctx context.Context, m Message, cause error) (time.Duration, error) {
	f, again := c.judge(m, cause)
	err := c.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		return setFailed(ctx, tx, m.ID, f)
	})
	if err != nil {
		return 0, fmt.Errorf("note failure of message %s: %w", m.ID, err)
	}
	return again, nil
}

func (c *Courier) judge(m Message, cause error) (failed, time.Duration) {
	var refusal *mail.Refusal
	switch {
	case errors.Is(cause, mail.ErrUnusable):
		return failed{kind: failedUnusable, counts: true, forGood: true}, 0
	case !errors.As(cause, &refusal):
		return failed{kind: failedUnreachable}, c.probe
	case refusal.Permanent:
		return failed{kind: failedPermanent, counts: true, forGood: true}, 0
	case m.Attempts+1 >= mostTries:
		return failed{kind: failedTemporary, counts: true, forGood: true}, 0
	}
	return failed{kind: failedTemporary, counts: true, unsure: refusal.Unsure()}, waitAfter(m.Attempts + 1)
}

// gate lets everybody through while the server answers, and one every now and
// then while it does not.
type gate struct {
	mu   sync.Mutex
	shut bool // the server did not answer the last time
	held bool // somebody is knocking, or has a moment ago
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut && g.held {
		return false
	}
	g.held = g.shut
	return true
}

// open notes that the server answered.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut, g.held = false, false
}

// close notes that the server did not answer: the next may knock after a while.
func (g *gate) close(again time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut, g.held = true, true
	time.AfterFunc(again, g.release)
}

// release lets the next one knock.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = false
}
