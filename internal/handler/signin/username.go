package signin

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// ShowForgotUsername asks for the e-mail of the account, and a client for the
// birth date as well.
func (h *Handlers) ShowForgotUsername(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.ForgotUsername(form.New()))
}

// ForgotUsername has the username mailed if there is such an account, and goes
// on the same way if there is none.
func (h *Handlers) ForgotUsername(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	email := f.Text("email", locale.UsernameForgotMissing)
	birthOn := f.Date("birth", nil, locale.UsernameForgotBirthWrong)
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.ForgotUsername(f))
	}
	if err := h.limits.Forgot(ctx, handler.Actor(ctx), email); err != nil {
		return err
	}
	if err := h.accounts.AskUsername(ctx, handler.Actor(ctx), email, birthOn); err != nil {
		return err
	}
	return handler.Redirect(w, r, "/username/sent")
}

// ShowUsernameSent says where to look for the username.
func (h *Handlers) ShowUsernameSent(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.UsernameSent())
}
