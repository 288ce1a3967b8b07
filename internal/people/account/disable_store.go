package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

func administrators(ctx context.Context, tx *postgres.Tx, l Limits) (Administrators, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('ofp administrators', 0))`); err != nil {
		return nil, err
	}
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT a.id FROM account a
		WHERE a.kind = 'ofp' AND NOT a.sealed AND a.removed_at IS NULL AND a.disabled_at IS NULL
			AND a.disabled_inactive_at IS NULL AND a.blocked_at IS NULL
			AND `+lastUse+` > @since
			AND EXISTS (SELECT FROM membership m WHERE m.account_id = a.id AND m.role = 'ofp' AND m.removed_at IS NULL)
		ORDER BY a.id LIMIT 1000`, pgx.NamedArgs{"since": tx.Now().AddDate(0, 0, -l.WorkforceDays)})
}

func setDisabled(ctx context.Context, tx *postgres.Tx, id, by uuid.UUID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE account SET disabled_at = $2, disabled_by = $3, disabled_reason = $4 WHERE id = $1`,
		id, tx.Now(), by, reason)
	return err
}

func liftDisabled(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE account SET disabled_at = NULL, disabled_by = NULL, disabled_reason = NULL WHERE id = $1`, id)
	return err
}

// OpenTx opens the break-glass account until the time. Who may, its audit entry
// and the mails about it are the caller's.
func OpenTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID, till time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE account SET open_till = $2 WHERE id = $1 AND sealed`, id, till); err != nil {
		return fmt.Errorf("open account %s: %w", id, err)
	}
	return nil
}

func setAccountRemoved(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE account SET removed_at = $2 WHERE id = $1`, id, tx.Now())
	return err
}
