package passcode

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

// raise counts one more failure before anything is compared, in one statement,
// and returns the count with its limit. An account that is blocked or has no
// try left is ErrBlocked.
func raise(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (count, limit int, err error) {
	err = tx.QueryRow(ctx, `
		WITH tried AS (
			SELECT id, ARRAY(SELECT t FROM unnest(passcode_failed_at) t WHERE t > @since) AS recent,
				CASE WHEN kind IN ('ofp', 'desk') THEN @privileged::int ELSE @usual::int END AS most
			FROM account WHERE id = @account AND blocked_at IS NULL AND removed_at IS NULL FOR UPDATE
		)
		UPDATE account a SET passcode_failed_at = array_append(t.recent, @now::timestamptz)
		FROM tried t WHERE a.id = t.id AND cardinality(t.recent) < t.most
		RETURNING cardinality(a.passcode_failed_at), t.most`,
		pgx.NamedArgs{
			"account": id, "now": tx.Now(), "since": tx.Now().Add(-window), "usual": maxFailures, "privileged": maxPrivileged,
		}).Scan(&count, &limit)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, 0, ErrBlocked
	}
	return count, limit, err
}

func clearFailures(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE account SET passcode_failed_at = '{}', passcode_unused_at = '{}' WHERE id = $1`, id)
	return err
}

// setBlocked blocks an account whose tries are used up, the last of them at
// least that long ago, and reports whether it did.
func setBlocked(ctx context.Context, tx *postgres.Tx, id uuid.UUID, old time.Duration) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE account SET blocked_at = @now
		WHERE id = @account AND blocked_at IS NULL AND removed_at IS NULL
			AND (SELECT count(*) FROM unnest(passcode_failed_at) t WHERE t > @since)
				>= CASE WHEN kind IN ('ofp', 'desk') THEN @privileged::int ELSE @usual::int END
			AND (@old::bigint = 0 OR NOT EXISTS (SELECT FROM unnest(passcode_failed_at) t WHERE t > @before::timestamptz))`,
		pgx.NamedArgs{
			"account": id, "now": tx.Now(), "since": tx.Now().Add(-window), "old": int64(old), "before": tx.Now().Add(-old),
			"usual": maxFailures, "privileged": maxPrivileged,
		})
	return n == 1, err
}

func setSignedIn(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE account SET signed_in_at = $2, inactivity_warnings = 0, inactivity_warned_at = NULL
		WHERE id = $1`, id, tx.Now())
	return err
}

// countSending counts one more mailed passcode, and reports false when that is
// more than may be.
func countSending(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE account SET
			passcode_sent_at = array_append(ARRAY(SELECT t FROM unnest(passcode_sent_at) t WHERE t > @burst), @now::timestamptz),
			passcode_unused_at = array_append(ARRAY(SELECT t FROM unnest(passcode_unused_at) t WHERE t > @day), @now::timestamptz)
		WHERE id = @account AND blocked_at IS NULL AND removed_at IS NULL AND email IS NOT NULL
			AND NOT EXISTS (SELECT FROM unnest(passcode_sent_at) t WHERE t > @pause)
			AND (SELECT count(*) FROM unnest(passcode_sent_at) t WHERE t > @burst) < @max_burst
			AND (SELECT count(*) FROM unnest(passcode_unused_at) t WHERE t > @day) < @max_unused`,
		pgx.NamedArgs{
			"account": id, "now": tx.Now(), "pause": tx.Now().Add(-pauseBetween), "burst": tx.Now().Add(-burstWindow),
			"day": tx.Now().Add(-dayWindow), "max_burst": maxBurst, "max_unused": maxUnused,
		})
	return n == 1, err
}

// insertChallenge replaces the live passcode of the account by a new one.
func insertChallenge(ctx context.Context, tx *postgres.Tx, id uuid.UUID, p Pending, digest []byte, until time.Time) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE passcode_challenge SET superseded_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, p.Account, tx.Now())
	batch.Queue(`INSERT INTO passcode_challenge (id, account_id, pending_id, digest, sent_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, id, p.Account, p.SignIn, digest, tx.Now(), until)
	return tx.SendBatch(ctx, batch).Close()
}

// findChallenge returns the live passcode of the sign-in.
func findChallenge(ctx context.Context, tx *postgres.Tx, p Pending) (id uuid.UUID, digest []byte, found bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT c.id, c.digest FROM passcode_challenge c
		JOIN account a ON a.id = c.account_id AND a.passcode_channel = 'email'
		WHERE c.account_id = $1 AND c.pending_id = $2 AND c.used_at IS NULL AND c.superseded_at IS NULL AND c.expires_at > $3
		FOR UPDATE OF c`, p.Account, p.SignIn, tx.Now()).Scan(&id, &digest)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, nil, false, nil
	}
	return id, digest, err == nil, err
}

func useChallenge(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE passcode_challenge SET used_at = $2
		WHERE id = $1 AND used_at IS NULL AND superseded_at IS NULL`, id, tx.Now())
	return n == 1, err
}

func alive(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM passcode_challenge c
		JOIN account a ON a.id = c.account_id AND a.blocked_at IS NULL AND a.removed_at IS NULL AND a.passcode_channel = 'email'
		WHERE c.id = $1 AND c.used_at IS NULL AND c.superseded_at IS NULL AND c.expires_at > $2)`, id, tx.Now())
}

// authenticator is a row of its table.
type authenticator struct {
	ID           uuid.UUID
	SecretSealed []byte
}

func findConfirmed(ctx context.Context, q postgres.Querier, account uuid.UUID) (authenticator, bool, error) {
	return maybe(postgres.One[authenticator](ctx, q, `SELECT id, secret_sealed FROM authenticator
		WHERE account_id = $1 AND confirmed_at IS NOT NULL AND removed_at IS NULL`, account))
}

// findPending returns the authenticator that is being set up. A secret that was
// shown long ago and never confirmed is not taken up again: somebody else may
// have seen it.
func findPending(ctx context.Context, tx *postgres.Tx, account uuid.UUID) (authenticator, bool, error) {
	return maybe(postgres.One[authenticator](ctx, tx, `SELECT id, secret_sealed FROM authenticator
		WHERE account_id = $1 AND confirmed_at IS NULL AND removed_at IS NULL AND created_at > $2
		FOR UPDATE`, account, tx.Now().Add(-setupLife)))
}

func maybe(a authenticator, err error) (authenticator, bool, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return authenticator{}, false, nil
	}
	return a, err == nil, err
}

func insertPending(ctx context.Context, tx *postgres.Tx, a authenticator, account uuid.UUID) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE authenticator SET removed_at = $2
		WHERE account_id = $1 AND confirmed_at IS NULL AND removed_at IS NULL`, account, tx.Now())
	batch.Queue(`INSERT INTO authenticator (id, account_id, secret_sealed, created_at) VALUES ($1, $2, $3, $4)`,
		a.ID, account, a.SecretSealed, tx.Now())
	return tx.SendBatch(ctx, batch).Close()
}

// replaceConfirmed puts the pending authenticator in the place of the
// confirmed one.
func replaceConfirmed(ctx context.Context, tx *postgres.Tx, account, id uuid.UUID, step int64) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE authenticator SET removed_at = $2
		WHERE account_id = $1 AND confirmed_at IS NOT NULL AND removed_at IS NULL`, account, tx.Now())
	batch.Queue(`UPDATE authenticator SET confirmed_at = $2, last_step = $3 WHERE id = $1`, id, tx.Now(), step)
	batch.Queue(`UPDATE account SET passcode_channel = 'app' WHERE id = $1`, account)
	batch.Queue(`UPDATE passcode_challenge SET superseded_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, account, tx.Now())
	return tx.SendBatch(ctx, batch).Close()
}

// advance accepts a step only when it is later than the last one accepted.
func advance(ctx context.Context, tx *postgres.Tx, id uuid.UUID, step int64) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE authenticator SET last_step = $2
		WHERE id = $1 AND last_step < $2 AND removed_at IS NULL`, id, step)
	return n == 1, err
}

func replaceRecovery(ctx context.Context, tx *postgres.Tx, account uuid.UUID, digests [][]byte) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE recovery_code SET removed_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND removed_at IS NULL`, account, tx.Now())
	for _, d := range digests {
		batch.Queue(`INSERT INTO recovery_code (id, account_id, digest, created_at) VALUES ($1, $2, $3, $4)`,
			uuid.Must(uuid.NewV7()), account, d, tx.Now())
	}
	return tx.SendBatch(ctx, batch).Close()
}

func useRecovery(ctx context.Context, tx *postgres.Tx, account uuid.UUID, digests [][]byte) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE recovery_code SET used_at = $3
		WHERE account_id = $1 AND digest = ANY($2) AND used_at IS NULL AND removed_at IS NULL`, account, digests, tx.Now())
	return n == 1, err
}
