package factorreset

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

const columns = `r.id, r.account_id, trim(coalesce(a.first_name, '') || ' ' || coalesce(a.last_name, '')) AS person,
	a.kind, r.needs_person, r.asked_at, r.due_at, r.lapses_at, r.reminded_at, r.confirmed_at, r.ended_at, r.effective_at`

const live = `FROM factor_reset r JOIN account a ON a.id = r.account_id
	WHERE r.ended_at IS NULL AND r.effective_at IS NULL`

func one(r Reset, err error) (Reset, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return Reset{}, fault.ErrNotFound
	}
	return r, err
}

const findQuery = `SELECT ` + columns + ` ` + live + ` AND r.account_id = $1`

// find returns the live request of an account that the actor of the
// transaction may see.
func find(ctx context.Context, q postgres.Querier, account uuid.UUID) (Reset, error) {
	return one(postgres.One[Reset](ctx, q, findQuery, account))
}

func findByID(ctx context.Context, q postgres.Querier, id uuid.UUID) (Reset, error) {
	return one(postgres.One[Reset](ctx, q, `SELECT `+columns+` `+live+` AND r.id = $1`, id))
}

// findByCode returns the live request that one of the notices' codes cancels.
func findByCode(ctx context.Context, q postgres.Querier, digests [][]byte) (Reset, error) {
	return one(postgres.One[Reset](ctx, q, `SELECT `+columns+` `+live+`
		AND (r.cancel_digest = ANY($1) OR r.later_digest = ANY($1))`, digests))
}

// listOpen returns the accounts whose request has to be looked at, 500 at most.
func listOpen(ctx context.Context, tx *postgres.Tx) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT account_id FROM factor_reset
		WHERE ended_at IS NULL AND effective_at IS NULL
			AND (due_at <= $1 AND confirmed_at IS NOT NULL OR due_at <= $1 AND NOT needs_person
				OR lapses_at <= $1 AND confirmed_at IS NULL OR reminded_at IS NULL AND asked_at <= $2)
		ORDER BY asked_at LIMIT 500`, tx.Now(), tx.Now().Add(-RemindAfter))
}

func insert(ctx context.Context, tx *postgres.Tx, r Reset, digest []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO factor_reset (id, account_id, needs_person, cancel_digest, asked_at, due_at, lapses_at)
		VALUES (@id, @account, @person, @digest, @now, @due, @lapses)`,
		pgx.NamedArgs{
			"id": r.ID, "account": r.Account, "person": r.NeedsPerson, "digest": digest,
			"now": r.AskedAt, "due": r.DueAt, "lapses": r.LapsesAt,
		})
	return err
}

func setReminded(ctx context.Context, tx *postgres.Tx, id uuid.UUID, digest []byte) error {
	_, err := tx.Exec(ctx, `UPDATE factor_reset SET reminded_at = $2, later_digest = $3 WHERE id = $1`, id, tx.Now(), digest)
	return err
}

func setConfirmed(ctx context.Context, tx *postgres.Tx, id, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE factor_reset SET confirmed_at = $2, confirmed_by = $3 WHERE id = $1`, id, tx.Now(), by)
	return err
}

func setEnded(ctx context.Context, tx *postgres.Tx, id uuid.UUID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE factor_reset SET ended_at = $2, end_reason = $3 WHERE id = $1`, id, tx.Now(), reason)
	return err
}

func setEffective(ctx context.Context, tx *postgres.Tx, id uuid.UUID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE factor_reset SET effective_at = $2 WHERE id = $1`, id, at)
	return err
}

// setProved notes that the sign-in has shown that the mailbox is the owner's,
// on the newest request that took effect.
func setProved(ctx context.Context, tx *postgres.Tx, account, signIn uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE factor_reset SET proof_id = $2 WHERE id = (
		SELECT id FROM factor_reset WHERE account_id = $1 AND effective_at IS NOT NULL ORDER BY asked_at DESC LIMIT 1)`, account, signIn)
	return err
}

// needsProof reports whether an account that has no authenticator had one that
// was given up, and the sign-in has not shown yet that the mailbox is the
// owner's.
func needsProof(ctx context.Context, q postgres.Querier, account, signIn uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, q, `
		SELECT coalesce((SELECT proof_id IS DISTINCT FROM $2 FROM factor_reset
			WHERE account_id = $1 AND effective_at IS NOT NULL ORDER BY asked_at DESC LIMIT 1), false)
			AND NOT EXISTS (SELECT FROM authenticator WHERE account_id = $1 AND confirmed_at IS NOT NULL AND removed_at IS NULL)`,
		account, signIn)
}

func hasApp(ctx context.Context, tx *postgres.Tx, account uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM authenticator
		WHERE account_id = $1 AND confirmed_at IS NOT NULL AND removed_at IS NULL)`, account)
}

// roles returns as what the account works, at however many sites, those that
// the actor of the transaction cannot see included.
func roles(ctx context.Context, tx *postgres.Tx, account uuid.UUID) ([]string, error) {
	return postgres.Values[string](ctx, tx, rolesQuery, account)
}

const rolesQuery = `SELECT DISTINCT role FROM session_sites($1)`

// helper is somebody who is to be asked to confirm.
type helper struct {
	ID        uuid.UUID
	FirstName string
	LastName  string
	Email     string
}

// helpers returns who may confirm for the account, ten at most.
func helpers(ctx context.Context, tx *postgres.Tx, account uuid.UUID, by Confirmer) ([]helper, error) {
	return postgres.All[helper](ctx, tx, `
		SELECT DISTINCT a.id, a.first_name, a.last_name, a.email
		FROM membership m JOIN account a ON a.id = m.account_id
		WHERE m.removed_at IS NULL AND a.removed_at IS NULL AND a.disabled_at IS NULL AND a.id <> $1
			AND a.email IS NOT NULL AND m.role = $2
			AND ($2 = 'ofp' OR m.site_id IN (SELECT site_id FROM membership WHERE account_id = $1 AND role = 'staff' AND removed_at IS NULL))
		ORDER BY a.id LIMIT 10`, account, by)
}

// power is what says who confirms for an account.
type power struct {
	roles []string // as what it works
	here  bool     // it works as staff at the actor's site
}

func (p *power) read(b *postgres.Batch, account, site uuid.UUID) {
	postgres.QueueValues(b, &p.roles, rolesQuery, account)
	postgres.QueueValue(b, &p.here, `
		SELECT EXISTS (SELECT FROM membership WHERE account_id = $1 AND site_id = $2 AND role = 'staff' AND removed_at IS NULL)`, account, site)
}
