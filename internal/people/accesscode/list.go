package accesscode

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Filter chooses codes of certifiers. Empty fields choose all.
type Filter struct {
	State  State
	Site   uuid.UUID
	Search string     // NPI, site number or name, person or e-mail
	Page   int        // from 1
	Size   int        // rows of a page
	Today  bool       // only those that ran out on the present day
	Mail   Mail       // only those with this end of their mail
	Reason Reason     // only those issued for it
	On     civil.Date // only those issued on the day
}

// Mail is the end of the mail of a code.
type Mail string

// The ends.
const (
	Delivered Mail = "delivered" // the mail server took it
	Bounced   Mail = "bounced"   // it could not be delivered
)

// Listed is a code with whom it is for.
type Listed struct {
	Code
	SiteID   uuid.UUID
	SiteCode string
	SiteName string
	Name     string
	Email    string
	Joined   bool
	Removed  bool
	Note     string
	Mail     string // state of its mail, empty when it was printed
	Total    int    // codes that the filter chooses
}

func totalOf(codes []Listed) int {
	if len(codes) == 0 {
		return 0
	}
	return codes[0].Total
}

// Overview is a page of the certifiers' codes beside their funnel.
type Overview struct {
	Codes  []Listed
	Total  int // codes that the filter chooses
	Funnel Funnel
	Now    time.Time // by which the states are told
}

// Overview returns a page of the certifiers' codes, newest first, and counts
// them all.
func (s *Service) Overview(ctx context.Context, actor authz.Actor, f Filter) (Overview, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return Overview{}, fault.ErrNotFound
	}
	var o Overview
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		o.Now = tx.Now()
		var reads postgres.Batch
		readList(&reads, tx, f, &o.Codes)
		ReadFunnel(&reads, tx, &o.Funnel)
		return reads.Send(ctx, tx)
	})
	o.Total = totalOf(o.Codes)
	return o, err
}

// state is Code.State in SQL, for filters and counts; a test compares the two.
const state = `CASE
	WHEN c.used_at IS NOT NULL THEN 'used'
	WHEN c.superseded_at IS NOT NULL THEN 'replaced'
	WHEN c.expires_at <= @now THEN 'expired'
	WHEN c.expires_at IS NULL THEN 'waiting'
	ELSE 'out' END`

// ranOutToday is true of a code that ran out unused on the present day.
const ranOutToday = `coalesce(c.used_at IS NULL AND coalesce(c.superseded_at >= c.expires_at, true)
	AND c.expires_at >= @from AND c.expires_at < @to AND c.expires_at <= @now, false)`

const listedTables = ` FROM access_code c
	JOIN membership m ON m.id = c.membership_id AND m.role = 'certifier'
	JOIN site s ON s.id = m.site_id
	LEFT JOIN message g ON g.membership_id = m.id AND g.cause = 'access-code:' || c.id`

// chosen is true of the codes that a Filter chooses.
const chosen = ` (@state = '' OR ` + state + ` = @state)
	AND (@site::uuid IS NULL OR s.id = @site)
	AND (NOT @today OR ` + ranOutToday + `)
	AND (@mail = '' OR @mail = CASE WHEN c.expires_at IS NOT NULL THEN 'delivered' WHEN g.state = 'undeliverable' THEN 'bounced' END)
	AND (@reason = '' OR c.reason = @reason)
	AND (@since::timestamptz IS NULL OR c.issued_at >= @since AND c.issued_at < @till)
	AND (@search = '' OR strpos(lower(concat_ws(' ', s.npi, s.site_code, s.name, m.first_name || ' ' || m.last_name, m.email)), lower(@search)) > 0)`

// args are the values of a filter's parts.
func (f Filter) args(tx *postgres.Tx) pgx.NamedArgs {
	from, to := day(tx.Today())
	args := pgx.NamedArgs{
		"state": string(f.State), "site": orNil(f.Site), "search": strings.TrimSpace(f.Search), "now": tx.Now(),
		"today": f.Today, "mail": string(f.Mail), "reason": string(f.Reason), "from": from, "to": to, "since": nil, "till": nil,
		"size": max(f.Size, 1), "skip": (max(f.Page, 1) - 1) * max(f.Size, 1),
	}
	if !f.On.IsZero() {
		args["since"], args["till"] = day(f.On)
	}
	return args
}

func readList(reads *postgres.Batch, tx *postgres.Tx, f Filter, to *[]Listed) {
	postgres.QueueAll(reads, to, `
		SELECT `+Columns+`, s.id AS site_id, s.site_code, s.name AS site_name, m.first_name || ' ' || m.last_name AS name,
			m.email, m.account_id IS NOT NULL AS joined, m.removed_at IS NOT NULL AS removed, coalesce(c.note, '') AS note,
			coalesce(g.state, '') AS mail, (count(*) OVER ())::int AS total
		`+listedTables+` WHERE`+chosen+`
		ORDER BY c.issued_at DESC, c.id DESC
		LIMIT @size OFFSET @skip`, f.args(tx))
}

// listOpen returns the certifiers without an account among those whose newest
// code the filter chooses.
func listOpen(ctx context.Context, tx *postgres.Tx, f Filter) ([]uuid.UUID, error) {
	f.Page, f.Size = 1, MaxChosen
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT c.membership_id`+listedTables+` WHERE`+chosen+`
			AND m.account_id IS NULL AND m.removed_at IS NULL AND c.used_at IS NULL AND c.superseded_at IS NULL
		LIMIT @size OFFSET @skip`, f.args(tx))
}

// day returns the instants between which it is the day in California.
func day(d civil.Date) (from, to time.Time) {
	from = time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, civil.Pacific)
	return from, time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, civil.Pacific)
}

// Funnel counts the codes of certifiers.
type Funnel struct {
	Issued       int // all
	Delivered    int // the mail server took the mail
	Waiting      int // mail not accepted yet
	Out          int
	Used         int
	Expired      int
	Replaced     int
	Reissued     int // issued by the automatic re-issue
	ExpiredToday int
	Failed       int   // mails that could not be delivered
	Days         []Day `db:"-"` // those of the last month on which some were issued, newest first
}

// Day counts the codes that were issued on one day, by what became of them.
type Day struct {
	On        civil.Date
	Issued    int
	Delivered int
	Bounced   int
	Used      int
	Expired   int // ran out unused, replaced afterwards or not
	Reissued  int // among the issued, by the automatic re-issue
	Replaced  int // while they were good
}

// ReadFunnel adds the counting of the codes of certifiers, in all and by the
// days of the last month on which some were issued, to other queries that are
// sent in the transaction. Who may know is for the caller to check.
func ReadFunnel(reads *postgres.Batch, tx *postgres.Tx, f *Funnel) {
	from, to := day(tx.Today())
	postgres.QueueOne(reads, f, `
		SELECT count(*)::int AS issued,
			count(*) FILTER (WHERE delivered)::int AS delivered,
			count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
			count(*) FILTER (WHERE state = 'out')::int AS out,
			count(*) FILTER (WHERE state = 'used')::int AS used,
			count(*) FILTER (WHERE state = 'expired')::int AS expired,
			count(*) FILTER (WHERE state = 'replaced')::int AS replaced,
			count(*) FILTER (WHERE reason = 'auto_reissue')::int AS reissued,
			count(*) FILTER (WHERE today)::int AS expired_today,
			count(*) FILTER (WHERE NOT delivered AND mail = 'undeliverable')::int AS failed
		FROM (SELECT `+state+` AS state, c.reason, c.expires_at IS NOT NULL AS delivered,
			`+ranOutToday+` AS today, g.state AS mail`+listedTables+`) x`,
		pgx.NamedArgs{"now": tx.Now(), "from": from, "to": to})
	postgres.QueueAll(reads, &f.Days, `
		SELECT (c.issued_at AT TIME ZONE 'America/Los_Angeles')::date AS "on", count(*)::int AS issued,
			count(c.expires_at)::int AS delivered,
			count(*) FILTER (WHERE c.expires_at IS NULL AND g.state = 'undeliverable')::int AS bounced,
			count(c.used_at)::int AS used,
			count(*) FILTER (WHERE c.used_at IS NULL AND c.expires_at <= $1 AND coalesce(c.superseded_at >= c.expires_at, true))::int AS expired,
			count(*) FILTER (WHERE c.reason = 'auto_reissue')::int AS reissued,
			count(*) FILTER (WHERE coalesce(c.superseded_at < c.expires_at, c.superseded_at IS NOT NULL))::int AS replaced
		`+listedTables+`
		GROUP BY 1 ORDER BY 1 DESC LIMIT $2`, tx.Now(), daysShown)
}

const daysShown = 30
