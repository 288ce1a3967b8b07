package setting

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

type named struct {
	Name  string
	Value string
}

func listValues(ctx context.Context, q postgres.Querier) (Values, error) {
	rows, err := postgres.All[named](ctx, q, `
		SELECT DISTINCT ON (name) name, value FROM setting ORDER BY name, id DESC`)
	return byName(rows), err
}

func findValue(ctx context.Context, q postgres.Querier, name string) (Values, error) {
	rows, err := postgres.All[named](ctx, q, `
		SELECT name, value FROM setting WHERE name = $1 ORDER BY id DESC LIMIT 1`, name)
	return byName(rows), err
}

func byName(rows []named) Values {
	values := make(Values, len(rows))
	for _, r := range rows {
		values[r.Name] = r.Value
	}
	return values
}

func insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, name, value, reason string) error {
	var by *uuid.UUID
	if actor.Account != uuid.Nil {
		by = &actor.Account
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO setting (name, value, reason, changed_by, changed_at)
		VALUES (@name, @value, @reason, @by, @now)`,
		pgx.NamedArgs{"name": name, "value": value, "reason": reason, "by": by, "now": tx.Now()})
	return err
}
