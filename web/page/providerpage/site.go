package providerpage

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// SiteView is the choice of the site to act for.
type SiteView struct {
	Sites  []membership.Choice
	Now    uuid.UUID // acted for at the moment
	Chosen bool      // by the person; otherwise the choice is still to be made
}

func (v SiteView) choices() []ui.Choice {
	list := make([]ui.Choice, len(v.Sites))
	for i, s := range v.Sites {
		list[i] = ui.Choice{Value: s.SiteID.String(), Label: locale.Words(s.Name), Hint: siteHint{s, v.Chosen && s.SiteID == v.Now}}
	}
	return list
}

// siteHint tells sites apart and says what waits at each.
type siteHint struct {
	membership.Choice
	here bool
}

// In returns the hint in the reader's words.
func (h siteHint) In(ctx context.Context) string {
	role := locale.ProviderSiteStaff
	if h.Role == authz.Certifier {
		role = locale.ProviderSiteCertifier
	}
	parts := locale.T(ctx, locale.ProviderSiteHint, "City", h.City, "Npi", h.NPI) + " · " + role.In(ctx) + " · " +
		locale.T(ctx, locale.ProviderSiteOpen, "Count", h.OpenItems)
	if h.Status == site.Suspended {
		parts += " · " + locale.T(ctx, locale.SitesStatusSuspended)
	}
	if h.here {
		parts += " · " + locale.T(ctx, locale.ProviderSiteHere)
	}
	return parts
}
