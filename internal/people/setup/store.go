package setup

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// open begins the way to an account in a session, anew when it was begun
// before.
func open(ctx context.Context, tx *postgres.Tx, session string, codeID uuid.UUID) error {
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

type row struct {
	accesscode.Code
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
	Withdrawn       bool
	AccountID       *uuid.UUID
}

// find reads the way of a session; lock is "" or a FOR UPDATE clause.
func find(ctx context.Context, tx *postgres.Tx, session, lock string) (Setup, error) {
	r, err := postgres.One[row](ctx, tx, `
		SELECT `+accesscode.Columns+`, m.role, m.site_id, coalesce(s.name, '') AS site_name,
			coalesce(s.street || ', ' || s.city || ', CA ' || s.zip, '') AS site_address, coalesce(s.npi, '') AS npi,
			m.email, m.removed_at IS NOT NULL AS withdrawn, u.verified_at, u.confirmed_at,
			coalesce(u.first_name, m.first_name) AS first_name, coalesce(u.last_name, m.last_name) AS last_name,
			coalesce(u.username, '') AS username, coalesce(u.password_hash, '') AS password_hash,
			coalesce(u.passcode_channel, '') AS passcode_channel, u.account_id,
			(SELECT a.id FROM account a
				WHERE a.kind = 'workforce' AND m.site_id IS NOT NULL AND a.email_key = m.email_key AND a.removed_at IS NULL
				ORDER BY a.created_at LIMIT 1) AS existing
		FROM account_setup u
		JOIN access_code c ON c.id = u.code_id
		JOIN membership m ON m.id = c.membership_id
		LEFT JOIN site s ON s.id = m.site_id
		WHERE u.session = $1`+lock, session)
	if errors.Is(err, pgx.ErrNoRows) {
		return Setup{}, ErrNone
	}
	return Setup{
		Code: r.Code, MembershipID: r.MembershipID, Role: r.Role, SiteID: r.SiteID, SiteName: r.SiteName,
		SiteAddress: r.SiteAddress, NPI: r.NPI, Email: r.Email, VerifiedAt: r.VerifiedAt, ConfirmedAt: r.ConfirmedAt,
		FirstName: r.FirstName, LastName: r.LastName, Username: r.Username, Channel: r.PasscodeChannel,
		Existing: r.Existing, AccountID: r.AccountID, passwordHash: r.PasswordHash, withdrawn: r.Withdrawn,
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

func finish(ctx context.Context, tx *postgres.Tx, session string, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE account_setup SET account_id = $2, finished_at = $3, password_hash = NULL WHERE session = $1`,
		session, id, tx.Now())
	return err
}

func usernameTaken(ctx context.Context, q postgres.Querier, keys []string) (bool, error) {
	return postgres.Value[bool](ctx, q, `SELECT EXISTS (SELECT FROM account WHERE username_key = ANY($1))`, keys)
}

// deleteBefore deletes the setups that were begun before the time, with
// everything that was typed in them.
func deleteBefore(ctx context.Context, tx *postgres.Tx, at time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM account_setup WHERE verified_at < $1`, at)
	return err
}
