// Package message is the record of what was sent to whom, why, by which channel
// and how it went, and the outbox that sends it. A message is queued in the
// transaction of its cause and sent by a job. What a mail says is rendered by
// worker; which server takes it is mail's business.
package message

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// State is how far a message has come.
type State string

// The states. Dropped: it was no longer valid when its turn came.
const (
	Queued        State = "queued"
	Sent          State = "sent"
	Undeliverable State = "undeliverable"
	Dropped       State = "dropped"
)

// Recipient is who gets a message. How somebody may be reached is said by
// account and client when they ask for one: without an Email the message goes
// into the portal's inbox and nothing leaves the portal.
type Recipient struct {
	Account    uuid.UUID // uuid.Nil: has no account yet
	Membership uuid.UUID // uuid.Nil: not about working at a site
	Client     uuid.UUID // uuid.Nil: somebody of the workforce
	Sealed     bool      // the address is a client's although Client is not given
	Name       string
	Email      string
	Phone      string          // goes there as a text message, and nowhere else
	Language   locale.Language // English when empty
}

// Outgoing is a message to be sent. Key names what is said, Cause what led to
// it ("access-code:0198…"): together they are sent once. Values are the values
// of its words, a code among them; they are sealed until the mail server has
// taken the mail and then erased.
type Outgoing struct {
	Key    string
	Cause  string
	To     Recipient
	Values map[string]string
}

// Message is a message on its way, as hooks and renderers see it.
type Message struct {
	ID         uuid.UUID
	Key        string
	Cause      string
	To         Recipient
	Values     map[string]string
	QueuedAt   time.Time
	PreparedAt *time.Time // an attempt began then and nobody knows how it ended
	Attempts   int        // refusals so far
}

// Send is the job that sends one message.
type Send struct {
	MessageID uuid.UUID `json:"message_id" river:"unique"`
}

// Kind names the job.
func (Send) Kind() string { return "send-message" }

// InsertOpts makes the job last as long as the message is worth sending: its
// end is decided here, not by the number of attempts.
func (Send) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1000, Queue: Queue}
}

// Queue is the queue of the jobs that send, apart from others so that a slow
// mail server holds up nothing else.
const Queue = "mail"

// QueueTx writes the message and the job that sends it, in the transaction of
// their cause, and returns the message's id. The same key and cause again
// returns the first id and sends nothing.
func QueueTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, out Outgoing) (uuid.UUID, error) {
	row, err := newRow(ring, out)
	if err != nil {
		return uuid.Nil, fmt.Errorf("queue %s: %w", out.Key, err)
	}
	row.QueuedAt = tx.Now()
	id, first, err := insert(ctx, tx, row)
	if err != nil {
		return uuid.Nil, fmt.Errorf("queue %s: %w", out.Key, err)
	}
	if !first || row.Channel == inPortal {
		return id, nil
	}
	return id, job.Insert(ctx, tx, Send{MessageID: id})
}

func newRow(ring *secret.Ring, out Outgoing) (row, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return row{}, err
	}
	to := out.To
	r := row{
		ID: id, Key: out.Key, Cause: out.Cause, State: Queued, Channel: byEmail,
		AccountID: orNil(to.Account), MembershipID: orNil(to.Membership), ClientID: orNil(to.Client),
	}
	values := maps.Clone(out.Values)
	if values == nil {
		values = map[string]string{}
	}
	language := string(to.Language)
	if language == "" {
		language = string(locale.English)
	}
	if to.Sealed || to.Client != uuid.Nil {
		values[languageValue] = language // describes a client
	} else {
		r.Language = &language
	}
	if _, given := values[nameValue]; !given {
		values[nameValue] = to.Name
	}
	if r.Body, err = sealValues(ring, id, values); err != nil {
		return row{}, err
	}
	switch {
	case to.Phone != "":
		r.Channel = byText
		r.PhoneSealed, err = ring.Seal(phoneCell(id), to.Phone)
	case to.Email == "":
		r.Channel, r.State = inPortal, Sent
	case to.Sealed || to.Client != uuid.Nil:
		r.EmailSealed, err = ring.Seal(emailCell(id), to.Email)
	default:
		r.Email = &to.Email
	}
	return r, err
}

// nameValue is the value that holds the recipient's name.
const nameValue = "Name"

// languageValue is the value that holds the language of a client.
const languageValue = "Language"

func bodyCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "message", Column: "body", Row: id}
}

func emailCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "message", Column: "email_sealed", Row: id}
}

func phoneCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "message", Column: "phone_sealed", Row: id}
}

func sealValues(ring *secret.Ring, id uuid.UUID, values map[string]string) ([]byte, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	return ring.Seal(bodyCell(id), string(text))
}

// open returns the message that the row holds.
func (r row) open(ring *secret.Ring) (Message, error) {
	m := Message{
		ID: r.ID, Key: r.Key, Cause: r.Cause, QueuedAt: r.QueuedAt, PreparedAt: r.PreparedAt, Attempts: r.Attempts,
		To: Recipient{
			Account: orZero(r.AccountID), Membership: orZero(r.MembershipID), Client: orZero(r.ClientID),
			Sealed: r.EmailSealed != nil,
		},
	}
	m.QueuedAt = m.QueuedAt.UTC()
	if m.PreparedAt != nil {
		prepared := m.PreparedAt.UTC() // a repeat has the same letters in its date
		m.PreparedAt = &prepared
	}
	text, err := ring.Open(bodyCell(r.ID), r.Body)
	if err != nil {
		return Message{}, err
	}
	if err := json.Unmarshal([]byte(text), &m.Values); err != nil {
		return Message{}, fmt.Errorf("values of message %s cannot be read", r.ID)
	}
	m.To.Name = m.Values[nameValue]
	m.To.Language = locale.Language(m.Values[languageValue])
	if r.Language != nil {
		m.To.Language = locale.Language(*r.Language)
	}
	if r.Email != nil {
		m.To.Email = *r.Email
	}
	if r.PhoneSealed != nil {
		m.To.Phone, err = ring.Open(phoneCell(r.ID), r.PhoneSealed)
	}
	if r.EmailSealed != nil {
		m.To.Email, err = ring.Open(emailCell(r.ID), r.EmailSealed)
	}
	return m, err
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func orZero(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
