package accesscode

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

// ReadOfSite adds the reading of the newest codes of a site's certifiers.
func ReadOfSite(r *postgres.Batch, to *[]Listed, siteID uuid.UUID) {
	postgres.QueueAll(r, to, `
		SELECT `+Columns+`, s.id AS site_id, s.site_code, s.name AS site_name, m.first_name || ' ' || m.last_name AS name,
			m.email, m.account_id IS NOT NULL AS joined, m.removed_at IS NOT NULL AS removed, coalesce(c.note, '') AS note, coalesce(g.state, '') AS mail,
			(count(*) OVER ())::int AS total
		`+listedTables+`
		WHERE s.id = $1
		ORDER BY c.issued_at DESC, c.id DESC LIMIT 25`, siteID)
}
