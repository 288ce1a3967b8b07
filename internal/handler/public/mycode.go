package public

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/publicpage"
)

// ShowMyCode shows what to do about an access code, by the day.
func (h *Handlers) ShowMyCode(w http.ResponseWriter, r *http.Request) error {
	return h.myCode(w, r, http.StatusOK, form.New())
}

func (h *Handlers) myCode(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	now, err := h.clock.Now(r.Context())
	if err != nil {
		return err
	}
	dates, err := h.options.Dates(r.Context())
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, publicpage.MyCode(f, publicpage.MyCodeView{Today: civil.Of(now), Dates: dates}))
}

// AskMyCode takes an address to write to and leads to the same page for every
// one (security.md 9.1).
func (h *Handlers) AskMyCode(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if l, ok := locale.Parse(f.Value("switch-language")); ok {
		return h.myCode(w, r.WithContext(locale.WithLanguage(r.Context(), l)), http.StatusOK, f)
	}
	email := f.Text("email", locale.PublicMyCodeFormEmailMissing)
	if f.OK() && !site.IsEmail(email) {
		f.Note("email", locale.PublicMyCodeFormEmailWrong)
	}
	if !f.OK() {
		return h.myCode(w, r, http.StatusUnprocessableEntity, f)
	}
	if err := h.options.Ask(r.Context(), handler.Actor(r.Context()), email, f.Text("npi", nil)); err != nil {
		return err
	}
	return handler.Redirect(w, r, "/providers/my-code/sent")
}

// ShowMyCodeSent answers every address alike.
func (h *Handlers) ShowMyCodeSent(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.MyCodeSent())
}
