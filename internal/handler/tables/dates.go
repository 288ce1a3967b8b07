package tables

import (
	"net/http"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/tablespage"
)

// ShowDates asks from when to when the draft in the path is to be in force.
func (h *Handlers) ShowDates(w http.ResponseWriter, r *http.Request) error {
	v, err := h.find(r)
	if err != nil {
		return err
	}
	if v.Status != incometable.StatusDraft {
		return incometable.ErrNotDraft
	}
	f := form.New().SetDate("from", v.Table.Table.EffectiveFrom).SetDate("to", v.Table.Table.EffectiveTo)
	return handler.Render(w, r, http.StatusOK, tablespage.Dates(f, v))
}

// Move changes the dates of the draft in the path and goes to it.
func (h *Handlers) Move(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.find(r)
	if err != nil {
		return err
	}
	from, to := tablespage.Span(f)
	if f.OK() {
		err := h.tables.Move(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID, from, to)
		if err == nil {
			handler.Flash(r.Context(), locale.TablesDatesDone)
			return handler.Redirect(w, r, tablespage.Path(v.ID))
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, tablespage.Dates(f, v))
}
