package main

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/platform/postgres"
)

// migrateCmd brings the schema to this program's version and loads what
// belongs to it: the shipped income tables and the keys.
type migrateCmd struct {
	config.Config `embed:""`
	Repair        bool `help:"Set the version back after a file that failed, and try it again."`
}

// Run migrates as the owner of the tables. Several at once are safe.
func (c migrateCmd) Run(ctx context.Context) error {
	if err := postgres.Migrate(ctx, c.OwnerURL(), c.Repair); err != nil {
		return err
	}
	if err := app.Prepare(ctx, c.Config); err != nil {
		return err
	}
	fmt.Println("The schema is up to date.")
	return nil
}
