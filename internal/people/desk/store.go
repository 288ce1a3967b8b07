package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// columns are what the desk reads of an account: nothing of a client but the
// state. Those that are null for a client are read as empty.
const columns = `a.id, a.kind, coalesce(a.username, '') AS username, coalesce(a.first_name, '') AS first_name,
	coalesce(a.last_name, '') AS last_name, coalesce(a.email, '') AS email, a.email_key IS NOT NULL AS has_email,
	a.created_at, a.signed_in_at, a.enabled_at, a.blocked_at, a.disabled_inactive_at, a.disabled_at, a.removed_at,
	a.sealed, (SELECT max(f.locked_till) FROM password_failure f WHERE f.account_id = a.id) AS locked_till`

// row is an account as it is read.
type row struct {
	ID                 uuid.UUID
	Kind               account.Kind
	Username           string
	FirstName          string
	LastName           string
	Email              string
	HasEmail           bool
	CreatedAt          time.Time
	SignedInAt         *time.Time
	EnabledAt          *time.Time
	BlockedAt          *time.Time
	DisabledInactiveAt *time.Time
	DisabledAt         *time.Time
	RemovedAt          *time.Time
	Sealed             bool
	LockedTill         *time.Time
}

func (r row) account() account.Account {
	return account.Account{
		ID: r.ID, Kind: r.Kind, Username: r.Username, FirstName: r.FirstName, LastName: r.LastName, Email: r.Email,
		CreatedAt: r.CreatedAt, SignedInAt: r.SignedInAt, EnabledAt: r.EnabledAt, Sealed: r.Sealed,
		BlockedAt: r.BlockedAt, DisabledInactiveAt: r.DisabledInactiveAt, DisabledAt: r.DisabledAt, RemovedAt: r.RemovedAt,
	}
}

func (r row) condition(at time.Time, limits account.Limits) Condition {
	c := Condition{
		ID: r.ID, Kind: r.Kind, HasEmail: r.HasEmail, Removed: r.RemovedAt, Disabled: r.DisabledAt, Blocked: r.BlockedAt,
		Marked: r.DisabledInactiveAt, Inactive: r.account().Inactive(at, limits), LockedTill: r.LockedTill, AsOf: at,
		LastUse: r.CreatedAt,
	}
	if r.SignedInAt != nil {
		c.LastUse, c.HasSignedIn = *r.SignedInAt, true
	}
	return c
}

// lockBoth reads the account that an act is about and locks it together with
// the representative's own, in the order of their ids: acts of one
// representative are counted one after another, and acts about one account are
// judged one after another.
func lockBoth(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (row, error) {
	rows, err := postgres.All[row](ctx, tx, `
		SELECT `+columns+` FROM account a WHERE a.id IN ($1, $2) ORDER BY a.id FOR UPDATE OF a`, id, actor.Account)
	if err != nil {
		return row{}, err
	}
	for _, r := range rows {
		if r.ID == id {
			return r, nil
		}
	}
	return row{}, fault.ErrNotFound
}

const findAccount = `SELECT ` + columns + ` FROM account a WHERE a.id = $1`

// findPlaces reads where somebody works, with what a caller from there knows.
const findPlaces = `
	SELECT m.role, coalesce(s.name, '') AS name, coalesce(s.city, '') AS city, coalesce(s.npi, '') AS npi,
		coalesce(s.phone, '') AS phone, coalesce(c.first_name || ' ' || c.last_name, '') AS certifier
	FROM membership m
	LEFT JOIN site s ON s.id = m.site_id
	LEFT JOIN membership c ON c.site_id = m.site_id AND c.role = 'certifier' AND c.removed_at IS NULL
	WHERE m.account_id = $1 AND m.removed_at IS NULL
	ORDER BY m.joined_at LIMIT 50`

// findCheck reads the newest check of the caller that still holds.
const findCheck = `
	SELECT id, items, checked_at FROM desk_check
	WHERE account_id = $1 AND checked_by = $2 AND checked_at > $3
	ORDER BY checked_at DESC, id DESC LIMIT 1`

func checkNow(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (Check, error) {
	c, err := postgres.One[Check](ctx, tx, findCheck, id, actor.Account, tx.Now().Add(-CheckLife))
	if errors.Is(err, pgx.ErrNoRows) {
		return Check{}, ErrUnchecked
	}
	return c, err
}

func insertCheck(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id, of uuid.UUID, items []Item) error {
	_, err := tx.Exec(ctx, `INSERT INTO desk_check (id, account_id, checked_by, checked_at, items)
		VALUES ($1, $2, $3, $4, $5)`, id, of, actor.Account, tx.Now(), items)
	return err
}

// maxHits is how many accounts a search shows.
const maxHits = 20

// search finds accounts of the workforce by the beginning of username, e-mail
// or the name of their site, or by the site's NPI, and a client's by the whole
// username or e-mail, of which only the blind index is known. It returns one
// more than are shown when there are more.
func search(ctx context.Context, tx *postgres.Tx, key string, blind []string) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT id FROM (
			(SELECT id FROM account WHERE kind = 'client' AND (username_key = ANY(@blind) OR email_key = ANY(@blind)) LIMIT @most)
			UNION
			(SELECT id FROM account WHERE kind <> 'client' AND username_key LIKE @prefix ORDER BY username_key LIMIT @most)
			UNION
			(SELECT id FROM account WHERE kind <> 'client' AND email_key LIKE @prefix ORDER BY email_key LIMIT @most)
			UNION
			(SELECT m.account_id FROM site s JOIN membership m ON m.site_id = s.id
				WHERE (s.npi = @key OR lower(s.name) LIKE @prefix) AND m.account_id IS NOT NULL AND m.removed_at IS NULL
				ORDER BY s.name, m.account_id LIMIT @most)
		) AS found (id) LIMIT @most`,
		pgx.NamedArgs{"key": key, "prefix": literal(key) + "%", "blind": blind, "most": maxHits + 1})
}

// literal escapes what stands for something else in a pattern.
func literal(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

func insertSearch(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, typed []byte, found []uuid.UUID, more bool) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO desk_search (id, account_id, typed_sealed, found, more, created_at, expires_at)
		VALUES (@id, @account, @typed, @found, @more, @now, @expires)`,
		pgx.NamedArgs{
			"id": id, "account": actor.Account, "typed": typed, "found": found, "more": more,
			"now": tx.Now(), "expires": tx.Now().Add(resultLife),
		})
	return err
}

// kept is what is stored of a search.
type kept struct {
	TypedSealed []byte
	More        bool
}

const findSearch = `SELECT typed_sealed, more FROM desk_search WHERE id = $1 AND account_id = $2 AND expires_at > $3`

// hit is a found account with where its owner works.
type hit struct {
	row
	Role  string
	Sites []string
}

const findHits = `
	SELECT ` + columns + `,
		coalesce((SELECT m.role FROM membership m WHERE m.account_id = a.id AND m.removed_at IS NULL ORDER BY m.joined_at LIMIT 1), '') AS role,
		ARRAY(SELECT s.name FROM membership m JOIN site s ON s.id = m.site_id
			WHERE m.account_id = a.id AND m.removed_at IS NULL ORDER BY m.joined_at LIMIT 3) AS sites
	FROM account a
	WHERE a.id = ANY((SELECT found FROM desk_search WHERE id = $1 AND account_id = $2 AND expires_at > $3)::uuid[])
	ORDER BY a.removed_at IS NOT NULL, lower(a.last_name), lower(a.first_name), a.id
	LIMIT 20`

// SweepTx forgets what searches found once nobody can look at it any more.
func SweepTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `
		DELETE FROM desk_search WHERE id IN (SELECT id FROM desk_search WHERE expires_at <= $1 LIMIT 5000)`, tx.Now())
}
