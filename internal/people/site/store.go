package site

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

const siteColumns = `s.id, s.npi, s.site_code, s.name, s.provider_type, s.sector, s.street, s.city, s.zip,
	s.county_code, s.phone, s.enrolled_on, s.status, coalesce(s.status_reason, '') AS status_reason, s.status_on,
	s.uncertified_on, s.created_at, s.updated_at`

func find(ctx context.Context, q postgres.Querier, id uuid.UUID) (Site, error) {
	s, err := postgres.One[Site](ctx, q, `SELECT `+siteColumns+` FROM site s WHERE s.id = $1`, id)
	return s, notFound(err)
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
