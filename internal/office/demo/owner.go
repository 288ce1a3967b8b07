package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

// Owner does to a training database what the serving role may not: it marks
// it, moves its clock and makes it anew. It holds one connection, with a lock
// that lets one program at a time make or fill a database, and is for one
// goroutine at a time.
type Owner struct {
	url  string
	conn *pgx.Conn
}

// connect opens a connection of the owner of the tables.
func connect(ctx context.Context, ownerURL string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return nil, errors.New("database address of the owner cannot be read")
	}
	cfg.RuntimeParams["application_name"] = "portal demo"
	cfg.RuntimeParams["timezone"] = "UTC"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect as the owner of the tables: %w", err)
	}
	return conn, nil
}

// Own returns the owner of the training database at the address. While another
// program makes or fills it, it waits.
func Own(ctx context.Context, ownerURL string) (*Owner, error) {
	conn, err := connect(ctx, ownerURL)
	if err != nil {
		return nil, err
	}
	o := &Owner{url: ownerURL, conn: conn}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended('portal demo', 0))`); err != nil {
		o.Close(ctx)
		return nil, fmt.Errorf("wait for another training copy: %w", err)
	}
	return o, nil
}

// Close ends the connection, and with it the lock, also when ctx has ended.
func (o *Owner) Close(ctx context.Context) { _ = o.conn.Close(context.WithoutCancel(ctx)) }

// Make brings the database to this program's schema and marks it for training.
// A database that holds anything and is not marked is ErrHoldsData. What was
// half filled is made anew. It reports whether the data are there already.
func (o *Owner) Make(ctx context.Context) (seeded bool, err error) {
	if err := mayClaim(ctx, o.conn); err != nil {
		return false, err
	}
	half, err := o.halfFilled(ctx)
	if err != nil {
		return false, err
	}
	if half {
		if err := o.Wipe(ctx); err != nil {
			return false, err
		}
	}
	if err := postgres.Migrate(ctx, o.url, true); err != nil {
		return false, err
	}
	if err := mark(ctx, o.conn); err != nil {
		return false, err
	}
	seeded, err = postgres.Value[bool](ctx, o.conn, `SELECT seeded_at IS NOT NULL FROM training_mark`)
	if err != nil {
		return false, fmt.Errorf("read the mark of training: %w", err)
	}
	return seeded, nil
}

func (o *Owner) halfFilled(ctx context.Context) (bool, error) {
	err := CheckTraining(ctx, o.conn)
	if errors.Is(err, ErrNotTraining) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return postgres.Value[bool](ctx, o.conn, `SELECT seeded_at IS NULL FROM training_mark`)
}

// Wipe takes every table out of a training database. Any other is
// ErrNotTraining and stays as it is.
func (o *Owner) Wipe(ctx context.Context) error {
	return pgx.BeginFunc(ctx, o.conn, func(tx pgx.Tx) error {
		if err := CheckTraining(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '10s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public`)
		if err != nil {
			return fmt.Errorf("take the training data away: %w", err)
		}
		return nil
	})
}

// Filled notes that the training data are complete.
func (o *Owner) Filled(ctx context.Context) error {
	if _, err := o.conn.Exec(ctx, `UPDATE training_mark SET seeded_at = now()`); err != nil {
		return fmt.Errorf("note that the training data are complete: %w", err)
	}
	return nil
}
