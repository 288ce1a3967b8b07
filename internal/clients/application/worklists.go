package application

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Worklists are how long the lists of a site are that wait for somebody.
type Worklists struct {
	Clients      []int // in the order of client.Worklists
	Drafts       int
	EndingDrafts int // of the drafts, deleted within EndingDays
	Sent         int // by clients, for the site to finish
	Overrides    int // requests of the site, whatever their state
}

// Worklists counts what waits at the actor's site; each number is how long the
// list is that it opens.
func (s *Service) Worklists(ctx context.Context, actor authz.Actor) (Worklists, error) {
	var out Worklists
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		client.QueueTallies(&b, &out.Clients, tx.Today(), actor.Site)
		queueDraftCount(&b, &out.Drafts, actor.Site)
		queueEndingCount(&b, &out.EndingDrafts, tx, actor.Site)
		QueueSentCount(&b, &out.Sent, actor.Site)
		postgres.QueueValue(&b, &out.Overrides, `SELECT count(*) FROM override_request WHERE site_id = $1`, actor.Site)
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("count the work lists: %w", err)
		}
		return nil
	})
	return out, err
}
