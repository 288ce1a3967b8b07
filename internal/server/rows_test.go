package server_test

import (
	"context"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/dbtest"
)

// protected are the tables about people that row-level security must bind;
// later ones are found by themselves.
var protected = []string{
	"access_code", "account_setup", "act", "application", "case_note", "client", "client_index", "client_opening", "determination", "disclosure",
	"enrollment", "inquiry", "inquiry_batch", "inquiry_part", "launch_mailing", "membership", "registration", "search_result", "signature", "site_import",
}

// actors are those to whom no row is shown: none, nobody, and texts that are no
// actor.
var actors = []string{
	"", "nobody", "nobody - -", "staff", "staff - -", "certifier - -", "client - -", "OFP - -", " ofp - -", "ofp2 - -", "' OR true -- - -",
	"staff 0198c1f2-0000-7000-8000-000000000001 0198c1f2-0000-7000-8000-000000000002", "client 0198c1f2-0000-7000-8000-000000000001 -",
}

// TestWithoutAnActorNothingIsSeen asks every table about people as the
// program's role on a connection that names no actor, or none that there is:
// no row is shown, and none can be changed or deleted (security.md 8.4).
func TestWithoutAnActorNothingIsSeen(t *testing.T) {
	k := newWalk(t)
	tables := k.texts(`SELECT relname::text FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace ORDER BY 1`)
	for _, table := range protected {
		if !slices.Contains(tables, table) {
			t.Errorf("%s has no row-level security", table)
		}
	}
	conn, err := pgx.Connect(t.Context(), dbtest.URL(t, k.db))
	k.must(err)
	defer func() { _ = conn.Close(context.Background()) }()
	filled := 0
	for _, table := range tables {
		var rows int
		k.must(k.super.QueryRow(t.Context(), `SELECT count(*) FROM `+pgx.Identifier{table}.Sanitize()).Scan(&rows))
		filled += min(rows, 1)
		for _, actor := range actors {
			if n := k.seen(conn, table, actor); n != 0 {
				t.Errorf("%s shows %d of %d rows to %q", table, n, rows, actor)
			}
		}
	}
	if filled < 10 {
		t.Errorf("only %d of %d tables have rows that could be seen", filled, len(tables))
	}
}

// seen counts the rows that the actor is shown. An actor that the database
// refuses to read is shown none.
func (w *world) seen(conn *pgx.Conn, table, actor string) (n int) {
	w.t.Helper()
	ctx := context.Background()
	tx, err := conn.Begin(ctx)
	w.must(err)
	defer func() { _ = tx.Rollback(ctx) }()
	if actor != "" {
		_, err := tx.Exec(ctx, `SELECT set_config('portal.actor', $1, true)`, actor)
		w.must(err)
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+pgx.Identifier{table}.Sanitize()).Scan(&n); err != nil {
		return 0
	}
	return n
}
