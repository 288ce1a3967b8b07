package audit

import (
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Queue is Record in a batch of the transaction, so that a page which only
// shows something asks the database once. The batch must be sent in tx.
func Queue(b *postgres.Batch, tx *postgres.Tx, actor authz.Actor, action, subject string, opts ...Option) error {
	entry, err := signed(tx.Now(), actor, action, subject, opts)
	if err != nil {
		return err
	}
	b.QueueAs(ErrUnwritten, insertion, entry.args())
	return nil
}
