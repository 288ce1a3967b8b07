package demo

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// mostAccounts bounds the list of people.
const mostAccounts = 100

type accountRow struct {
	ID              uuid.UUID
	Kind            account.Kind
	Username        string
	Name            string
	Email           string
	UsernameSealed  []byte // of a client, like the three below
	FirstNameSealed []byte
	LastNameSealed  []byte
	EmailSealed     []byte
	PasscodeChannel account.Channel
	FirstPassword   bool // it was never changed
	Role            authz.Role
	SiteID          *uuid.UUID
	SiteName        string
	AuthenticatorID *uuid.UUID
	SecretSealed    []byte
	LastStep        int64
	Present         time.Time
}

// accountQuery finds nobody in a database that was not made for training.
const accountQuery = `
	SELECT a.id, a.kind, coalesce(a.username, '') AS username, a.passcode_channel,
		coalesce(a.first_name || ' ' || a.last_name, '') AS name, coalesce(a.email, '') AS email,
		a.username_sealed, a.first_name_sealed, a.last_name_sealed, a.email_sealed,
		a.password_set_at = a.created_at AS first_password,
		coalesce(m.role, a.kind) AS role, m.site_id, coalesce(s.name, '') AS site_name,
		t.id AS authenticator_id, t.secret_sealed, coalesce(t.last_step, 0) AS last_step, now() AS present
	FROM account a
	LEFT JOIN LATERAL (
		SELECT role, site_id FROM membership
		WHERE account_id = a.id AND removed_at IS NULL ORDER BY joined_at LIMIT 1) m ON true
	LEFT JOIN site s ON s.id = m.site_id
	LEFT JOIN LATERAL (
		SELECT id, secret_sealed, last_step FROM authenticator
		WHERE account_id = a.id AND removed_at IS NULL ORDER BY confirmed_at IS NULL LIMIT 1) t ON true
	WHERE a.removed_at IS NULL AND EXISTS (SELECT FROM training_mark)`

// opened is the row with what is sealed of a client.
func (r accountRow) opened(ring *secret.Ring) (accountRow, error) {
	a, err := account.Account{ID: r.ID, Kind: r.Kind, Username: r.Username, Email: r.Email, Hidden: account.Hidden{
		UsernameSealed: r.UsernameSealed, FirstNameSealed: r.FirstNameSealed, LastNameSealed: r.LastNameSealed, EmailSealed: r.EmailSealed,
	}}.Opened(ring)
	if err == nil && a.Kind == account.Client {
		r.Username, r.Email, r.Name = a.Username, a.Email, a.Name()
	}
	return r, err
}

// readAccounts adds the reading of everybody who can sign in, those made first
// first.
func readAccounts(b *postgres.Batch, to *[]accountRow) {
	postgres.QueueAll(b, to, accountQuery+` ORDER BY a.id LIMIT $1`, mostAccounts)
}

func findAccount(ctx context.Context, q postgres.Querier, id uuid.UUID) ([]accountRow, error) {
	return postgres.All[accountRow](ctx, q, accountQuery+` AND a.id = $1`, id)
}
