package provider

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/providerpage"
)

// sites is what the choice of a site needs of membership.Service.
type sites interface {
	Sites(ctx context.Context, actor authz.Actor) ([]membership.Choice, error)
	ChooseSite(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID uuid.UUID) (uuid.UUID, error)
}

// sessions is what it needs of session.Manager.
type sessions interface {
	SwitchSite(ctx context.Context, site uuid.UUID) error
	Remembered(ctx context.Context) string
}

// ShowSite asks for which site somebody with several works now.
func (h *Handlers) ShowSite(w http.ResponseWriter, r *http.Request) error {
	v, err := h.siteView(r)
	if err != nil {
		return err
	}
	f := form.New()
	if v.Chosen {
		f.Set("site", v.Now.String())
	}
	return handler.Render(w, r, http.StatusOK, providerpage.Site(f, v))
}

func (h *Handlers) siteView(r *http.Request) (providerpage.SiteView, error) {
	visit := handler.VisitOf(r.Context())
	choices, err := h.sites.Sites(r.Context(), visit.Actor)
	return providerpage.SiteView{Sites: choices, Now: visit.Actor.Site, Chosen: !visit.State.Place.Unchosen()}, err
}

// ChooseSite acts for the site from now on, with a new token (security.md
// 5.3), and goes on to where the person was going.
func (h *Handlers) ChooseSite(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.siteView(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	to, _ := uuid.Parse(f.Value("site")) // what is no id is no site
	i := slices.IndexFunc(v.Sites, func(c membership.Choice) bool { return c.SiteID == to })
	if i < 0 {
		f.Note("site", locale.ProviderSiteMissing)
		return handler.Render(w, r, http.StatusUnprocessableEntity, providerpage.Site(f, v))
	}
	if _, err := h.sites.ChooseSite(ctx, handler.Actor(ctx), f.Submission(), to); err != nil {
		return err
	}
	if err := h.sessions.SwitchSite(ctx, to); err != nil {
		return err
	}
	handler.Flash(ctx, locale.ProviderSiteDone.With("Site", v.Sites[i].Name))
	if back := h.sessions.Remembered(ctx); back != "" {
		return handler.Redirect(w, r, back)
	}
	return handler.Redirect(w, r, "/provider")
}
