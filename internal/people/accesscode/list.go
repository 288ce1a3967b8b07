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
	Search string // NPI, site number or name, person or e-mail
	Page   int    // from 1
	Size   int    // rows of a page
	Today  bool   // only those that ran out on the present day
	Failed bool   // only those whose mail could not be delivered
}

// Listed is a code with whom it is for.
type Listed struct {
	Code
	SiteID   uuid.UUID
	SiteCode string
	SiteName string
	Name     string
	Email    string
	Joined   bool
	Note     string
	Mail     string // state of its mail, empty when it was printed
	Total    int    // codes that the filter chooses
}

// List returns a page of the certifiers' codes, newest first, how many the
// filter chooses, and the time by which their states are told.
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter) (codes []Listed, total int, now time.Time, err error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return nil, 0, time.Time{}, fault.ErrNotFound
	}
	err = s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		now = tx.Now()
		codes, err = list(ctx, tx, f)
		return err
	})
	if len(codes) > 0 {
		total = codes[0].Total
	}
	return codes, total, now, err
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

func list(ctx context.Context, tx *postgres.Tx, f Filter) ([]Listed, error) {
	page, size := max(f.Page, 1), max(f.Size, 1)
	from, to := day(tx.Today())
	return postgres.All[Listed](ctx, tx, `
		SELECT `+columns+`, s.id AS site_id, s.site_code, s.name AS site_name, m.first_name || ' ' || m.last_name AS name,
			m.email, m.account_id IS NOT NULL AS joined, coalesce(c.note, '') AS note, coalesce(g.state, '') AS mail,
			(count(*) OVER ())::int AS total
		`+listedTables+`
		WHERE (@state = '' OR `+state+` = @state)
			AND (@site::uuid IS NULL OR s.id = @site)
			AND (NOT @today OR `+ranOutToday+`)
			AND (NOT @failed OR g.state = 'undeliverable')
			AND (@search = '' OR strpos(lower(concat_ws(' ', s.npi, s.site_code, s.name, m.first_name || ' ' || m.last_name, m.email)), lower(@search)) > 0)
		ORDER BY c.issued_at DESC, c.id DESC
		LIMIT @size OFFSET @skip`,
		pgx.NamedArgs{"state": string(f.State), "site": orNil(f.Site), "search": strings.TrimSpace(f.Search), "now": tx.Now(),
			"today": f.Today, "failed": f.Failed, "from": from, "to": to, "size": size, "skip": (page - 1) * size})
}

// day returns the instants between which it is the day in California.
func day(d civil.Date) (from, to time.Time) {
	from = time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, civil.Pacific)
	return from, time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, civil.Pacific)
}

// Funnel counts the codes of certifiers.
type Funnel struct {
	Issued       int // all
	Waiting      int // mail not accepted yet
	Out          int
	Used         int
	Expired      int
	Replaced     int
	Reissued     int // issued by the automatic re-issue
	ExpiredToday int
	Failed       int // mails that could not be delivered
	Days         []Day
}

// Day counts the codes of one day.
type Day struct {
	On       civil.Date
	Issued   int
	Used     int
	Reissued int
}

// Funnel counts the codes of certifiers, in all and by the days of the last
// month on which some were issued.
func (s *Service) Funnel(ctx context.Context, actor authz.Actor) (Funnel, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return Funnel{}, fault.ErrNotFound
	}
	var f Funnel
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		if f, err = funnel(ctx, tx); err != nil {
			return err
		}
		f.Days, err = days(ctx, tx)
		return err
	})
	return f, err
}

func funnel(ctx context.Context, tx *postgres.Tx) (Funnel, error) {
	from, to := day(tx.Today())
	type row struct {
		Issued, Waiting, Out, Used, Expired, Replaced, Reissued, ExpiredToday, Failed int
	}
	r, err := postgres.One[row](ctx, tx, `
		SELECT count(*)::int AS issued,
			count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
			count(*) FILTER (WHERE state = 'out')::int AS out,
			count(*) FILTER (WHERE state = 'used')::int AS used,
			count(*) FILTER (WHERE state = 'expired')::int AS expired,
			count(*) FILTER (WHERE state = 'replaced')::int AS replaced,
			count(*) FILTER (WHERE reason = 'auto_reissue')::int AS reissued,
			count(*) FILTER (WHERE today)::int AS expired_today,
			count(*) FILTER (WHERE mail = 'undeliverable')::int AS failed
		FROM (SELECT `+state+` AS state, c.reason, `+ranOutToday+` AS today, g.state AS mail`+listedTables+`) x`,
		pgx.NamedArgs{"now": tx.Now(), "from": from, "to": to})
	return Funnel{Issued: r.Issued, Waiting: r.Waiting, Out: r.Out, Used: r.Used, Expired: r.Expired, Replaced: r.Replaced,
		Reissued: r.Reissued, ExpiredToday: r.ExpiredToday, Failed: r.Failed}, err
}

const daysShown = 30

func days(ctx context.Context, tx *postgres.Tx) ([]Day, error) {
	return postgres.All[Day](ctx, tx, `
		SELECT (c.issued_at AT TIME ZONE 'America/Los_Angeles')::date AS "on", count(*)::int AS issued,
			count(c.used_at)::int AS used, count(*) FILTER (WHERE c.reason = 'auto_reissue')::int AS reissued
		FROM access_code c JOIN membership m ON m.id = c.membership_id AND m.role = 'certifier'
		GROUP BY 1 ORDER BY 1 DESC LIMIT $1`, daysShown)
}
