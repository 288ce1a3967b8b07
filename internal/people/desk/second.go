package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

// Progress is how far an act has come.
type Progress string

// The steps. A request that nobody has decided for RequestLife is Lapsed,
// whether a later request has marked it or not.
const (
	Done    Progress = "done"
	Waiting Progress = "waiting"
	Refused Progress = "refused"
	Lapsed  Progress = "lapsed"
)

// Request is an act with who asked for it and who decided.
type Request struct {
	ID          uuid.UUID
	AccountID   uuid.UUID
	AccountKind account.Kind
	Owner       string // empty for a client
	Username    string // empty for a client
	Kind        Act
	Reason      Reason
	Items       []Item // by which the caller was checked
	State       Progress
	AskedBy     uuid.UUID
	Asker       string
	AskedAt     time.Time
	DecidedBy   *uuid.UUID
	Decider     string // empty: nobody
	DecidedAt   *time.Time
	AsOf        time.Time
	Total       int // of a list
}

// Progress is how far the request has come by the time at which it was read.
func (r Request) Progress() Progress {
	if r.State == Waiting && !r.AsOf.Before(r.AskedAt.Add(RequestLife)) {
		return Lapsed
	}
	return r.State
}

// Till is when the request ends to wait.
func (r Request) Till() time.Time { return r.AskedAt.Add(RequestLife) }

const requests = `
	SELECT d.id, d.account_id, a.kind AS account_kind, coalesce(a.first_name || ' ' || a.last_name, '') AS owner,
		coalesce(a.username, '') AS username, d.kind, d.reason, c.items, d.state,
		d.asked_by, coalesce(p.first_name || ' ' || p.last_name, '') AS asker, d.asked_at,
		d.decided_by, coalesce(q.first_name || ' ' || q.last_name, '') AS decider, d.decided_at,
		portal_now() AS as_of, (count(*) OVER ())::int AS total
	FROM desk_act d
	JOIN desk_check c ON c.id = d.check_id
	JOIN account a ON a.id = d.account_id
	JOIN account p ON p.id = d.asked_by
	LEFT JOIN account q ON q.id = d.decided_by`

const (
	findWaitingAbout = requests + ` WHERE d.account_id = $1 AND d.state = 'waiting' AND d.asked_at > $2 ORDER BY d.asked_at LIMIT 10`
	findWaiting      = requests + ` WHERE d.state = 'waiting' AND d.asked_at > $1 ORDER BY d.asked_at, d.id LIMIT 50`
	findRequest      = requests + ` WHERE d.id = $1`
	findHistory      = requests + ` WHERE d.asked_by = $1 OR d.decided_by = $1
		ORDER BY greatest(d.asked_at, d.decided_at) DESC, d.id DESC LIMIT $2 OFFSET $3`
)

// Waiting returns the requests that wait for a second representative, the
// oldest first, those of the actor among them.
func (s *Service) Waiting(ctx context.Context, actor authz.Actor) ([]Request, error) {
	return s.list(ctx, actor, func(tx *postgres.Tx) ([]Request, error) {
		return postgres.All[Request](ctx, tx, findWaiting, tx.Now().Add(-RequestLife))
	})
}

// History returns a page of what the actor has done and decided, the newest
// first, and how much there is.
func (s *Service) History(ctx context.Context, actor authz.Actor, page, size int) ([]Request, int, error) {
	page, size = max(page, 1), max(size, 1)
	list, err := s.list(ctx, actor, func(tx *postgres.Tx) ([]Request, error) {
		return postgres.All[Request](ctx, tx, findHistory, actor.Account, size, (page-1)*size)
	})
	if len(list) == 0 {
		return list, 0, err
	}
	return list, list[0].Total, err
}

func (s *Service) list(ctx context.Context, actor authz.Actor, read func(tx *postgres.Tx) ([]Request, error)) ([]Request, error) {
	if !authz.Allows(actor.Role, authz.AssistAccounts) {
		return nil, fault.ErrNotFound
	}
	var list []Request
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		list, err = read(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list acts: %w", err)
	}
	return list, nil
}

// Request returns one request. One that never waited for anybody is
// fault.ErrNotFound, and so is one about the actor's own account.
func (s *Service) Request(ctx context.Context, actor authz.Actor, id uuid.UUID) (Request, error) {
	list, err := s.list(ctx, actor, func(tx *postgres.Tx) ([]Request, error) {
		return postgres.All[Request](ctx, tx, findRequest, id)
	})
	if err != nil {
		return Request{}, err
	}
	if len(list) == 0 || !list[0].AccountKind.Privileged() || list[0].AccountID == actor.Account {
		return Request{}, fault.ErrNotFound
	}
	return list[0], nil
}

// Decidable returns nil when the actor may confirm or refuse the request now,
// and otherwise why not.
func (r Request) Decidable(actor authz.Actor) error { return decidable(r, actor, r.AsOf) }

// Confirm does what another representative has asked for. The rules of the act
// hold at this moment again. Whoever asked cannot confirm, nor can the owner of
// the account: ErrSecond. One that was decided is ErrDecided, one that has
// waited too long ErrLapsed.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return s.decide(ctx, actor, sub, id, func(tx *postgres.Tx, r Request, c Condition) error {
		if err := c.Open(actor, r.Kind); err != nil {
			return err
		}
		if err := setDecided(ctx, tx, actor, id, Done); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, actor, "desk.confirm", "desk-act:"+id.String(), audit.Reason(string(r.Kind))); err != nil {
			return err
		}
		return s.perform(ctx, tx, actor, r.AccountID, id, r.Kind, r.Reason)
	})
}

// Refuse ends a request of another representative; nothing is done about the
// account.
func (s *Service) Refuse(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return s.decide(ctx, actor, sub, id, func(tx *postgres.Tx, r Request, _ Condition) error {
		if err := setDecided(ctx, tx, actor, id, Refused); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "desk.refuse", "desk-act:"+id.String(), audit.Reason(string(r.Kind)))
	})
}

func (s *Service) decide(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID,
	do func(tx *postgres.Tx, r Request, c Condition) error,
) (uuid.UUID, error) {
	first, err := s.Request(ctx, actor, id)
	if err != nil {
		return uuid.Nil, err
	}
	made, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := lockBoth(ctx, tx, actor, first.AccountID)
		if err != nil {
			return uuid.Nil, err
		}
		r, err := postgres.One[Request](ctx, tx, findRequest, id) // its account is locked, so it stands still
		if err != nil {
			return uuid.Nil, fmt.Errorf("read request %s: %w", id, err)
		}
		if err := decidable(r, actor, tx.Now()); err != nil {
			return uuid.Nil, err
		}
		if err := s.count(ctx, tx, actor); err != nil {
			return uuid.Nil, err
		}
		limits, err := account.ReadLimits(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		return id, do(tx, r, a.condition(tx.Now(), limits))
	})
	return made, s.refused(ctx, actor, first.Kind, first.AccountID, err)
}

func setDecided(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, to Progress) error {
	n, err := postgres.Changed(ctx, tx, `UPDATE desk_act SET state = $2, decided_by = $3, decided_at = $4
		WHERE id = $1 AND state = 'waiting'`, id, string(to), actor.Account, tx.Now())
	if err == nil && n != 1 {
		err = ErrDecided
	}
	return err
}
