package contact

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

// Service changes addresses. It may be used from several goroutines at once.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

const (
	keyCode    = "account.contact-code"
	keyChanged = "account.contact-changed"
	cause      = "contact-change:"
	purpose    = "contact-change"
)

// Register keeps back the mails of codes that are dead before their turn
// comes. It is called once, while the program is put together.
func Register() {
	message.BeforeSend(keyCode, func(ctx context.Context, tx *postgres.Tx, m message.Message) (map[string]string, bool, error) {
		id, err := uuid.Parse(strings.TrimPrefix(m.Cause, cause))
		if err != nil {
			return nil, false, fault.ErrNotFound
		}
		alive, err := alive(ctx, tx, id)
		return nil, alive, err
	})
}

// owner is the program acting for the actor's account: rows of memberships are
// not the actor's own to change.
func owner(actor authz.Actor) authz.Actor {
	actor.Role, actor.Site = authz.System, uuid.Nil
	return actor
}

func subject(id uuid.UUID) string { return "account:" + id.String() }

// Ask mails a code to the new address of the actor's account and returns the
// id of the change. One that was under way ends. An address that cannot be
// taken is a fault of the field "email", too many tries are
// ratelimit.ErrExceeded. The caller has confirmed who it is (security.md 5.9).
func (s *Service) Ask(ctx context.Context, actor authz.Actor, sub idempotency.Submission, email string) (uuid.UUID, error) {
	if err := check(email); err != nil {
		return uuid.Nil, err
	}
	limit, err := setting.LimitContactChange.Get(ctx, s.db)
	if err != nil {
		return uuid.Nil, err
	}
	if err := ratelimit.Take(ctx, s.db, limit, actor.Account.String()); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, owner(actor), sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := s.lockTx(ctx, tx, actor.Account)
		if err != nil {
			return uuid.Nil, err
		}
		if account.Fold(email) == account.Fold(a.Email) {
			return uuid.Nil, ErrSame
		}
		if err := freeTx(ctx, tx, a, email); err != nil {
			return uuid.Nil, err
		}
		return s.askTx(ctx, tx, actor, a, email)
	})
}

// lockTx locks the memberships and then the account, the order in which they
// are ended, and returns the account. One that may not be used is
// fault.ErrNotFound.
func (s *Service) lockTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (account.Account, error) {
	if err := membership.LockOfTx(ctx, tx, id); err != nil {
		return account.Account{}, fmt.Errorf("lock memberships: %w", err)
	}
	a, err := account.FindForUpdateTx(ctx, tx, id)
	if err == nil {
		a, err = a.Opened(s.ring)
	}
	if err == nil && (a.RemovedAt != nil || a.BlockedAt != nil || a.DisabledAt != nil) {
		err = fault.ErrNotFound
	}
	return a, err
}

// freeTx returns ErrTaken when somebody else has the address or is invited
// under it: an address leads to one person (security.md 3.12). Clients may
// share one, and are not told who has it (9.1).
func freeTx(ctx context.Context, tx *postgres.Tx, a account.Account, email string) error {
	if a.Kind == account.Client {
		return nil
	}
	id := a.ID
	byAccount, err := account.EmailTakenTx(ctx, tx, id, email)
	if err != nil {
		return fmt.Errorf("look for the address: %w", err)
	}
	byMember, err := membership.EmailTakenTx(ctx, tx, id, email)
	if err != nil {
		return fmt.Errorf("look for the address: %w", err)
	}
	if byAccount || byMember {
		return ErrTaken
	}
	return nil
}

func (s *Service) askTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a account.Account, email string) (uuid.UUID, error) {
	id, code := uuid.Must(uuid.NewV7()), secret.NewCode()
	sealed, err := s.ring.Seal(cell(id), email)
	if err != nil {
		return uuid.Nil, err
	}
	r := Sealed{ID: id, AccountID: a.ID, EmailSealed: sealed, Digest: s.digest(id, code), ExpiresAt: tx.Now().Add(Life)}
	if err := replace(ctx, tx, r); err != nil {
		return uuid.Nil, fmt.Errorf("keep change of address: %w", err)
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: keyCode, Cause: cause + id.String(), To: to(a, email),
		Values: map[string]string{
			"Code": secret.FormatCode(code), "Deadline": locale.Clock(locale.WithLanguage(ctx, a.Language), r.ExpiresAt),
		},
	})
	if err != nil {
		return uuid.Nil, err
	}
	return id, audit.Record(ctx, tx, actor, "account.ask-contact", subject(a.ID))
}

// digest is kept of a code: bound to its change.
func (s *Service) digest(id uuid.UUID, code secret.Text) []byte {
	return s.ring.MAC(purpose, append(id[:], code.Reveal()...))
}

func to(a account.Account, email string) message.Recipient {
	out := a.Recipient()
	out.Email = email
	return out
}

// Pending returns the change of the actor's account that is under way, and
// ErrNoChange when there is none or its time is over.
func (s *Service) Pending(ctx context.Context, actor authz.Actor) (Change, error) {
	var c Change
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		r, err := find(ctx, tx, actor.Account, "")
		if err != nil {
			return err
		}
		if c, err = r.Open(s.ring); err == nil && !c.Live(tx.Now()) {
			err = ErrNoChange
		}
		return err
	})
	return c, err
}

// Confirm makes the new address the account's when the code is the one that
// was mailed to it, and returns the id of the change. The memberships in force
// follow, codes on their way to the old mailbox die, every other sign-in ends
// but the session kept, and a mail to each address tells of it. A wrong code is
// ErrCode; an address that somebody else has taken meanwhile is ErrTaken.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, sub idempotency.Submission, keep uuid.UUID, typed string) (uuid.UUID, error) {
	id, err := idempotency.InTx(ctx, s.db, owner(actor), sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := s.lockTx(ctx, tx, actor.Account)
		if err != nil {
			return uuid.Nil, err
		}
		c, err := s.match(ctx, tx, a.ID, typed)
		if err != nil {
			return uuid.Nil, err
		}
		if err := lockAddress(ctx, tx, s.ring.Index(purpose, account.Fold(c.Email))); err != nil {
			return uuid.Nil, fmt.Errorf("lock address: %w", err)
		}
		if err := freeTx(ctx, tx, a, c.Email); err != nil {
			return uuid.Nil, err
		}
		return c.ID, s.confirmTx(ctx, tx, actor, a, c, keep)
	})
	if errors.Is(err, membership.ErrEmailTaken) {
		err = ErrTaken
	}
	if f, ok := fault.Of(err); ok && (f == ErrCode || f == ErrTaken) {
		return uuid.Nil, s.refuse(ctx, actor, err)
	}
	return id, err
}

// match returns the change that the code confirms.
func (s *Service) match(ctx context.Context, tx *postgres.Tx, id uuid.UUID, typed string) (Change, error) {
	r, err := find(ctx, tx, id, " FOR UPDATE")
	if errors.Is(err, ErrNoChange) {
		return Change{}, ErrCode
	}
	if err != nil {
		return Change{}, err
	}
	c, err := r.Open(s.ring)
	if err != nil {
		return Change{}, err
	}
	code := secret.FoldCode(typed)
	if !s.ring.CheckMAC(purpose, append(r.ID[:], code.Reveal()...), r.Digest) || !c.Live(tx.Now()) {
		return Change{}, ErrCode
	}
	return c, nil
}

func (s *Service) confirmTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a account.Account, c Change, keep uuid.UUID) error {
	if err := setConfirmed(ctx, tx, c.ID); err != nil {
		return fmt.Errorf("confirm change of address: %w", err)
	}
	changed, err := account.SetEmailTx(ctx, tx, s.ring, a, c.Email)
	if err != nil {
		return err
	}
	if !changed {
		return fault.ErrNotFound
	}
	if err := membership.MoveEmailTx(ctx, tx, a.ID, c.Email); err != nil {
		return err
	}
	if err := passcode.EndMailedTx(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("end passcode on its way: %w", err)
	}
	if err := session.EndOthersTx(ctx, tx, a.ID, keep); err != nil {
		return fmt.Errorf("end other sessions: %w", err)
	}
	for _, address := range []string{a.Email, c.Email} {
		if address == "" || a.Told().Email == "" && a.Kind == account.Client {
			continue // nothing leaves in a way that was not chosen (security.md 14.1)
		}
		if err := s.tellTx(ctx, tx, a, c, address); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, actor, "account.change-contact", subject(a.ID), audit.Fields("email"))
}

// tellTx tells one of the two mailboxes, with a code by which whoever reads it
// can say that it was somebody else.
func (s *Service) tellTx(ctx context.Context, tx *postgres.Tx, a account.Account, c Change, address string) error {
	which := ":old"
	if address == c.Email {
		which = ":new"
	}
	code, err := account.DisavowalTx(ctx, tx, s.ring, a.ID, address, keyChanged+which)
	if err != nil {
		return err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: keyChanged, Cause: cause + c.ID.String() + which, To: to(a, address),
		Values: map[string]string{
			"Time": locale.Clock(locale.WithLanguage(ctx, a.Language), tx.Now()), account.ValueNotMe: code,
		},
	})
	return err
}

// refuse records an attempt that came to nothing and returns its cause.
func (s *Service) refuse(ctx context.Context, actor authz.Actor, cause error) error {
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, "account.change-contact", subject(actor.Account), audit.Failed())
	})
	if err != nil {
		return err
	}
	return cause
}

// Cancel ends the change of the actor's account that is under way. When there
// is none, nothing happens.
func (s *Service) Cancel(ctx context.Context, actor authz.Actor) error {
	return s.db.InTx(ctx, owner(actor), func(tx *postgres.Tx) error {
		ended, err := giveUp(ctx, tx, actor.Account)
		if err != nil || !ended {
			return err
		}
		return audit.Record(ctx, tx, actor, "account.cancel-contact", subject(actor.Account))
	})
}
