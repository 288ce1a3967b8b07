package acceptance

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

// ClientVersion is the version of what clients agree to with their account.
// They are asked once and not at each sign-in.
const ClientVersion = "client-2025-01"

// RecordClientTx notes that a client has agreed to the terms and the privacy
// notice, in the transaction that creates the account, whose audit entry says
// so.
func RecordClientTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	batch := &pgx.Batch{}
	for _, text := range []Text{Terms, Privacy} {
		batch.Queue(`INSERT INTO acceptance (id, account_id, text, version, accepted_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT ON CONSTRAINT acceptance_once DO NOTHING`,
			uuid.Must(uuid.NewV7()), account, string(text), ClientVersion, tx.Now())
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("record what was agreed to: %w", err)
	}
	return nil
}
