package sites

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/sitespage"
)

// reports is what these pages need of report.Service.
type reports interface {
	Site(ctx context.Context, actor authz.Actor, id uuid.UUID) (report.SitePage, error)
}

// naming is what these pages need of accesscode.Service to change who
// certifies a site.
type naming interface {
	ChangeCertifier(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID uuid.UUID, n membership.NewCertifier, note string) (uuid.UUID, error)
	EndCertifier(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID, shown uuid.UUID) (uuid.UUID, error)
}

// view reads the site in the path.
func (h *Handlers) view(r *http.Request) (sitespage.SiteView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return sitespage.SiteView{}, err
	}
	site, err := h.reports.Site(r.Context(), handler.Actor(r.Context()), id)
	return sitespage.NewSiteView(site), err
}

// ShowSite shows one site with everything around it.
func (h *Handlers) ShowSite(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, sitespage.Site(v))
}

// ShowCertifier shows the certifier who goes beside the form for the one who
// comes.
func (h *Handlers) ShowCertifier(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	f := form.New().Set("instead", v.Instead())
	return handler.Render(w, r, http.StatusOK, sitespage.Certifier(f, v))
}

// ChangeCertifier names the clinician of the form.
func (h *Handlers) ChangeCertifier(w http.ResponseWriter, r *http.Request) error {
	f, v, err := h.read(r)
	if err != nil {
		return err
	}
	n, reason := newCertifier(f), f.Text("reason", nil)
	if wrong := accesscode.CheckChange(n, reason, v.Today); wrong != nil {
		f.Take(wrong) // with the tick below, everything at once
	}
	if confirmed(f, locale.SitesCertifierConfirmMissing); !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.Certifier(f, v))
	}
	ctx := r.Context()
	_, err = h.codes.ChangeCertifier(ctx, handler.Actor(ctx), f.Submission(), v.Site.ID, n, reason)
	return h.done(w, r, f, v, sitespage.Certifier, err, locale.SitesCertifierDone.With("Name", n.FirstName+" "+n.LastName))
}

// newCertifier reads whom the form names.
func newCertifier(f *form.Form) membership.NewCertifier {
	instead, _ := uuid.Parse(f.Value("instead")) // what is no id is nobody
	return membership.NewCertifier{
		FirstName: oneLine(f, "first-name"), LastName: oneLine(f, "last-name"),
		Email: f.Text("email", nil), Credential: f.Value("credential"),
		OrientedOn: f.Date("oriented", nil, locale.SitesApprovalDateWrong),
		Instead:    instead,
	}
}

// oneLine is what was typed, with single spaces; what is wrong with it is for
// the service to say.
func oneLine(f *form.Form, name string) string {
	return strings.Join(strings.Fields(f.Value(name)), " ")
}

func confirmed(f *form.Form, missing locale.Phrase) {
	if !f.Checked("confirm") {
		f.Note("confirm", missing)
	}
}

// ShowEndCertifier says what happens to a site without a certifier.
func (h *Handlers) ShowEndCertifier(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	f := form.New().Set("instead", v.Instead())
	return handler.Render(w, r, http.StatusOK, sitespage.EndCertifier(f, v))
}

// EndCertifier ends the certifier's access with nobody named instead.
func (h *Handlers) EndCertifier(w http.ResponseWriter, r *http.Request) error {
	f, v, err := h.read(r)
	if err != nil {
		return err
	}
	if confirmed(f, locale.SitesCertifierConfirmMissing); !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.EndCertifier(f, v))
	}
	shown, _ := uuid.Parse(f.Value("instead")) // what is no id is nobody
	ctx := r.Context()
	_, err = h.codes.EndCertifier(ctx, handler.Actor(ctx), f.Submission(), v.Site.ID, shown)
	return h.done(w, r, f, v, sitespage.EndCertifier, err, locale.SitesCertifierEnded)
}
