package incometable

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

// Used returns the table that a decision was made by, whatever has become of it
// since: the one with the id, or for a decision that is older than the keeping
// of the id the one with the start that was published last by that time. It
// reports false when there is none.
func Used(ctx context.Context, q postgres.Querier, id *uuid.UUID, from civil.Date, at time.Time) (eligibility.IncomeTable, bool, error) {
	rows, err := postgres.All[published](ctx, q, selectTables+`
		WHERE t.id = $1 OR $1 IS NULL AND t.effective_from = $2 AND t.published_at <= $3
		GROUP BY t.id
		ORDER BY t.published_at DESC
		LIMIT 1`, id, from, at)
	if err != nil {
		return eligibility.IncomeTable{}, false, fmt.Errorf("read income table from %s: %w", from, err)
	}
	tables, err := tablesOf(rows)
	if err != nil || len(tables) == 0 {
		return eligibility.IncomeTable{}, false, err
	}
	return tables[0], true, nil
}
