package server_test

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/civil"
)

// tableThings are income tables.
type tableThings struct{ draft, published, list uuid.UUID }

func (w *world) limited() tableThings {
	w.t.Helper()
	var th tableThings
	table := incometable.Shipped()[3]
	table.EffectiveFrom = civil.MustParse("2031-04-01")
	var err error
	th.draft, err = w.app.IncomeTables.Add(context.Background(), w.people[asOFP].actor(), sub(), table)
	w.must(err)
	list := []byte("effective_from,effective_to,family_size,monthly_usd,annual_usd,source\n2032-04-01,,1,2608,31300,published\n")
	th.list, err = w.app.IncomeTables.Upload(context.Background(), w.people[asOFP].actor(), sub(), list)
	w.must(err)
	w.must(w.super.QueryRow(context.Background(),
		`SELECT id FROM income_table WHERE status = 'published' ORDER BY effective_from LIMIT 1`).Scan(&th.published))
	return th
}
