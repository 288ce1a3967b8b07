package setting

import (
	"fmt"

	"familypact.example/portal/internal/platform/postgres"
)

// Queued is a parameter that a batch reads.
type Queued[T any] struct {
	of   Setting[T]
	rows []named
}

// Queue is Get in a batch with the rest of what is read. Open it after the batch
// was sent.
func (s Setting[T]) Queue(b *postgres.Batch) *Queued[T] {
	q := &Queued[T]{of: s}
	postgres.QueueAll(b, &q.rows, `
		SELECT name, value FROM setting WHERE name = $1 ORDER BY id DESC LIMIT 1`, s.name)
	return q
}

// Open returns the parameter's value.
func (q *Queued[T]) Open() (T, error) {
	v, err := q.of.In(byName(q.rows))
	if err != nil {
		return v, fmt.Errorf("read setting %s: %w", q.of.name, err)
	}
	return v, nil
}
