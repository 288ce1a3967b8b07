package outage

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

const selectOutage = `
	SELECT o.id, o.kind, o.affects, o.starts_at, o.ends_at, o.text_en, o.text_es, o.closed_at, o.called_off_at,
	       coalesce(a.first_name || ' ' || a.last_name, '') AS by
	FROM outage o
	JOIN account a ON a.id = o.registered_by`

func insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, n Notice) error {
	var end *time.Time
	if !n.EndsAt.IsZero() {
		end = &n.EndsAt
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO outage (id, kind, affects, starts_at, ends_at, text_en, text_es, registered_by, registered_at)
		VALUES (@id, @kind, @affects, @starts, @ends, @en, @es, @account, @now)`,
		pgx.NamedArgs{
			"id": id, "kind": string(n.Kind), "affects": string(n.Affects), "starts": n.StartsAt, "ends": end,
			"en": n.TextEN, "es": n.TextES, "account": actor.Account, "now": tx.Now(),
		})
	return err
}

func findForUpdate(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Outage, error) {
	o, err := postgres.One[Outage](ctx, tx, selectOutage+` WHERE o.id = $1 FOR UPDATE OF o`, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, fault.ErrNotFound
	}
	return o, err
}

func closeOne(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, end time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE outage SET ends_at = @end, closed_by = @account, closed_at = @now WHERE id = @id`,
		pgx.NamedArgs{"id": id, "end": end, "account": actor.Account, "now": tx.Now()})
	return err
}

func callOff(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE outage SET called_off_by = $2, called_off_at = $3 WHERE id = $1`, id, actor.Account, tx.Now())
	return err
}

func queueList(b *postgres.Batch, into *[]Outage, size, skip int) {
	postgres.QueueAll(b, into, selectOutage+` ORDER BY o.starts_at DESC, o.id DESC LIMIT $1 OFFSET $2`, size, skip)
}

func queueOne(b *postgres.Batch, into *[]Outage, id uuid.UUID) {
	postgres.QueueAll(b, into, selectOutage+` WHERE o.id = $1 LIMIT 1`, id)
}
