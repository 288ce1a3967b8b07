package factorreset

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// NeedsProof reports whether the sign-in has to show that the mailbox is the
// owner's before a new authenticator can be set up, because the old one was
// given up. The password alone would not be enough for that.
func (s *Service) NeedsProof(ctx context.Context, p passcode.Pending) (needed bool, err error) {
	err = s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		needed, err = needsProof(ctx, tx, p.Account, p.SignIn)
		return err
	})
	return needed, err
}

// SendProof mails the code for Prove.
func (s *Service) SendProof(ctx context.Context, actor authz.Actor, p passcode.Pending) error {
	return s.passcodes.SendFor(ctx, actor, p, passcode.NewApp)
}

// Prove takes the code of SendProof; the sign-in may set up an authenticator
// then. A wrong code counts as a passcode does.
func (s *Service) Prove(ctx context.Context, actor authz.Actor, p passcode.Pending, typed string) (passcode.Result, error) {
	return s.passcodes.TryFor(ctx, actor, p, passcode.NewApp, typed, func(tx *postgres.Tx) error {
		if err := setProved(ctx, tx, p.Account, p.SignIn); err != nil {
			return fmt.Errorf("note proof: %w", err)
		}
		return audit.Record(ctx, tx, actor, "authenticator.prove", subject(p.Account))
	})
}
