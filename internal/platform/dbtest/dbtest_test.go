package dbtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { Main(m) }

var noon = time.Date(2025, 1, 13, 20, 0, 0, 0, time.UTC)

func now(t *testing.T, db *postgres.DB) time.Time {
	t.Helper()
	var at time.Time
	err := db.InTx(t.Context(), authz.Actor{}, func(tx *postgres.Tx) error {
		at = tx.Now()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestClocksAreTheTestsOwn(t *testing.T) {
	t.Parallel()
	for _, hours := range []int{0, 5, 9} {
		for _, kind := range []struct {
			name string
			make func(testing.TB) *postgres.DB
		}{{"Tx", Tx}, {"New", New}} {
			t.Run(kind.name, func(t *testing.T) {
				t.Parallel()
				db := kind.make(t)
				real := now(t, db)
				if age := time.Since(real).Abs(); age > time.Minute {
					t.Errorf("unset clock is %v off", age)
				}
				at := noon.Add(time.Duration(hours) * time.Hour)
				Freeze(t, db, at)
				if got := now(t, db); !got.Equal(at) {
					t.Errorf("frozen at %v, now = %v", at, got)
				}
				Advance(t, db, 24*time.Hour)
				if got := now(t, db); !got.Equal(at.Add(24 * time.Hour)) {
					t.Errorf("a day after %v, now = %v", at, got)
				}
			})
		}
	}
}

func TestAdvanceRunningClock(t *testing.T) {
	t.Parallel()
	db := Tx(t)
	before := now(t, db)
	Advance(t, db, time.Hour)
	Advance(t, db, -time.Minute)
	if got := now(t, db).Sub(before); got != 59*time.Minute {
		t.Errorf("the clock moved by %v, want 59m", got)
	}
}

func TestTxIsRolledBack(t *testing.T) {
	t.Parallel()
	t.Run("write", func(t *testing.T) {
		db := Tx(t)
		err := db.InTx(t.Context(), authz.Actor{}, func(tx *postgres.Tx) error {
			_, err := tx.Exec(t.Context(), `CREATE TEMPORARY TABLE written (n int)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	n, err := postgres.Value[int](t.Context(), Tx(t), `SELECT count(*)::int FROM pg_class WHERE relname = 'written'`)
	if err != nil || n != 0 {
		t.Errorf("%d tables left (%v), want 0", n, err)
	}
}

func TestNewIsSeenByOthers(t *testing.T) {
	t.Parallel()
	one, other := New(t), New(t)
	if URL(t, one) == URL(t, other) {
		t.Fatal("two databases have one address")
	}
	owner := Superuser(t, one)
	if _, err := owner.Exec(t.Context(), `CREATE TABLE seen (n int); GRANT ALL ON seen TO portal_app`); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			err := one.InTx(context.Background(), authz.Actor{}, func(tx *postgres.Tx) error {
				_, err := tx.Exec(context.Background(), `INSERT INTO seen VALUES (1)`)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n, err := postgres.Value[int](t.Context(), one, `SELECT count(*)::int FROM seen`); err != nil || n != 8 {
		t.Errorf("%d rows (%v), want 8", n, err)
	}
	if err := other.CheckSchema(t.Context()); err != nil {
		t.Errorf("schema of a clone: %v", err)
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	for _, db := range []*postgres.DB{Tx(t), New(t)} {
		role, err := postgres.Value[string](t.Context(), db, `SELECT current_user::text`)
		if err != nil || role != "portal_app" {
			t.Errorf("tests run as %q (%v), want portal_app", role, err)
		}
	}
}
