// Package audit is the append-only record of who did what. An entry is written
// in the transaction of the change with a keyed digest of its own; a sealer
// chains what has been committed, so that an entry changed, taken away or put
// in is found and named. What an entry means is for its readers to know.
package audit

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Outcome is how a deed ended.
type Outcome string

// The outcomes: done, a person refused, an attempt that was wrong.
const (
	OutcomeOK     Outcome = "ok"
	OutcomeDenied Outcome = "denied"
	OutcomeFailed Outcome = "failed"
)

// Entry is one line of the record. It holds no names and no values.
type Entry struct {
	ID        uuid.UUID
	At        time.Time
	Role      string
	AccountID *uuid.UUID // nil: nobody signed in, or the program itself
	SiteID    *uuid.UUID // nil: acts for no site
	Action    string     // code.redeem
	Subject   string     // access-code:0198…
	Outcome   Outcome
	Reason    string   // a code
	Fields    []string // names of changed fields
	Request   string
	Address   string
	DeviceID  *uuid.UUID
	MAC       []byte
}

// Option adds to an entry what few of them need.
type Option func(*Entry)

// Fields names the fields that were changed, never their values.
func Fields(names ...string) Option { return func(e *Entry) { e.Fields = names } }

// Reason gives the reason as a code, never in words of a person.
func Reason(code string) Option { return func(e *Entry) { e.Reason = code } }

// Denied marks the entry of an attempt that the actor may not make.
func Denied() Option { return func(e *Entry) { e.Outcome = OutcomeDenied } }

// Failed marks the entry of an attempt that was wrong: a bad passcode, a dead
// code.
func Failed() Option { return func(e *Entry) { e.Outcome = OutcomeFailed } }

// Use names the ring whose key signs and checks the entries of this program. It
// is called once, when the program starts, and names the ring for rate limits
// as well (secret.Use).
func Use(ring *secret.Ring) { secret.Use(ring) }

// BreakGlass stands for the role in every entry of what is done through the
// break-glass account, by whomever on its behalf (security.md 16.6).
const BreakGlass authz.Role = "break-glass"

// HandedOver stands for the role in every entry of what is done on a device
// that staff have handed to a client: the client acts, in the sign-in of the
// account that the entry names (ux.md 5.5).
const HandedOver authz.Role = "handed-over"

// ErrUnwritten means that an entry could not be written, whatever the cause:
// what it is about has not happened and is not shown (security.md 13.1).
var ErrUnwritten = errors.New("audit entry not written")

var errNoRing = errors.New("audit: Use has not been called")

// Record writes that the actor did the action to the subject, a kind and an id
// as in "site:0198…". It is part of the transaction: no entry, no change. The
// entry of an attempt that is refused needs a transaction of its own, since
// the error takes everything in this one back.
func Record(ctx context.Context, tx *postgres.Tx, actor authz.Actor, action, subject string, opts ...Option) error {
	entry, err := signed(tx.Now(), actor, action, subject, opts)
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, entry); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// RecordEach is Record for many subjects of one deed, one entry for each, in
// one round trip.
func RecordEach(ctx context.Context, tx *postgres.Tx, actor authz.Actor, action string, subjects []string, opts ...Option) error {
	if len(subjects) == 0 {
		return nil
	}
	entries := make([]Entry, len(subjects))
	for i, subject := range subjects {
		var err error
		if entries[i], err = signed(tx.Now(), actor, action, subject, opts); err != nil {
			return err
		}
	}
	if err := insertAll(ctx, tx, entries); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// signed returns a whole entry with its MAC.
func signed(at time.Time, actor authz.Actor, action, subject string, opts []Option) (Entry, error) {
	ring := secret.Current()
	if ring == nil {
		return Entry{}, errNoRing
	}
	entry, err := newEntry(at, actor, action, subject)
	if err != nil {
		return Entry{}, err
	}
	for _, opt := range opts {
		opt(&entry)
	}
	if entry.Fields == nil {
		entry.Fields = []string{}
	}
	entry.MAC = ring.MAC(entryPurpose, entry.bytes())
	return entry, nil
}

func newEntry(at time.Time, actor authz.Actor, action, subject string) (Entry, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Entry{}, fmt.Errorf("audit: %w", err)
	}
	role := actor.Role
	switch {
	case actor.Origin.Sealed:
		role = BreakGlass
	case actor.Origin.HandedOver:
		role = HandedOver
	case role == "":
		role = authz.Nobody
	}
	return Entry{
		ID: id, At: at, Role: string(role), AccountID: orNil(actor.Account), SiteID: orNil(actor.Site),
		Action: action, Subject: subject, Outcome: OutcomeOK,
		Request: actor.Origin.Request, Address: actor.Origin.Address, DeviceID: orNil(actor.Origin.Device),
	}, nil
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

const entryPurpose = "audit-entry"

// bytes returns everything in the entry but its MAC, each part with its length
// in front, so that no two entries have the same bytes.
func (e Entry) bytes() []byte {
	b := part(nil, e.ID[:])
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMicro())) //nolint:gosec // all bits are kept
	for _, id := range []*uuid.UUID{e.AccountID, e.SiteID, e.DeviceID} {
		if id == nil {
			b = part(b, nil)
			continue
		}
		b = part(b, id[:])
	}
	for _, s := range []string{e.Role, e.Action, e.Subject, string(e.Outcome), e.Reason, e.Request, e.Address} {
		b = part(b, []byte(s))
	}
	for _, s := range e.Fields {
		b = part(b, []byte(s))
	}
	return b
}

func part(b, p []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(p))) //nolint:gosec // parts are short
	return append(b, p...)
}
