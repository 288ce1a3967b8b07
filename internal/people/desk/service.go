package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service is what representatives do. It may be used from several goroutines
// at once. Everything in it is fault.ErrNotFound to anybody else.
type Service struct {
	db       *postgres.DB
	ring     *secret.Ring
	accounts *account.Service
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring, accounts *account.Service) *Service {
	return &Service{db: db, ring: ring, accounts: accounts}
}

// Check is a caller who has proved to be the owner.
type Check struct {
	ID        uuid.UUID
	Items     []Item
	CheckedAt time.Time
}

// Till is when the check ends to hold.
func (c Check) Till() time.Time { return c.CheckedAt.Add(CheckLife) }

// Place is where somebody works, with what a caller from there knows. OFP and
// desk have a role alone.
type Place struct {
	Role      authz.Role
	Name      string
	City      string
	NPI       string
	Phone     string
	Certifier string // empty: the site has none
}

// Case is an account as a representative sees it during a call. Of a client's
// there are no names, no e-mail and no places.
type Case struct {
	Condition
	Name     string
	Username string
	Email    string // masked until the caller has been checked
	Places   []Place
	Check    *Check    // nil: the caller has not been checked
	Waiting  []Request // for a second representative
	Own      bool      // the representative's own account
}

// Available lists the acts that the actor can do now: those that are offered
// and do not wait for a second representative already.
func (c Case) Available(actor authz.Actor) []Act {
	return slices.DeleteFunc(c.Offers(actor), func(act Act) bool {
		return slices.ContainsFunc(c.Waiting, func(r Request) bool { return r.Kind == act })
	})
}

// Account returns the account and keeps that it was looked at.
func (s *Service) Account(ctx context.Context, actor authz.Actor, id uuid.UUID) (Case, error) {
	if !authz.Allows(actor.Role, authz.AssistAccounts) {
		return Case{}, fault.ErrNotFound
	}
	var c Case
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		c, err = view(ctx, tx, actor, id)
		return err
	})
	return c, err
}

// view reads the account and records that it was looked at, together.
func view(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (Case, error) {
	var r []row
	var checks []Check
	var c Case
	var later account.LimitsLater
	var b postgres.Batch
	later.Add(&b)
	postgres.QueueAll(&b, &r, findAccount, id)
	postgres.QueueAll(&b, &c.Places, findPlaces, id)
	postgres.QueueAll(&b, &checks, findCheck, id, actor.Account, tx.Now().Add(-CheckLife))
	postgres.QueueAll(&b, &c.Waiting, findWaitingAbout, id, tx.Now().Add(-RequestLife))
	if err := audit.Queue(&b, tx, actor, "desk.view", subject(id)); err != nil {
		return Case{}, err
	}
	if err := b.Send(ctx, tx); err != nil {
		return Case{}, fmt.Errorf("read account %s: %w", id, err)
	}
	if len(r) == 0 {
		return Case{}, fault.ErrNotFound // takes the entry back
	}
	limits, err := later.Limits()
	if err != nil {
		return Case{}, err
	}
	c.Condition, c.Own = r[0].condition(tx.Now(), limits), id == actor.Account
	if len(checks) > 0 {
		c.Check = &checks[0]
	}
	c.name(r[0].account())
	return c, nil
}

// name fills in what may be told of who owns the account.
func (c *Case) name(a account.Account) {
	c.Name, c.Username = a.Name(), a.Username
	switch {
	case a.Kind == account.Client:
	case c.Check != nil:
		c.Email = a.Email
	default:
		c.Email = Mask(a.Email)
	}
}

// CheckCaller keeps that the caller has proved to be the owner of the account
// by the ticked items. Fewer than two of its list are a fault of the field
// "items"; nobody checks a caller about their own account.
func (s *Service) CheckCaller(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, ticked []Item) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.AssistAccounts) {
		return uuid.Nil, fault.ErrNotFound
	}
	if id == actor.Account {
		return uuid.Nil, ErrSelf
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		kind, err := postgres.Value[account.Kind](ctx, tx, `SELECT kind FROM account WHERE id = $1`, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return uuid.Nil, fault.ErrNotFound
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("read account %s: %w", id, err)
		}
		items, err := check(kind, ticked)
		if err != nil {
			return uuid.Nil, err
		}
		made := uuid.Must(uuid.NewV7())
		if err := insertCheck(ctx, tx, actor, made, id, items); err != nil {
			return uuid.Nil, fmt.Errorf("keep check of a caller: %w", err)
		}
		names := make([]string, len(items))
		for i, item := range items {
			names[i] = string(item)
		}
		return made, audit.Record(ctx, tx, actor, "desk.check", subject(id), audit.Fields(names...))
	})
}
