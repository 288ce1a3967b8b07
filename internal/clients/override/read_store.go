package override

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// lineRow is a request as it is stored, for the pages that open it.
type lineRow struct {
	Line
	EnrollmentID   uuid.UUID
	RequestedBy    uuid.UUID
	EvidenceSealed []byte
	AnswerSealed   []byte
}

const lineColumns = `
	r.id, r.client_id, p.number, s.name AS site_name, coalesce(q.first_name || ' ' || q.last_name, '') AS asked,
	r.requested_at, r.reason, r.outage_id, r.starts_on, r.paper_on, r.entered_on, r.moved_from, r.state,
	r.decided_at, ` + stillWithin + `,
	coalesce(d.first_name || ' ' || d.last_name, '') AS decider`

const lineTables = `
	FROM override_request r
	JOIN site s ON s.id = r.site_id
	JOIN enrollment e ON e.id = r.enrollment_id
	JOIN determination t ON t.id = e.determination_id
	JOIN application p ON p.id = t.application_id
	JOIN account q ON q.id = r.requested_by
	LEFT JOIN account d ON d.id = r.decided_by`

const (
	selectLine  = `SELECT ` + lineColumns + lineTables
	selectWhole = `SELECT ` + lineColumns + `, r.enrollment_id, r.requested_by, r.evidence_sealed, r.answer_sealed` + lineTables
)

// maxOfClient is how many requests about a client are shown.
const maxOfClient = 20

func queueOfClient(b *postgres.Batch, into *[]lineRow, clientID uuid.UUID) {
	postgres.QueueAll(b, into, selectWhole+` WHERE r.client_id = $1 ORDER BY r.requested_at DESC, r.id DESC LIMIT $2`, clientID, maxOfClient)
}

func queueWhole(b *postgres.Batch, into *[]lineRow, id uuid.UUID) {
	postgres.QueueAll(b, into, selectWhole+` WHERE r.id = $1 LIMIT 1`, id)
}

func queueWaiting(b *postgres.Batch, out *List, f Filter) {
	args := pgx.NamedArgs{"outage": orNil(f.Outage), "size": f.Size, "skip": (f.Page - 1) * f.Size}
	const chosen = ` WHERE r.state = 'submitted' AND (@outage::uuid IS NULL OR r.outage_id = @outage)`
	postgres.QueueAll(b, &out.Lines, selectLine+chosen+` ORDER BY r.requested_at, r.id LIMIT @size OFFSET @skip`, args)
	postgres.QueueValue(b, &out.Total, `SELECT count(*) FROM override_request r`+chosen, args)
	postgres.QueueAll(b, &out.Outages, `
		SELECT o.id, o.kind, o.starts_at, count(*)::int AS count
		FROM override_request r
		JOIN outage o ON o.id = r.outage_id
		WHERE r.state = 'submitted'
		GROUP BY o.id, o.kind, o.starts_at
		ORDER BY o.starts_at DESC
		LIMIT 20`)
}

func queueOfSite(b *postgres.Batch, out *List, site uuid.UUID, f Filter) {
	args := pgx.NamedArgs{"site": site, "size": f.Size, "skip": (f.Page - 1) * f.Size}
	postgres.QueueAll(b, &out.Lines, selectLine+` WHERE r.site_id = @site ORDER BY r.requested_at DESC, r.id DESC LIMIT @size OFFSET @skip`, args)
	postgres.QueueValue(b, &out.Total, `SELECT count(*) FROM override_request r WHERE r.site_id = @site`, args)
}

func queueOutageText(b *postgres.Batch, into *[]OutageText, id *uuid.UUID) {
	postgres.QueueAll(b, into, `SELECT kind, starts_at, ends_at, text_en, text_es FROM outage WHERE id = $1`, id)
}

// paperRow is the paper that the latest enrollment was typed in from.
type paperRow struct {
	ID              uuid.UUID
	OutageID        uuid.UUID
	PaperOn         civil.Date
	PaperKeptSealed []byte
}

func queuePaper(b *postgres.Batch, into *[]paperRow, clientID uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT a.id, a.outage_id, a.paper_on, a.paper_kept_sealed
		FROM enrollment e
		JOIN determination d ON d.id = e.determination_id
		JOIN application a ON a.id = d.application_id
		WHERE e.client_id = $1 AND e.followed_on IS NULL AND a.mode = 'paper'
		LIMIT 1`, clientID)
}

func (r paperRow) open(ring *secret.Ring) (application.Sheet, error) {
	return application.OpenSheet(ring, r.ID, r.OutageID, r.PaperOn, r.PaperKeptSealed)
}
