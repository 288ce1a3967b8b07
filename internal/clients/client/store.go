package client

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// foundRow is what the search across sites gives.
type foundRow struct {
	ID     uuid.UUID
	SiteID uuid.UUID
	Period
	Name    []byte `db:"name_sealed"`
	BirthOn []byte `db:"birth_on_sealed"`
	ZIP     []byte `db:"zip_sealed"`
}

func (f foundRow) open(ring *secret.Ring) (Name, civil.Date, error) {
	o := opener{ring: ring, id: f.ID}
	var name Name
	o.into("name_sealed", f.Name, &name)
	born := o.date("birth_on_sealed", f.BirthOn)
	return name, born, o.err
}

const foundColumns = `id, site_id, starts_on, ends_on, discontinued_on, name_sealed, birth_on_sealed, zip_sealed`

// findByIndex finds clients of all sites by whole digests.
func findByIndex(ctx context.Context, q postgres.Querier, ring *secret.Ring, kind string, texts []string) ([]foundRow, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	return postgres.All[foundRow](ctx, q, selectByIndex, kind, digests(ring, kind, texts))
}

const selectByIndex = `SELECT ` + foundColumns + ` FROM client_by_index($1, $2)`

// queueByIndex is findByIndex in a batch.
func queueByIndex(b *postgres.Batch, into *[]foundRow, ring *secret.Ring, kind string, texts []string) {
	postgres.QueueAll(b, into, selectByIndex, kind, digests(ring, kind, texts))
}

// digests returns all the digests under which the texts may be indexed.
func digests(ring *secret.Ring, kind string, texts []string) [][]byte {
	var out [][]byte
	for _, t := range texts {
		out = append(out, ring.Indexes(purpose(kind), t)...)
	}
	return out
}

// queueMatches finds clients of all sites by whole digests, with what the
// actor, whose account it is, may see of them.
func queueMatches(b *postgres.Batch, into *[]matchRow, account uuid.UUID, kind string, digests [][]byte) {
	postgres.QueueAll(b, into, `
		SELECT f.id, f.site_id, f.starts_on, f.ends_on, f.discontinued_on, f.name_sealed, f.birth_on_sealed, f.zip_sealed,
		       c.id IS NOT NULL AS own, coalesce(c.account_id = $3, false) AS mine
		FROM client_by_index($1, $2) f
		LEFT JOIN client c ON c.id = f.id`, kind, digests, account)
}

// queueKnown reads what deciding needs of a client of whatever site.
func queueKnown(b *postgres.Batch, into *[]Known, account, id uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT $1::uuid AS id, p.starts_on, p.ends_on, p.discontinued_on,
		       c.id IS NOT NULL AS own, coalesce(c.account_id = $2, false) AS mine
		FROM client_period($1) p
		LEFT JOIN client c ON c.id = $1`, id, account)
}

func findByApplication(ctx context.Context, q postgres.Querier, number string) ([]foundRow, error) {
	return postgres.All[foundRow](ctx, q, `SELECT `+foundColumns+` FROM client_by_application($1)`, number)
}

// row is a whole client as stored.
type row struct {
	ID        uuid.UUID
	SiteID    uuid.UUID
	SiteName  string
	County    string `db:"county_code"`
	CreatedAt time.Time
	Legacy    bool
	Period
	sealed
	HAP         []byte `db:"hap_number_sealed"`
	HAPIssuedOn civil.Date
	Today       civil.Date
}

const rowColumns = `
	c.id, c.site_id, s.name AS site_name, c.county_code, c.created_at, c.legacy,
	c.starts_on, c.ends_on, c.discontinued_on,
	c.name_sealed, c.birth_on_sealed, c.zip_sealed, c.address_sealed, c.ssn_sealed, c.bic_sealed,
	c.contact_sealed, c.hap_number_sealed, c.hap_issued_on,
	(portal_now() AT TIME ZONE 'America/Los_Angeles')::date AS today`

const selectRow = `
	SELECT ` + rowColumns + `
	FROM client c
	JOIN site s ON s.id = c.site_id
	WHERE c.id = $1`

func find(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (row, error) {
	r, err := postgres.One[row](ctx, tx, selectRow, id)
	return r, orNotFound(err)
}

func findForUpdate(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (row, error) {
	r, err := postgres.One[row](ctx, tx, `
		SELECT `+rowColumns+`
		FROM client c
		JOIN site s ON s.id = c.site_id
		WHERE c.id = $1
		FOR UPDATE OF c`, id)
	return r, orNotFound(err)
}

func orNotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

func insert(ctx context.Context, tx *postgres.Tx, id, site uuid.UUID, county string, s sealed) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO client (id, site_id, county_code, created_at, updated_at, name_sealed, birth_on_sealed, zip_sealed,
		                    address_sealed, ssn_sealed, bic_sealed, contact_sealed)
		VALUES (@id, @site, @county, @now, @now, @name, @birth, @zip, @address, @ssn, @bic, @contact)`,
		s.args(tx, pgx.NamedArgs{"id": id, "site": site, "county": county}))
	return err
}

func update(ctx context.Context, tx *postgres.Tx, id uuid.UUID, county string, s sealed) error {
	_, err := tx.Exec(ctx, `
		UPDATE client
		SET county_code = @county, updated_at = @now, name_sealed = @name, birth_on_sealed = @birth, zip_sealed = @zip,
		    address_sealed = @address, ssn_sealed = @ssn, bic_sealed = @bic, contact_sealed = @contact
		WHERE id = @id`,
		s.args(tx, pgx.NamedArgs{"id": id, "county": county}))
	return err
}

func (s sealed) args(tx *postgres.Tx, a pgx.NamedArgs) pgx.NamedArgs {
	a["now"], a["name"], a["birth"], a["zip"] = tx.Now(), s.Name, s.BirthOn, s.ZIP
	a["address"], a["ssn"], a["bic"], a["contact"] = s.Address, s.SSN, s.BIC, s.Contact
	return a
}

// given are the kinds that a person may give or not. Where one was not given, a
// random digest that nothing matches takes its place: that there is none would
// tell as much.
var given = []string{bySSN, byBIC, byPhone, byEmail}

// replaceIndexes stores the person's blind indexes in place of those before.
// The one of the HAP number stays.
func replaceIndexes(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, id uuid.UUID, keys []key) error {
	kinds, digests := make([]string, len(keys)), make([][]byte, len(keys))
	for i, k := range keys {
		kinds[i], digests[i] = k.kind, ring.Index(purpose(k.kind), k.text)
	}
	for _, kind := range given {
		if !slices.Contains(kinds, kind) {
			blank := make([]byte, secret.IndexSize)
			_, _ = rand.Read(blank) // never fails: the program ends instead
			kinds, digests = append(kinds, kind), append(digests, blank)
		}
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM client_index
		WHERE client_id = $1 AND kind <> 'hap'`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO client_index (client_id, kind, digest)
		SELECT $1, k.kind, k.digest FROM unnest($2::text[], $3::bytea[]) AS k (kind, digest)
		ON CONFLICT DO NOTHING`, id, kinds, digests)
	return err
}

func nextSequence(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Value[int64](ctx, tx, `SELECT nextval('hap_number')`)
}

func setHAP(ctx context.Context, tx *postgres.Tx, id uuid.UUID, sealedNumber, digest []byte) error {
	if _, err := tx.Exec(ctx, `UPDATE client SET hap_number_sealed = $2, hap_issued_on = $3 WHERE id = $1`, id, sealedNumber, tx.Today()); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO client_index (client_id, kind, digest) VALUES ($1, 'hap', $2)`, id, digest)
	return err
}

func setPeriod(ctx context.Context, tx *postgres.Tx, id, site uuid.UUID, p Period) error {
	_, err := tx.Exec(ctx, `
		UPDATE client
		SET site_id = @site, starts_on = @starts, ends_on = @ends, discontinued_on = @discontinued, updated_at = @now
		WHERE id = @id`,
		pgx.NamedArgs{
			"id": id, "site": site, "starts": p.StartsOn, "ends": p.EndsOn,
			"discontinued": p.DiscontinuedOn, "now": tx.Now(),
		})
	return err
}

// periodOf reads the latest period of any client, for deciding about somebody
// who may be another site's.
func periodOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Period, error) {
	p, err := postgres.One[Period](ctx, tx, `SELECT starts_on, ends_on, discontinued_on FROM client_period($1)`, id)
	return p, orNotFound(err)
}
