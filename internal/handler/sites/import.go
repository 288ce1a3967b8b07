package sites

import (
	"errors"
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/sitespage"
)

// ShowUpload asks for a list of sites.
func (h *Handlers) ShowUpload(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, sitespage.Upload(form.New()))
}

// Upload keeps a list and goes to its check. Nothing is written to the sites.
func (h *Handlers) Upload(w http.ResponseWriter, r *http.Request) error {
	content, f, err := form.File(r, site.FileField, site.MaxBytes)
	if err != nil {
		return err
	}
	id, err := h.sites.Upload(r.Context(), handler.Actor(r.Context()), f.Submission(), content)
	if err == nil {
		return handler.Redirect(w, r, sitespage.Import+"/"+id.String())
	}
	if !f.Take(err) {
		return err
	}
	f.Renumber() // the browser cannot send the same file again by itself
	return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.Upload(f))
}

func (h *Handlers) check(r *http.Request) (site.Check, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return site.Check{}, err
	}
	return h.sites.Check(r.Context(), handler.Actor(r.Context()), id)
}

// ShowCheck shows what applying a list would do, or what it did.
func (h *Handlers) ShowCheck(w http.ResponseWriter, r *http.Request) error {
	check, err := h.check(r)
	if err != nil {
		return err
	}
	if check.Import.Applied() {
		return handler.Render(w, r, http.StatusOK, sitespage.Result(check.Import))
	}
	return handler.Render(w, r, http.StatusOK, sitespage.Check(form.New(), check))
}

// Apply writes a list and shows what it did. With problems it wants the tick
// at "good records only".
func (h *Handlers) Apply(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	_, err = h.sites.Apply(r.Context(), handler.Actor(r.Context()), f.Submission(), id, f.Checked("good-only"))
	if err == nil {
		return handler.Redirect(w, r, sitespage.Import+"/"+id.String())
	}
	if !errors.Is(err, site.ErrHasProblems) {
		return err
	}
	check, err := h.check(r)
	if err != nil {
		return err
	}
	f.Note("good-only", locale.SitesCheckGoodOnlyMissing)
	f.Renumber()
	return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.Check(f, check))
}

// GiveUp erases an upload that is not to be applied.
func (h *Handlers) GiveUp(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.sites.GiveUp(r.Context(), handler.Actor(r.Context()), id); err != nil {
		return err
	}
	handler.Flash(r.Context(), locale.SitesCheckGivenUp)
	return handler.Redirect(w, r, sitespage.Import)
}

// Problems sends everything that is wrong with a list as CSV.
func (h *Handlers) Problems(w http.ResponseWriter, r *http.Request) error {
	check, err := h.check(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="site-import-problems.csv"`)
	return site.WriteProblems(r.Context(), w, check.Plan.Problems)
}
