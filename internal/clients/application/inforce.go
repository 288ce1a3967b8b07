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
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		if out.Client, err = client.ViewTx(ctx, tx, s.ring, actor, clientID, "application"); err != nil {
			return err
		}
		rows, err := lastDecided(ctx, tx, clientID)
		if err != nil {
			return fmt.Errorf("read answers in force: %w", err)
		}
		for _, r := range rows {
			answers, err := openAnswers(s.ring, r.ID, r.AnswersSealed, tx.Today())
			if err != nil {
				return err
			}
			out.Last = &Last{ID: r.ID, Answers: answers, On: r.DecidedAt}
		}
		return nil
	})
	return out, err
}

func lastDecided(ctx context.Context, tx *postgres.Tx, clientID uuid.UUID) ([]lastRow, error) {
	return postgres.All[lastRow](ctx, tx, selectLast, clientID)
}

// selectLast reads the form that was decided last.
const selectLast = `
	SELECT id, answers_sealed, decided_at
	FROM application
	WHERE client_id = $1 AND decided_at IS NOT NULL
	ORDER BY decided_at DESC, id DESC
	LIMIT 1`
