// Package job adds background work in the transaction of the change that it
// follows from. Who does the work, and when, is worker's business.
package job

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"familypact.example/portal/internal/platform/postgres"
)

// inserter is a client without a pool: adding a job needs nothing but the
// transaction.
var inserter = mustInserter()

func mustInserter() *river.Client[pgx.Tx] {
	client, err := river.NewClient(riverpgxv5.New(nil), &river.Config{})
	if err != nil {
		panic(fmt.Sprintf("job: %v", err))
	}
	return client
}

// Insert adds a job in the transaction of the change that it follows from. Its
// arguments hold ids and nothing personal. A job is done at least once, so its
// worker is safe to repeat.
func Insert(ctx context.Context, tx *postgres.Tx, args river.JobArgs) error {
	if _, err := inserter.InsertTx(ctx, tx.Raw(), args, nil); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	return nil
}
