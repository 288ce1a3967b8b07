package secret

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

var errNoKeySet = errors.New("no key set")

func findWrapped(ctx context.Context, tx *postgres.Tx, purpose string) ([]byte, error) {
	wrapped, err := postgres.Value[[]byte](ctx, tx, `SELECT wrapped FROM key_set WHERE purpose = $1`, purpose)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoKeySet
	}
	return wrapped, err
}

// insertKeySet stores a set with its one key, and reports false when there was
// one already.
func insertKeySet(ctx context.Context, tx *postgres.Tx, purpose string, wrapped []byte, keyID uint32) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		INSERT INTO key_set (purpose, wrapped, created_at, changed_at)
		VALUES (@purpose, @wrapped, @now, @now)
		ON CONFLICT (purpose) DO NOTHING`,
		pgx.NamedArgs{"purpose": purpose, "wrapped": wrapped, "now": tx.Now()})
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO key_set_key (purpose, key_id, state, created_at, changed_at)
		VALUES (@purpose, @key, 'primary', @now, @now)`,
		pgx.NamedArgs{"purpose": purpose, "key": int64(keyID), "now": tx.Now()})
	return true, err
}
