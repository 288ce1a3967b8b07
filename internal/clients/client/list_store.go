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

// listAccesses reads the audit entries of the record. A list of clients is not
// among them: it names no one record.
func listAccesses(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]Access, error) {
	return postgres.All[Access](ctx, tx, `
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
}

// shown has the condition of each list; day is the day of the transaction,
// opened the last start for which the window of recertification is open.
var shown = map[Show]string{
	"":              `true`,
	ShowActive:      active,
	ShowRenewable:   active + ` AND starts_on <= @opened::date`,
	ShowEnding:      active + ` AND ends_on <= @day::date + 14`,
	ShowExpired:     `ends_on < @day::date AND (discontinued_on IS NULL OR discontinued_on > @day::date)`,
	ShowDeactivated: `discontinued_on <= @day::date`,
	ShowIneligible:  `starts_on IS NULL`,
}

const active = `ends_on >= @day::date AND (discontinued_on IS NULL OR discontinued_on > @day::date)`

// listLines returns a page of the site's clients and how many there are in
// all.
func listLines(ctx context.Context, tx *postgres.Tx, site uuid.UUID, show Show, size, skip int) ([]lineRow, int, error) {
	where, ok := shown[show]
	if !ok {
		where = shown[""]
	}
	args := pgx.NamedArgs{
		"site": site, "day": tx.Today(), "opened": lastRenewable(tx.Today()), "size": size, "skip": skip,
	}
	rows, err := postgres.All[lineRow](ctx, tx, `
		SELECT id, starts_on, ends_on, discontinued_on, name_sealed, birth_on_sealed, contact_sealed, hap_number_sealed,
		       count(*) OVER () AS total
		FROM client
		WHERE site_id = @site AND `+where+`
		ORDER BY ends_on, id
		LIMIT @size OFFSET @skip`, args)
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	return rows, rows[0].Total, nil
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

// CountTx counts the clients of the actor's site.
func CountTx(ctx context.Context, tx *postgres.Tx, site uuid.UUID) (Counts, error) {
	return postgres.One[Counts](ctx, tx, `
		SELECT count(*) AS active,
		       count(*) FILTER (WHERE starts_on <= @opened::date) AS renewable,
		       count(*) FILTER (WHERE ends_on <= @day::date + 14) AS ending
		FROM client
		WHERE site_id = @site AND `+active,
		pgx.NamedArgs{"site": site, "day": tx.Today(), "opened": lastRenewable(tx.Today())})
}
