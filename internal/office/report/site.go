package report

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// SitePage is everything that the program office sees of one site.
type SitePage struct {
	Site       site.Site
	Certifiers []membership.Member // in force first
	Staff      []membership.Member // likewise
	Codes      []accesscode.Listed // of the certifiers, newest first
	Approvals  []site.Approval     // in force first
	Deeds      []Deed              // newest first
	Now        time.Time           // when this was read
	Today      civil.Date
	// OrientationDays is how long a new certifier has for the Provider
	// Orientation.
	OrientationDays int
}

// Deed is an entry of the record of deeds about a site or who works there.
type Deed struct {
	At     time.Time
	Action string
	Reason string // a code
	By     string // name; empty: the program itself
}

// SiteDeeds are the deeds that the page of a site tells.
var SiteDeeds = []string{
	"site.add", "site.change", "site.approve", "site.end-approval", "site.suspend", "site.disenroll", "site.reinstate",
	"membership.certifier", "membership.replace", "membership.invite", "membership.link", "membership.remove",
}

// Site reads a site with everything around it for the program office: all
// its queries in one round trip. None is fault.ErrNotFound.
func (s *Service) Site(ctx context.Context, actor authz.Actor, id uuid.UUID) (SitePage, error) {
	if !authz.Allows(actor.Role, authz.ManageSites) {
		return SitePage{}, fault.ErrNotFound
	}
	var out SitePage
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		out = SitePage{Now: tx.Now(), Today: tx.Today()}
		var reads postgres.Batch
		var settings setting.Later
		site.ReadSite(&reads, &out.Site, id)
		membership.ReadOfSite(&reads, &out.Certifiers, id, authz.Certifier)
		membership.ReadOfSite(&reads, &out.Staff, id, authz.Staff)
		accesscode.ReadOfSite(&reads, &out.Codes, id)
		site.ReadApprovals(&reads, &out.Approvals, id)
		readDeeds(&reads, &out.Deeds, id)
		settings.Add(&reads)
		err := reads.Send(ctx, tx)
		if err == nil {
			out.OrientationDays, err = setting.OrientationDays.In(settings.Values())
		}
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return SitePage{}, fault.ErrNotFound
	}
	return out, err
}

func readDeeds(r *postgres.Batch, to *[]Deed, id uuid.UUID) {
	postgres.QueueAll(r, to, `
		SELECT e.at, e.action, e.reason, coalesce(a.first_name || ' ' || a.last_name, '') AS by
		FROM audit_entry e LEFT JOIN account a ON a.id = e.account_id
		WHERE e.subject IN (SELECT 'site:' || $1::uuid UNION ALL SELECT 'membership:' || m.id FROM membership m WHERE m.site_id = $1)
			AND e.action = ANY($2) AND e.outcome = 'ok'
		ORDER BY e.at DESC, e.id DESC LIMIT 50`, id, SiteDeeds)
}
