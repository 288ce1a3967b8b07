// Package dbtest gives each test a database of its own: Tx one inside a
// transaction that is rolled back, New a copy with connections of its own. Both
// have the newest schema and are used as the portal's own role, so row-level
// security holds in tests as it does in production.
//
// The server is the one that TEST_DATABASE_URL names (its superuser's address)
// or, without it, a private one that the first test starts. DATABASE_URL is
// never looked at.
package dbtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"familypact.example/portal/internal/platform/devdb"
	"familypact.example/portal/internal/platform/postgres"
)

// handles remembers what stands behind each database given to a test.
var handles sync.Map // *postgres.DB → handle

type handle struct {
	name string // of the clone; empty inside one transaction
}

// Main runs a package's tests, then after, and ends the private server that the
// tests started:
//
//	func TestMain(m *testing.M) { dbtest.Main(m, browsertest.Stop) }
//
// Without it the server ends with the process, on Linux.
func Main(m *testing.M, after ...func()) {
	m.Run()
	for _, fn := range after {
		fn()
	}
	stop()
}

// Tx returns a database inside one transaction, which is rolled back at the end
// of the test. What services commit in it are savepoints. It is for one
// goroutine at a time; tests that use it run in parallel.
func Tx(t testing.TB) *postgres.DB {
	t.Helper()
	pool := sharedPool(t)
	ctx := context.Background()
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatalf("begin the test's transaction: %v", err)
	}
	t.Cleanup(func() { _ = tx.Rollback(ctx) })
	if _, err := tx.Exec(ctx, ownClock); err != nil {
		t.Fatalf("make the test's clock: %v", err)
	}
	db := postgres.Within(tx)
	remember(t, db, handle{})
	return db
}

// ownClock makes the temporary table that stands before the shared clock. It is
// made at once, before any statement has been prepared with the other.
const ownClock = `
	CREATE TEMPORARY TABLE clock (LIKE public.clock INCLUDING ALL) ON COMMIT DROP;
	GRANT SELECT ON pg_temp.clock TO PUBLIC`

// New returns a database of the test's own, a fresh copy with a pool of
// connections. It is for what several connections must see: races, locks, jobs,
// a portal started on it.
func New(t testing.TB) *postgres.DB {
	t.Helper()
	name := clone(t)
	db, err := postgres.Open(context.Background(), address(t, name, devdb.AppRole))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	remember(t, db, handle{name: name})
	return db
}

// Empty returns the owner's address of a database without a schema, for tests
// of the migrations themselves.
func Empty(t testing.TB) string {
	t.Helper()
	name := mustServer(t).nextName()
	admin(t, func(ctx context.Context, conn *pgx.Conn) error {
		return devdb.MakeDatabase(ctx, conn, name, "template0")
	})
	return address(t, name, devdb.OwnerRole)
}

// URL returns the address of a database made by New, as the portal's role: the
// DATABASE_URL of a portal on it.
func URL(t testing.TB, db *postgres.DB) string {
	t.Helper()
	return address(t, nameOf(t, db), devdb.AppRole)
}

// OwnerURL returns the address of a database made by New, as the owner of its
// tables: the DATABASE_OWNER_URL of a portal on it.
func OwnerURL(t testing.TB, db *postgres.DB) string {
	t.Helper()
	return address(t, nameOf(t, db), devdb.OwnerRole)
}

// Superuser returns a connection to a database made by New that sees every row
// and may do anything. It is closed at the end of the test.
func Superuser(t testing.TB, db *postgres.DB) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address(t, nameOf(t, db), ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	return conn
}

// Freeze stops the database's clock at the given instant, until it is frozen
// anew or moved. In a database made by Tx the clock is the test's own.
func Freeze(t testing.TB, db *postgres.DB, at time.Time) {
	t.Helper()
	setClock(t, db, `
		INSERT INTO clock (frozen_at) VALUES ($1)
		ON CONFLICT (only_row) DO UPDATE SET frozen_at = $1, ahead = '0'`, at)
}

// Advance moves the database's clock, frozen or running, forward by d; back if
// d is negative.
func Advance(t testing.TB, db *postgres.DB, d time.Duration) {
	t.Helper()
	setClock(t, db, `
		INSERT INTO clock (ahead) VALUES ($1)
		ON CONFLICT (only_row) DO UPDATE SET frozen_at = clock.frozen_at + $1,
			ahead = CASE WHEN clock.frozen_at IS NULL THEN clock.ahead + $1 ELSE clock.ahead END`, d)
}

func setClock(t testing.TB, db *postgres.DB, sql string, arg any) {
	t.Helper()
	var err error
	if h := handleOf(t, db); h.name == "" {
		_, err = db.Exec(context.Background(), sql, arg)
	} else {
		err = execAs(address(t, h.name, ""), sql, arg)
	}
	if err != nil {
		t.Fatalf("set the test's clock: %v", err)
	}
}

// execAs uses a connection for one statement: a long test sets its clock often.
func execAs(address, sql string, arg any) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql, arg)
	return errors.Join(err, conn.Close(ctx))
}

func remember(t testing.TB, db *postgres.DB, h handle) {
	handles.Store(db, h)
	t.Cleanup(func() { handles.Delete(db) })
}

func handleOf(t testing.TB, db *postgres.DB) handle {
	t.Helper()
	v, ok := handles.Load(db)
	if !ok {
		t.Fatal("this database was not made by dbtest, or its test has ended")
	}
	h, _ := v.(handle)
	return h
}

func nameOf(t testing.TB, db *postgres.DB) string {
	t.Helper()
	h := handleOf(t, db)
	if h.name == "" {
		t.Fatal("a database made by dbtest.Tx is one transaction and has no address; use dbtest.New")
	}
	return h.name
}

// shared is the clone in whose transactions all Tx tests of the process run.
var shared struct {
	once sync.Once
	pool *pgxpool.Pool
	err  error
}

func sharedPool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	shared.once.Do(func() { shared.pool, shared.err = openShared() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.pool
}

func openShared() (*pgxpool.Pool, error) {
	ctx := context.Background()
	s, err := theServer()
	if err != nil {
		return nil, err
	}
	name, err := s.clone(ctx)
	if err != nil {
		return nil, err
	}
	// The portal's role may make no temporary table; the tests' clock is one.
	err = s.asAdmin(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `GRANT TEMPORARY ON DATABASE `+quote(name)+` TO `+devdb.AppRole)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("let the tests have their own clock: %w", err)
	}
	url, err := s.address(name, devdb.AppRole)
	if err != nil {
		return nil, err
	}
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the address of the test database: %w", err)
	}
	cfg.MaxConns = 64 // as many tests as run at once
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["lock_timeout"] = "10s"
	return pgxpool.NewWithConfig(ctx, cfg)
}

func clone(t testing.TB) string {
	t.Helper()
	name, err := mustServer(t).clone(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func address(t testing.TB, database, user string) string {
	t.Helper()
	url, err := mustServer(t).address(database, user)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func admin(t testing.TB, fn func(ctx context.Context, conn *pgx.Conn) error) {
	t.Helper()
	if err := mustServer(t).asAdmin(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func mustServer(t testing.TB) *server {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("no database for the tests: %s", strings.TrimSpace(err.Error()))
	}
	return s
}

// MarkTraining marks a database made by New as a training copy's, so that a
// portal in training mode serves it.
func MarkTraining(t testing.TB, db *postgres.DB) {
	t.Helper()
	if _, err := Superuser(t, db).Exec(context.Background(), `
		INSERT INTO training_mark (marked_at) VALUES (now()) ON CONFLICT DO NOTHING`); err != nil {
		t.Fatalf("mark the test's database: %v", err)
	}
}
