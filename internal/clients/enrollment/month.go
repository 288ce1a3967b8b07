package enrollment

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

// Month is a month before the first certification that was decided by itself
// (form DHCS 4001). retro decides it; the record's history shows it.
type Month struct {
	First       civil.Date `db:"month"`
	Eligible    bool
	SiteName    string
	Certifier   string
	CertifiedAt time.Time
	DocumentID  uuid.UUID
}

// queueMonths reads the months of a client that were decided.
func queueMonths(b *postgres.Batch, into *[]Month, clientID uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT m.month, m.outcome = 'eligible' AS eligible, s.name AS site_name,
		       coalesce(a.first_name || ' ' || a.last_name, '') AS certifier, r.certified_at, r.document_id
		FROM retro_month m
		JOIN retro r ON r.id = m.retro_id
		JOIN site s ON s.id = r.site_id
		JOIN account a ON a.id = r.certified_by
		WHERE m.client_id = $1
		ORDER BY m.month
		LIMIT $2`, clientID, maxHistory)
}
