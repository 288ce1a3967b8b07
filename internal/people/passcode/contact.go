package passcode

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

// EndMailedTx ends the passcode that is on its way to the account's mailbox:
// the account has another one now.
func EndMailedTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE passcode_challenge SET superseded_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, account, tx.Now())
	return err
}
