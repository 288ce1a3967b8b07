package contact

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Sealed is a change as it is stored.
type Sealed struct {
	ID          uuid.UUID
	AccountID   uuid.UUID
	EmailSealed []byte
	Digest      []byte
	ExpiresAt   time.Time
}

func cell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "contact_change", Column: "email_sealed", Row: id}
}

// Open returns the change with its address.
func (r Sealed) Open(ring *secret.Ring) (Change, error) {
	email, err := ring.Open(cell(r.ID), r.EmailSealed)
	return Change{ID: r.ID, Email: email, ExpiresAt: r.ExpiresAt.UTC()}, err
}

const columns = `id, account_id, email_sealed, digest, expires_at`

// PendingQuery reads the change of the account $1 that is under way at $2: the
// columns of Sealed, no row when there is none.
const PendingQuery = `SELECT ` + columns + ` FROM contact_change
	WHERE account_id = $1 AND confirmed_at IS NULL AND given_up_at IS NULL AND expires_at > $2`

// find returns the change of the account that is under way, and ErrNoChange
// when there is none.
func find(ctx context.Context, q postgres.Querier, account uuid.UUID, lock string) (Sealed, error) {
	r, err := postgres.One[Sealed](ctx, q, `SELECT `+columns+` FROM contact_change
		WHERE account_id = $1 AND confirmed_at IS NULL AND given_up_at IS NULL`+lock, account)
	if errors.Is(err, pgx.ErrNoRows) {
		return Sealed{}, ErrNoChange
	}
	return r, err
}

// replace stores a change in the place of the one that was under way.
func replace(ctx context.Context, tx *postgres.Tx, r Sealed) error {
	if _, err := giveUp(ctx, tx, r.AccountID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO contact_change (id, account_id, email_sealed, digest, asked_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, r.ID, r.AccountID, r.EmailSealed, r.Digest, tx.Now(), r.ExpiresAt)
	return err
}

// giveUp ends the change of the account that is under way, and forgets the
// address that it named.
func giveUp(ctx context.Context, tx *postgres.Tx, account uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE contact_change SET given_up_at = $2, email_sealed = NULL
		WHERE account_id = $1 AND confirmed_at IS NULL AND given_up_at IS NULL`, account, tx.Now())
	return n == 1, err
}

func setConfirmed(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE contact_change SET confirmed_at = $2, email_sealed = NULL WHERE id = $1`, id, tx.Now())
	return err
}

// alive reports whether the code of a change can still be used.
func alive(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM contact_change
		WHERE id = $1 AND confirmed_at IS NULL AND given_up_at IS NULL AND expires_at > $2)`, id, tx.Now())
}

// lockAddress makes changes of two accounts to one address wait for each
// other.
func lockAddress(ctx context.Context, tx *postgres.Tx, index []byte) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('contact ' || encode($1, 'hex'), 0))`, index)
	return err
}

// SweepBatch is how many rows one call of SweepTx ends at most.
const SweepBatch = 1000

// SweepTx ends changes whose code has run out, and returns how many.
func SweepTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `
		UPDATE contact_change SET given_up_at = $1, email_sealed = NULL WHERE id IN (
			SELECT id FROM contact_change
			WHERE confirmed_at IS NULL AND given_up_at IS NULL AND expires_at <= $1 LIMIT $2)`, tx.Now(), SweepBatch)
}
