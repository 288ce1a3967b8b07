package accesspage

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// LinkView is a person with the other sites that they can be added to.
type LinkView struct {
	MemberView
	Sites []membership.Choice
}

// SiteName returns the name of one of the sites.
func (v LinkView) SiteName(id uuid.UUID) string {
	for _, s := range v.Sites {
		if s.SiteID == id {
			return s.Name
		}
	}
	return ""
}

func (v LinkView) choices() []ui.Choice {
	list := make([]ui.Choice, len(v.Sites))
	for i, s := range v.Sites {
		list[i] = ui.Choice{
			Value: s.SiteID.String(), Label: locale.Words(s.Name), Hint: locale.ProviderSiteHint.With("City", s.City, "Npi", s.NPI),
		}
	}
	return list
}
