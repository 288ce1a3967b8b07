package membership

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// EndOfficeTx ends the membership of somebody at OFP or at the desk, or the
// invitation to it, and every sign-in with it. A membership at a site is
// fault.ErrNotFound, one that has ended is ErrRemoved. That enough
// administrators remain is for the caller to check.
func EndOfficeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (Membership, error) {
	m, err := FindForUpdateTx(ctx, tx, id)
	switch {
	case err != nil:
		return Membership{}, err
	case !m.Role.Privileged():
		return Membership{}, fault.ErrNotFound
	case m.RemovedAt != nil:
		return Membership{}, ErrRemoved
	}
	if err := setRemoved(ctx, tx, id, actor.Account); err != nil {
		return Membership{}, fmt.Errorf("remove membership %s: %w", id, err)
	}
	if m.Joined() {
		if err := session.EndAllTx(ctx, tx, *m.AccountID); err != nil {
			return Membership{}, fmt.Errorf("end sessions of membership %s: %w", id, err)
		}
	}
	return m, audit.Record(ctx, tx, actor, "membership.remove", subject(id))
}

// SealTx makes an invitation of OFP the one to the break-glass account
// (security.md 16.6). There is one in force at a time.
func SealTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE membership SET sealed = true WHERE id = $1 AND role = 'ofp' AND account_id IS NULL`, id); err != nil {
		return fmt.Errorf("seal membership %s: %w", id, err)
	}
	return nil
}
