package application

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// InForce is a record with the answers that its last determination stands on.
type InForce struct {
	Client client.Record
	Last   *Last // nil: none are kept
}

// InForce returns the record with its answers in force, and keeps that they
// were looked at.
func (s *Service) InForce(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (InForce, error) {
	var out InForce
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		last := QueueInForce(&b, clientID)
		record, err := client.QueueView(&b, tx, actor, clientID, "application")
		if err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read answers in force: %w", err)
		}
		if out.Client, err = record.Open(s.ring); err != nil {
			return err
		}
		out.Last, err = last.Open(s.ring, tx.Today())
		return err
	})
	return out, err
}

// selectLast reads the form that was decided last.
const selectLast = `
	SELECT id, answers_sealed, decided_at
	FROM application
	WHERE client_id = $1 AND decided_at IS NOT NULL
	ORDER BY decided_at DESC, id DESC
	LIMIT 1`
