package postgres_test

import (
	"testing"

	"github.com/golang-migrate/migrate/v4/database"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// TestMigrateWaitsItsTurn has somebody else hold the lock of the migrations for
// longer than any lock is waited for: the schema is brought up all the same,
// once the lock is free (security.md 19.10).
func TestMigrateWaitsItsTurn(t *testing.T) {
	t.Parallel()
	url := dbtest.Empty(t)
	other, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close(t.Context()) })
	var name string
	if err := other.QueryRow(t.Context(), `SELECT current_database()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	id, err := database.GenerateAdvisoryLockId(name, "public", "schema_migration")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(t.Context(), `SELECT pg_advisory_lock($1::bigint)`, id); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- postgres.Migrate(t.Context(), url, false) }()
	// The second connection that waits shows that the first has given up.
	_, err = other.Exec(t.Context(), `DO $$
		DECLARE seen int[] := '{}';
		BEGIN
			FOR i IN 1..600 LOOP
				SELECT array_agg(DISTINCT pid) INTO seen FROM (
					SELECT unnest(seen) AS pid
					UNION SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
					WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()) AS waiting;
				EXIT WHEN cardinality(seen) > 1;
				PERFORM pg_sleep(0.05);
			END LOOP;
			IF cardinality(seen) < 2 THEN RAISE 'nobody has waited twice'; END IF;
		END $$`)
	if err != nil {
		t.Error(err)
	}
	select {
	case err := <-done:
		t.Fatalf("while the lock was held: %v", err)
	default:
	}
	if _, err := other.Exec(t.Context(), `SELECT pg_advisory_unlock($1::bigint)`, id); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
