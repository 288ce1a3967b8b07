package site

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

// lock reads a site and lets nobody else change how it stands until the
// transaction ends; work under way at the site ends first. What only refers to
// the site does not wait.
func lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Site, error) {
	s, err := postgres.One[Site](ctx, tx, `SELECT `+siteColumns+` FROM site s WHERE s.id = $1 FOR NO KEY UPDATE`, id)
	return s, notFound(err)
}

// LockTx is lock for services that change who certifies the site.
func LockTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Site, error) {
	return lock(ctx, tx, id)
}

func putApproval(ctx context.Context, tx *postgres.Tx, id, siteID uuid.UUID, d Declaration, by uuid.UUID) error {
	if _, err := endApproval(ctx, tx, siteID, by); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO site_approval (id, site_id, number, approved_on, basis, recorded_by, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, siteID, d.Number, d.ApprovedOn, string(d.Basis), orNil(by), tx.Now())
	return err
}

func endApproval(ctx context.Context, tx *postgres.Tx, siteID, by uuid.UUID) (int64, error) {
	return postgres.Changed(ctx, tx, `
		UPDATE site_approval SET ended_at = $2, ended_by = $3 WHERE site_id = $1 AND ended_at IS NULL`,
		siteID, tx.Now(), orNil(by))
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// ReadSite adds the reading of a site to others. None is pgx.ErrNoRows.
func ReadSite(r *postgres.Batch, to *Site, id uuid.UUID) {
	postgres.QueueOne(r, to, `SELECT `+siteColumns+` FROM site s WHERE s.id = $1`, id)
}

// ReadApprovals adds the reading of the newest approvals of a site, the one in
// force first.
func ReadApprovals(r *postgres.Batch, to *[]Approval, id uuid.UUID) {
	postgres.QueueAll(r, to, `
		SELECT p.id, p.number, p.approved_on, p.basis, p.recorded_at, p.ended_at,
			coalesce(a.first_name || ' ' || a.last_name, '') AS recorded_by
		FROM site_approval p LEFT JOIN account a ON a.id = p.recorded_by
		WHERE p.site_id = $1
		ORDER BY p.ended_at DESC NULLS FIRST LIMIT 20`, id)
}
