package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// ErrCurrent is the answer to a wrong present password, a fault of the field
// "current".
var ErrCurrent = fault.InvalidField("current", locale.AccountPasswordCurrentWrong)

// Change sets a new password for the actor, who gives the present one with it.
// A wrong one is ErrCurrent and counts like one at sign-in; a new one that is
// refused is a fault of the field "password". Every other sign-in of the
// account ends, the session kept goes on, and a mail tells the owner
// (security.md 1.10). The form sent twice changes the password once; sent again
// with another new one it is idempotency.ErrChanged.
func (s *Service) Change(ctx context.Context, actor authz.Actor, sub idempotency.Submission, keep uuid.UUID, current, password string) error {
	password = norm.NFC.String(password)
	if done, err := s.changed(ctx, actor, sub, password); done || err != nil {
		return err
	}
	a, err := s.Find(ctx, actor.Account)
	if err != nil {
		return err
	}
	if err := s.rules.Check(a.Kind, password, a.FirstName, a.LastName, localPart(a.Email), a.Username); err != nil {
		return err
	}
	if err := s.Confirm(ctx, actor, a.ID, current); err != nil {
		if f, ok := fault.Of(err); ok && f == ErrPassword {
			return ErrCurrent
		}
		return err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	sub.Digest = nil // no quick digest of a password is kept: changed compares with the slow one
	_, err = idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		now, err := FindForUpdateTx(ctx, tx, a.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if !now.PasswordSetAt.Equal(a.PasswordSetAt) { // a reset came first: the present password is another
			return uuid.Nil, ErrCurrent
		}
		return a.ID, s.changeTx(ctx, tx, actor, a, keep, hash)
	})
	return err
}

// changed reports whether the form has changed the password before, to the
// same new one.
func (s *Service) changed(ctx context.Context, actor authz.Actor, sub idempotency.Submission, password string) (bool, error) {
	done, err := idempotency.Done(ctx, s.db, actor, sub)
	if err != nil || !done {
		return false, err
	}
	hash, err := passwordHash(ctx, s.db, actor.Account)
	if err != nil {
		return false, err
	}
	same, _, err := s.hasher.Verify(ctx, hash, password)
	if err == nil && !same {
		err = idempotency.ErrChanged
	}
	return same, err
}

func (s *Service) changeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Account, keep uuid.UUID, hash string) error {
	if err := setPassword(ctx, tx, a.ID, hash); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	if err := session.EndOthersTx(ctx, tx, a.ID, keep); err != nil {
		return fmt.Errorf("end other sessions: %w", err)
	}
	if err := s.tellChangedTx(ctx, tx, a, "password-change:"+uuid.NewString()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "password.change", subject(a.ID))
}

// EndOthers ends every sign-in of the actor's account but the session kept.
func (s *Service) EndOthers(ctx context.Context, actor authz.Actor, keep uuid.UUID) error {
	return s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		if err := session.EndOthersTx(ctx, tx, actor.Account, keep); err != nil {
			return fmt.Errorf("end other sessions: %w", err)
		}
		return audit.Record(ctx, tx, actor, "session.end-others", subject(actor.Account))
	})
}
