package public

import (
	"context"
	"time"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// patience is how long the public pages wait for the database. What they take
// from it is an extra; the pages have to come when it is down.
const patience = 2 * time.Second

// Data reads what the public pages need from the database, as nobody.
type Data struct{ DB *postgres.DB }

// Published returns the income tables that decide, the earliest first.
func (d Data) Published(ctx context.Context) ([]eligibility.IncomeTable, error) {
	var tables []eligibility.IncomeTable
	err := d.read(ctx, func(tx *postgres.Tx) error {
		var err error
		tables, err = incometable.Published(ctx, tx)
		return err
	})
	return tables, err
}

// Now returns the portal's time.
func (d Data) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := d.read(ctx, func(tx *postgres.Tx) error {
		now = tx.Now()
		return nil
	})
	return now, err
}

func (d Data) read(ctx context.Context, fn func(tx *postgres.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.DB.InTx(ctx, authz.Actor{Role: authz.Nobody}, fn)
}
