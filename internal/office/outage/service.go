package outage

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

// Service keeps the register.
type Service struct{ db *postgres.DB }

// New returns the service.
func New(db *postgres.DB) *Service { return &Service{db: db} }

// Register adds an outage and returns its id. An outage that was registered
// with its end in the past needs no closing.
func (s *Service) Register(ctx context.Context, actor authz.Actor, sub idempotency.Submission, n Notice) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageOutages) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := n.Check(tx.Now()); err != nil {
			return uuid.Nil, err
		}
		id := uuid.Must(uuid.NewV7())
		if err := insert(ctx, tx, actor, id, n); err != nil {
			return uuid.Nil, fmt.Errorf("register outage: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "outage.register", subject(id), audit.Reason(string(n.Kind)))
	})
}

// Close says when an outage was over. It is ErrOver when somebody has said so
// before, and ErrNotBegun for one that lies ahead.
func (s *Service) Close(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, end time.Time) error {
	return s.end(ctx, actor, sub, id, "outage.close", func(tx *postgres.Tx, o Outage) error {
		if err := o.closable(tx.Now(), end); err != nil {
			return err
		}
		return closeOne(ctx, tx, actor, id, end)
	})
}

// CallOff says that a planned outage does not take place. It is ErrHasBegun
// once it has begun.
func (s *Service) CallOff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) error {
	return s.end(ctx, actor, sub, id, "outage.call-off", func(tx *postgres.Tx, o Outage) error {
		switch {
		case o.ClosedAt != nil || o.CalledOffAt != nil:
			return ErrOver
		case !tx.Now().Before(o.StartsAt):
			return ErrHasBegun
		}
		return callOff(ctx, tx, actor, id)
	})
}

func (s *Service) end(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, deed string, fn func(tx *postgres.Tx, o Outage) error) error {
	if !authz.Allows(actor.Role, authz.ManageOutages) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		o, err := findForUpdate(ctx, tx, id)
		if err != nil {
			return uuid.Nil, err
		}
		if err := fn(tx, o); err != nil {
			return uuid.Nil, err
		}
		return id, audit.Record(ctx, tx, actor, deed, subject(id))
	})
	return err
}

// Page is a part of the register: the outages, the latest first, how many there
// are in all, and
// the time at which they were read.
type Page struct {
	Outages []Outage
	Total   int
	Now     time.Time
}

// List returns a page of the register, the latest outage first. Pages count
// from 1.
func (s *Service) List(ctx context.Context, actor authz.Actor, page, size int) (Page, error) {
	if !authz.Allows(actor.Role, authz.ManageOutages) {
		return Page{}, fault.ErrNotFound
	}
	var out Page
	var b postgres.Batch
	queueList(&b, &out.Outages, size, (page-1)*size)
	postgres.QueueValue(&b, &out.Total, `SELECT count(*) FROM outage`)
	now, err := s.db.Read(ctx, actor, &b)
	out.Now = now
	if err != nil {
		return Page{}, fmt.Errorf("list outages: %w", err)
	}
	return out, nil
}

// Find returns one outage and the time at which it was read.
func (s *Service) Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (Outage, time.Time, error) {
	if !authz.Allows(actor.Role, authz.ManageOutages) {
		return Outage{}, time.Time{}, fault.ErrNotFound
	}
	var rows []Outage
	var b postgres.Batch
	queueOne(&b, &rows, id)
	now, err := s.db.Read(ctx, actor, &b)
	switch {
	case err != nil:
		return Outage{}, now, fmt.Errorf("find outage %s: %w", id, err)
	case len(rows) == 0:
		return Outage{}, now, fault.ErrNotFound
	}
	return rows[0], now, nil
}
