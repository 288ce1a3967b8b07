package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// openTx is a transaction that begin has opened on a connection of the pool,
// in the driver's own terms. It gives the connection back when it ends. One
// goroutine uses it at a time.
type openTx struct {
	conn       *pgxpool.Conn // nil once ended
	savepoints int
}

// Commit ends the transaction and keeps what was done in it. When PostgreSQL
// had already given up on it, nothing was kept: pgx.ErrTxCommitRollback.
func (t *openTx) Commit(ctx context.Context) error {
	if t.conn == nil {
		return pgx.ErrTxClosed
	}
	tag, err := t.conn.Exec(ctx, "commit")
	t.release()
	if err == nil && tag.String() == "ROLLBACK" {
		return pgx.ErrTxCommitRollback
	}
	return err
}

// Rollback ends the transaction and takes back what was done in it. A
// connection that does not answer in time is not used again.
func (t *openTx) Rollback(ctx context.Context) error {
	if t.conn == nil {
		return pgx.ErrTxClosed
	}
	ctx, cancel := context.WithTimeout(ctx, poolWait)
	defer cancel()
	_, err := t.conn.Exec(ctx, "rollback")
	if err != nil {
		_ = t.conn.Conn().Close(ctx)
	}
	t.release()
	return err
}

func (t *openTx) release() {
	t.conn.Release()
	t.conn = nil
}

// Begin opens a savepoint.
func (t *openTx) Begin(ctx context.Context) (pgx.Tx, error) {
	if t.conn == nil {
		return nil, pgx.ErrTxClosed
	}
	t.savepoints++
	name := fmt.Sprintf("s%d", t.savepoints)
	if _, err := t.conn.Exec(ctx, "savepoint "+name); err != nil {
		return nil, err
	}
	return &savepoint{openTx: t, name: name}, nil
}

// savepoint is a transaction within the transaction.
type savepoint struct {
	*openTx
	name  string
	ended bool
}

// Commit keeps what was done since the savepoint.
func (s *savepoint) Commit(ctx context.Context) error { return s.end(ctx, "release savepoint ") }

// Rollback takes back what was done since the savepoint.
func (s *savepoint) Rollback(ctx context.Context) error {
	return s.end(ctx, "rollback to savepoint ")
}

func (s *savepoint) end(ctx context.Context, how string) error {
	if s.ended || s.conn == nil {
		return pgx.ErrTxClosed
	}
	s.ended = true
	_, err := s.conn.Exec(ctx, how+s.name)
	return err
}

// errEnded is the answer of a transaction that has ended.
type errEnded struct{}

func (errEnded) Scan(...any) error { return pgx.ErrTxClosed }

func (t *openTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if t.conn == nil {
		return pgconn.CommandTag{}, pgx.ErrTxClosed
	}
	return t.conn.Exec(ctx, sql, args...)
}

func (t *openTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if t.conn == nil {
		return nil, pgx.ErrTxClosed
	}
	return t.conn.Query(ctx, sql, args...)
}

func (t *openTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if t.conn == nil {
		return errEnded{}
	}
	return t.conn.QueryRow(ctx, sql, args...)
}

func (t *openTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.conn.SendBatch(ctx, b)
}

func (t *openTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if t.conn == nil {
		return 0, pgx.ErrTxClosed
	}
	return t.conn.CopyFrom(ctx, table, columns, rows)
}

func (t *openTx) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	if t.conn == nil {
		return nil, pgx.ErrTxClosed
	}
	return t.conn.Conn().Prepare(ctx, name, sql)
}

func (t *openTx) LargeObjects() pgx.LargeObjects {
	panic(errors.New("postgres: large objects are not used"))
}

func (t *openTx) Conn() *pgx.Conn {
	if t.conn == nil {
		return nil
	}
	return t.conn.Conn()
}
