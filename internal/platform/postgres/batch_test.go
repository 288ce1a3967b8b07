package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

type numbered struct {
	N    int
	Name string
}

func TestBatch(t *testing.T) {
	db := dbtest.Tx(t)
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		var one numbered
		var all, none []numbered
		var value int
		var values []int
		b := &postgres.Batch{}
		postgres.QueueValues(b, &values, `SELECT n FROM generate_series(1, 2) AS g (n)`)
		postgres.QueueOne(b, &one, `SELECT 1 AS n, $1::text AS name`, "first")
		b.Queue(`SELECT set_config('portal.test', 'x', true)`)
		postgres.QueueAll(b, &all, `SELECT n, 'x' || n AS name FROM generate_series(1, $1::int) AS n`, 3)
		postgres.QueueAll(b, &none, `SELECT 1 AS n, '' AS name WHERE false`)
		postgres.QueueValue(b, &value, `SELECT 42`)
		if err := b.Send(context.Background(), tx); err != nil {
			return err
		}
		if one != (numbered{1, "first"}) || len(all) != 3 || all[2].Name != "x3" || len(none) != 0 || value != 42 || len(values) != 2 {
			t.Errorf("got %v, %v, %v, %d, %v", one, all, none, value, values)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBatchFails(t *testing.T) {
	db := dbtest.Tx(t)
	for name, c := range map[string]struct {
		sql  string
		want error
	}{
		"no row": {`SELECT 1 WHERE false`, pgx.ErrNoRows},
		"fault":  {`SELECT 1/0`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var v, later int
			err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
				b := &postgres.Batch{}
				postgres.QueueValue(b, &v, c.sql)
				postgres.QueueValue(b, &later, `SELECT 2`)
				return b.Send(context.Background(), tx)
			})
			if err == nil || later != 0 || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if err := new(postgres.Batch).Send(context.Background(), db); err != nil {
		t.Errorf("an empty batch: %v", err)
	}
}

func TestBatchWithTheBeginning(t *testing.T) {
	for name, db := range map[string]*postgres.DB{"pool": dbtest.New(t), "within": dbtest.Tx(t)} {
		after := func(sql string) (role string, called bool, err error) {
			b := &postgres.Batch{}
			postgres.QueueValue(b, &role, sql)
			err = db.InTxAfter(context.Background(), authz.Actor{Role: authz.Desk}, b, func(tx *postgres.Tx) error {
				called = !tx.Now().IsZero()
				return nil
			})
			return role, called, err
		}
		for range 40 { // more often than there are connections
			if _, called, err := after(`SELECT (1/0)::text`); err == nil || called {
				t.Fatalf("%s: a fault in the batch is not reported: %v, went on %t", name, err, called)
			}
		}
		if role, called, err := after(`SELECT actor_role()::text`); role != "desk" || !called || err != nil {
			t.Errorf("%s: got %q, went on %t, %v", name, role, called, err)
		}
	}
}

func TestRead(t *testing.T) {
	db := dbtest.New(t)
	dbtest.Freeze(t, db, time.Date(2025, 1, 13, 16, 0, 0, 0, time.UTC))
	read := func(sql string) (string, time.Time, error) {
		var v string
		b := &postgres.Batch{}
		postgres.QueueValue(b, &v, sql)
		now, err := db.Read(context.Background(), authz.Actor{Role: authz.Desk}, b)
		return v, now, err
	}
	for range 40 { // more often than there are connections
		if _, _, err := read(`SELECT (1/0)::text`); err == nil {
			t.Fatal("a fault in the batch is not reported")
		}
	}
	role, now, err := read(`SELECT actor_role()::text`)
	if err != nil || role != "desk" || !now.Equal(time.Date(2025, 1, 13, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("got %q at %v, %v", role, now, err)
	}
	if _, _, err := read(`WITH x AS (INSERT INTO clock (ahead) VALUES ('1 day') RETURNING 1) SELECT 'written'`); err == nil {
		t.Error("a read has written")
	}
	if role, _, err = read(`SELECT coalesce(nullif(current_setting('portal.actor', true), ''), 'nobody')`); err != nil || role != "desk - -" {
		t.Errorf("got %q, %v", role, err)
	}
	if left, err := postgres.Value[string](context.Background(), db, `SELECT current_setting('portal.actor', true)`); err != nil || left != "" {
		t.Errorf("after a read the actor %q is still named, %v", left, err)
	}
}
