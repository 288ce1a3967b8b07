package session

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

// EndAllTx ends every sign-in of an account, in the transaction of its cause.
func EndAllTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	return EndOthersTx(ctx, tx, account, uuid.Nil)
}

// EndOthersTx ends every sign-in of an account but the session kept.
func EndOthersTx(ctx context.Context, tx *postgres.Tx, account, keep uuid.UUID) error {
	if err := lock(ctx, tx, account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE session SET revoked_at = $3 WHERE account_id = $1 AND id <> $2 AND revoked_at IS NULL`,
		account, keep, tx.Now())
	return err
}

// EndAtSiteTx ends the sign-ins of an account that act for the site.
func EndAtSiteTx(ctx context.Context, tx *postgres.Tx, account, site uuid.UUID) error {
	if err := lock(ctx, tx, account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE session SET revoked_at = $3 WHERE account_id = $1 AND site_id = $2 AND revoked_at IS NULL`,
		account, site, tx.Now())
	return err
}

// lock waits for sign-ins of the account that are getting a new token, so that
// the statement after it sees them, and makes later ones wait.
func lock(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT FROM account WHERE id = $1 FOR UPDATE`, account)
	return err
}

// keptAfterEnd is how long an ended session stays, so that nothing slow brings
// it back (security.md 14.7).
const keptAfterEnd = 24 * time.Hour

// keptOfNobody is how long a session stays that nobody has signed in with: it
// is past its rest by then.
const keptOfNobody = 2 * time.Hour

// SweepBatch is how many rows one call of SweepTx deletes at most. Call it
// again while it deletes as many.
const SweepBatch = 5000

// SweepTx deletes sessions that ended a day ago, and those that nobody ended
// but that are long past every limit. It returns how many.
func SweepTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `
		DELETE FROM session WHERE digest IN (
			SELECT digest FROM session
			WHERE revoked_at < $1 OR last_seen_at < $1 OR step = 'none' AND last_seen_at < $2 LIMIT $3)`,
		tx.Now().Add(-keptAfterEnd), tx.Now().Add(-keptOfNobody), SweepBatch)
}

// Site is a place that an account may act for.
type Site struct {
	SiteID *uuid.UUID
	Role   string
	Name   *string
	City   *string
}

// Sites returns the memberships in force of an account, the oldest first, 50
// at most. OFP and desk have one without a site.
func Sites(ctx context.Context, q postgres.Querier, account uuid.UUID) ([]Site, error) {
	return postgres.All[Site](ctx, q, SitesQuery, account)
}

// SitesQuery lists the memberships in force of the account $1: the columns of
// Site.
const SitesQuery = `SELECT site_id, role, name, city FROM session_sites($1)`

// EndSiteTx ends every sign-in that acts for a site that is closed. One that
// gets a new token at this moment finds nothing open with it: no membership of
// such a site counts.
func EndSiteTx(ctx context.Context, tx *postgres.Tx, site uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE session SET revoked_at = $2 WHERE site_id = $1 AND revoked_at IS NULL`, site, tx.Now())
	return err
}
