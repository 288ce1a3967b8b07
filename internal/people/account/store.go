package account

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

const columns = `a.id, a.kind, coalesce(a.username, '') AS username, coalesce(a.first_name, '') AS first_name,
	coalesce(a.last_name, '') AS last_name, coalesce(a.email, '') AS email, a.language, a.passcode_channel,
	a.must_change, a.password_set_at, a.created_at, a.signed_in_at, a.blocked_at, a.disabled_inactive_at, a.enabled_at, a.disabled_at, a.removed_at,
	a.sealed, a.open_till, ` + hiddenColumns

// insert adds the account and reports false when the username is taken.
func insert(ctx context.Context, tx *postgres.Tx, id uuid.UUID, n New) (bool, error) {
	count, err := postgres.Changed(ctx, tx, `
		INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key,
			language, password_hash, password_set_at, passcode_channel, created_at)
		VALUES (@id, @kind, @username, @username_key, @first_name, @last_name, @email, @email_key,
			@language, @password_hash, @now, @channel, @now)
		ON CONFLICT ON CONSTRAINT account_username_key DO NOTHING`,
		pgx.NamedArgs{
			"id": id, "kind": n.Kind, "username": n.Username, "username_key": Fold(n.Username),
			"first_name": n.FirstName, "last_name": n.LastName, "email": n.Email, "email_key": Fold(n.Email),
			"language": n.Language, "password_hash": n.PasswordHash, "channel": n.PasscodeChannel, "now": tx.Now(),
		})
	return count == 1, err
}

// Find returns the account, and fault.ErrNotFound when there is none.
func Find(ctx context.Context, q postgres.Querier, id uuid.UUID) (Account, error) {
	return one(postgres.One[Account](ctx, q, FindQuery, id))
}

// FindQuery reads the account $1: the columns of Account.
const FindQuery = `SELECT ` + columns + ` FROM account a WHERE a.id = $1`

// FindForUpdateTx is Find and locks the account until the transaction ends.
func FindForUpdateTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Account, error) {
	return one(postgres.One[Account](ctx, tx, findForUpdate, id))
}

const findForUpdate = FindQuery + ` FOR UPDATE`

// ReadForUpdate adds the reading and locking of an account to other queries of
// a transaction. An account that there is not is no row.
func ReadForUpdate(b *postgres.Batch, to *Account, id uuid.UUID) {
	postgres.QueueOne(b, to, findForUpdate, id)
}

func one(a Account, err error) (Account, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, fault.ErrNotFound
	}
	return a, err
}

// named is an account as sign-in finds it.
type named struct {
	Account
	PasswordHash string
}

// named by a key: the clear ones of the workforce, the blind indexes of
// clients, and neither under the other (a stolen index is no name).
const hasName = `(a.username_key = ANY($1) OR a.email_key = ANY($1))
	AND (a.kind = 'client') <> (a.username_key = $2 OR coalesce(a.email_key = $2, false))`

// keys are what the key columns are compared with for a name that was typed:
// in the clear, and as blind indexes. A name that no text of the database can
// hold has none.
func keys(ring *secret.Ring, name string) (all []string, bare string) {
	bare = Fold(name)
	if !utf8.ValidString(bare) || strings.ContainsRune(bare, 0) {
		bare = ""
	}
	return append(ClientKeys(ring, name), bare), bare
}

// findByName finds the account with the username, or with the e-mail when only
// one account has it. Removed accounts are not found.
func findByName(ctx context.Context, q postgres.Querier, ring *secret.Ring, name string) (named, bool, error) {
	all, bare := keys(ring, name)
	found, err := findNamed(ctx, q, all, bare)
	if err != nil || len(found) != 1 {
		return named{}, false, err
	}
	found[0].Account, err = found[0].Opened(ring)
	return found[0], err == nil, err
}

func findNamed(ctx context.Context, q postgres.Querier, keys []string, bare string) ([]named, error) {
	return postgres.All[named](ctx, q, `
		SELECT `+columns+`, a.password_hash
		FROM account a
		WHERE `+hasName+` AND a.removed_at IS NULL
		ORDER BY a.username_key = ANY($1) DESC
		LIMIT 2`, keys, bare)
}

// attempt is what raising the count of wrong passwords found.
type attempt struct {
	WasLocked bool // refused, whatever the password
	InARow    int
}

// raise counts one more wrong password before it is compared, in one
// statement. A refused attempt during a lock counts nothing and prolongs
// nothing. The count that reaches the limit sets the lock; a right password
// takes it away again.
func raise(ctx context.Context, tx *postgres.Tx, id, device uuid.UUID, l Limits) (attempt, error) {
	return postgres.One[attempt](ctx, tx, `
		INSERT INTO password_failure AS f (account_id, device_id, failed_at, in_a_row, last_at)
		VALUES (@account, @device, ARRAY[@now::timestamptz], 1, @now)
		ON CONFLICT (account_id, device_id) DO UPDATE SET
			failed_at = CASE WHEN f.locked_till > @now THEN f.failed_at
				WHEN f.locked_till IS NOT NULL THEN ARRAY[@now::timestamptz]
				ELSE array_append(ARRAY(SELECT t FROM unnest(f.failed_at) t WHERE t > @since), @now::timestamptz) END,
			in_a_row = CASE WHEN f.locked_till > @now THEN f.in_a_row ELSE f.in_a_row + 1 END,
			refused = CASE WHEN f.locked_till > @now THEN f.refused + 1 ELSE 0 END,
			last_at = @now,
			locked_till = CASE WHEN f.locked_till > @now THEN f.locked_till
				WHEN f.locked_till IS NULL AND @limit <= 1 + (SELECT count(*) FROM unnest(f.failed_at) t WHERE t > @since)
				THEN @till::timestamptz END
		RETURNING refused > 0 AS was_locked, in_a_row`,
		pgx.NamedArgs{
			"account": id, "device": device, "now": tx.Now(), "since": tx.Now().Add(-l.Window),
			"till": tx.Now().Add(l.Lock), "limit": l.Failures,
		})
}

// forget takes back the failures of the device after a right password. Those
// of other devices no longer stand in a row, unless they are so many that only
// a reset takes them away (security.md 4.2).
func forget(ctx context.Context, tx *postgres.Tx, id, device uuid.UUID, l Limits) error {
	_, err := tx.Exec(ctx, `
		UPDATE password_failure SET
			in_a_row = CASE WHEN device_id = @device OR in_a_row < @most THEN 0 ELSE in_a_row END,
			failed_at = CASE WHEN device_id = @device THEN '{}' ELSE failed_at END,
			locked_till = CASE WHEN device_id = @device THEN NULL ELSE locked_till END
		WHERE account_id = @account`,
		pgx.NamedArgs{"account": id, "device": device, "most": l.InARow})
	return err
}

func setInactive(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE account SET disabled_inactive_at = $2
		WHERE id = $1 AND disabled_inactive_at IS NULL`, id, tx.Now())
	return err
}

func setPassword(ctx context.Context, tx *postgres.Tx, id uuid.UUID, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE account SET password_hash = $2, password_set_at = $3, must_change = false
		WHERE id = $1`, id, hash, tx.Now())
	return err
}

func rehash(ctx context.Context, tx *postgres.Tx, id uuid.UUID, old, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2`, id, old, hash)
	return err
}

// clearAfterReset takes away the soft locks of an account whose owner has just
// proved that the mailbox is theirs. States are not touched.
func clearAfterReset(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM password_failure WHERE account_id = $1`, id)
	return err
}

func passwordHash(ctx context.Context, q postgres.Querier, id uuid.UUID) (string, error) {
	hash, err := postgres.Value[string](ctx, q, `SELECT password_hash FROM account WHERE id = $1 AND removed_at IS NULL`, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.ErrNotFound
	}
	return hash, err
}

// SweepTx deletes the counts of names that no account has, a day after their
// last use, and returns how many. The job that tidies up calls it.
func SweepTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `
		DELETE FROM password_failure WHERE (account_id, device_id) IN (
			SELECT f.account_id, f.device_id FROM password_failure f
			WHERE f.last_at < $1 AND NOT EXISTS (SELECT FROM account a WHERE a.id = f.account_id)
			LIMIT 5000)`, tx.Now().Add(-24*time.Hour))
}

// UnblockTx ends a block and reports false when there was none. Who may ask
// for it, and its audit entry, are the caller's.
func UnblockTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE account SET blocked_at = NULL, passcode_failed_at = '{}'
		WHERE id = $1 AND blocked_at IS NOT NULL`, id)
	return n == 1, err
}
