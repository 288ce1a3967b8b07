package client

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Queued is a record that a batch reads.
type Queued struct{ rows []row }

// Queue is FindTx in a batch with the rest of what is read. The caller records
// the view. Open it after the batch was sent.
func Queue(b *postgres.Batch, id uuid.UUID) *Queued {
	q := &Queued{}
	postgres.QueueAll(b, &q.rows, selectRow, id)
	return q
}

// QueueDetermined is Queue for the client about whom the application was
// decided.
func QueueDetermined(b *postgres.Batch, application uuid.UUID) *Queued {
	q := &Queued{}
	postgres.QueueAll(b, &q.rows, `
		SELECT `+rowColumns+`
		FROM determination d
		JOIN client c ON c.id = d.client_id
		JOIN site s ON s.id = c.site_id
		WHERE d.application_id = $1`, application)
	return q
}

// ViewedTx keeps that the record was seen, for whoever has read it by Queue.
func ViewedTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, what string) error {
	return audit.Record(ctx, tx, actor, "client.view", Subject(id), audit.Reason(what))
}

// QueueView is ViewTx in a batch with the rest of the page: the record is read
// and the view kept in one round trip. Open it after the batch was sent in tx.
func QueueView(b *postgres.Batch, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, what string) (*Queued, error) {
	return Queue(b, id), audit.Queue(b, tx, actor, "client.view", Subject(id), audit.Reason(what))
}

// Open returns the record. One that the actor may not see is
// fault.ErrNotFound, which takes the entry of the view back as well.
func (q *Queued) Open(ring *secret.Ring) (Record, error) {
	if len(q.rows) == 0 {
		return Record{}, fault.ErrNotFound
	}
	return q.rows[0].open(ring)
}
