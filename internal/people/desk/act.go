package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// Unblock ends the block of an account after wrong passcodes, and nothing else.
// Like the other two acts it needs a reason of its list and a caller who has
// been checked, is counted, audited and mailed to the owner, and waits for a
// second representative when the account is one of OFP or of the desk
// (security.md 4.6, 4.8). What stands against it is one of this package's
// faults. It returns the id of the act.
func (s *Service) Unblock(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason Reason) (uuid.UUID, error) {
	return s.Do(ctx, actor, sub, Unblock, id, reason)
}

// SendReset mails the owner a code to set a new password. It lifts no block and
// no disablement, skips no passcode, and nobody here ever sees the code
// (security.md 3.10, 3.11).
func (s *Service) SendReset(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason Reason) (uuid.UUID, error) {
	return s.Do(ctx, actor, sub, Reset, id, reason)
}

// Enable ends a disablement for inactivity, and nothing else.
func (s *Service) Enable(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason Reason) (uuid.UUID, error) {
	return s.Do(ctx, actor, sub, Enable, id, reason)
}

// Do is the one of Unblock, SendReset and Enable that is named.
func (s *Service) Do(ctx context.Context, actor authz.Actor, sub idempotency.Submission, act Act, id uuid.UUID, reason Reason) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.AssistAccounts) {
		return uuid.Nil, fault.ErrNotFound
	}
	if !slices.Contains(Reasons[act], reason) {
		return uuid.Nil, fault.InvalidField("reason", locale.DeskReasonMissing)
	}
	made, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return s.do(ctx, tx, actor, act, id, reason)
	})
	return made, s.refused(ctx, actor, act, id, err)
}

func (s *Service) do(ctx context.Context, tx *postgres.Tx, actor authz.Actor, act Act, id uuid.UUID, reason Reason) (uuid.UUID, error) {
	r, err := lockBoth(ctx, tx, actor, id)
	if err != nil {
		return uuid.Nil, err
	}
	limits, err := account.ReadLimits(ctx, tx)
	if err != nil {
		return uuid.Nil, err
	}
	c := r.condition(tx.Now(), limits)
	if err := c.Open(actor, act); err != nil {
		return uuid.Nil, err
	}
	caller, err := checkNow(ctx, tx, actor, id)
	if err != nil {
		return uuid.Nil, err
	}
	if err := s.count(ctx, tx, actor); err != nil {
		return uuid.Nil, err
	}
	made := entry{ID: uuid.Must(uuid.NewV7()), AccountID: id, Kind: act, Reason: reason, CheckID: caller.ID, State: Done}
	if c.NeedsSecond() {
		made.State = Waiting
	}
	if err := insertAct(ctx, tx, actor, made); err != nil {
		return uuid.Nil, err
	}
	if made.State == Waiting {
		return made.ID, audit.Record(ctx, tx, actor, "desk.request", subject(id), audit.Reason(string(act)))
	}
	return made.ID, s.perform(ctx, tx, actor, id, made.ID, act, reason)
}

// deeds are the entries of the acts in the audit trail.
var deeds = map[Act]string{Unblock: "account.unblock", Reset: "account.start-reset", Enable: "account.enable"}

// perform changes the account, tells its owner and writes the entry.
func (s *Service) perform(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id, made uuid.UUID, act Act, reason Reason) error {
	a, err := account.Find(ctx, tx, id)
	if err != nil {
		return err
	}
	switch act {
	case Unblock:
		err = s.change(ctx, tx, a, made, "account.unblocked", ErrNotBlocked, account.UnblockTx)
	case Enable:
		err = s.change(ctx, tx, a, made, "account.enabled", ErrNotInactive, account.EnableTx)
	case Reset:
		err = s.accounts.StartResetTx(ctx, tx, actor, a)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, deeds[act], subject(id), audit.Reason(string(reason)))
}

// change lifts a state and mails that to the owner.
func (s *Service) change(ctx context.Context, tx *postgres.Tx, a account.Account, made uuid.UUID, key string, none error,
	lift func(context.Context, *postgres.Tx, uuid.UUID) (bool, error),
) error {
	lifted, err := lift(ctx, tx, a.ID)
	if err != nil {
		return fmt.Errorf("change account %s: %w", a.ID, err)
	}
	if !lifted {
		return none
	}
	to, err := s.accounts.RecipientTx(ctx, tx, a)
	if err != nil {
		return err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: key, Cause: actPrefix + made.String(), To: to,
		Values: map[string]string{"Time": locale.Clock(locale.WithLanguage(ctx, to.Language), tx.Now())},
	})
	return err
}

const actPrefix = "desk-act:"

// refused keeps in the audit trail that an act was refused, in a transaction of
// its own, since the refusal has taken everything else back.
func (s *Service) refused(ctx context.Context, actor authz.Actor, act Act, id uuid.UUID, err error) error {
	f, known := fault.Of(err)
	if !known || f.Kind != fault.Forbidden && f.Kind != fault.Throttled {
		return err
	}
	failed := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, deeds[act], subject(id), audit.Denied())
	})
	return errors.Join(err, failed)
}

// insertAct writes the act. A request that has waited too long makes room.
func insertAct(ctx context.Context, tx *postgres.Tx, actor authz.Actor, e entry) error {
	var b postgres.Batch
	b.Queue(`UPDATE desk_act SET state = 'lapsed' WHERE account_id = $1 AND kind = $2 AND state = 'waiting' AND asked_at <= $3`,
		e.AccountID, string(e.Kind), tx.Now().Add(-RequestLife))
	b.Queue(`
		INSERT INTO desk_act (id, account_id, kind, reason, check_id, state, asked_by, asked_at)
		VALUES (@id, @account, @kind, @reason, @check, @state, @by, @now)`,
		pgx.NamedArgs{
			"id": e.ID, "account": e.AccountID, "kind": string(e.Kind), "reason": string(e.Reason), "check": e.CheckID,
			"state": string(e.State), "by": actor.Account, "now": tx.Now(),
		})
	err := b.Send(ctx, tx)
	if postgres.Violates(err, "desk_act_one_waiting") {
		return ErrWaiting
	}
	if err != nil {
		return fmt.Errorf("keep act: %w", err)
	}
	return nil
}

// entry is an act to be written.
type entry struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	Kind      Act
	Reason    Reason
	CheckID   uuid.UUID
	State     Progress
}
