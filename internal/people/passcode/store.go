package passcode

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/postgres"
)

// raise counts one more failure before anything is compared, in one statement,
// and returns the count with its limit. An account that is blocked or has no
// try left is ErrBlocked.
func raise(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (count, limit int, err error) {
	err = tx.QueryRow(ctx, `
		WITH tried AS (
			SELECT id, ARRAY(SELECT t FROM unnest(passcode_failed_at) t WHERE t > `+failuresSince+`) AS recent,
				`+mostFailures+` AS most
			FROM account a WHERE id = @account AND blocked_at IS NULL AND removed_at IS NULL FOR UPDATE
		)
		UPDATE account a SET passcode_failed_at = array_append(t.recent, @now::timestamptz)
		FROM tried t WHERE a.id = t.id AND cardinality(t.recent) < t.most
		RETURNING cardinality(a.passcode_failed_at), t.most`,
		pgx.NamedArgs{
			"account": id, "now": tx.Now(),
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

// takeBackFailure takes back the newest failure.
func takeBackFailure(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE account SET passcode_failed_at = passcode_failed_at[:greatest(cardinality(passcode_failed_at) - 1, 0)]
		WHERE id = $1 AND blocked_at IS NULL`, id)
	return err
}

// setBlocked blocks an account whose tries are used up, the last of them at
// least that long ago, and reports whether it did.
func setBlocked(ctx context.Context, tx *postgres.Tx, id uuid.UUID, old time.Duration) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE account a SET blocked_at = @now
		WHERE id = @account AND blocked_at IS NULL AND removed_at IS NULL
			AND (SELECT count(*) FROM unnest(passcode_failed_at) t WHERE t > `+failuresSince+`)
				>= `+mostFailures+`
			AND (@old::bigint = 0 OR NOT EXISTS (SELECT FROM unnest(passcode_failed_at) t WHERE t > @before::timestamptz))`,
		pgx.NamedArgs{
			"account": id, "now": tx.Now(), "old": int64(old), "before": tx.Now().Add(-old),
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
	l, err := readSendingLimits(ctx, tx)
	if err != nil {
		return false, err
	}
	n, err := postgres.Changed(ctx, tx, `
		UPDATE account SET
			passcode_sent_at = array_append(ARRAY(SELECT t FROM unnest(passcode_sent_at) t WHERE t > @keep), @now::timestamptz),
			passcode_unused_at = array_append(ARRAY(SELECT t FROM unnest(passcode_unused_at) t WHERE t > @day), @now::timestamptz)
		WHERE id = @account AND blocked_at IS NULL AND removed_at IS NULL AND coalesce(email_key, email) IS NOT NULL
			AND (SELECT count(*) FROM unnest(passcode_sent_at) t WHERE t > @pause) < @max_pause
			AND (SELECT count(*) FROM unnest(passcode_sent_at) t WHERE t > @burst) < @max_burst
			AND (SELECT count(*) FROM unnest(passcode_unused_at) t WHERE t > @day) < @max_unused`,
		pgx.NamedArgs{
			"account": id, "now": tx.Now(), "pause": tx.Now().Add(-l.pause.Window), "burst": tx.Now().Add(-l.burst.Window),
			"keep": tx.Now().Add(-max(l.pause.Window, l.burst.Window)),
			"day":  tx.Now().Add(-l.day.Window), "max_pause": l.pause.Max, "max_burst": l.burst.Max, "max_unused": l.day.Max,
		})
	return n == 1, err
}

// challenge is a passcode that was sent.
type challenge struct {
	ID          uuid.UUID
	Purpose     Purpose
	Digest      []byte
	PhoneSealed []byte // nil: it was mailed
	ExpiresAt   time.Time
}

// insertChallenge replaces the live passcode of the account by a new one.
func insertChallenge(ctx context.Context, tx *postgres.Tx, c challenge, p Pending, until time.Time) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE passcode_challenge SET superseded_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, p.Account, tx.Now())
	batch.Queue(`INSERT INTO passcode_challenge (id, account_id, pending_id, purpose, digest, phone_sealed, sent_at, expires_at)
		VALUES (@id, @account, @pending, @purpose, @digest, @phone, @now, @until)`, pgx.NamedArgs{
		"id": c.ID, "account": p.Account, "pending": p.SignIn, "purpose": c.Purpose, "digest": c.Digest,
		"phone": c.PhoneSealed, "now": tx.Now(), "until": until,
	})
	return tx.SendBatch(ctx, batch).Close()
}

// findChallenge returns the passcode that the step waits for, which may be out
// of date.
func findChallenge(ctx context.Context, tx *postgres.Tx, p Pending, purpose Purpose) (challenge, bool, error) {
	c, err := postgres.One[challenge](ctx, tx, `
		SELECT c.id, c.purpose, c.digest, c.phone_sealed, c.expires_at FROM passcode_challenge c
		JOIN account a ON a.id = c.account_id AND (c.purpose <> 'sign-in' OR a.passcode_channel = 'email')
		WHERE c.account_id = $1 AND c.pending_id = $2 AND c.purpose = $3 AND c.used_at IS NULL AND c.superseded_at IS NULL
		FOR UPDATE OF c`, p.Account, p.SignIn, purpose)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

func useChallenge(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE passcode_challenge SET used_at = $2
		WHERE id = $1 AND used_at IS NULL AND superseded_at IS NULL`, id, tx.Now())
	return n == 1, err
}

func alive(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM passcode_challenge c
		JOIN account a ON a.id = c.account_id AND a.blocked_at IS NULL AND a.removed_at IS NULL
			AND (c.purpose <> 'sign-in' OR a.passcode_channel = 'email')
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

// readPending adds the reading of the authenticator that is being set up, and
// locks it. A secret that was shown long ago and never confirmed is not taken up
// again: somebody else may have seen it.
func readPending(b *postgres.Batch, to *[]authenticator, account uuid.UUID, now time.Time) {
	postgres.QueueAll(b, to, `SELECT id, secret_sealed FROM authenticator
		WHERE account_id = $1 AND confirmed_at IS NULL AND removed_at IS NULL AND created_at > $2
		FOR UPDATE`, account, now.Add(-setupLife))
}

// readFirstOrProved adds the question whether the account has no authenticator and may set
// one up in this sign-in: it never had one, or the old one was given up and the
// sign-in has shown that the mailbox is the owner's (security.md 4.9).
func readFirstOrProved(b *postgres.Batch, to *bool, p Pending) {
	postgres.QueueValue(b, to, `
		SELECT NOT EXISTS (SELECT FROM authenticator
				WHERE account_id = $1 AND confirmed_at IS NOT NULL AND removed_at IS NULL)
			AND coalesce((SELECT proof_id = $2 FROM factor_reset
				WHERE account_id = $1 AND effective_at IS NOT NULL ORDER BY asked_at DESC LIMIT 1),
				NOT EXISTS (SELECT FROM factor_reset WHERE account_id = $1 AND effective_at IS NOT NULL))`, p.Account, p.SignIn)
}

// GiveUpAppTx takes away the authenticator and the recovery codes of an
// account. Who may have that done, and its audit entry, are the caller's.
func GiveUpAppTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE authenticator SET removed_at = $2 WHERE account_id = $1 AND removed_at IS NULL`, account, tx.Now())
	batch.Queue(`UPDATE recovery_code SET removed_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND removed_at IS NULL`, account, tx.Now())
	return tx.SendBatch(ctx, batch).Close()
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

// replaceRecovery puts new recovery codes in the place of those before.
func replaceRecovery(ctx context.Context, tx *postgres.Tx, account uuid.UUID, codes []keptCode) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE recovery_code SET removed_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND removed_at IS NULL`, account, tx.Now())
	for _, c := range codes {
		batch.Queue(`INSERT INTO recovery_code (id, account_id, selector, hash, created_at) VALUES ($1, $2, $3, $4, $5)`,
			uuid.Must(uuid.NewV7()), account, c.Selector, c.Hash, tx.Now())
	}
	return tx.SendBatch(ctx, batch).Close()
}

// findRecovery returns the unused code with the selector.
func findRecovery(ctx context.Context, tx *postgres.Tx, account uuid.UUID, selector string) (keptCode, bool, error) {
	c, err := postgres.One[keptCode](ctx, tx, `SELECT id, selector, hash FROM recovery_code
		WHERE account_id = $1 AND selector = $2 AND used_at IS NULL AND removed_at IS NULL`, account, selector)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

func useRecovery(ctx context.Context, tx *postgres.Tx, account, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE recovery_code SET used_at = $3
		WHERE account_id = $1 AND id = $2 AND used_at IS NULL AND removed_at IS NULL`, account, id, tx.Now())
	return n == 1, err
}

// useOldRecovery accepts a code that was made when keyed digests were kept.
func useOldRecovery(ctx context.Context, tx *postgres.Tx, account uuid.UUID, digests [][]byte) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE recovery_code SET used_at = $3
		WHERE account_id = $1 AND digest = ANY($2) AND used_at IS NULL AND removed_at IS NULL`, account, digests, tx.Now())
	return n == 1, err
}

// standing is a row of what Stand tells.
type standing struct {
	Failed, Most int
	Texted       bool
	PhoneSealed  []byte
	EmailSealed  []byte // of a client
	Channel      account.Channel
	Email        string
	ByText       bool
}

func findStanding(ctx context.Context, tx *postgres.Tx, p Pending) (standing, error) {
	return postgres.One[standing](ctx, tx, `
		SELECT (SELECT count(*)::int FROM unnest(a.passcode_failed_at) t WHERE t > `+failuresSince+`) AS failed,
			`+mostFailures+` AS most,
			coalesce((SELECT c.phone_sealed IS NOT NULL FROM passcode_challenge c
				WHERE c.account_id = a.id AND c.pending_id = @pending AND c.purpose = 'sign-in' ORDER BY c.sent_at DESC, c.id DESC LIMIT 1), false) AS texted,
			a.passcode_by_text AS by_text, a.phone_sealed, a.email_sealed, a.passcode_channel AS channel, coalesce(a.email, '') AS email
		FROM account a WHERE a.id = @account`,
		pgx.NamedArgs{
			"account": p.Account, "pending": p.SignIn, "now": tx.Now(),
		})
}
