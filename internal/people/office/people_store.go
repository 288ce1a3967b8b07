package office

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// accountState is the state of an account, the one first that only the most
// powerful can lift, and invitationState that of somebody who has none.
const accountState = `CASE
	WHEN a.removed_at IS NOT NULL THEN 'removed'
	WHEN a.disabled_at IS NOT NULL THEN 'disabled'
	WHEN a.blocked_at IS NOT NULL THEN 'blocked'
	WHEN a.sealed AND a.open_till > @now THEN 'open'
	WHEN a.sealed THEN 'sealed'
	WHEN a.disabled_inactive_at IS NOT NULL OR ` + account.InactiveFrom + ` <= @now THEN 'inactive'
	ELSE 'active' END`

const invitationState = `CASE
	WHEN c.id IS NOT NULL AND ` + membership.Bounced + ` THEN 'undeliverable'
	WHEN c.id IS NOT NULL AND coalesce(c.expires_at > @now, true) THEN 'invited'
	ELSE 'invitation-ended' END`

// accountRole is what an account is, or was last: the kind of an office
// account, else the role of its membership.
const accountRole = `CASE WHEN a.kind <> 'workforce' THEN a.kind ELSE coalesce((
	SELECT m.role FROM membership m WHERE m.account_id = a.id
	ORDER BY m.removed_at IS NULL DESC, m.role, m.created_at DESC LIMIT 1), 'staff') END`

const matchesSite = `strpos(lower(concat_ws(' ', s.npi, s.site_code, s.name)), @search) > 0`

// found are the accounts and invitations that the filter chooses, with no more
// than the filter and the order need.
const found = `
	SELECT a.id, true AS has_account, a.first_name, a.last_name, a.signed_in_at, a.created_at
	FROM account a
	WHERE a.kind <> 'client'
		AND (@state = '' AND (a.removed_at IS NULL OR @search <> '') OR ` + accountState + ` = @state)
		AND (@role = '' OR ` + accountRole + ` = @role)
		AND (@search = '' OR strpos(lower(concat_ws(' ', a.first_name || ' ' || a.last_name, a.username, a.email)), @search) > 0
			OR EXISTS (SELECT FROM membership m JOIN site s ON s.id = m.site_id WHERE m.account_id = a.id AND ` + matchesSite + `))
	UNION ALL
	SELECT m.id, false, m.first_name, m.last_name, NULL, m.created_at
	FROM membership m
	LEFT JOIN access_code c ON c.membership_id = m.id AND c.used_at IS NULL AND c.superseded_at IS NULL
	LEFT JOIN site s ON s.id = m.site_id
	WHERE m.account_id IS NULL AND m.removed_at IS NULL
		AND (@state = '' OR ` + invitationState + ` = @state)
		AND (@role = '' OR m.role = @role)
		AND (@search = '' OR strpos(lower(concat_ws(' ', m.first_name || ' ' || m.last_name, m.email)), @search) > 0 OR ` + matchesSite + `)`

// orders are the fixed ways to sort.
var orders = map[string]string{
	ByName:           ` ORDER BY lower(f.last_name), lower(f.first_name), f.id`,
	"-" + ByName:     ` ORDER BY lower(f.last_name) DESC, lower(f.first_name) DESC, f.id DESC`,
	BySignedIn:       ` ORDER BY f.signed_in_at NULLS FIRST, f.id`,
	"-" + BySignedIn: ` ORDER BY f.signed_in_at DESC NULLS LAST, f.id DESC`,
	ByCreated:        ` ORDER BY f.created_at, f.id`,
	"-" + ByCreated:  ` ORDER BY f.created_at DESC, f.id DESC`,
}

// chosen shows those found, as the rows of Listed.
func chosen(rows string) string {
	return `
	SELECT f.id, f.has_account, f.first_name, f.last_name, f.signed_in_at, f.created_at, f.total,
		coalesce(a.username, '') AS username, coalesce(a.email, i.email) AS email,
		CASE WHEN f.has_account THEN ` + accountRole + ` ELSE i.role END AS role,
		CASE WHEN f.has_account THEN ` + accountState + ` WHEN i.removed_at IS NOT NULL THEN 'removed' ELSE ` + invitationState + ` END AS state,
		coalesce(w.names[1:3], '{}') AS sites, coalesce(cardinality(w.names), 0) AS site_count
	FROM (` + rows + `) f
	LEFT JOIN account a ON f.has_account AND a.id = f.id
	LEFT JOIN membership i ON NOT f.has_account AND i.id = f.id
	LEFT JOIN access_code c ON c.membership_id = i.id AND c.used_at IS NULL AND c.superseded_at IS NULL
	LEFT JOIN LATERAL (
		SELECT array_agg(s.name ORDER BY m.created_at, m.id) AS names
		FROM membership m JOIN site s ON s.id = m.site_id
		WHERE m.removed_at IS NULL AND (m.account_id = a.id OR m.id = i.id)) w ON true`
}

func arguments(now time.Time, f Filter) pgx.NamedArgs {
	page, size := max(f.Page, 1), max(f.Size, 1)
	return account.InactiveArgs(pgx.NamedArgs{
		"now": now, "search": strings.ToLower(f.Search), "role": string(f.Role), "state": string(f.State),
		"size": size, "skip": (page - 1) * size,
	})
}

func listPeople(ctx context.Context, tx *postgres.Tx, f Filter) (People, error) {
	order, known := orders[f.Sort]
	if !known {
		order = orders[ByName]
	}
	args := arguments(tx.Now(), f)
	var out People
	b := postgres.Batch{}
	postgres.QueueAll(&b, &out.List, chosen(`
		SELECT f.id, f.has_account, f.first_name, f.last_name, f.signed_in_at, f.created_at, (count(*) OVER ())::int AS total
		FROM (`+found+`) f`+order+` LIMIT @size OFFSET @skip`)+order, args)
	postgres.QueueValue(&b, &out.Waiting, `SELECT count(*)::int FROM approval WHERE decision IS NULL AND ends_at > @now`, args)
	return out, b.Send(ctx, tx)
}

// byID is found for one account or invitation, whatever its state.
const byID = `
	SELECT a.id, true AS has_account, a.first_name, a.last_name, a.signed_in_at, a.created_at, 1 AS total
	FROM account a WHERE a.id = @id AND a.kind <> 'client'
	UNION ALL
	SELECT m.id, false, m.first_name, m.last_name, NULL, m.created_at, 1
	FROM membership m WHERE m.id = @id AND m.account_id IS NULL`

// details are what only the page of a person shows.
type details struct {
	RemovedAt    *time.Time
	DisabledAt   *time.Time
	BlockedAt    *time.Time
	InactiveFrom *time.Time
	Reason       string
	DisabledBy   string
	OpenTill     *time.Time
	Sealed       bool
	CodeEndsAt   *time.Time
	LostApp      bool
}

const detailsByID = `
	SELECT coalesce(a.removed_at, i.removed_at) AS removed_at, a.disabled_at, a.blocked_at,
		coalesce(a.disabled_inactive_at, ` + account.InactiveFrom + `) AS inactive_from, coalesce(a.disabled_reason, '') AS reason,
		coalesce(d.first_name || ' ' || d.last_name, '') AS disabled_by, a.open_till,
		coalesce(a.sealed, i.sealed, false) AS sealed, c.expires_at AS code_ends_at,
		EXISTS (SELECT FROM factor_reset r WHERE r.account_id = x.id AND r.needs_person AND r.confirmed_at IS NULL
			AND r.ended_at IS NULL AND r.effective_at IS NULL AND r.lapses_at > @now) AS lost_app
	FROM (SELECT @id::uuid AS id) x
	LEFT JOIN account a ON a.id = x.id AND a.kind <> 'client'
	LEFT JOIN account d ON d.id = a.disabled_by
	LEFT JOIN membership i ON i.id = x.id
	LEFT JOIN LATERAL (SELECT expires_at FROM access_code WHERE membership_id = i.id ORDER BY issued_at DESC, id DESC LIMIT 1) c ON true`

const placesByID = `
	SELECT m.id, m.role, m.site_id, coalesce(s.name, '') AS site_name, coalesce(s.site_code, '') AS site_code,
		m.created_at, m.joined_at, m.removed_at
	FROM membership m LEFT JOIN site s ON s.id = m.site_id
	WHERE m.account_id = @id OR m.id = @id
	ORDER BY m.removed_at DESC NULLS FIRST, m.created_at DESC, m.id LIMIT 50`

// How many sign-ins the page of a person shows.
const signInsShown = 10

// readPerson adds the reading of somebody as of now; take completes it once the
// queries have been sent. For nobody there is no row.
func readPerson(b *postgres.Batch, p *Person, id uuid.UUID, now time.Time) {
	args := arguments(now, Filter{})
	args["id"], args["subject"], args["most"] = id, "account:"+id.String(), signInsShown
	p.Now = now
	postgres.QueueOne(b, &p.Listed, chosen(byID), args)
	postgres.QueueOne(b, &p.details, detailsByID, args)
	postgres.QueueAll(b, &p.Places, placesByID, args)
	postgres.QueueValue(b, &p.OpenSessions, `
		SELECT count(*)::int FROM session
		WHERE account_id = @id AND step = 'full' AND revoked_at IS NULL AND created_at > @now::timestamptz - `+session.Lifetime, args)
	postgres.QueueValues(b, &p.SignIns, `
		SELECT at FROM audit_entry WHERE subject = @subject AND action = 'sign-in.complete' ORDER BY id DESC LIMIT @most`, args)
}

// holder is the id under which the holder of a membership is found: that of the
// account or, without one, of the membership.
const holder = `SELECT coalesce(account_id, id) FROM membership WHERE id = $1`

// take puts the details where they belong.
func (p *Person) take() {
	d := p.details
	p.Reason, p.DisabledBy, p.OpenTill, p.Sealed, p.CodeEndsAt = d.Reason, d.DisabledBy, d.OpenTill, d.Sealed, d.CodeEndsAt
	p.LostApp = d.LostApp && p.Role != authz.Staff
	p.Since = p.CreatedAt
	began := map[State]*time.Time{
		Removed: d.RemovedAt, Disabled: d.DisabledAt, Blocked: d.BlockedAt, InvitationEnded: d.CodeEndsAt, Inactive: d.InactiveFrom,
	}
	if at := began[p.State]; at != nil {
		p.Since = *at
	}
}
