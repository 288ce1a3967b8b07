package sites

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/web/page/sitespage"
)

// ShowExport asks what of the codes is to be taken away, and what for.
func (h *Handlers) ShowExport(w http.ResponseWriter, r *http.Request) error {
	f, err := handler.Filters(r, sitespage.Codes)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, sitespage.ExportCodes(form.New(), exportView(f)))
}

// Export sends counts by day, or the list of codes, as CSV.
func (h *Handlers) Export(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if err := handler.Found(r.Context(), f, sitespage.Codes); err != nil {
		return err
	}
	filter := codeFilter(f)
	what := f.Choice("what", locale.CodesExportWhatMissing, string(accesscode.ByDay), string(accesscode.EachCode))
	purpose := f.Choice("purpose", locale.CodesExportReasonMissing, sitespage.Purposes...)
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.ExportCodes(f, exportView(f)))
	}
	rows, err := h.codes.Export(r.Context(), handler.Actor(r.Context()), filter, accesscode.Extract(what), purpose)
	if err != nil {
		return err
	}
	return attach(w, "access-codes.csv", rows)
}

// exportView is the filter of the list that is taken away.
func exportView(f *form.Form) sitespage.CodesView {
	return sitespage.CodesView{Filter: codeFilter(f), Found: f.Value(handler.FoundField)}
}

// ShowChosen sends what became of everybody of a selection, as CSV.
func (h *Handlers) ShowChosen(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	list, err := h.codes.Chosen(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	rows := [][]string{{"site_id", "site_name", "certifier", "email", "outcome"}}
	for _, c := range list {
		rows = append(rows, []string{c.SiteCode, c.SiteName, c.Name, c.Email, c.Outcome()})
	}
	return attach(w, "codes-issued.csv", rows)
}

// attach sends rows as a file of the fixed name (security.md 18.4).
func attach(w http.ResponseWriter, name string, rows [][]string) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return sheet.Write(w, rows)
}
