package approval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// NeededTx reports whether an act on that many accounts needs a second
// administrator: more than Few, from go-live on (security.md 16.7, decisions
// 31).
func NeededTx(ctx context.Context, tx *postgres.Tx, count int) (bool, error) {
	if count <= Few {
		return false, nil
	}
	dates, err := setting.Calendar(ctx, tx)
	if err != nil {
		return false, err
	}
	return Needed(count, dates, tx.Today()), nil
}

// Needed is NeededTx on a day by the dates of the program, for those who have
// read them.
func Needed(count int, dates calendar.Calendar, today civil.Date) bool {
	return needed(count, dates.Open(today))
}

// Ask is a request to be made.
type Ask struct {
	Kind   Kind
	Digest []byte // of what is to be done: see Of
	Count  int    // accounts that it is about
	Reason string
}

// AskTx asks another administrator to approve and returns the request's id. A
// reason that is missing or too long is a fault of the field "reason". Only OFP
// asks, never through the break-glass account (ErrSealed), and the program itself
// for the command on the host.
func AskTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, in Ask) (uuid.UUID, error) {
	if actor.Role != authz.OFP && actor.Role != authz.System {
		return uuid.Nil, fault.ErrNotFound
	}
	if actor.Origin.Sealed {
		return uuid.Nil, ErrSealed
	}
	reason, err := CheckReason(in.Reason)
	if err != nil {
		return uuid.Nil, err
	}
	in.Reason = reason
	id := uuid.Must(uuid.NewV7())
	if err := insert(ctx, tx, id, in, actor.Account, tx.Now().Add(in.Kind.patience())); err != nil {
		return uuid.Nil, fmt.Errorf("ask for approval: %w", err)
	}
	return id, audit.Record(ctx, tx, actor, "approval.ask", Subject(id), audit.Reason(string(in.Kind)))
}

func (k Kind) patience() time.Duration {
	if k == BreakGlass {
		return Hurry
	}
	return Patience
}

var deeds = map[Decision]string{
	Approve: "approval.approve", Refuse: "approval.refuse", Withdraw: "approval.withdraw",
}

// DecideTx says yes or no to a request, or withdraws it, and returns it as it
// is then. Of several at the same moment one decides, the others get
// ErrDecided. What has been asked for by somebody who is no administrator any
// more is not approved: ErrAskerGone.
func DecideTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, d Decision) (Approval, error) {
	if actor.Role != authz.OFP {
		return Approval{}, fault.ErrNotFound
	}
	a, err := findForUpdate(ctx, tx, id)
	if err != nil {
		return Approval{}, err
	}
	if err := a.Decidable(actor, d, tx.Now()); err != nil {
		return Approval{}, err
	}
	if d == Approve {
		if err := bothActive(ctx, tx, actor, a); err != nil {
			return Approval{}, err
		}
		a.EndsAt = tx.Now().Add(Lifetime)
	}
	now := tx.Now()
	a.Decision, a.DecidedBy, a.DecidedAt = &d, &actor.Account, &now
	if err := decide(ctx, tx, a); err != nil {
		return Approval{}, fmt.Errorf("decide request %s: %w", id, err)
	}
	return a, audit.Record(ctx, tx, actor, deeds[d], Subject(id), audit.Reason(string(a.Kind)))
}

// bothActive makes sure, against disablements at the same moment, that whoever
// asked and whoever approves are administrators still.
func bothActive(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Approval) error {
	active, err := account.AdministratorsTx(ctx, tx)
	if err != nil {
		return err
	}
	switch {
	case !active.Has(actor.Account):
		return fault.ErrNotFound
	case a.AskedBy != nil && !active.Has(*a.AskedBy):
		return ErrAskerGone
	}
	return nil
}

// SpendTx uses up the approval of exactly this, in the transaction of the act:
// asked for by the actor, approved by somebody else, not used yet and not
// ended. Without one it is ErrNotApproved. Of several at the same moment one
// spends it.
func SpendTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, kind Kind, digest []byte) error {
	id, found, err := spend(ctx, tx, kind, digest, actor.Account)
	if err != nil {
		return fmt.Errorf("spend approval: %w", err)
	}
	if !found {
		return ErrNotApproved
	}
	return audit.Record(ctx, tx, actor, "approval.spend", Subject(id), audit.Reason(string(kind)))
}

// SpendThisTx uses up an approval that was given in this transaction.
func SpendThisTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Approval) error {
	if err := setSpent(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("spend approval %s: %w", a.ID, err)
	}
	return audit.Record(ctx, tx, actor, "approval.spend", Subject(a.ID), audit.Reason(string(a.Kind)))
}

// StandTx returns the actor's newest request for exactly this, and
// fault.ErrNotFound when there is none.
func StandTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, kind Kind, digest []byte) (Approval, error) {
	a, err := newest(ctx, tx, kind, digest, actor.Account)
	if err != nil && !errors.Is(err, fault.ErrNotFound) {
		return Approval{}, fmt.Errorf("find request: %w", err)
	}
	return a, err
}

// StandLater is what StandTx returns, asked for together with other queries.
// Approval holds once they have been sent.
type StandLater struct{ found []Approval }

// Add adds the question to others.
func (l *StandLater) Add(b *postgres.Batch, actor authz.Actor, kind Kind, digest []byte) {
	postgres.QueueAll(b, &l.found, newestQuery, newestOf(kind, digest, actor.Account))
}

// Approval returns what was read, nil when there is none.
func (l *StandLater) Approval() *Approval {
	if len(l.found) == 0 {
		return nil
	}
	return &l.found[0]
}

// Subject names a request in the audit trail.
func Subject(id uuid.UUID) string { return "approval:" + id.String() }
