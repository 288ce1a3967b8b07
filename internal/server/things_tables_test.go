package server_test

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/civil"
)

// tableThings are income tables.
type tableThings struct{ draft, published uuid.UUID }

func (w *world) limited() tableThings {
	w.t.Helper()
	var th tableThings
	table := incometable.Shipped()[3]
	table.EffectiveFrom = civil.MustParse("2031-04-01")
	var err error
	th.draft, err = w.app.IncomeTables.Add(context.Background(), w.people[asOFP].actor(), sub(), table)
	w.must(err)
	w.must(w.super.QueryRow(context.Background(),
		`SELECT id FROM income_table WHERE status = 'published' ORDER BY effective_from LIMIT 1`).Scan(&th.published))
	return th
}
