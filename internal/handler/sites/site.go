package sites

import (
	"net/http"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/sitespage"
)

// page is a form about one site.
type page func(f *form.Form, v sitespage.SiteView) templ.Component

// read reads the form about the site in the path.
func (h *Handlers) read(r *http.Request) (*form.Form, sitespage.SiteView, error) {
	f, err := form.Read(r)
	if err != nil {
		return nil, sitespage.SiteView{}, err
	}
	v, err := h.view(r)
	return f, v, err
}

// done goes to the site after a deed, or shows the form again with what is
// wrong.
func (h *Handlers) done(w http.ResponseWriter, r *http.Request, f *form.Form, v sitespage.SiteView, p page, err error, said locale.Phrase) error {
	if err != nil {
		if !f.Take(err) {
			return err
		}
		return handler.Render(w, r, http.StatusUnprocessableEntity, p(f, v))
	}
	handler.Flash(r.Context(), said)
	return handler.Redirect(w, r, sitespage.Home+"/"+v.Site.ID.String())
}

// ShowApproval shows the approvals of a site and asks for a new one.
func (h *Handlers) ShowApproval(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, sitespage.Approval(form.New(), v))
}

// RecordApproval keeps the approved declaration of the form.
func (h *Handlers) RecordApproval(w http.ResponseWriter, r *http.Request) error {
	f, v, err := h.read(r)
	if err != nil {
		return err
	}
	d := site.Declaration{
		Number:     f.Text("number", nil),
		ApprovedOn: f.Date("approved", locale.SitesApprovalDateMissing, locale.SitesApprovalDateWrong),
		Basis:      site.Basis(f.Value("basis")),
	}
	if !f.OK() {
		f.Take(d.Check(v.Site, v.Today)) // everything that is wrong, at once
		return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.Approval(f, v))
	}
	ctx := r.Context()
	_, err = h.sites.RecordApproval(ctx, handler.Actor(ctx), f.Submission(), v.Site.ID, d)
	return h.done(w, r, f, v, sitespage.Approval, err, locale.SitesApprovalDone)
}

// ShowEndApproval asks before an approval is withdrawn.
func (h *Handlers) ShowEndApproval(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, sitespage.EndApproval(form.New(), v))
}

// EndApproval withdraws the approval in force.
func (h *Handlers) EndApproval(w http.ResponseWriter, r *http.Request) error {
	f, v, err := h.read(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	_, err = h.sites.EndApproval(ctx, handler.Actor(ctx), f.Submission(), v.Site.ID)
	return h.done(w, r, f, v, sitespage.EndApproval, err, locale.SitesApprovalEnded)
}

// ShowStatus asks how the site is to stand.
func (h *Handlers) ShowStatus(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, sitespage.Status(form.New(), v))
}

// SetStatus suspends a site, disenrolls it or takes it back.
func (h *Handlers) SetStatus(w http.ResponseWriter, r *http.Request) error {
	f, v, err := h.read(r)
	if err != nil {
		return err
	}
	c := site.StatusChange{Status: site.Status(f.Value("status")), Reason: f.Value("reason"), Confirmed: f.Checked("confirm")}
	ctx := r.Context()
	_, err = h.sites.SetStatus(ctx, handler.Actor(ctx), f.Submission(), v.Site.ID, c)
	return h.done(w, r, f, v, sitespage.Status, err, locale.SitesStatusDone)
}
