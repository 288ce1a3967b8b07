package accesscode

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

const columns = `c.id, c.membership_id, c.reason, c.issued_at, c.expires_at, c.used_at, c.superseded_at`

func insertCode(ctx context.Context, tx *postgres.Tx, id, membershipID uuid.UUID, digest []byte, i issue, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO access_code (id, membership_id, digest, reason, note, replaces_id, issued_by, issued_at)
		VALUES (@id, @membership, @digest, @reason, nullif(@note, ''), @replaces, @by, @now)`,
		pgx.NamedArgs{"id": id, "membership": membershipID, "digest": digest, "reason": string(i.reason), "note": i.note,
			"replaces": i.replaces, "by": orNil(by), "now": tx.Now()})
	return err
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// supersede ends the live code of a membership, if it has one, and returns its
// id.
func supersede(ctx context.Context, tx *postgres.Tx, membershipID uuid.UUID) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
		UPDATE access_code SET superseded_at = $2
		WHERE membership_id = $1 AND used_at IS NULL AND superseded_at IS NULL
		RETURNING id`, membershipID, tx.Now())
}

// startCode lets the hours of a code run, once.
func startCode(ctx context.Context, tx *postgres.Tx, id uuid.UUID, end time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE access_code SET expires_at = $2 WHERE id = $1 AND expires_at IS NULL`, id, end)
	return err
}

func setUsed(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE access_code SET used_at = $2 WHERE id = $1`, id, tx.Now())
	return err
}

func hadCode(ctx context.Context, q postgres.Querier, membershipID uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, q, `SELECT EXISTS (SELECT FROM access_code WHERE membership_id = $1)`, membershipID)
}

// mailable reports whether the mail of a code is still worth sending.
func mailable(ctx context.Context, q postgres.Querier, id uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, q, `
		SELECT EXISTS (
			SELECT FROM access_code c
			JOIN membership m ON m.id = c.membership_id AND m.removed_at IS NULL AND m.account_id IS NULL
			WHERE c.id = $1 AND c.used_at IS NULL AND c.superseded_at IS NULL)`, id)
}

// matched is a code with whom it is for.
type matched struct {
	Code
	Role authz.Role
	NPI  string
}

// findByDigest reads the code kept under one of the digests that was sent to
// the address, while its membership is in force.
func findByDigest(ctx context.Context, tx *postgres.Tx, digests [][]byte, emailKey string) (matched, error) {
	got, err := postgres.One[matched](ctx, tx, `
		SELECT `+columns+`, m.role, coalesce(s.npi, '') AS npi
		FROM access_code c
		JOIN membership m ON m.id = c.membership_id AND m.removed_at IS NULL
		LEFT JOIN site s ON s.id = m.site_id
		WHERE c.digest = ANY($1) AND m.email_key = $2`, digests, emailKey)
	if errors.Is(err, pgx.ErrNoRows) {
		return matched{}, ErrUnknown
	}
	return got, err
}

// openSetup begins the way to an account in a session, anew when it was begun
// before.
func openSetup(ctx context.Context, tx *postgres.Tx, session string, codeID uuid.UUID) error {
	if session == "" {
		return errors.New("no session to bind the setup to")
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO account_setup (session, code_id, verified_at) VALUES ($1, $2, $3)
		ON CONFLICT (session) DO UPDATE SET code_id = $2, verified_at = $3, confirmed_at = NULL, first_name = NULL,
			last_name = NULL, username = NULL, password_hash = NULL, passcode_channel = NULL, account_id = NULL, finished_at = NULL`,
		session, codeID, tx.Now())
	return err
}

type setupRow struct {
	Code
	Role            authz.Role
	SiteID          *uuid.UUID
	SiteName        string
	SiteAddress     string
	NPI             string
	Email           string
	VerifiedAt      time.Time
	ConfirmedAt     *time.Time
	FirstName       string
	LastName        string
	Username        string
	PasswordHash    string
	PasscodeChannel account.Channel
	Existing        *uuid.UUID
	AccountID       *uuid.UUID
}

// findSetup reads the way of a session; lock is "" or a FOR UPDATE clause.
func findSetup(ctx context.Context, tx *postgres.Tx, session, lock string) (Setup, error) {
	r, err := postgres.One[setupRow](ctx, tx, `
		SELECT `+columns+`, m.role, m.site_id, coalesce(s.name, '') AS site_name,
			coalesce(s.street || ', ' || s.city || ', CA ' || s.zip, '') AS site_address, coalesce(s.npi, '') AS npi,
			m.email, u.verified_at, u.confirmed_at,
			coalesce(u.first_name, m.first_name) AS first_name, coalesce(u.last_name, m.last_name) AS last_name,
			coalesce(u.username, '') AS username, coalesce(u.password_hash, '') AS password_hash,
			coalesce(u.passcode_channel, '') AS passcode_channel, u.account_id,
			(SELECT a.id FROM account a
				WHERE a.kind = 'workforce' AND m.site_id IS NOT NULL AND a.email_key = m.email_key AND a.removed_at IS NULL
				ORDER BY a.created_at LIMIT 1) AS existing
		FROM account_setup u
		JOIN access_code c ON c.id = u.code_id
		JOIN membership m ON m.id = c.membership_id AND m.removed_at IS NULL
		LEFT JOIN site s ON s.id = m.site_id
		WHERE u.session = $1`+lock, session)
	if errors.Is(err, pgx.ErrNoRows) {
		return Setup{}, ErrNoSetup
	}
	return Setup{
		Code: r.Code, MembershipID: r.MembershipID, Role: r.Role, SiteID: r.SiteID, SiteName: r.SiteName,
		SiteAddress: r.SiteAddress, NPI: r.NPI, Email: r.Email, VerifiedAt: r.VerifiedAt, ConfirmedAt: r.ConfirmedAt,
		FirstName: r.FirstName, LastName: r.LastName, Username: r.Username, Channel: r.PasscodeChannel,
		Existing: r.Existing, AccountID: r.AccountID, passwordHash: r.PasswordHash,
	}, err
}

func setConfirmed(ctx context.Context, tx *postgres.Tx, session, first, last string) error {
	_, err := tx.Exec(ctx, `
		UPDATE account_setup SET confirmed_at = $2, first_name = $3, last_name = $4 WHERE session = $1`,
		session, tx.Now(), first, last)
	return err
}

func setSignIn(ctx context.Context, tx *postgres.Tx, session, username, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE account_setup SET username = $2, password_hash = $3 WHERE session = $1`, session, username, hash)
	return err
}

func setChannel(ctx context.Context, tx *postgres.Tx, session string, channel account.Channel) error {
	_, err := tx.Exec(ctx, `UPDATE account_setup SET passcode_channel = $2 WHERE session = $1`, session, channel)
	return err
}

func finishSetup(ctx context.Context, tx *postgres.Tx, session string, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE account_setup SET account_id = $2, finished_at = $3, password_hash = NULL WHERE session = $1`,
		session, id, tx.Now())
	return err
}

func usernameTaken(ctx context.Context, q postgres.Querier, key string) (bool, error) {
	return postgres.Value[bool](ctx, q, `SELECT EXISTS (SELECT FROM account WHERE username_key = $1)`, key)
}

func siteName(ctx context.Context, q postgres.Querier, id *uuid.UUID) (string, error) {
	if id == nil {
		return "", nil
	}
	return postgres.Value[string](ctx, q, `SELECT name FROM site WHERE id = $1`, *id)
}

// certifier is whom to write to about the staff of a site.
type certifier struct {
	ID        uuid.UUID
	AccountID *uuid.UUID
	FirstName string
	LastName  string
	Email     string
}

func (c certifier) recipient() message.Recipient {
	r := message.Recipient{Membership: c.ID, Name: c.FirstName + " " + c.LastName, Email: c.Email}
	if c.AccountID != nil {
		r.Account = *c.AccountID
	}
	return r
}

// findCertifier returns the certifier of a site, and false when it has none.
func findCertifier(ctx context.Context, q postgres.Querier, siteID uuid.UUID) (certifier, bool, error) {
	c, err := postgres.One[certifier](ctx, q, `
		SELECT id, account_id, first_name, last_name, email FROM membership
		WHERE site_id = $1 AND role = 'certifier' AND removed_at IS NULL`, siteID)
	if errors.Is(err, pgx.ErrNoRows) {
		return certifier{}, false, nil
	}
	return c, err == nil, err
}
