package accounts

import (
	"errors"
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accountspage"
	"familypact.example/portal/web/page/signinpage"
)

// ShowAuthenticator shows the secret of a new app as a picture and as text.
func (h *Handlers) ShowAuthenticator(w http.ResponseWriter, r *http.Request) error {
	return h.showAuthenticator(w, r, http.StatusOK, form.New())
}

func (h *Handlers) showAuthenticator(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	actor := handler.Actor(r.Context())
	setup, err := h.passcodes.Prepare(r.Context(), actor, actor.Account)
	if err != nil {
		return err
	}
	view, err := signinpage.NewAuthenticatorView(f, setup.Secret, setup.URL)
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, accountspage.Authenticator(view, base(r)))
}

// ConfirmAuthenticator takes the app's first code and shows the recovery codes,
// this once. The app takes the place of whatever made the codes before.
func (h *Handlers) ConfirmAuthenticator(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	typed := f.Text("code", locale.SignInCodeMissing)
	if !f.OK() {
		return h.showAuthenticator(w, r, http.StatusUnprocessableEntity, f)
	}
	actor := handler.Actor(ctx)
	codes, _, err := h.passcodes.Confirm(ctx, actor, actor.Account, typed)
	switch {
	case err == nil:
		return handler.Render(w, r, http.StatusOK, signinpage.Recovery(codes, base(r)))
	case errors.Is(err, passcode.ErrNoSetup): // confirmed in another window
		return handler.Redirect(w, r, base(r))
	case errors.Is(err, passcode.ErrBlocked):
		if err := h.sessions.End(ctx); err != nil {
			return err
		}
		return handler.Redirect(w, r, "/sign-in/blocked")
	case f.Take(err):
		return h.showAuthenticator(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}
