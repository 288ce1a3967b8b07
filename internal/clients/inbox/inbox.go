// Package inbox is what a client finds in their account: an item for each act
// on the record, and the reminders that a period ends. It is written with the
// act; what leaves the portal is the word that something waits, and only in a
// way that the client has called safe (security.md 14.1). The words of an item
// are the page's.
package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Kind is what an item tells of (ux.md 15.2).
type Kind string

// The kinds.
const (
	Approved    Kind = "approved"    // enrolled or renewed
	NotEligible Kind = "ineligible"  // with reasons and hearing rights
	Changed     Kind = "changed"     // a change was recorded
	Ended       Kind = "ended"       // coverage was ended
	Reactivated Kind = "reactivated" // an end was taken back
	Moved       Kind = "moved"       // the first day was changed
	Earlier     Kind = "earlier"     // the months before were decided
	Renewal     Kind = "renewal"     // the period ends soon
	Linked      Kind = "linked"      // an account was joined to the record
)

// Item is what is put into the inbox. Cause names what led to it: the same
// cause puts one item there, however often it is put.
type Item struct {
	Kind  Kind
	Cause string
	On    civil.Date // day that it is about, such as the last day of the period; zero: none
}

// Message is an item as the client sees it.
type Message struct {
	ID     uuid.UUID
	Kind   Kind
	Cause  string
	On     civil.Date
	MadeAt time.Time
	ReadAt *time.Time // nil: not read yet
}

// content is what is sealed of an item.
type content struct {
	Kind Kind       `json:"kind"`
	On   civil.Date `json:"on"`
}

// contentLength is the length to which contents are filled up, so that it does
// not tell one kind from another.
const contentLength = 64

// newMessage is the mail that says that something waits, and nothing else.
const newMessage = "client.new-message"

// PutTx puts the item into the client's inbox, in the transaction of what it
// tells of, and sends word by a way that the client has called safe; with none
// nothing leaves the portal. It reports false, and sends nothing, when the
// item was put before.
func PutTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, clientID uuid.UUID, c client.Contact, item Item) (bool, error) {
	id := uuid.Must(uuid.NewV7())
	plain, err := json.Marshal(content{Kind: item.Kind, On: item.On})
	if err != nil {
		return false, err
	}
	sealed, err := ring.Seal(cell(id), secret.Pad(string(plain), contentLength))
	if err != nil {
		return false, err
	}
	first, err := insert(ctx, tx, id, clientID, item.Cause, sealed)
	if err != nil {
		return false, fmt.Errorf("put %s into the inbox of client %s: %w", item.Cause, clientID, err)
	}
	if !first || !c.Safe(client.ByEmail) || c.Email == "" {
		return first, nil
	}
	_, err = message.QueueTx(ctx, tx, ring, message.Outgoing{
		Key: newMessage, Cause: item.Cause,
		To: message.Recipient{Client: clientID, Sealed: true, Email: c.Email, Language: c.Language()},
	})
	return true, err
}

func cell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "inbox_item", Column: "content_sealed", Row: id}
}

// open returns the message that the row holds.
func (r row) open(ring *secret.Ring) (Message, error) {
	plain, err := ring.Open(cell(r.ID), r.ContentSealed)
	if err != nil {
		return Message{}, err
	}
	var c content
	if err := json.Unmarshal([]byte(secret.Unpad(plain)), &c); err != nil {
		return Message{}, fmt.Errorf("read inbox item %s: not as it was written", r.ID)
	}
	return Message{ID: r.ID, Kind: c.Kind, Cause: r.Cause, On: c.On, MadeAt: r.MadeAt, ReadAt: r.ReadAt}, nil
}
