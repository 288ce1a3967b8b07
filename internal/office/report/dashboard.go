package report

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Dashboard is what needs the program office now and how it is doing.
type Dashboard struct {
	Sites       site.Counts
	Codes       accesscode.Funnel
	Undelivered int // messages that could not be delivered
	Overrides   int // requests to move an eligibility date that wait
	Jobs        []Job
}

// Bad returns how many background jobs need a look.
func (d Dashboard) Bad() int {
	n := 0
	for _, j := range d.Jobs {
		n += j.Bad()
	}
	return n
}

// Dashboard reads the dashboard of the program office: all its queries in one
// round trip.
func (s *Service) Dashboard(ctx context.Context, actor authz.Actor) (Dashboard, error) {
	if !authz.Allows(actor.Role, authz.OFPHome) {
		return Dashboard{}, fault.ErrNotFound
	}
	var d Dashboard
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var reads postgres.Batch
		site.ReadCounts(&reads, &d.Sites)
		accesscode.ReadFunnel(&reads, tx, &d.Codes)
		postgres.QueueValue(&reads, &d.Undelivered, `SELECT count(*)::int FROM message WHERE state = 'undeliverable'`)
		postgres.QueueValue(&reads, &d.Overrides, `SELECT count(*)::int FROM override_request WHERE state = 'submitted'`)
		readJobs(&reads, &d.Jobs)
		return reads.Send(ctx, tx)
	})
	if err != nil {
		return Dashboard{}, fmt.Errorf("read dashboard: %w", err)
	}
	return d, nil
}
