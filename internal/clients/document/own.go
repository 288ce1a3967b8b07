package document

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// OwnCard is Card for the client whose account it is. Somebody without a record
// or a number is fault.ErrNotFound.
func (s *Service) OwnCard(ctx context.Context, actor authz.Actor, use Use, v Version) (Card, error) {
	var c Card
	err := s.own(ctx, actor, func(tx *postgres.Tx, r client.Record) error {
		if r.HAP == "" {
			return fault.ErrNotFound
		}
		c = cardOf(r, v)
		return audit.Record(ctx, tx, actor, string(use), client.Subject(r.ID), audit.Reason("card"))
	})
	return c, err
}

// OwnList is List for the client whose account it is.
func (s *Service) OwnList(ctx context.Context, actor authz.Actor) (Page, error) {
	var out Page
	err := s.own(ctx, actor, func(tx *postgres.Tx, r client.Record) error {
		out.Client = r
		var b postgres.Batch
		var rows []row
		queueList(&b, &rows, r.ID)
		if err := audit.Queue(&b, tx, actor, string(ToShow), client.Subject(r.ID), audit.Reason("documents")); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("list documents: %w", err)
		}
		for _, stored := range rows {
			d, err := stored.open(s.ring)
			if err != nil {
				return err
			}
			out.Documents = append(out.Documents, d)
		}
		return nil
	})
	return out, err
}

// OwnOpen is Open for the client whose account it is: a document of somebody
// else is fault.ErrNotFound.
func (s *Service) OwnOpen(ctx context.Context, actor authz.Actor, id uuid.UUID, use Use) (Opened, error) {
	var out Opened
	err := s.own(ctx, actor, func(tx *postgres.Tx, r client.Record) (err error) {
		out.Client = r
		var b postgres.Batch
		var rows []wholeRow
		queueOne(&b, &rows, r.ID, id)
		if err := audit.Queue(&b, tx, actor, string(use), client.Subject(r.ID), audit.Reason("document")); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read document %s: %w", id, err)
		}
		if len(rows) == 0 {
			return fault.ErrNotFound
		}
		if out.Document, err = rows[0].open(s.ring); err != nil {
			return err
		}
		out.Paper, err = rows[0].paper(s.ring)
		return err
	})
	return out, err
}

// own calls fn with the actor's own record.
func (s *Service) own(ctx context.Context, actor authz.Actor, fn func(tx *postgres.Tx, r client.Record) error) error {
	if actor.Role != authz.Client {
		return fault.ErrNotFound
	}
	var b postgres.Batch
	q := client.QueueOwn(&b, actor.Account)
	return s.db.InTxAfter(ctx, actor, &b, func(tx *postgres.Tx) error {
		r, err := q.Open(s.ring)
		if err != nil {
			return err
		}
		return fn(tx, r)
	})
}
