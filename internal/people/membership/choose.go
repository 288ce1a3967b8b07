package membership

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

// Choice is a site that the actor may act for.
type Choice struct {
	SiteID    uuid.UUID
	Role      authz.Role
	Name      string
	City      string
	NPI       string
	Status    site.Status
	OpenItems int // applications there that are not decided
}

const ownSites = `SELECT site_id, role, name, city, npi, status, open_items FROM own_sites()`

// Sites returns the sites that the actor may act for, by name, 50 at most,
// each with how much is open there: one query, whichever site is the acting
// one.
func (s *Service) Sites(ctx context.Context, actor authz.Actor) ([]Choice, error) {
	if !actor.Role.Provider() {
		return nil, fault.ErrNotFound
	}
	var choices []Choice
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		choices, err = postgres.All[Choice](ctx, tx, ownSites)
		return err
	})
	return choices, err
}

// ChooseSite notes that the actor acts for another of their sites from now on,
// and remembers it for the next sign-in. The session is switched by the caller.
// A site that is not theirs is fault.ErrNotFound.
func (s *Service) ChooseSite(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID uuid.UUID) (uuid.UUID, error) {
	if !actor.Role.Provider() {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		own, err := postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM own_sites() WHERE site_id = $1)`, siteID)
		if err != nil {
			return uuid.Nil, fmt.Errorf("look for site %s: %w", siteID, err)
		}
		if !own {
			return uuid.Nil, fault.ErrNotFound
		}
		if err := account.RememberSiteTx(ctx, tx, actor.Account, siteID); err != nil {
			return uuid.Nil, err
		}
		return siteID, audit.Record(ctx, tx, actor, "session.switch-site", site.Subject(siteID))
	})
}
