package membership

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

const columns = `m.id, m.site_id, m.role, m.account_id, m.first_name, m.last_name, m.email,
	m.created_at, m.joined_at, m.removed_at, m.orientation_done_on, m.orientation_due_on`

const memberColumns = columns + `, a.signed_in_at, a.blocked_at, a.disabled_at, a.disabled_inactive_at,
	` + inactiveFrom + ` AS inactive_from, a.removed_at AS account_removed_at,
	c.id IS NOT NULL AS code_live, c.expires_at AS code_expires_at, ` + Bounced + ` AS code_bounced, portal_now() AS as_of`

// inactiveFrom is when the account ends for disuse. The queries with it and with
// status need account.InactiveArgs.
const inactiveFrom = `CASE WHEN NOT a.sealed THEN ` + account.InactiveFrom + ` END`

// Bounced is true in SQL of the newest code c of an invitation whose mail could
// not be delivered: it never began to run.
const Bounced = `(c.expires_at IS NULL AND EXISTS (SELECT FROM message g
	WHERE g.membership_id = c.membership_id AND g.cause = 'access-code:' || c.id AND g.state = 'undeliverable'))`

const memberTables = `membership m
	LEFT JOIN account a ON a.id = m.account_id
	LEFT JOIN access_code c ON c.membership_id = m.id AND c.used_at IS NULL AND c.superseded_at IS NULL`

// status is Member.Status in SQL, for filters and counts; a test compares the
// two.
const status = `CASE
	WHEN m.removed_at IS NOT NULL OR a.removed_at IS NOT NULL THEN 'removed'
	WHEN m.account_id IS NULL AND c.id IS NOT NULL AND ` + Bounced + ` THEN 'undeliverable'
	WHEN m.account_id IS NULL AND c.id IS NOT NULL AND coalesce(c.expires_at > @now, true) THEN 'invited'
	WHEN m.account_id IS NULL THEN 'invitation-expired'
	WHEN a.blocked_at IS NOT NULL THEN 'blocked'
	WHEN a.disabled_at IS NOT NULL OR a.disabled_inactive_at IS NOT NULL OR ` + inactiveFrom + ` <= @now THEN 'disabled'
	ELSE 'active' END`

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

func insert(ctx context.Context, tx *postgres.Tx, m Membership, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO membership (id, site_id, role, first_name, last_name, email, email_key, invited_by, created_at)
		VALUES (@id, @site, @role, @first, @last, @email, @key, @by, @now)`,
		pgx.NamedArgs{"id": m.ID, "site": m.SiteID, "role": m.Role, "first": m.FirstName, "last": m.LastName,
			"email": m.Email, "key": site.EmailKey(m.Email), "by": orNil(by), "now": tx.Now()})
	if postgres.Violates(err, "membership_site_email_key") || postgres.Violates(err, "membership_office_email_key") {
		return ErrEmailTaken
	}
	return err
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// FindForUpdateTx reads a membership that is for the actor of the transaction
// and locks it until the transaction ends. None is fault.ErrNotFound.
func FindForUpdateTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Membership, error) {
	m, err := postgres.One[Membership](ctx, tx, `SELECT `+columns+` FROM membership m WHERE m.id = $1 FOR UPDATE`, id)
	return m, notFound(err)
}

// FindTx reads a membership that is for the actor of the transaction. None is
// fault.ErrNotFound.
func FindTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Membership, error) {
	m, err := postgres.One[Membership](ctx, tx, `SELECT `+columns+` FROM membership m WHERE m.id = $1`, id)
	return m, notFound(err)
}

const findMemberQuery = `SELECT ` + memberColumns + ` FROM ` + memberTables + ` WHERE m.id = @id`

func findMemberArgs(id uuid.UUID) pgx.NamedArgs {
	return account.InactiveArgs(pgx.NamedArgs{"id": id})
}

func findMember(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Member, error) {
	m, err := postgres.One[Member](ctx, tx, findMemberQuery, findMemberArgs(id))
	return m, notFound(err)
}

type listed struct {
	Member
	Total int
}

func readList(r *postgres.Batch, to *[]listed, siteID uuid.UUID, now time.Time, f Filter) {
	page, size := max(f.Page, 1), max(f.Size, 1)
	postgres.QueueAll(r, to, `
		SELECT `+memberColumns+`, (count(*) OVER ())::int AS total
		FROM `+memberTables+`
		WHERE m.site_id = @site AND m.role = 'staff'
			AND (@status = '' AND (m.removed_at IS NULL OR @search <> '') OR `+status+` = @status)
			AND (@search = '' OR strpos(lower(m.first_name || ' ' || m.last_name || ' ' || m.email), lower(@search)) > 0)
		ORDER BY m.removed_at IS NOT NULL, lower(m.last_name), lower(m.first_name), m.created_at
		LIMIT @size OFFSET @skip`,
		account.InactiveArgs(pgx.NamedArgs{"site": siteID, "status": string(f.Status), "search": f.Search, "now": now,
			"size": size, "skip": (page - 1) * size}))
}

// counted is how many of the staff are in a state.
type counted struct {
	Status Status
	Count  int
}

func readCounts(r *postgres.Batch, to *[]counted, siteID uuid.UUID, now time.Time) {
	postgres.QueueAll(r, to, `
		SELECT `+status+` AS status, count(*)::int AS count
		FROM `+memberTables+`
		WHERE m.site_id = @site AND m.role = 'staff'
		GROUP BY 1`, account.InactiveArgs(pgx.NamedArgs{"site": siteID, "now": now}))
}

// ReadOfSite adds the reading of everybody who has or had the role at a site,
// those in force first, 200 at most.
func ReadOfSite(r *postgres.Batch, to *[]Member, siteID uuid.UUID, role authz.Role) {
	postgres.QueueAll(r, to, `
		SELECT `+memberColumns+`
		FROM `+memberTables+`
		WHERE m.site_id = @site AND m.role = @role
		ORDER BY m.removed_at DESC NULLS FIRST, lower(m.last_name), lower(m.first_name)
		LIMIT 200`, account.InactiveArgs(pgx.NamedArgs{"site": siteID, "role": role}))
}

func setNames(ctx context.Context, tx *postgres.Tx, id uuid.UUID, first, last string) error {
	_, err := tx.Exec(ctx, `UPDATE membership SET first_name = $2, last_name = $3 WHERE id = $1`, id, first, last)
	return err
}

func setRemoved(ctx context.Context, tx *postgres.Tx, id, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE membership SET removed_at = $2, removed_by = $3 WHERE id = $1`, id, tx.Now(), orNil(by))
	return err
}

func setJoined(ctx context.Context, tx *postgres.Tx, id, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE membership SET account_id = $2, joined_at = $3 WHERE id = $1`, id, account, tx.Now())
	return err
}

// holder is one line of who works at the sites, for comparing with a list.
type holder struct {
	SiteID     uuid.UUID
	Role       authz.Role
	FirstName  string
	LastName   string
	Credential string
	Email      string
	Joined     bool
}

func readHolders(b *postgres.Batch, to *[]holder) {
	postgres.QueueAll(b, to, `
		SELECT site_id, role, first_name, last_name, coalesce(credential, '') AS credential, email,
			account_id IS NOT NULL AS joined
		FROM membership
		WHERE site_id IS NOT NULL AND removed_at IS NULL`)
}

// put lists the memberships that putCertifiers has changed.
type put struct{ ended, renamed, added []uuid.UUID }

// putCertifiers ends the certifiers who are named with another e-mail and have
// no account, renames those who stay, and adds those whose site has none.
func putCertifiers(ctx context.Context, tx *postgres.Tx, by uuid.UUID, list []site.Certifier) (done put, err error) {
	b := &pgx.Batch{}
	args := certifierArgs(list)
	b.Queue(`
		UPDATE membership m SET removed_at = $7, removed_by = $8
		FROM `+unnested+`
		WHERE m.site_id = v.site_id AND m.role = 'certifier' AND m.removed_at IS NULL AND m.account_id IS NULL
			AND m.email_key <> v.email_key
		RETURNING m.id`, append(args[:6:6], tx.Now(), orNil(by))...)
	b.Queue(`
		UPDATE membership m SET first_name = v.first_name, last_name = v.last_name, credential = v.credential, email = v.email
		FROM `+unnested+`
		WHERE m.site_id = v.site_id AND m.role = 'certifier' AND m.removed_at IS NULL AND m.email_key = v.email_key
			AND (m.first_name, m.last_name, m.credential, m.email) IS DISTINCT FROM (v.first_name, v.last_name, v.credential, v.email)
		RETURNING m.id`, args[:6]...)
	ids := make([]uuid.UUID, len(list))
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
	}
	b.Queue(`
		INSERT INTO membership (id, site_id, role, first_name, last_name, credential, email, email_key, invited_by, created_at)
		SELECT v.id, v.site_id, 'certifier', v.first_name, v.last_name, v.credential, v.email, v.email_key, $9::uuid, $8::timestamptz
		FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[])
			AS v (site_id, first_name, last_name, credential, email, email_key, id)
		WHERE NOT EXISTS (SELECT FROM membership m WHERE m.site_id = v.site_id AND m.role = 'certifier' AND m.removed_at IS NULL)
		RETURNING id`,
		append(args[:6:6], ids, tx.Now(), orNil(by))...)
	results := tx.SendBatch(ctx, b)
	defer func() { err = errors.Join(err, results.Close()) }()
	for _, changed := range []*[]uuid.UUID{&done.ended, &done.renamed, &done.added} {
		rows, err := results.Query()
		if err != nil {
			return put{}, err
		}
		if *changed, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
			return put{}, err
		}
	}
	return done, nil
}

const unnested = `unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
	AS v (site_id, first_name, last_name, credential, email, email_key)`

func certifierArgs(list []site.Certifier) []any {
	n := len(list)
	sites, texts := make([]uuid.UUID, n), make([][]string, 5)
	for i := range texts {
		texts[i] = make([]string, n)
	}
	for i, c := range list {
		sites[i] = c.SiteID
		for j, v := range []string{c.FirstName, c.LastName, c.Credential, c.Email, c.EmailKey()} {
			texts[j][i] = v
		}
	}
	args := []any{sites}
	for _, t := range texts {
		args = append(args, t)
	}
	return args
}
