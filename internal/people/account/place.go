package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

// RememberSiteTx keeps the site that somebody with several has chosen, so that
// the next sign-in acts for it without asking.
func RememberSiteTx(ctx context.Context, tx *postgres.Tx, id, site uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE account SET last_site_id = $2 WHERE id = $1`, id, site); err != nil {
		return fmt.Errorf("remember the site of account %s: %w", id, err)
	}
	return nil
}
