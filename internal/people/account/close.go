package account

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// CloseTx ends the actor's own account, a client's, for good: every sign-in of
// it ends, and what it held of the person is gone. Its username is never given
// out again. Nobody is told: the owner has just done it.
func CloseTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor) error {
	a, err := FindForUpdateTx(ctx, tx, actor.Account)
	if err != nil {
		return err
	}
	if a.Kind != Client || a.RemovedAt != nil {
		return fault.ErrNotFound
	}
	_, err = tx.Exec(ctx, `UPDATE account SET removed_at = $2, email_key = NULL, username_sealed = NULL, first_name_sealed = NULL,
		last_name_sealed = NULL, email_sealed = NULL, birth_on_sealed = NULL, ways_sealed = NULL, phone_sealed = NULL
		WHERE id = $1`, a.ID, tx.Now())
	if err != nil {
		return fmt.Errorf("close account %s: %w", a.ID, err)
	}
	if err := session.EndAllTx(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("end sessions of account %s: %w", a.ID, err)
	}
	return audit.Record(ctx, tx, actor, "account.close", subject(a.ID))
}
