package outage

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// maxAnnounced is how many outages are announced to everybody, and aheadDays
// how long before they begin.
const (
	maxAnnounced = 5
	aheadDays    = 30
)

// Announced returns the outages that everybody is told of now: those that go
// on, and those that begin within 30 days, the next one first. It does not say
// who has registered them.
func (s *Service) Announced(ctx context.Context) ([]Outage, error) {
	var list []Outage
	var b postgres.Batch
	postgres.QueueAll(&b, &list, `
		SELECT id, kind, affects, starts_at, ends_at, text_en, text_es, closed_at, called_off_at, '' AS by
		FROM outage
		WHERE called_off_at IS NULL AND (ends_at IS NULL OR ends_at > portal_now())
		  AND starts_at < portal_now() + make_interval(days => $1)
		ORDER BY starts_at, id
		LIMIT $2`, aheadDays, maxAnnounced)
	if _, err := s.db.Read(ctx, authz.Actor{Role: authz.Nobody}, &b); err != nil {
		return nil, fmt.Errorf("list announced outages: %w", err)
	}
	return list, nil
}
