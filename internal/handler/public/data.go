package public

import (
	"context"
	"time"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

// patience is how long the public pages wait for the database. What they take
// from it is an extra; the pages have to come when it is down.
const patience = 2 * time.Second

// Data reads what the public pages need from the database, as nobody.
type Data struct{ DB *postgres.DB }

var nobody = authz.Actor{Role: authz.Nobody}

// Published returns the income tables that decide, the earliest first, and the
// day.
func (d Data) Published(ctx context.Context) (tables []eligibility.IncomeTable, today civil.Date, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = d.DB.InTx(ctx, nobody, func(tx *postgres.Tx) (err error) {
		today = tx.Today()
		tables, err = incometable.Published(ctx, tx)
		return err
	})
	return tables, today, err
}

// Now returns the portal's time.
func (d Data) Now(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.DB.Read(ctx, nobody, &postgres.Batch{})
}

// Clinics returns a page of the clinics in an area that are open for work, and
// how many there are in all; none at all behind the last page.
func (d Data) Clinics(ctx context.Context, a site.Area, page, size int) ([]site.Clinic, int, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var list []site.Clinic
	var reads postgres.Batch
	site.QueueClinics(&reads, &list, a, page, size)
	if _, err := d.DB.Read(ctx, nobody, &reads); err != nil || len(list) == 0 {
		return nil, 0, err
	}
	return list, list[0].Total, nil
}
