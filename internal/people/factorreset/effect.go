package factorreset

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Settle does what is due with the request of an account, so that a sign-in
// goes by the database's clock whether a sweep has run or not.
func (s *Service) Settle(ctx context.Context, id uuid.UUID) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		a, err := account.FindForUpdateTx(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.settleTx(ctx, tx, a)
	})
}

// Sweep does what is due with every request: second notices, effects, ends.
func (s *Service) Sweep(ctx context.Context) error {
	var open []uuid.UUID
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) (err error) {
		open, err = listOpen(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("list requests: %w", err)
	}
	for _, id := range open {
		if err := s.Settle(ctx, id); err != nil {
			return fmt.Errorf("settle request of account %s: %w", id, err)
		}
	}
	return nil
}

func (s *Service) settleTx(ctx context.Context, tx *postgres.Tx, a account.Account) error {
	r, err := find(ctx, tx, a.ID)
	if errors.Is(err, fault.ErrNotFound) || err == nil && a.RemovedAt != nil {
		return nil
	}
	if err != nil {
		return err
	}
	switch now := tx.Now(); {
	case r.Lapsed(now):
		return s.endTx(ctx, tx, authz.SystemActor, a.ID, endLapsed)
	case r.Due(now):
		return s.applyTx(ctx, tx, a, r)
	case r.Remind(now):
		return s.remindTx(ctx, tx, a, r)
	}
	return nil
}

// applyTx gives the old authenticator up. Whoever is signed in meanwhile is
// signed out: the next sign-in sets up a new one.
func (s *Service) applyTx(ctx context.Context, tx *postgres.Tx, a account.Account, r Reset) error {
	if err := setEffective(ctx, tx, r.ID, tx.Now()); err != nil {
		return fmt.Errorf("put request %s into effect: %w", r.ID, err)
	}
	if err := passcode.GiveUpAppTx(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("give authenticator up: %w", err)
	}
	if err := session.EndAllTx(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	if err := s.tell(ctx, tx, a, r, keyDone); err != nil {
		return err
	}
	return audit.Record(ctx, tx, authz.SystemActor, "authenticator.reset", subject(a.ID))
}

func (s *Service) remindTx(ctx context.Context, tx *postgres.Tx, a account.Account, r Reset) error {
	held, err := roles(ctx, tx, r.Account)
	if err != nil {
		return err
	}
	r.Confirmer = r.confirmer(held)
	code := secret.NewCode()
	if err := setReminded(ctx, tx, r.ID, s.digest(code)); err != nil {
		return fmt.Errorf("remind of request %s: %w", r.ID, err)
	}
	return s.warn(ctx, tx, a, r, keyReminder, code)
}

// confirmer says who confirms the request of an account with the roles.
func (r Reset) confirmer(roles []string) Confirmer {
	if !r.NeedsPerson {
		return ByNobody
	}
	return confirmer(r.Kind, roles)
}
