package passcode

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Mails about what the owner of an account changed of the second step.
const (
	keyNewRecovery = "account.new-recovery"
	keyAppRemoved  = "account.app-removed"
)

// RenewRecovery makes ten new recovery codes in the place of those of the
// actor's account, to be shown this once, and tells the owner by mail. The
// caller has asked for password and passcode again (security.md 5.9). Without
// an authenticator it is ErrNoSetup.
func (s *Service) RenewRecovery(ctx context.Context, actor authz.Actor) ([]string, error) {
	if found, err := s.HasAuthenticator(ctx, actor.Account); err != nil || !found {
		return nil, orNoSetup(err)
	}
	codes, kept, err := s.newRecoveryCodes(ctx) // slow: outside of any transaction
	if err != nil {
		return nil, err
	}
	return codes, s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		a, err := s.lockTx(ctx, tx, actor.Account)
		if err == nil {
			err = usesApp(a)
		}
		if err != nil {
			return err
		}
		if err := replaceRecovery(ctx, tx, a.ID, kept); err != nil {
			return fmt.Errorf("keep recovery codes: %w", err)
		}
		if err := s.tellOwner(ctx, tx, a, keyNewRecovery); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "authenticator.recovery-codes", subject(a.ID))
	})
}

// BackToEmail gives the authenticator of the actor's account up: passcodes are
// mailed again, and the owner is told. The caller has asked for password and
// passcode again. OFP and desk use the app and nothing else (security.md 2.2),
// and an account without an address has no way back: both are ErrNoMail. One
// that does not use the app is ErrNoSetup.
func (s *Service) BackToEmail(ctx context.Context, actor authz.Actor) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		a, err := s.lockTx(ctx, tx, actor.Account)
		if err == nil {
			err = usesApp(a)
		}
		switch {
		case err != nil:
			return err
		case a.Kind.Privileged() || a.Email == "":
			return ErrNoMail
		}
		if err := GiveUpAppTx(ctx, tx, a.ID); err != nil {
			return fmt.Errorf("give authenticator up: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE account SET passcode_channel = 'email' WHERE id = $1`, a.ID); err != nil {
			return fmt.Errorf("set channel: %w", err)
		}
		if err := s.tellOwner(ctx, tx, a, keyAppRemoved); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "authenticator.remove", subject(a.ID))
	})
}

func usesApp(a account.Account) error {
	switch {
	case closed(a):
		return ErrBlocked
	case a.Channel != account.App:
		return ErrNoSetup
	}
	return nil
}

func orNoSetup(err error) error {
	if err == nil {
		return ErrNoSetup
	}
	return err
}

func (s *Service) tellOwner(ctx context.Context, tx *postgres.Tx, a account.Account, key string) error {
	if a.Told().Email == "" {
		return nil
	}
	return s.tell(ctx, tx, a, key)
}

// RecoveryLeftQuery counts the recovery codes of the account $1 that can still
// be used.
const RecoveryLeftQuery = `SELECT count(*)::int FROM recovery_code WHERE account_id = $1 AND used_at IS NULL AND removed_at IS NULL`
