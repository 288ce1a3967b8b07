package incometable

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

func insertDraft(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, t eligibility.IncomeTable) error {
	source := "published"
	if t.Derived {
		source = "derived"
	}
	_, err := postgres.Changed(ctx, tx, `
		INSERT INTO income_table (id, effective_from, effective_to, status, source, increment_monthly_cents,
		                          increment_annual_cents, loaded_at, loaded_by)
		VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8)`,
		id, t.EffectiveFrom, t.EffectiveTo, source, int64(t.MonthlyIncrement), int64(t.AnnualIncrement), tx.Now(), actor.Account)
	return err
}

func move(ctx context.Context, tx *postgres.Tx, id uuid.UUID, from, to civil.Date) (int64, error) {
	return postgres.Changed(ctx, tx, `
		UPDATE income_table SET effective_from = $2, effective_to = $3 WHERE id = $1 AND status = 'draft'`, id, from, to)
}

func publish(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, reason string) (int64, error) {
	return postgres.Changed(ctx, tx, `
		UPDATE income_table SET status = 'published', published_at = $2, published_by = $3, publish_reason = $4
		WHERE id = $1 AND status = 'draft'`, id, tx.Now(), actor.Account, reason)
}

func withdraw(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, reason string) (int64, error) {
	return postgres.Changed(ctx, tx, `
		UPDATE income_table SET status = 'withdrawn', withdrawn_at = $2, withdrawn_by = $3, withdraw_reason = $4
		WHERE id = $1 AND status = 'published'`, id, tx.Now(), actor.Account, reason)
}

// listed is a table in whatever state, with its limits in the order of the
// sizes.
type listed struct {
	published
	ID          uuid.UUID
	Status      Status
	LoadedAt    time.Time
	LoadedBy    string
	PublishedAt *time.Time
	PublishedBy string
	WithdrawnAt *time.Time
	WithdrawnBy string

	PublishReason  string
	WithdrawReason string
}

func (r listed) open() Table {
	return Table{
		ID: r.ID, Status: r.Status, Table: r.table(), LoadedAt: r.LoadedAt, LoadedBy: r.LoadedBy, PublishedAt: r.PublishedAt,
		PublishedBy: r.PublishedBy, WithdrawnAt: r.WithdrawnAt, WithdrawnBy: r.WithdrawnBy,
		PublishReason: r.PublishReason, WithdrawReason: r.WithdrawReason,
	}
}

const maxTables = 100

// selectListed reads the tables, the latest start first. A size that is missing
// holds 0.
const selectListed = `
		SELECT t.id, t.status, t.effective_from, t.effective_to, t.source = 'derived' AS derived,
		       t.increment_monthly_cents AS monthly_increment, t.increment_annual_cents AS annual_increment,
		       (SELECT array_agg(coalesce(l.monthly_cents, 0) ORDER BY n) FROM generate_series(1, 8) AS n
		        LEFT JOIN income_limit l ON l.income_table_id = t.id AND l.family_size = n) AS monthly,
		       (SELECT array_agg(coalesce(l.annual_cents, 0) ORDER BY n) FROM generate_series(1, 8) AS n
		        LEFT JOIN income_limit l ON l.income_table_id = t.id AND l.family_size = n) AS annual,
		       t.loaded_at, coalesce(a.first_name || ' ' || a.last_name, '') AS loaded_by,
		       t.published_at, coalesce(p.first_name || ' ' || p.last_name, '') AS published_by,
		       t.withdrawn_at, coalesce(w.first_name || ' ' || w.last_name, '') AS withdrawn_by,
		       coalesce(t.publish_reason, '') AS publish_reason, coalesce(t.withdraw_reason, '') AS withdraw_reason
		FROM income_table t
		LEFT JOIN account a ON a.id = t.loaded_by
		LEFT JOIN account p ON p.id = t.published_by
		LEFT JOIN account w ON w.id = t.withdrawn_by
		ORDER BY t.effective_from DESC, t.loaded_at DESC
		LIMIT $1`
