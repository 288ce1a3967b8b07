// Package postgres is the portal's way to its database: a pool, a transaction
// that carries its time and its actor, retries of what PostgreSQL asks to
// retry, and the front end of golang-migrate. It knows no table but the clock.
package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
)

// Querier reads: a pool and a transaction both are one.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// source is what a DB takes its transactions from: a pool, or in tests one
// transaction whose savepoints stand for them.
type source interface {
	Querier
	Begin(ctx context.Context) (pgx.Tx, error)
}

// DB is the database. It may be used from several goroutines at once, except
// in tests when it was made by Within.
type DB struct {
	source
	pool *pgxpool.Pool
}

// Timeouts of the database, each shorter than the one around it (security.md
// 19.5): a transaction of at most 15 s within a request of 25 s.
const (
	statementTimeout = 10 * time.Second
	lockTimeout      = 3 * time.Second
	idleInTxTimeout  = 30 * time.Second
	poolWait         = 2 * time.Second
	txTimeout        = 15 * time.Second
	poolSize         = 16
)

// scramOnly refuses a server that asks for a password as it is, or for its MD5
// (security.md 16.3): what is sent over the wire must not be of use to whoever
// stands in the way. A socket and a certificate ask for none.
const scramOnly = "!password,!md5"

// Open returns the database at url. It does not connect: the first use does,
// so that a portal can start before its database. A password is sent by SCRAM
// or not at all, unless the address says require_auth otherwise.
func Open(ctx context.Context, url string) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database address cannot be read")
	}
	if cfg.MaxConns < poolSize {
		cfg.MaxConns = poolSize
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.HealthCheckPeriod = 5 * time.Second
	cfg.ConnConfig.ConnectTimeout = 2 * time.Second
	cfg.ConnConfig.RequireAuth = cmp.Or(cfg.ConnConfig.RequireAuth, scramOnly)
	params := cfg.ConnConfig.RuntimeParams
	params["application_name"] = "portal"
	params["timezone"] = "UTC"
	params["jit"] = "off" // compiling takes longer than any page's statement
	params["statement_timeout"] = milliseconds(statementTimeout)
	params["lock_timeout"] = milliseconds(lockTimeout)
	params["idle_in_transaction_session_timeout"] = milliseconds(idleInTxTimeout)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{source: pool, pool: pool}, nil
}

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// Within returns a database inside the transaction: what it begins are
// savepoints of it. It is for tests and for one goroutine at a time.
func Within(tx pgx.Tx) *DB { return &DB{source: tx} }

// Pool returns the pool, for River and for metrics; nil inside Within.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Close returns when every connection has been closed.
func (db *DB) Close() {
	if db.pool != nil {
		db.pool.Close()
	}
}

// Tx is a transaction. It began by reading the clock once; that instant is the
// time of everything in it.
type Tx struct {
	pgx.Tx
	now time.Time
}

// Now returns the time of the transaction, by the database's clock, in UTC.
func (tx *Tx) Now() time.Time { return tx.now }

// Today returns the day of the transaction in California.
func (tx *Tx) Today() civil.Date { return civil.Of(tx.now) }

// Raw returns the driver's transaction, for River.
func (tx *Tx) Raw() pgx.Tx { return tx.Tx }

// InTx calls fn with a new transaction, which is committed when fn returns nil
// and rolled back otherwise. The transaction begins by reading the clock, once,
// and by saying who acts, as role, account and site: rows that are not for them
// are hidden. What PostgreSQL asks to repeat (serialization failure, deadlock)
// is repeated up to three times, so fn must be safe to call again: it must do
// nothing outside the transaction.
func (db *DB) InTx(ctx context.Context, actor authz.Actor, fn func(tx *Tx) error) error {
	return db.InTxAfter(ctx, actor, &Batch{}, fn)
}

// InTxAfter is InTx with a batch of reads that are sent with the beginning, in
// its round trip: when fn is called, they have been answered. It is for what
// must be known before the rest can be asked.
func (db *DB) InTxAfter(ctx context.Context, actor authz.Actor, first *Batch, fn func(tx *Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, txTimeout)
	defer cancel()
	for attempt := 1; ; attempt++ {
		err := db.once(ctx, actor, first, fn)
		if !repeatable(err) || attempt == maxAttempts || db.pool == nil {
			return err
		}
		if wait(ctx, attempt) != nil {
			return err
		}
	}
}

const maxAttempts = 4

func (db *DB) once(ctx context.Context, actor authz.Actor, first *Batch, fn func(tx *Tx) error) error {
	tx, err := db.begin(ctx, actor, first)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// firstWords begin every transaction: what time is it, and who acts.
const firstWords = `SELECT portal_now(), set_config('portal.actor', $1, true)`

// begin waits at most poolWait for a connection, so that a full pool answers
// quickly instead of piling up requests. The transaction, its first words and
// the first batch take one round trip together.
func (db *DB) begin(ctx context.Context, actor authz.Actor, first *Batch) (*Tx, error) {
	if db.pool == nil {
		return db.beginWithin(ctx, actor, first)
	}
	var tx *Tx
	err := Again(func() (err error) {
		tx, err = db.beginOnce(ctx, actor, first)
		return err
	})
	return tx, err
}

func (db *DB) beginOnce(ctx context.Context, actor authz.Actor, first *Batch) (*Tx, error) {
	waitCtx, cancel := context.WithTimeout(ctx, poolWait)
	defer cancel()
	conn, err := db.pool.Acquire(waitCtx)
	if err != nil {
		return nil, fmt.Errorf("no connection: %w", err)
	}
	raw := &openTx{conn: conn}
	var now time.Time
	if err := conn.SendBatch(ctx, opening("begin", actor, &now, first)).Close(); err != nil {
		_ = raw.Rollback(context.WithoutCancel(ctx))
		return nil, err
	}
	return &Tx{Tx: raw, now: now.UTC()}, nil
}

// opening begins a transaction, reads its time into now, and goes on with the
// first batch.
func opening(begin string, actor authz.Actor, now *time.Time, first *Batch) *pgx.Batch {
	whole := &pgx.Batch{}
	whole.Queue(begin)
	whole.Queue(firstWords, actor.String()).QueryRow(func(row pgx.Row) error { return row.Scan(now, nil) })
	whole.QueuedQueries = append(whole.QueuedQueries, first.statements.QueuedQueries...)
	return whole
}

// beginWithin begins a savepoint of the one transaction of a test.
func (db *DB) beginWithin(ctx context.Context, actor authz.Actor, first *Batch) (*Tx, error) {
	raw, err := db.source.Begin(ctx)
	if err != nil {
		return nil, err
	}
	var now time.Time
	err = raw.QueryRow(ctx, firstWords, actor.String()).Scan(&now, nil)
	if err == nil {
		err = first.Send(ctx, raw)
	}
	if err != nil {
		_ = raw.Rollback(ctx)
		return nil, err
	}
	return &Tx{Tx: raw, now: now.UTC()}, nil
}

// Again calls fn, and calls it again while its connection turns out to have
// been lost: after the database was restarted each connection of the pool finds
// that out by itself. It is for what only reads, or has done nothing yet.
func Again(fn func() error) error {
	for attempt := 0; ; attempt++ {
		err := fn()
		if attempt == poolSize || !lost(err) {
			return err
		}
	}
}

// lost reports whether the connection had ended before the statement was
// answered, and the database may well answer on another one.
func lost(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "57P01" || pg.Code == "57P02" // terminated, by an administrator or a crash
	}
	var connect *pgconn.ConnectError
	return isNetwork(err) && !errors.As(err, &connect) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled)
}

func repeatable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func wait(ctx context.Context, attempt int) error {
	pause := time.Duration(attempt) * 10 * time.Millisecond
	pause += rand.N(pause) //nolint:gosec // jitter, not a secret
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Violates reports whether err is the breaking of the named constraint or
// unique index.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}

// Unavailable reports whether err means that the database could not be
// reached or gave up, so that nothing was saved and a repeat may work.
func Unavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code[:2] {
		case "08", "53", "57", "58":
			return true
		}
		return pg.Code == "55P03" || pg.Code == "25P03"
	}
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err) || isNetwork(err)
}
