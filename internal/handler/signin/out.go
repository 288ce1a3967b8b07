package signin

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// ShowBlocked says what a blocked account needs, without saying whose it is.
func (h *Handlers) ShowBlocked(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.Blocked())
}

// ShowInactive says what an account disabled for inactivity needs.
func (h *Handlers) ShowInactive(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.Disabled(false))
}

// ShowDisabled says what an account disabled by an administrator needs.
func (h *Handlers) ShowDisabled(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.Disabled(true))
}

// ShowMustChange says that the password is no longer trusted, and where the
// code for a new one is.
func (h *Handlers) ShowMustChange(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.MustChange())
}

// ShowHelp lists what can be in the way of signing in, by problem.
func (h *Handlers) ShowHelp(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.Help())
}

// SignOut ends the session, here and in the browser's cache.
func (h *Handlers) SignOut(w http.ResponseWriter, r *http.Request) error {
	if err := h.sessions.End(r.Context()); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return handler.Redirect(w, r, "/sign-out")
}

// ShowSignedOut says that nobody is signed in any more.
func (h *Handlers) ShowSignedOut(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.SignedOut())
}

// Extend counts as activity: it answers 204 while the session lasts.
func (h *Handlers) Extend(w http.ResponseWriter, r *http.Request) error {
	if !handler.VisitOf(r.Context()).State.SignedIn() {
		return fault.New(fault.Unauthenticated, locale.FaultSignIn)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// ShowExpired says that rest or the day's limit has ended the session.
func (h *Handlers) ShowExpired(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.Expired(h.sessions.Explained(r.Context()) == session.EndedBySurplus))
}

// ShowForgot asks whose password was forgotten.
func (h *Handlers) ShowForgot(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.Forgot(form.New()))
}

// Forgot mails a code if there is such an account, and goes on the same way if
// there is none.
func (h *Handlers) Forgot(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	name := f.Text("name", locale.SignInNameMissing)
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.Forgot(f))
	}
	if err := h.limits.Forgot(ctx, handler.Actor(ctx), name); err != nil {
		return err
	}
	if err := h.accounts.AskReset(ctx, handler.Actor(ctx), name); err != nil {
		return err
	}
	return handler.Redirect(w, r, "/password/code")
}

// ShowReset asks for the code from the mail and a new password.
func (h *Handlers) ShowReset(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.Reset(form.New()))
}

// Reset sets the new password and leads to signing in with it.
func (h *Handlers) Reset(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	code := f.Text("code", locale.PasswordCodeMissing)
	password := f.Value("password")
	if password == "" {
		f.Note("password", locale.AccountPasswordMissing)
	}
	if f.OK() {
		if err := h.limits.Forgot(ctx, handler.Actor(ctx), ""); err != nil {
			return err
		}
		err := h.accounts.Reset(ctx, handler.Actor(ctx), code, password)
		if err == nil {
			handler.Flash(ctx, locale.PasswordDone)
			return handler.Redirect(w, r, "/sign-in")
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.Reset(f))
}
