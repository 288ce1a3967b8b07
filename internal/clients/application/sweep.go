package application

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Sweep ends applications that no clinic has taken within submitted_ttl_days of
// their sending, deletes those that were not decided and not touched for
// draft_ttl_days (DraftLifetime unless OFP has set it), and keeps how many there
// were. What has ended stays as long as a draft, for the client to see.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		last, err := lastSubmission(ctx, tx)
		if err != nil {
			return err
		}
		lapsed, err := lapse(ctx, tx, last)
		if err != nil {
			return fmt.Errorf("end what no clinic has taken: %w", err)
		}
		if err := swept(ctx, tx, "application.lapse", lapsed); err != nil {
			return err
		}
		days, err := setting.DraftDays.Get(ctx, tx)
		if err != nil {
			return err
		}
		n, err := removeBefore(ctx, tx, tx.Now().Add(-setting.Days(days)))
		if err != nil {
			return fmt.Errorf("delete old drafts: %w", err)
		}
		return swept(ctx, tx, "application.sweep", n)
	})
}

// swept keeps how many a sweep has found, when there were any.
func swept(ctx context.Context, tx *postgres.Tx, action string, n int64) error {
	if n == 0 {
		return nil
	}
	return audit.Record(ctx, tx, authz.SystemActor, action, fmt.Sprintf("applications:%d", n))
}
