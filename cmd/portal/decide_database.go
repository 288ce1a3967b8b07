package main

import (
	"context"
	"errors"
	"os"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/postgres"
)

// databaseTables returns the published income tables of the database that
// DATABASE_URL names.
func databaseTables(ctx context.Context) ([]eligibility.IncomeTable, error) {
	url := os.Getenv("DATABASE_URL")
	if url == "" {
		return nil, errors.New("DATABASE_URL is not set")
	}
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return incometable.Published(ctx, db)
}
