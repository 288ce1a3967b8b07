package accesscode

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

// Columns are those of a Code, of the table as "c", for queries that join it.
const Columns = `c.id, c.membership_id, c.reason, c.issued_at, c.expires_at, c.used_at, c.superseded_at`

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

func siteName(ctx context.Context, q postgres.Querier, id *uuid.UUID) (string, error) {
	if id == nil {
		return "", nil
	}
	return postgres.Value[string](ctx, q, `SELECT name FROM site WHERE id = $1`, *id)
}
