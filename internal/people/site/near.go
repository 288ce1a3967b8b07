package site

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

// Area says where clinics are looked for: in ZIP codes, the nearest first, in a
// city or in a county. A site in any of them is found.
type Area struct {
	ZIPs   []string
	City   string // its name; its ZIP codes belong into ZIPs
	County string // code of the county
}

// Clinic is what everybody may know of a site that is open for work.
type Clinic struct {
	ID     uuid.UUID
	Name   string
	Street string
	City   string
	ZIP    string
	Phone  string
	Total  int // clinics in the area
}

// QueueClinics queues a page of the clinics in the area that may enroll clients
// today: enrolled, and with a certifier or within the days after one has gone.
// They come in the order of the ZIP codes, then by name; pages are from 1.
func QueueClinics(b *postgres.Batch, into *[]Clinic, a Area, page, size int) {
	postgres.QueueAll(b, into, `
		SELECT s.id, s.name, s.street, s.city, s.zip, s.phone, (count(*) OVER ())::int AS total
		FROM site s LEFT JOIN unnest(@zips::text[]) WITH ORDINALITY AS z (zip, rank) ON z.zip = left(s.zip, 5)
		WHERE s.status = 'enrolled'
			AND (s.uncertified_on IS NULL
				OR s.uncertified_on + @grace::int >= (portal_now() AT TIME ZONE 'America/Los_Angeles')::date)
			AND (z.zip IS NOT NULL OR @city <> '' AND lower(s.city) = lower(@city) OR s.county_code = @county)
		ORDER BY z.rank NULLS LAST, s.name, s.site_code
		LIMIT @size OFFSET @skip`,
		pgx.NamedArgs{
			"zips": a.ZIPs, "city": a.City, "county": a.County, "grace": GraceDays,
			"size": size, "skip": (max(page, 1) - 1) * size,
		})
}
