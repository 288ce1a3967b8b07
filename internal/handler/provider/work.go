package provider

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/web/page/providerpage"
)

// ShowWork shows the work lists of the site, each with how long it is.
func (h *Handlers) ShowWork(w http.ResponseWriter, r *http.Request) error {
	lists, err := h.counts.Worklists(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, providerpage.Work(providerpage.WorkView{Worklists: lists}))
}
