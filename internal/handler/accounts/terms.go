package accounts

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// ShowTerms shows the texts that somebody agrees to before the first use.
// Whoever has agreed goes on.
func (h *Handlers) ShowTerms(w http.ResponseWriter, r *http.Request) error {
	if !handler.VisitOf(r.Context()).State.OwesTerms {
		return h.goOn(w, r)
	}
	return handler.Render(w, r, http.StatusOK, signinpage.Terms(form.New()))
}

// AcceptTerms records that somebody agrees, and leads to the page that was
// asked for.
func (h *Handlers) AcceptTerms(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if !f.Checked("agree") {
		f.Note("agree", locale.TermsMissing)
		return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.Terms(f))
	}
	if err := h.Terms.Accept(ctx, handler.Actor(ctx)); err != nil {
		return err
	}
	return h.goOn(w, r)
}

// goOn leads to the page that was asked for before, else to the start page of
// the role.
func (h *Handlers) goOn(w http.ResponseWriter, r *http.Request) error {
	if path := h.Sessions.Remembered(r.Context()); path != "" {
		http.Redirect(w, r, path, http.StatusSeeOther)
		return nil
	}
	return handler.Redirect(w, r, "/sign-in")
}
