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

// own is the account of the actor, whose step is in no sign-in.
func own(r *http.Request) passcode.Pending {
	return passcode.Pending{Account: handler.Actor(r.Context()).Account}
}

// NewAuthenticator makes the secret of a new app and goes to the page that
// shows it. The app that is in use goes on working until a code has confirmed
// the new one.
func (h *Handlers) NewAuthenticator(w http.ResponseWriter, r *http.Request) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	if _, err := h.Passcodes.Prepare(r.Context(), handler.Actor(r.Context()), own(r)); err != nil {
		return err
	}
	return handler.Redirect(w, r, base(r)+"/authenticator")
}

// ShowAuthenticator shows the secret of a new app as a picture and as text,
// once NewAuthenticator has made it.
func (h *Handlers) ShowAuthenticator(w http.ResponseWriter, r *http.Request) error {
	return h.showAuthenticator(w, r, http.StatusOK, form.New())
}

func (h *Handlers) showAuthenticator(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	setup, err := h.Passcodes.Preparing(r.Context(), handler.Actor(r.Context()), own(r))
	if errors.Is(err, passcode.ErrNoSetup) {
		return handler.Render(w, r, http.StatusOK, accountspage.StartAuthenticator(f, base(r)))
	}
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
	codes, _, err := h.Passcodes.Confirm(ctx, handler.Actor(ctx), own(r), typed)
	switch {
	case err == nil:
		return handler.Render(w, r, http.StatusOK, signinpage.Recovery(codes, base(r)))
	case errors.Is(err, passcode.ErrNoSetup): // confirmed in another window
		return handler.Redirect(w, r, base(r))
	case errors.Is(err, passcode.ErrBlocked):
		if err := h.Sessions.End(ctx); err != nil {
			return err
		}
		return handler.Redirect(w, r, "/sign-in/blocked")
	case f.Take(err):
		return h.showAuthenticator(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}
