package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// SetEmailTx gives an account another address, sealed when it is a client's,
// and reports false when the account has been removed. Codes to set a new password
// that went to the one before end: that mailbox proves nothing any more. Who
// else has the address, and the rest of the account's contacts, are the
// caller's.
func SetEmailTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, a Account, email string) (bool, error) {
	id, batch := a.ID, &pgx.Batch{}
	if a.Kind == Client {
		sealed, err := sealEmail(ring, id, email)
		if err != nil {
			return false, err
		}
		batch.Queue(`UPDATE account SET email_sealed = $2, email_key = $3
			WHERE id = $1 AND kind = 'client' AND removed_at IS NULL`, id, sealed, emailKey(ring, email))
	} else {
		batch.Queue(`UPDATE account SET email = $2, email_key = $3
			WHERE id = $1 AND kind <> 'client' AND removed_at IS NULL`, id, email, Fold(email))
	}
	batch.Queue(`UPDATE password_reset SET superseded_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, id, tx.Now())
	results := tx.SendBatch(ctx, batch)
	tag, err := results.Exec()
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return false, fmt.Errorf("set address of account %s: %w", id, err)
	}
	return tag.RowsAffected() == 1, nil
}

// EmailTakenTx reports whether another account of the workforce, or of the
// office, has the address.
func EmailTakenTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID, email string) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM account
		WHERE email_key = $2 AND id <> $1 AND kind <> 'client' AND removed_at IS NULL)`, id, Fold(email))
}
