package accesscode

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// enoughAdmins is how many administrators must be active before one invites
// and another confirms (decisions 31).
const enoughAdmins = 2

// Refusals of making or recovering an administrator on a terminal. They are
// for the operator, not for a page.
var (
	ErrEnoughAdmins = errors.New("two OFP administrators are active: one of them invites further people, and another confirms")
	ErrNotSole      = errors.New("there is not exactly one OFP administrator, so nothing is recovered here: another administrator or a second representative helps")
	ErrNotBlocked   = errors.New("the sole OFP administrator is not blocked")
)

// FirstAdmin makes the membership of an OFP administrator and a code that is
// printed, not mailed; its 24 hours run from now. A repeat for the same e-mail
// replaces the code. It works while fewer than two administrators are active.
func (s *Service) FirstAdmin(ctx context.Context, in membership.Invitee) (secret.Text, time.Time, error) {
	if err := in.Check(); err != nil {
		return "", time.Time{}, err
	}
	var code secret.Text
	var end time.Time
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		admins, err := lockAdmins(ctx, tx)
		if err != nil {
			return err
		}
		if len(admins) >= enoughAdmins {
			return ErrEnoughAdmins
		}
		id, err := invitedAdmin(ctx, tx, in.Email)
		if errors.Is(err, pgx.ErrNoRows) {
			id, err = membership.OfficeTx(ctx, tx, authz.SystemActor, authz.OFP, in)
		}
		if err != nil {
			return err
		}
		code, end, err = s.IssuePrintedTx(ctx, tx, authz.SystemActor, id)
		return err
	})
	return code, end, err
}

// RecoverSoleAdmin ends the block of the only OFP administrator, whom nobody
// else could help.
func (s *Service) RecoverSoleAdmin(ctx context.Context) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		admins, err := lockAdmins(ctx, tx)
		if err != nil {
			return err
		}
		if len(admins) != 1 {
			return ErrNotSole
		}
		unblocked, err := account.UnblockTx(ctx, tx, admins[0])
		if err != nil {
			return err
		}
		if !unblocked {
			return ErrNotBlocked
		}
		return audit.Record(ctx, tx, authz.SystemActor, "account.unblock", "account:"+admins[0].String(), audit.Reason("sole_admin"))
	})
}

// lockAdmins returns the accounts of the OFP administrators in force, and makes
// others that count them wait.
func lockAdmins(ctx context.Context, tx *postgres.Tx) ([]uuid.UUID, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('ofp administrators', 0))`); err != nil {
		return nil, fmt.Errorf("count administrators: %w", err)
	}
	admins, err := postgres.Values[uuid.UUID](ctx, tx, `
		SELECT a.id FROM membership m JOIN account a ON a.id = m.account_id
		WHERE m.role = 'ofp' AND m.removed_at IS NULL
			AND a.removed_at IS NULL AND a.disabled_at IS NULL AND a.disabled_inactive_at IS NULL
			AND NOT a.sealed
		ORDER BY m.joined_at LIMIT 10`)
	if err != nil {
		return nil, fmt.Errorf("count administrators: %w", err)
	}
	return admins, nil
}

func invitedAdmin(ctx context.Context, tx *postgres.Tx, email string) (uuid.UUID, error) {
	return postgres.Value[uuid.UUID](ctx, tx, `
		SELECT id FROM membership WHERE role = 'ofp' AND NOT sealed AND email_key = $1 AND account_id IS NULL AND removed_at IS NULL LIMIT 1`,
		account.Fold(email))
}
