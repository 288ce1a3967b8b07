package application

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

type handoverRow struct {
	ID         uuid.UUID
	HelpSealed []byte
	StartedAt  time.Time
	SignedAt   *time.Time
}

// latestHandover reads the last time that a device was handed over for the
// application $1.
const latestHandover = `
		SELECT id, help_sealed, started_at, signed_at
		FROM handover WHERE application_id = $1
		ORDER BY started_at DESC, id DESC
		LIMIT 1`

func insertHandover(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id, application uuid.UUID, help []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO handover (id, application_id, account_id, help_sealed, started_at) VALUES ($1, $2, $3, $4, portal_now())`,
		id, application, actor.Account, help)
	return err
}

// signHandover keeps that the client has signed on the device handed over.
func signHandover(ctx context.Context, tx *postgres.Tx, application uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE handover SET signed_at = portal_now()
		WHERE id = (SELECT id FROM handover WHERE application_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1)`, application)
	return err
}
