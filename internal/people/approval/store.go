package approval

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Columns are those of Approval in table "approval p", for packages that show
// requests beside what they are about.
const Columns = `p.id, p.kind, p.digest, p.count, p.reason, p.asked_by, p.asked_at, p.ends_at,
	p.decision, p.decided_by, p.decided_at, p.spent_at`

func insert(ctx context.Context, tx *postgres.Tx, id uuid.UUID, in Ask, by uuid.UUID, end time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO approval (id, kind, digest, count, reason, asked_by, asked_at, ends_at)
		VALUES (@id, @kind, @digest, @count, @reason, @by, @now, @end)`,
		pgx.NamedArgs{"id": id, "kind": string(in.Kind), "digest": in.Digest, "count": in.Count, "reason": in.Reason,
			"by": orNil(by), "now": tx.Now(), "end": end})
	return err
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

func findForUpdate(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Approval, error) {
	a, err := postgres.One[Approval](ctx, tx, `SELECT `+Columns+` FROM approval p WHERE p.id = $1 FOR UPDATE`, id)
	return a, notFound(err)
}

func decide(ctx context.Context, tx *postgres.Tx, a Approval) error {
	_, err := tx.Exec(ctx, `
		UPDATE approval SET decision = @decision, decided_by = @by, decided_at = @at, ends_at = @end WHERE id = @id`,
		pgx.NamedArgs{"id": a.ID, "decision": string(*a.Decision), "by": a.DecidedBy, "at": a.DecidedAt, "end": a.EndsAt})
	return err
}

// spend marks one good approval as used and reports false when there is none.
func spend(ctx context.Context, tx *postgres.Tx, kind Kind, digest []byte, by uuid.UUID) (uuid.UUID, bool, error) {
	id, err := postgres.Value[uuid.UUID](ctx, tx, `
		UPDATE approval SET spent_at = @now WHERE id = (
			SELECT id FROM approval
			WHERE kind = @kind AND digest = @digest AND asked_by = @by AND decision = 'approved' AND decided_by <> asked_by
				AND spent_at IS NULL AND ends_at > @now
			ORDER BY asked_at LIMIT 1 FOR UPDATE)
		RETURNING id`,
		pgx.NamedArgs{"kind": string(kind), "digest": digest, "by": by, "now": tx.Now()})
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, nil
	}
	return id, err == nil, err
}

func setSpent(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE approval SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL`, id, tx.Now())
	return err
}

func newest(ctx context.Context, tx *postgres.Tx, kind Kind, digest []byte, by uuid.UUID) (Approval, error) {
	a, err := postgres.One[Approval](ctx, tx, newestQuery, newestOf(kind, digest, by))
	return a, notFound(err)
}

const newestQuery = `
	SELECT ` + Columns + ` FROM approval p
	WHERE p.kind = @kind AND p.digest = @digest AND p.asked_by = @by
	ORDER BY p.asked_at DESC, p.id DESC LIMIT 1`

func newestOf(kind Kind, digest []byte, by uuid.UUID) pgx.NamedArgs {
	return pgx.NamedArgs{"kind": string(kind), "digest": digest, "by": by}
}
