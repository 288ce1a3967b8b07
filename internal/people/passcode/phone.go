package passcode

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/internal/platform/textmessage"
)

// ErrNumber is the answer to what is no telephone number, a fault of the field
// "phone".
var ErrNumber = fault.InvalidField("phone", locale.PasscodePhoneWrong)

const keyPhone = "account.phone-changed"

func phoneCell(account uuid.UUID) secret.Cell {
	return secret.Cell{Table: "account", Column: "phone_sealed", Row: account}
}

// number returns the telephone number of an account, empty for none.
func (s *Service) number(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (string, error) {
	sealed, err := postgres.Value[[]byte](ctx, tx, `SELECT phone_sealed FROM account WHERE id = $1`, id)
	if err != nil || sealed == nil {
		return "", err
	}
	return s.ring.Open(phoneCell(id), sealed)
}

// lastFour shows as much of a number as is needed to know it again.
func lastFour(number string) string {
	if len(number) < 4 {
		return ""
	}
	return number[len(number)-4:]
}

// SendPhone texts a passcode to a number that its owner wants to use from now
// on, for ConfirmPhone. What is no number is ErrNumber; without a gateway, and
// for OFP and desk, it is ErrNoMail. The limits are those of Send.
func (s *Service) SendPhone(ctx context.Context, actor authz.Actor, p Pending, typed string) error {
	number, ok := textmessage.Number(typed)
	if !ok {
		return ErrNumber
	}
	return s.send(ctx, actor, p, sending{purpose: Phone, number: number})
}

// ConfirmPhone makes the number that the passcode was texted to the account's
// second contact and tells its owner by mail. It returns as Check does.
func (s *Service) ConfirmPhone(ctx context.Context, actor authz.Actor, p Pending, typed string) (Result, error) {
	return s.TryFor(ctx, actor, p, Phone, typed, func(tx *postgres.Tx) error {
		var sealed []byte
		c, err := postgres.One[challenge](ctx, tx, `SELECT id, purpose, digest, phone_sealed, expires_at FROM passcode_challenge
			WHERE account_id = $1 AND pending_id = $2 AND purpose = 'phone' AND used_at IS NOT NULL
			ORDER BY used_at DESC, id DESC LIMIT 1`, p.Account, p.SignIn)
		if err != nil {
			return fmt.Errorf("find number: %w", err)
		}
		number, err := s.ring.Open(challengeCell(c.ID), c.PhoneSealed)
		if err != nil {
			return err
		}
		if sealed, err = s.ring.Seal(phoneCell(p.Account), number); err != nil {
			return err
		}
		return s.setPhone(ctx, tx, actor, p.Account, sealed)
	})
}

const keyUsual = "account.usual-channel"

// byText reports whether the passcodes of a sign-in are texted as a rule.
func (s *Service) byText(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	if !s.texts {
		return false, nil
	}
	return postgres.Value[bool](ctx, tx, `SELECT passcode_by_text AND phone_sealed IS NOT NULL FROM account WHERE id = $1`, id)
}

// SetUsual chooses whether the passcodes of the actor's sign-ins are texted to
// the number of the account as a rule, or mailed, and tells the owner by mail.
// Without a gateway, a number, or a choice, as of OFP and desk, it is ErrNoMail.
func (s *Service) SetUsual(ctx context.Context, actor authz.Actor, byText bool) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		a, err := s.lockTx(ctx, tx, actor.Account)
		if err != nil {
			return err
		}
		if !s.texts || a.Kind.Privileged() || a.Channel != account.Email {
			return ErrNoMail
		}
		n, err := postgres.Changed(ctx, tx, `UPDATE account SET passcode_by_text = $2
			WHERE id = $1 AND phone_sealed IS NOT NULL`, a.ID, byText)
		if err != nil {
			return fmt.Errorf("set usual channel: %w", err)
		}
		if n == 0 {
			return ErrNoMail
		}
		if err := s.tellOwner(ctx, tx, a, keyUsual); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "account.usual-channel", subject(a.ID), audit.Fields("passcode_by_text"))
	})
}

// RemovePhone takes the second contact of the actor's account away.
func (s *Service) RemovePhone(ctx context.Context, actor authz.Actor) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		return s.setPhone(ctx, tx, actor, actor.Account, nil)
	})
}

func (s *Service) setPhone(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, sealed []byte) error {
	a, err := s.lockTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET phone_sealed = $2, passcode_by_text = passcode_by_text AND $2::bytea IS NOT NULL
		WHERE id = $1`, id, sealed); err != nil {
		return fmt.Errorf("set number: %w", err)
	}
	if a.Told().Email != "" {
		if err := s.tell(ctx, tx, a, keyPhone); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, actor, "account.phone", subject(id), audit.Fields("phone"))
}
