package incometable

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// The faults of managing tables.
var (
	ErrIncomplete   = fault.New(fault.Invalid, locale.TablesIncomplete)
	ErrNotDraft     = fault.New(fault.Conflict, locale.TablesNotDraft)
	ErrNotPublished = fault.New(fault.Conflict, locale.TablesNotPublished)
	ErrSameStart    = fault.New(fault.Conflict, locale.TablesSameStart)
)

// Status is how far a table has come.
type Status string

// The states. Only a published table decides; one that was withdrawn was
// published too early and never decides again (policy: income tables, effective
// dating).
const (
	StatusDraft     Status = "draft"
	StatusPublished Status = "published"
	StatusWithdrawn Status = "withdrawn"
)

// Table is a table with its state, and who has brought it there.
type Table struct {
	ID          uuid.UUID
	Status      Status
	Table       eligibility.IncomeTable
	LoadedAt    time.Time
	LoadedBy    string // empty, like the other two: came with the program, or not yet
	PublishedAt *time.Time
	PublishedBy string
	WithdrawnAt *time.Time
	WithdrawnBy string

	PublishReason  string // empty: a draft, came with the program, or older than the keeping of reasons
	WithdrawReason string
}

// MaxReason is how long a reason may be.
const MaxReason = 500

// Warnings asks for a second look at figures that neither way of rounding gives.
// They never stop a table (policy: how limits are computed).
func (t Table) Warnings() []RoundingWarning { return RoundingWarnings(t.Table) }

// Service loads, publishes and withdraws tables.
type Service struct{ db *postgres.DB }

// NewService returns the service.
func NewService(db *postgres.DB) *Service { return &Service{db: db} }

// Add loads a table as a draft and returns its id. One that is incomplete, or
// does not rise with the family, is ErrIncomplete. Figures that are rounded in
// neither way known are loaded all the same: Table.Warnings names them.
func (s *Service) Add(ctx context.Context, actor authz.Actor, sub idempotency.Submission, t eligibility.IncomeTable) (uuid.UUID, error) {
	if Complete(t) != nil {
		return uuid.Nil, ErrIncomplete
	}
	return s.change(ctx, actor, sub, "income-table.load", func(tx *postgres.Tx) (uuid.UUID, error) {
		id := uuid.Must(uuid.NewV7())
		if err := insertDraft(ctx, tx, actor, id, t); err != nil {
			return uuid.Nil, fmt.Errorf("load income table from %s: %w", t.EffectiveFrom, err)
		}
		return id, insertLimits(ctx, tx, id, t)
	})
}

// Move sets from when to when a draft is to be in force; a zero end means until
// the next table.
func (s *Service) Move(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, from, to civil.Date) error {
	if !from.Valid() || !to.IsZero() && to.Before(from) {
		return ErrIncomplete
	}
	_, err := s.change(ctx, actor, sub, "income-table.move", func(tx *postgres.Tx) (uuid.UUID, error) {
		return id, s.once(ctx, tx, id, ErrNotDraft, func() (int64, error) { return move(ctx, tx, id, from, to) })
	})
	return err
}

// checkReason refuses a change without a reason.
func checkReason(reason string) error {
	switch n := len([]rune(reason)); {
	case n == 0:
		return fault.InvalidField("reason", locale.TablesReasonMissing)
	case n > MaxReason:
		return fault.InvalidField("reason", locale.TablesReasonLong.With("Count", MaxReason))
	}
	return nil
}

// Publish puts a draft in force from its date, for a reason that is kept. Another published table with the
// same start makes it ErrSameStart.
func (s *Service) Publish(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	_, err := s.change(ctx, actor, sub, "income-table.publish", func(tx *postgres.Tx) (uuid.UUID, error) {
		return id, s.once(ctx, tx, id, ErrNotDraft, func() (int64, error) { return publish(ctx, tx, actor, id, reason) })
	})
	return err
}

// Withdraw takes a published table back, for a reason that is kept: from now on it decides nothing, and a
// determination for which it leaves no table is blocked (X09). What it has
// decided stays, with the table.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	_, err := s.change(ctx, actor, sub, "income-table.withdraw", func(tx *postgres.Tx) (uuid.UUID, error) {
		return id, s.once(ctx, tx, id, ErrNotPublished, func() (int64, error) { return withdraw(ctx, tx, actor, id, reason) })
	})
	return err
}

// change makes one change of the program office with its audit entry.
func (s *Service) change(ctx context.Context, actor authz.Actor, sub idempotency.Submission, action string, fn func(*postgres.Tx) (uuid.UUID, error)) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageSettings) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		id, err := fn(tx)
		if err != nil {
			return uuid.Nil, err
		}
		return id, audit.Record(ctx, tx, actor, action, "income-table:"+id.String())
	})
}

// once does what changes one table in the right state, and says what is wrong
// when it changed none.
func (s *Service) once(ctx context.Context, tx *postgres.Tx, id uuid.UUID, wrongState error, fn func() (int64, error)) error {
	n, err := fn()
	switch {
	case postgres.Violates(err, "income_table_one_published"):
		return ErrSameStart
	case err != nil:
		return fmt.Errorf("change income table %s: %w", id, err)
	case n == 1:
		return nil
	}
	there, err := postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM income_table WHERE id = $1)`, id)
	switch {
	case err != nil:
		return fmt.Errorf("find income table %s: %w", id, err)
	case !there:
		return fault.ErrNotFound
	}
	return wrongState
}
