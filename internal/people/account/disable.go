package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// Refusals of what an administrator does to an account.
var (
	ErrOwnAccount     = fault.New(fault.Forbidden, locale.AccountOfficeOwn)
	ErrFewAdmins      = fault.New(fault.Forbidden, locale.AccountOfficeFew)
	ErrGone           = fault.New(fault.Conflict, locale.AccountOfficeGone)
	ErrWasDisabled    = fault.New(fault.Conflict, locale.AccountOfficeWasDisabled)
	ErrNotDisabled    = fault.New(fault.Conflict, locale.AccountOfficeNotDisabled)
	ErrDisableMissing = fault.InvalidField("reason", locale.AccountOfficeReasonMissing)
	ErrDisableLong    = fault.InvalidField("reason", locale.AccountOfficeReasonLong.With("Most", MaxDisableReason))
)

// MaxDisableReason is the longest reason for disabling, in characters.
const MaxDisableReason = 500

// Mails about what an administrator did to an account.
const (
	keyDisabledForCause = "workforce.disabled"
	keyLifted           = "workforce.lifted"
	keyRemoved          = "workforce.removed"
)

// enoughAdmins is how many administrators must remain (security.md 16.7).
const enoughAdmins = 2

// Administrators are the accounts of OFP administrators who can act now.
type Administrators []uuid.UUID

// Has reports whether the account is one of them.
func (as Administrators) Has(id uuid.UUID) bool { return slices.Contains(as, id) }

// Without returns how many remain when the account is none any more.
func (as Administrators) Without(id uuid.UUID) int {
	n := len(as)
	if as.Has(id) {
		n--
	}
	return n
}

// AdministratorsTx returns the administrators who can act, and makes others
// that count them wait until the transaction ends: two who disable each other
// are judged one after the other. Blocked and inactive accounts are not among
// them, and never the break-glass account.
func AdministratorsTx(ctx context.Context, tx *postgres.Tx) (Administrators, error) {
	limits, err := ReadLimits(ctx, tx)
	if err != nil {
		return nil, err
	}
	list, err := administrators(ctx, tx, limits)
	if err != nil {
		return nil, fmt.Errorf("count administrators: %w", err)
	}
	return list, nil
}

// Disable disables an account for cause, as an administrator, and returns its
// id. Every sign-in of it ends, at the next request, and its owner gets a mail.
// One's own account is ErrOwnAccount; fewer than two administrators left is
// ErrFewAdmins. Clients' accounts are not OFP's to disable here.
func (s *Service) Disable(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason string) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	reason, err := checkDisableReason(reason)
	if err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return id, s.DisableTx(ctx, tx, actor, id, reason)
	})
}

func checkDisableReason(reason string) (string, error) {
	switch reason = strings.TrimSpace(reason); {
	case reason == "":
		return "", ErrDisableMissing
	case len([]rune(reason)) > MaxDisableReason:
		return "", ErrDisableLong
	}
	return reason, nil
}

// DisableTx is Disable in a transaction; the reason has been checked.
func (s *Service) DisableTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, reason string) error {
	a, err := s.OfficeActTx(ctx, tx, actor, id)
	if err != nil {
		return err
	}
	if a.DisabledAt != nil {
		return ErrWasDisabled
	}
	if err := setDisabled(ctx, tx, id, actor.Account, reason); err != nil {
		return fmt.Errorf("disable account %s: %w", id, err)
	}
	if err := session.EndAllTx(ctx, tx, id); err != nil {
		return fmt.Errorf("end sessions of account %s: %w", id, err)
	}
	if err := s.tellTx(ctx, tx, a, keyDisabledForCause); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "account.disable", subject(id), audit.Reason("for_cause"))
}

// OfficeActTx locks an account that an administrator is about to end the use
// of, and refuses what would leave fewer than two administrators, or none but
// oneself. A disablement of the actor that came first stops the actor, too.
func (s *Service) OfficeActTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (Account, error) {
	admins, err := AdministratorsTx(ctx, tx)
	if err != nil {
		return Account{}, err
	}
	a, err := FindForUpdateTx(ctx, tx, id)
	if err != nil {
		return Account{}, err
	}
	return a, endable(a, actor, admins)
}

// endable returns nil when the actor may end the use of the account, and
// otherwise why not.
func endable(a Account, actor authz.Actor, admins Administrators) error {
	switch {
	case a.Kind == Client, !admins.Has(actor.Account) && !actor.Origin.Sealed:
		return fault.ErrNotFound
	case a.ID == actor.Account:
		return ErrOwnAccount
	case a.RemovedAt != nil:
		return ErrGone
	case a.Kind == OFP && !a.Sealed && admins.Without(a.ID) < enoughAdmins:
		return ErrFewAdmins
	}
	return nil
}

// Lift ends the disablement by an administrator, and nothing else: a block or
// inactivity stays (security.md 4.6). One's own is ErrOwnAccount.
func (s *Service) Lift(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return id, s.LiftTx(ctx, tx, actor, id)
	})
}

// LiftTx is Lift in a transaction.
func (s *Service) LiftTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	a, err := FindForUpdateTx(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case a.Kind == Client:
		return fault.ErrNotFound
	case a.ID == actor.Account:
		return ErrOwnAccount
	case a.RemovedAt != nil:
		return ErrGone
	case a.DisabledAt == nil:
		return ErrNotDisabled
	}
	if err := liftDisabled(ctx, tx, id); err != nil {
		return fmt.Errorf("lift disablement of account %s: %w", id, err)
	}
	if err := s.tellTx(ctx, tx, a, keyLifted); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "account.lift", subject(id))
}

// EndAllSessions ends every sign-in of somebody's account, as an administrator
// (security.md 5.6). One's own are ended on one's own account page.
func (s *Service) EndAllSessions(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := FindForUpdateTx(ctx, tx, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case a.Kind == Client:
			return uuid.Nil, fault.ErrNotFound
		case a.ID == actor.Account:
			return uuid.Nil, ErrOwnAccount
		}
		if err := session.EndAllTx(ctx, tx, id); err != nil {
			return uuid.Nil, fmt.Errorf("end sessions of account %s: %w", id, err)
		}
		return id, audit.Record(ctx, tx, actor, "session.end-all", subject(id))
	})
}

func (s *Service) tellTx(ctx context.Context, tx *postgres.Tx, a Account, key string) error {
	_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: key, Cause: subject(a.ID) + ":" + tx.Now().Format(time.RFC3339Nano), To: a.Told(), Values: map[string]string{},
	})
	return err
}

// RemoveTx ends an account for good, with every sign-in, and tells its owner.
// The caller has locked it with OfficeActTx and ends its memberships.
func (s *Service) RemoveTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Account) error {
	if err := setAccountRemoved(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("remove account %s: %w", a.ID, err)
	}
	if err := session.EndAllTx(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("end sessions of account %s: %w", a.ID, err)
	}
	if err := s.tellTx(ctx, tx, a, keyRemoved); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "account.remove", subject(a.ID))
}
