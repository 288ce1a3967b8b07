package app

import (
	"context"
	"errors"
	"fmt"

	"familypact.example/portal/internal/platform/postgres"
)

// checkProduction refuses a database that production must not serve from
// (security.md 16.1): one whose clock was moved, a training copy, or one that
// may lose what it has confirmed.
func checkProduction(ctx context.Context, db *postgres.DB) error {
	var moved, training bool
	var fsync, pages, commit string
	err := db.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM clock), EXISTS (SELECT FROM training_mark),
			current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')`).
		Scan(&moved, &training, &fsync, &pages, &commit)
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	var faults []error
	if moved {
		faults = append(faults, errors.New("database: its clock has been moved; production keeps the table clock empty"))
	}
	if training {
		faults = append(faults, errors.New("database: it is a training copy"))
	}
	for setting, value := range map[string]string{"fsync": fsync, "full_page_writes": pages, "synchronous_commit": commit} {
		if value == "off" {
			faults = append(faults, fmt.Errorf("database: %s is off", setting))
		}
	}
	return errors.Join(faults...)
}
