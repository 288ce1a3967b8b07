package client

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

func insertOpening(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id, clientID uuid.UUID, p Purpose, note []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO client_opening (id, client_id, site_id, account_id, purpose, note_sealed, opened_on, opened_at)
		VALUES (@id, @client, @site, @account, @purpose, @note, @today, @now)`,
		pgx.NamedArgs{
			"id": id, "client": clientID, "site": orNil(actor.Site), "account": actor.Account,
			"purpose": string(p), "note": note, "today": tx.Today(), "now": tx.Now(),
		})
	return err
}

// queueAccesses reads the audit entries of the record. A list of clients is not
// among them: it names no one record.
func queueAccesses(b *postgres.Batch, into *[]Access, id uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT a.at, a.action, a.reason, a.role, coalesce(s.name, '') AS site_name
		FROM audit_entry a
		LEFT JOIN site s ON s.id = a.site_id
		WHERE a.subject = $1
		ORDER BY a.id DESC
		LIMIT $2`, Subject(id), maxAccess)
}

// lineRow is a client in a list, as stored.
type lineRow struct {
	ID uuid.UUID
	Period
	Name    []byte `db:"name_sealed"`
	BirthOn []byte `db:"birth_on_sealed"`
	Contact []byte `db:"contact_sealed"`
	HAP     []byte `db:"hap_number_sealed"`
	Total   int

	EnrollmentID *uuid.UUID // latest; nil: never enrolled
	Ended        []byte     `db:"discontinuation_sealed"`
}

// shown has the condition of each list; day is the day of the transaction,
// opened the last start for which the window of recertification is open.
var shown = map[Show]string{
	"":              `true`,
	ShowActive:      active,
	ShowRenewable:   active + ` AND starts_on <= @opened::date`,
	ShowEnding7:     active + ` AND ends_on <= @day::date + 7`,
	ShowEnding:      active + ` AND ends_on <= @day::date + 14`,
	ShowEnding30:    active + ` AND ends_on <= @day::date + 30`,
	ShowEnding60:    active + ` AND ends_on <= @day::date + 60`,
	ShowExpired:     `ends_on < @day::date AND (discontinued_on IS NULL OR discontinued_on > @day::date)`,
	ShowDeactivated: `discontinued_on <= @day::date`,
	ShowIneligible:  `starts_on IS NULL`,
}

const active = `ends_on >= @day::date AND (discontinued_on IS NULL OR discontinued_on > @day::date)`

// ended reads how the latest enrollment of each client was ended. They are
// values of their own, not a join, so that they are read for the page alone.
const ended = `
		       (SELECT e.id FROM enrollment e WHERE e.client_id = client.id AND e.followed_on IS NULL) AS enrollment_id,
		       (SELECT e.discontinuation_sealed FROM enrollment e
		        WHERE e.client_id = client.id AND e.followed_on IS NULL) AS discontinuation_sealed`

// queueLines reads a page of the site's clients, each with how many there are in
// all.
func queueLines(b *postgres.Batch, into *[]lineRow, day civil.Date, site uuid.UUID, f Filter, size, skip int) {
	where, ok := shown[f.Show]
	if !ok {
		where = shown[""]
	}
	args := pgx.NamedArgs{
		"site": site, "day": day, "opened": lastRenewable(day), "size": size, "skip": skip,
	}
	postgres.QueueAll(b, into, `
		SELECT id, starts_on, ends_on, discontinued_on, name_sealed, birth_on_sealed, contact_sealed, hap_number_sealed,
		       count(*) OVER () AS total, `+ended+`
		FROM client
		WHERE site_id = @site AND `+where+`
		ORDER BY `+sorted(f.Sort)+`
		LIMIT @size OFFSET @skip`, args)
}

// lastRenewable returns the latest start of a period that may be certified
// anew on the day: the last day whose window has opened.
func lastRenewable(day civil.Date) civil.Date {
	start := day.AddMonths(-10)
	// Months end on different days: the window of 31 March to 30 April opens on
	// one day, so look a little further.
	for next := start.AddDays(1); !day.Before(eligibility.WindowOpens(next)); next = next.AddDays(1) {
		start = next
	}
	for day.Before(eligibility.WindowOpens(start)) {
		start = start.AddDays(-1)
	}
	return start
}

// Counts are the numbers on the dashboard: each is how long the list of its
// name is.
type Counts struct {
	Active    int
	Renewable int
	Ending    int
}

// QueueCounts counts the clients of the actor's site on the day, in a batch
// with the rest of the dashboard.
func QueueCounts(b *postgres.Batch, into *Counts, day civil.Date, site uuid.UUID) {
	postgres.QueueOne(b, into, `
		SELECT count(*) AS active,
		       count(*) FILTER (WHERE starts_on <= @opened::date) AS renewable,
		       count(*) FILTER (WHERE ends_on <= @day::date + 14) AS ending
		FROM client
		WHERE site_id = @site AND `+active,
		pgx.NamedArgs{"site": site, "day": day, "opened": lastRenewable(day)})
}
