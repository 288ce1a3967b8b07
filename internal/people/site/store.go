package site

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

const siteColumns = `s.id, s.npi, s.site_code, s.name, s.provider_type, s.sector, s.street, s.city, s.zip,
	s.county_code, s.phone, s.enrolled_on, s.status, s.created_at, s.updated_at`

func listAll(ctx context.Context, q postgres.Querier) ([]Site, error) {
	return postgres.All[Site](ctx, q, `SELECT `+siteColumns+` FROM site s`)
}

func find(ctx context.Context, q postgres.Querier, id uuid.UUID) (Site, error) {
	s, err := postgres.One[Site](ctx, q, `SELECT `+siteColumns+` FROM site s WHERE s.id = $1`, id)
	return s, notFound(err)
}

// lockImports lets one import at a time compare and write, until the
// transaction ends.
func lockImports(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('site_import'))`)
	return err
}

func insertImport(ctx context.Context, tx *postgres.Tx, id uuid.UUID, digest, content []byte, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO site_import (id, digest, content, uploaded_by, uploaded_at)
		VALUES ($1, $2, $3, nullif($4, '00000000-0000-0000-0000-000000000000'::uuid), $5)`,
		id, digest, content, by, tx.Now())
	return err
}

func dropUploads(ctx context.Context, tx *postgres.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE site_import SET content = NULL
		WHERE content IS NOT NULL AND applied_at IS NULL AND uploaded_at < $1`, before)
	return err
}

func dropUpload(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE site_import SET content = NULL WHERE id = $1 AND applied_at IS NULL AND content IS NOT NULL`, id)
	return n == 1, err
}

// findImport reads an upload; lock is "" or " FOR UPDATE".
func findImport(ctx context.Context, tx *postgres.Tx, id uuid.UUID, lock string) (Import, error) {
	imp, err := postgres.One[Import](ctx, tx, `
		SELECT id, digest, content, uploaded_at, applied_at, good_only, added, changed, unchanged, refused
		FROM site_import WHERE id = $1`+lock, id)
	return imp, notFound(err)
}

func appliedBefore(ctx context.Context, tx *postgres.Tx, digest []byte) (*time.Time, error) {
	return postgres.Value[*time.Time](ctx, tx, `SELECT max(applied_at) FROM site_import WHERE digest = $1`, digest)
}

func markApplied(ctx context.Context, tx *postgres.Tx, id, by uuid.UUID, p Plan, goodOnly bool) error {
	_, err := tx.Exec(ctx, `
		UPDATE site_import SET content = NULL, applied_at = $2,
			applied_by = nullif($3, '00000000-0000-0000-0000-000000000000'::uuid),
			good_only = $4, added = $5, changed = $6, unchanged = $7, refused = $8
		WHERE id = $1`,
		id, tx.Now(), by, goodOnly, len(p.Add), len(p.Change), p.Unchanged, p.Refused())
	return err
}

// asColumns turns rows into one array for each column, for unnest: two
// statements write a whole list, under the same row-level rules as one row.
func asColumns(rows []Row) []any {
	n := len(rows)
	ids := make([]uuid.UUID, n)
	texts := make([][]string, 10)
	for i := range texts {
		texts[i] = make([]string, n)
	}
	days := make([]string, n)
	for i, r := range rows {
		s := r.Site
		ids[i], days[i] = s.ID, s.EnrolledOn.String()
		for j, v := range []string{s.NPI, s.Code, s.Name, s.ProviderType, s.Sector, s.Street, s.City, s.ZIP, s.CountyCode, s.Phone} {
			texts[j][i] = v
		}
	}
	args := []any{ids}
	for _, t := range texts {
		args = append(args, t)
	}
	return append(args, days)
}

const unnested = `unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
	$9::text[], $10::text[], $11::text[], $12::date[])
	AS v (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on)`

func insertSites(ctx context.Context, tx *postgres.Tx, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone,
			enrolled_on, created_at, updated_at)
		SELECT v.id, v.npi, v.site_code, v.name, v.provider_type, v.sector, v.street, v.city, v.zip, v.county_code,
			v.phone, v.enrolled_on, $13::timestamptz, $13::timestamptz
		FROM `+unnested, append(asColumns(rows), tx.Now())...)
	return err
}

func updateSites(ctx context.Context, tx *postgres.Tx, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE site s SET name = v.name, provider_type = v.provider_type, sector = v.sector, street = v.street,
			city = v.city, zip = v.zip, county_code = v.county_code, phone = v.phone, enrolled_on = v.enrolled_on,
			updated_at = $13
		FROM `+unnested+`
		WHERE s.id = v.id`, append(asColumns(rows), tx.Now())...)
	return err
}
