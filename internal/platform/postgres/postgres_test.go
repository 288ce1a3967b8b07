package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestTransactionCarriesTimeAndActor(t *testing.T) {
	db := dbtest.Tx(t)
	at := time.Date(2025, 1, 13, 7, 59, 59, 0, time.UTC) // a second before midnight in California
	dbtest.Freeze(t, db, at)
	actor := authz.Actor{Role: authz.Staff, Account: uuid.Must(uuid.NewV7()), Site: uuid.Must(uuid.NewV7())}
	err := db.InTx(t.Context(), actor, func(tx *postgres.Tx) error {
		if !tx.Now().Equal(at) {
			t.Errorf("now = %v, want %v", tx.Now(), at)
		}
		if got := tx.Today().String(); got != "2025-01-12" {
			t.Errorf("today = %s, want 2025-01-12", got)
		}
		var role string
		var account, site uuid.UUID
		err := tx.QueryRow(t.Context(), `SELECT actor_role(), actor_account(), actor_site()`).Scan(&role, &account, &site)
		if role != "staff" || account != actor.Account || site != actor.Site {
			t.Errorf("actor = %s %s %s, want %v", role, account, site, actor)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestErrorTakesEverythingBack(t *testing.T) {
	db := dbtest.New(t)
	boom := errors.New("boom")
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(t.Context(), `INSERT INTO setting (name, value, reason, changed_at) VALUES ('go_live', '2025-01-13', 'test', $1)`, tx.Now()); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("got %v, want %v", err, boom)
	}
	n, err := postgres.Value[int](t.Context(), db, `SELECT count(*) FROM setting`)
	if err != nil || n != 0 {
		t.Errorf("%d settings (%v), want none", n, err)
	}
}

func TestCancelledContextGivesConnectionBack(t *testing.T) {
	db := dbtest.New(t)
	for range 40 { // more than the pool holds
		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
			cancel()
			_, err := tx.Exec(ctx, `SELECT 1`)
			return err
		})
		if err == nil {
			t.Fatal("a cancelled transaction was committed")
		}
	}
	if _, err := postgres.Value[int](t.Context(), db, `SELECT 1`); err != nil {
		t.Fatal(err)
	}
}

func TestUnavailable(t *testing.T) {
	db, err := postgres.Open(t.Context(), "postgres:///portal?host=/nowhere&user=portal_app")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.InTx(t.Context(), authz.SystemActor, func(*postgres.Tx) error { return nil })
	if !postgres.Unavailable(err) {
		t.Errorf("%v is not reported as unavailable", err)
	}
	if postgres.Unavailable(pgx.ErrNoRows) || postgres.Unavailable(nil) {
		t.Error("no rows or no error is reported as unavailable")
	}
}

func TestUpDownUp(t *testing.T) {
	db := dbtest.New(t)
	owner := dbtest.OwnerURL(t, db)
	db.Close()
	before := schema(t, owner)
	if err := postgres.Down(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), owner, false); err != nil {
		t.Fatal(err)
	}
	if after := schema(t, owner); after != before {
		t.Error("up, down and up again leaves another schema")
	}
}

// schema lists every column, index, constraint, policy and function.
func schema(t *testing.T, url string) string {
	t.Helper()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	list, err := postgres.Value[string](t.Context(), db, `
		SELECT string_agg(line, E'\n' ORDER BY line) FROM (
			SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
			FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			UNION ALL SELECT tablename || ' ' || policyname || ' ' || coalesce(qual, '') FROM pg_policies
			UNION ALL SELECT proname || ' ' || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
			UNION ALL SELECT table_name || ' ' || grantee || ' ' || privilege_type FROM information_schema.role_table_grants
				WHERE table_schema = 'public' AND grantee LIKE 'portal%'
		) lines`)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
