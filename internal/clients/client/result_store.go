package client

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

type resultRow struct {
	ClientIDs   []uuid.UUID
	QuerySealed []byte
	query       Query
}

func insertResult(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, query []byte, ids []uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO search_result (id, account_id, site_id, query_sealed, client_ids, created_at, expires_at)
		VALUES (@id, @account, @site, @query, @ids, @now, @expires)`,
		pgx.NamedArgs{
			"id": id, "account": actor.Account, "site": orNil(actor.Site), "query": query, "ids": ids,
			"now": tx.Now(), "expires": tx.Now().Add(resultLifetime),
		})
	return err
}

func queueResult(b *postgres.Batch, into *[]resultRow, tx *postgres.Tx, account, id uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT client_ids, query_sealed
		FROM search_result
		WHERE id = $1 AND account_id = $2 AND expires_at > $3`, id, account, tx.Now())
}

// hitRow is a found client; the number is there for clients that the site may
// see anyway.
type hitRow struct {
	foundRow
	Own bool
	HAP []byte `db:"hap_number_sealed"`
}

// queueHits reads what the search found, and beside it what the site may see.
func queueHits(b *postgres.Batch, into *[]hitRow, result uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT f.id, f.site_id, f.starts_on, f.ends_on, f.discontinued_on, f.name_sealed, f.birth_on_sealed, f.zip_sealed,
		       c.id IS NOT NULL AS own, c.hap_number_sealed
		FROM client_by_result($1) f
		LEFT JOIN client c ON c.id = f.id
		ORDER BY own DESC, f.id
		LIMIT $2`, result, maxHits)
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// Sweep forgets what searches found once nobody can look at it any more.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM search_result WHERE expires_at <= $1`, tx.Now()); err != nil {
			return fmt.Errorf("forget searches: %w", err)
		}
		return nil
	})
}
