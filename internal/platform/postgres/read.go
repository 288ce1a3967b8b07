package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"familypact.example/portal/internal/platform/authz"
)

// Read sends the batch in a transaction of its own, which says who acts and can
// change nothing, and returns that transaction's time. All of it is one round
// trip. It is for pages that only look; one that writes an audit entry needs
// InTx, since the entry carries the time.
func (db *DB) Read(ctx context.Context, actor authz.Actor, b *Batch) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, txTimeout)
	defer cancel()
	if db.pool == nil {
		return db.readWithin(ctx, actor, b)
	}
	var now time.Time
	err := Again(func() (err error) {
		now, err = db.readOnce(ctx, actor, b)
		return err
	})
	return now, err
}

func (db *DB) readOnce(ctx context.Context, actor authz.Actor, b *Batch) (now time.Time, err error) {
	waitCtx, cancel := context.WithTimeout(ctx, poolWait)
	defer cancel()
	conn, err := db.pool.Acquire(waitCtx)
	if err != nil {
		return time.Time{}, fmt.Errorf("no connection: %w", err)
	}
	tx := &openTx{conn: conn}
	whole := opening("begin read only", actor, &now, b)
	whole.Queue("commit")
	if err := conn.SendBatch(ctx, whole).Close(); err != nil {
		return time.Time{}, errors.Join(err, tx.Rollback(context.WithoutCancel(ctx)))
	}
	tx.release()
	return now.UTC(), nil
}

// readWithin reads in the one transaction of a test.
func (db *DB) readWithin(ctx context.Context, actor authz.Actor, b *Batch) (now time.Time, err error) {
	err = db.InTx(ctx, actor, func(tx *Tx) error {
		now = tx.Now()
		return b.Send(ctx, tx)
	})
	return now, err
}
