package incometable

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

// published is a published table with its limits in the order of the sizes.
type published struct {
	EffectiveFrom    civil.Date
	EffectiveTo      civil.Date
	Derived          bool
	MonthlyIncrement int64
	AnnualIncrement  int64
	Monthly          []int64
	Annual           []int64
}

// listPublished reads the published tables, the earliest first. A size that
// is missing holds 0.
func listPublished(ctx context.Context, q postgres.Querier) ([]published, error) {
	return postgres.All[published](ctx, q, selectPublished)
}

const selectTables = `
	SELECT t.effective_from, t.effective_to, t.source = 'derived' AS derived,
	       t.increment_monthly_cents AS monthly_increment, t.increment_annual_cents AS annual_increment,
	       array_agg(coalesce(l.monthly_cents, 0) ORDER BY size) AS monthly,
	       array_agg(coalesce(l.annual_cents, 0) ORDER BY size) AS annual
	FROM income_table t
	CROSS JOIN generate_series(1, 8) AS size
	LEFT JOIN income_limit l ON l.income_table_id = t.id AND l.family_size = size`

const selectPublished = selectTables + `
	WHERE t.status = 'published'
	GROUP BY t.id
	ORDER BY t.effective_from`

// insertShipped adds a table as published, and reports false when there is one
// with its start already, in whatever state.
func insertShipped(ctx context.Context, tx *postgres.Tx, id uuid.UUID, t eligibility.IncomeTable) (bool, error) {
	source := "published"
	if t.Derived {
		source = "derived"
	}
	added, err := postgres.Changed(ctx, tx, `
		INSERT INTO income_table (id, effective_from, effective_to, status, source,
		                          increment_monthly_cents, increment_annual_cents, loaded_at, published_at)
		SELECT $1, $2::date, $3::date, 'published', $4, $5, $6, $7::timestamptz, $7::timestamptz
		WHERE NOT EXISTS (SELECT FROM income_table WHERE effective_from = $2::date)
		ON CONFLICT DO NOTHING`,
		id, t.EffectiveFrom, t.EffectiveTo, source, int64(t.MonthlyIncrement), int64(t.AnnualIncrement), tx.Now())
	return added == 1, err
}

// insertLimits adds the limits of a table that has none yet.
func insertLimits(ctx context.Context, tx *postgres.Tx, id uuid.UUID, t eligibility.IncomeTable) error {
	for i, monthly := range t.Monthly {
		_, err := postgres.Changed(ctx, tx, `
			INSERT INTO income_limit (income_table_id, family_size, monthly_cents, annual_cents)
			VALUES ($1, $2, $3, $4)`, id, i+1, int64(monthly), int64(t.Annual[i]))
		if err != nil {
			return err
		}
	}
	return nil
}
