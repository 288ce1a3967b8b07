package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Batch is statements that go to the database together and come back in one
// round trip. They run in the order in which they were queued; none may need
// the answer of another. The first that fails ends the batch.
type Batch struct{ statements pgx.Batch }

// QueueOne queues a query for one row, which goes to into when the batch is
// sent. No row is pgx.ErrNoRows from Send.
func QueueOne[T any](b *Batch, into *T, sql string, args ...any) {
	b.statements.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
		return err
	})
}

// QueueAll queues a query for rows, which go to into when the batch is sent: an
// empty list when there are none.
func QueueAll[T any](b *Batch, into *[]T, sql string, args ...any) {
	b.statements.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	})
}

// QueueValue queues a query for one value, which goes to into when the batch is
// sent. No row is pgx.ErrNoRows from Send.
func QueueValue[T any](b *Batch, into *T, sql string, args ...any) {
	b.statements.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
		return err
	})
}

// QueueValues queues a query with one column, whose values go to into when the
// batch is sent: an empty list when there are none.
func QueueValues[T any](b *Batch, into *[]T, sql string, args ...any) {
	b.statements.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowTo[T])
		return err
	})
}

// Queue queues a statement that answers nothing.
func (b *Batch) Queue(sql string, args ...any) { b.statements.Queue(sql, args...) }

// QueueAs is Queue for a statement whose failure Send reports as the given one,
// with its cause.
func (b *Batch) QueueAs(failure error, sql string, args ...any) {
	b.statements.Queue(sql, args...).Fn = func(results pgx.BatchResults) error {
		if _, err := results.Exec(); err != nil {
			return fmt.Errorf("%w: %w", failure, err)
		}
		return nil
	}
}

// Send runs what was queued, in one round trip, and fills what the queries
// were to go to. An empty batch asks nothing.
func (b *Batch) Send(ctx context.Context, q Querier) error {
	if b.statements.Len() == 0 {
		return nil
	}
	return q.SendBatch(ctx, &b.statements).Close()
}
