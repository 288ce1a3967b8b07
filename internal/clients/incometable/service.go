package incometable

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Load puts the tables that come with the program into the database, as
// published from their dates. It is safe to repeat: a table that is there, or
// was there and has been withdrawn, stays as it is.
func Load(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		for _, t := range shipped {
			id := uuid.Must(uuid.NewV7())
			added, err := insertShipped(ctx, tx, id, t)
			if err == nil && added {
				err = insertLimits(ctx, tx, id, t)
			}
			if err == nil && added {
				err = audit.Record(ctx, tx, authz.SystemActor, "income-table.publish", "income-table:"+id.String())
			}
			if err != nil {
				return fmt.Errorf("load income table from %s: %w", t.EffectiveFrom, err)
			}
		}
		return nil
	})
}

// Published returns the tables that decide, the earliest first, for
// eligibility.Decide.
func Published(ctx context.Context, q postgres.Querier) ([]eligibility.IncomeTable, error) {
	rows, err := listPublished(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read income tables: %w", err)
	}
	return tablesOf(rows)
}

// QueuedTables are the tables that a batch reads.
type QueuedTables struct{ rows []published }

// QueuePublished is Published in a batch with the rest of what is read. Open
// it after the batch was sent.
func QueuePublished(b *postgres.Batch) *QueuedTables {
	q := &QueuedTables{}
	postgres.QueueAll(b, &q.rows, selectPublished)
	return q
}

// Open returns the tables that decide, the earliest first.
func (q *QueuedTables) Open() ([]eligibility.IncomeTable, error) { return tablesOf(q.rows) }

func tablesOf(rows []published) ([]eligibility.IncomeTable, error) {
	tables := make([]eligibility.IncomeTable, 0, len(rows))
	for _, r := range rows {
		t := r.table()
		if err := Complete(t); err != nil {
			return nil, fmt.Errorf("income table from %s: %w", t.EffectiveFrom, err)
		}
		tables = append(tables, t)
	}
	return tables, nil
}

func (r published) table() eligibility.IncomeTable {
	t := eligibility.IncomeTable{
		EffectiveFrom: r.EffectiveFrom, EffectiveTo: r.EffectiveTo, Derived: r.Derived,
		MonthlyIncrement: eligibility.Cents(r.MonthlyIncrement), AnnualIncrement: eligibility.Cents(r.AnnualIncrement),
	}
	fill(t.Monthly[:], r.Monthly)
	fill(t.Annual[:], r.Annual)
	return t
}

func fill(to []eligibility.Cents, from []int64) {
	for i := range min(len(to), len(from)) {
		to[i] = eligibility.Cents(from[i])
	}
}
