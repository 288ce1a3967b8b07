package site

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// Regime says for how many sites one certifier may answer (decisions 18): for
// one, or for several with a recorded approval.
type Regime struct {
	Several bool
	Most    int // sites of one certifier while Several
}

// ReadRegime reads the regime in force.
func ReadRegime(ctx context.Context, q postgres.Querier) (Regime, error) {
	values, err := setting.Read(ctx, q)
	if err != nil {
		return Regime{}, fmt.Errorf("read the regime of sites: %w", err)
	}
	return regimeOf(values)
}

func regimeOf(values setting.Values) (Regime, error) {
	several, err := setting.MultiSite.In(values)
	if err != nil {
		return Regime{}, err
	}
	most, err := setting.MultiSiteMax.In(values)
	return Regime{Several: several, Most: most}, err
}

// Held is a site for which a certifier answers.
type Held struct {
	ID       uuid.UUID
	Code     string `db:"site_code"`
	Name     string
	Type     string `db:"provider_type"`
	Approved bool   // an approval (DHCS 4475) is recorded for it
	Record   int    // of the list that brings it; 0: it is there already
}

// Refusal returns nil when a certifier who answers for the sites held may
// answer for this one as well, and otherwise why not. One approval, at
// whichever of the sites, covers all of them: it is the declaration of the
// clinic that runs them. Every one must be of a kind that the law lets share
// a certifier (SB 1131).
func (r Regime) Refusal(held []Held, more Held) locale.Phrase {
	if len(held) == 0 {
		return nil
	}
	first := held[0]
	switch {
	case !r.Several && first.Record > 0:
		return locale.SiteProblemEmailSame.With("Record", first.Record)
	case !r.Several:
		return locale.SiteProblemEmailTaken.With("Site", first.Code, "Name", first.Name, "Own", more.Code)
	case !more.Approved && !slices.ContainsFunc(held, func(h Held) bool { return h.Approved }):
		return locale.SiteProblemEmailApproval.With("Site", first.Code, "Name", first.Name)
	case len(held) >= r.Most:
		return locale.SiteProblemEmailMost.With("Most", r.Most)
	}
	for _, h := range append(slices.Clone(held), more) {
		if !Shareable(h.Type) {
			return locale.SiteProblemTypeAlone.With("Site", h.Code, "Type", h.Type)
		}
	}
	return nil
}

// HeldTx reads a site as Refusal wants it. None is fault.ErrNotFound.
func HeldTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Held, error) {
	h, err := postgres.One[Held](ctx, tx, `
		SELECT s.id, s.site_code, s.name, s.provider_type, 0 AS record,
			EXISTS (SELECT FROM site_approval p WHERE p.site_id = s.id AND p.ended_at IS NULL) AS approved
		FROM site s WHERE s.id = $1`, id)
	return h, notFound(err)
}

// LockNamingTx lets one transaction at a time name certifiers, by list or by
// hand, so that no two give the same clinician one site too many. The lock is
// that of the imports.
func LockNamingTx(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext($1))`, shelf.Table); err != nil {
		return fmt.Errorf("lock the naming of certifiers: %w", err)
	}
	return nil
}
