package site

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Filter chooses sites of the directory. Empty fields choose all.
type Filter struct {
	Search  string // NPI, site number, name, city, certifier's name or e-mail
	County  string // code of the county
	Account string // AccountYes or AccountNo
	Page    int    // from 1
	Size    int    // rows of a page
}

// Values of Filter.Account: whether the certifier has an account.
const (
	AccountYes = "yes"
	AccountNo  = "no"
)

// Entry is a site in the directory with its certifier.
type Entry struct {
	ID         uuid.UUID
	NPI        string
	Code       string `db:"site_code"`
	Name       string
	City       string
	CountyCode string
	Status     Status
	Certifier  string // name, empty when none is named
	Email      string
	Joined     bool // the certifier has an account
	Total      int  // sites that the filter chooses
}

// List returns a page of the directory, by name, and how many sites the filter
// chooses.
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter) ([]Entry, int, error) {
	if err := mayManage(actor); err != nil {
		return nil, 0, err
	}
	var entries []Entry
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		entries, err = list(ctx, tx, f)
		return err
	})
	if err != nil || len(entries) == 0 {
		return nil, 0, err
	}
	return entries, entries[0].Total, nil
}

func list(ctx context.Context, tx *postgres.Tx, f Filter) ([]Entry, error) {
	page, size := max(f.Page, 1), max(f.Size, 1)
	return postgres.All[Entry](ctx, tx, `
		SELECT s.id, s.npi, s.site_code, s.name, s.city, s.county_code, s.status,
			coalesce(m.first_name || ' ' || m.last_name, '') AS certifier, coalesce(m.email, '') AS email,
			m.account_id IS NOT NULL AS joined, (count(*) OVER ())::int AS total
		FROM site s
		LEFT JOIN membership m ON m.site_id = s.id AND m.role = 'certifier' AND m.removed_at IS NULL
		WHERE (@search = '' OR concat_ws(' ', s.npi, s.site_code, s.name, s.city, m.first_name || ' ' || m.last_name, m.email)
				ILIKE '%' || @search || '%')
			AND (@county = '' OR s.county_code = @county)
			AND (@account = '' OR (m.account_id IS NOT NULL) = (@account = 'yes'))
		ORDER BY s.name, s.site_code
		LIMIT @size OFFSET @skip`, pgx.NamedArgs{
		"search": literal(f.Search), "county": f.County, "account": f.Account,
		"size": size, "skip": (page - 1) * size,
	})
}

// literal takes the meaning from the wildcards of LIKE.
func literal(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(s))
}

// Find returns the site. One that does not exist is fault.ErrNotFound; somebody
// who works at a site may read that site.
func (s *Service) Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (Site, error) {
	if mayManage(actor) != nil && actor.Site != id {
		return Site{}, mayManage(actor)
	}
	var found Site
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		found, err = find(ctx, tx, id)
		return err
	})
	return found, err
}

// FindTx returns the site in a transaction, for services that act on one.
func FindTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Site, error) {
	return find(ctx, tx, id)
}

// Counts are the numbers of the directory.
type Counts struct {
	Sites   int // enrolled
	With    int // whose certifier has an account
	Without int
}

// ReadCounts adds the reading of the numbers of the directory to other queries.
// Who may know is for the caller to check.
func ReadCounts(b *postgres.Batch, to *Counts) {
	postgres.QueueOne(b, to, `
		SELECT count(*)::int AS sites, (count(m.account_id))::int AS "with",
			(count(*) - count(m.account_id))::int AS "without"
		FROM site s
		LEFT JOIN membership m ON m.site_id = s.id AND m.role = 'certifier' AND m.removed_at IS NULL`)
}
