// Package document makes and keeps the papers of a client's record: the HAP
// card, the copy of the completed form, letters, and the form with nothing
// filled in. What was given is kept as it was. The words of letters are written
// by notice, files are drawn by pdf.
package document

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Card is a client's HAP card.
type Card struct {
	Client   client.Record
	Plain    bool // without the program's name
	Inactive bool // the number is not active today
	Period   bool // the period may be shown: confidentiality was not asked for
}

// Service makes papers.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// Use is what a card is asked for.
type Use string

// The uses. Each is kept as what was done with the record.
const (
	ToShow  Use = "client.view"
	ToPrint Use = "client.print"
	ToSave  Use = "client.save" // as a file
)

// Version is which of the two versions of the card is asked for.
type Version string

// The versions. Any other is the one to offer first: the plain one when the
// client asked for privacy, else the one with the program's name.
const (
	Plain Version = "plain"
	Named Version = "named"
)

// Card returns the card of a client who has a HAP number; for others it is
// fault.ErrNotFound. That it was looked at, printed or saved is kept before it
// is shown; printing and saving leave a note on the record, one for a person and
// day (policy: portal rules 23).
func (s *Service) Card(ctx context.Context, actor authz.Actor, id uuid.UUID, use Use, v Version) (Card, error) {
	var c Card
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		read, err := client.QueueUse(&b, tx, actor, id, string(use), "card")
		if err != nil {
			return err
		}
		if use != ToShow {
			casenote.QueueDaily(&b, tx, actor, id, casenote.CardPrinted)
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read card of client %s: %w", id, err)
		}
		r, err := read.Open(s.ring)
		if err != nil {
			return err
		}
		if r.HAP == "" {
			return fault.ErrNotFound
		}
		c = cardOf(r, v)
		return nil
	})
	return c, err
}

func cardOf(r client.Record, v Version) Card {
	plain := v == Plain || v != Named && r.Contact.Confidential
	return Card{
		Client: r, Plain: plain, Inactive: r.Status() != client.Active,
		Period: !r.Contact.Confidential && r.Status() == client.Active,
	}
}
