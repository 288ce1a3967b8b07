package retro

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// queued is what a page about the months reads in one batch.
type queued struct {
	record  *client.Queued
	first   *enrollment.QueuedFirst
	decided []decidedRow
	begun   []uuid.UUID
	draft   []row
}

func (s *Service) queue(b *postgres.Batch, actor authz.Actor, clientID, id uuid.UUID) *queued {
	q := &queued{first: enrollment.QueueFirst(b, clientID)}
	queueDecided(b, &q.decided, clientID)
	queueBegun(b, &q.begun, actor, clientID)
	if id != uuid.Nil {
		postgres.QueueAll(b, &q.draft, selectDraft, id)
	}
	return q
}

func (q *queued) overview(s *Service, record client.Record) (Overview, error) {
	o := Overview{Client: record}
	o.EnrolledOn, _, o.First = q.first.Open()
	if len(q.begun) > 0 {
		o.Begun = q.begun[0]
	}
	for _, r := range q.decided {
		d, err := r.open(s.ring)
		if err != nil {
			return o, err
		}
		o.Decided = append(o.Decided, d)
	}
	return o, nil
}

// sheet opens the draft, which is for the client and the site alone.
func (q *queued) sheet(s *Service, actor authz.Actor, record client.Record) (Sheet, error) {
	o, err := q.overview(s, record)
	if err != nil {
		return Sheet{}, err
	}
	if len(q.draft) == 0 || q.draft[0].ClientID != record.ID || q.draft[0].SiteID != actor.Site {
		return Sheet{}, fault.ErrNotFound
	}
	d, err := q.draft[0].open(s.ring)
	o.First, o.EnrolledOn = true, q.draft[0].EnrolledOn
	return Sheet{Overview: o, Draft: d}, err
}

// Overview returns the record with the months before the first certification,
// and keeps that it was looked at.
func (s *Service) Overview(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (Overview, error) {
	var out Overview
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return out, fault.ErrNotFound
	}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		record, err := client.QueueView(&b, tx, actor, clientID, "retro")
		if err != nil {
			return err
		}
		q := s.queue(&b, actor, clientID, uuid.Nil)
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read earlier months of client %s: %w", clientID, err)
		}
		r, err := record.Open(s.ring)
		if err != nil {
			return err
		}
		out, err = q.overview(s, r)
		return err
	})
	return out, err
}

// Find returns a draft of the actor's site about the client, also one that was
// certified, and keeps that it was looked at.
func (s *Service) Find(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID) (Sheet, error) {
	r, err := s.look(ctx, actor, clientID, id, false)
	return r.Sheet, err
}

// Review is Find with what would come of the draft now. That the certifier is
// the client is looked for by account and e-mail; Certify looks further.
func (s *Service) Review(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID) (Review, error) {
	return s.look(ctx, actor, clientID, id, true)
}

func (s *Service) look(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID, decide bool) (Review, error) {
	var out Review
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return out, fault.ErrNotFound
	}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		record, err := client.QueueView(&b, tx, actor, clientID, "retro")
		if err != nil {
			return err
		}
		q, rules := s.queue(&b, actor, clientID, id), queueRules(&b, actor, clientID)
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read earlier months %s: %w", id, err)
		}
		r, err := record.Open(s.ring)
		if err != nil {
			return err
		}
		if out.Sheet, err = q.sheet(s, actor, r); err != nil || !decide || out.Certified {
			return err
		}
		return rules.decide(&out, tx.Today(), nil)
	})
	return out, err
}
