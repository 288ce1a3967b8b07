package session

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

// Open is a sign-in that goes on, as its owner sees it.
type Open struct {
	ID         uuid.UUID
	CreatedAt  time.Time
	LastSeenAt time.Time
	Known      bool // on a device that is known
}

// ListOpen returns the complete sign-ins of an account that have not ended,
// the newest first.
func (m *Manager) ListOpen(ctx context.Context, account uuid.UUID) ([]Open, error) {
	return postgres.All[Open](ctx, m.store.db, `
		SELECT id, created_at, last_seen_at, device_id IS NOT NULL AS known FROM session
		WHERE account_id = $1 AND step = 'full' AND revoked_at IS NULL
			AND created_at > portal_now() - make_interval(secs => $2)
		ORDER BY created_at DESC LIMIT 20`, account, m.store.limits.Absolute.Seconds())
}
