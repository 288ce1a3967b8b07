// Package report reads lists and counts across domains that belong to none of
// them: background work, messages that could not be delivered. It changes
// nothing.
package report

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Service reads the reports. It may be used from several goroutines at once.
type Service struct{ db *postgres.DB }

// NewService returns the reports of a database.
func NewService(db *postgres.DB) *Service { return &Service{db: db} }

// Job is how the background jobs of one kind stand.
type Job struct {
	Kind     string
	Waiting  int
	Running  int
	Failing  int // have failed and are tried again
	GivenUp  int
	Done     int
	LastDone *time.Time
}

// Bad returns how many need a look.
func (j Job) Bad() int { return j.Failing + j.GivenUp }

// Jobs returns how background work stands, by kind, for the program office.
// River forgets finished jobs after a while.
func (s *Service) Jobs(ctx context.Context, actor authz.Actor) ([]Job, error) {
	var jobs []Job
	var reads postgres.Batch
	readJobs(&reads, &jobs)
	return jobs, s.read(ctx, actor, &reads)
}

func readJobs(b *postgres.Batch, to *[]Job) {
	postgres.QueueAll(b, to, `
		SELECT kind,
			count(*) FILTER (WHERE state IN ('available', 'scheduled', 'pending'))::int AS waiting,
			count(*) FILTER (WHERE state = 'running')::int AS running,
			count(*) FILTER (WHERE state = 'retryable')::int AS failing,
			count(*) FILTER (WHERE state = 'discarded')::int AS given_up,
			count(*) FILTER (WHERE state = 'completed')::int AS done,
			max(finalized_at) FILTER (WHERE state = 'completed') AS last_done
		FROM river_job GROUP BY kind ORDER BY kind`)
}

// Undelivered is a message that could not be delivered.
type Undelivered struct {
	ID       uuid.UUID
	Key      string
	Email    string // empty when it was to a client
	SiteID   *uuid.UUID
	SiteName string
	FailedAt *time.Time
	Failure  string
	Total    int // all there are
}

// Undelivered returns a page of the messages that could not be delivered,
// newest first, and how many there are, for the program office. Addresses of
// clients are not in it.
func (s *Service) Undelivered(ctx context.Context, actor authz.Actor, page, size int) ([]Undelivered, int, error) {
	var list []Undelivered
	var reads postgres.Batch
	postgres.QueueAll(&reads, &list, `
		SELECT g.id, g.key, coalesce(g.email, '') AS email, m.site_id, coalesce(s.name, '') AS site_name,
			g.failed_at, coalesce(g.failure, '') AS failure, (count(*) OVER ())::int AS total
		FROM message g
		LEFT JOIN membership m ON m.id = g.membership_id
		LEFT JOIN site s ON s.id = m.site_id
		WHERE g.state = 'undeliverable'
		ORDER BY g.failed_at DESC NULLS LAST, g.id DESC
		LIMIT $1 OFFSET $2`, max(size, 1), (max(page, 1)-1)*max(size, 1))
	err := s.read(ctx, actor, &reads)
	if len(list) > 0 {
		return list, list[0].Total, err
	}
	return list, 0, err
}

// read sends the queries for the program office.
func (s *Service) read(ctx context.Context, actor authz.Actor, b *postgres.Batch) error {
	if !authz.Allows(actor.Role, authz.OFPHome) {
		return fault.ErrNotFound
	}
	if _, err := s.db.Read(ctx, actor, b); err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	return nil
}
