package demos

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/web/page/demospage"
)

// ShowMail shows one mail.
func (h *Handlers) ShowMail(w http.ResponseWriter, r *http.Request) error {
	id, err := url.PathUnescape(chi.URLParam(r, "id"))
	if err != nil {
		return fault.ErrNotFound
	}
	letter, err := h.training.Mail(id)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, demospage.Mail(demospage.MailView{Letter: letter, Base: h.base}))
}
