package enrollment

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// OwnHistory is History for the client whose account it is. Somebody without a
// record is fault.ErrNotFound.
func (s *Service) OwnHistory(ctx context.Context, actor authz.Actor) (History, error) {
	var out History
	if actor.Role != authz.Client {
		return out, fault.ErrNotFound
	}
	var first postgres.Batch
	q := client.QueueOwn(&first, actor.Account)
	err := s.db.InTxAfter(ctx, actor, &first, func(tx *postgres.Tx) (err error) {
		if out.Client, err = q.Open(s.ring); err != nil {
			return err
		}
		var rows []determinationRow
		var b postgres.Batch
		queueDeterminations(&b, &rows, out.Client.ID)
		queuePeriods(&b, &out.Periods, out.Client.ID)
		if err := audit.Queue(&b, tx, actor, "client.view", client.Subject(out.Client.ID), audit.Reason("history")); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read own history: %w", err)
		}
		if out.Determinations, err = openAll(s.ring, rows); err != nil {
			return err
		}
		return s.openCodes(out.Periods)
	})
	return out, err
}
