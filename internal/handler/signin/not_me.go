package signin

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// ShowNotMe asks for the code of a notice about an account. Opening it does
// nothing; only its button does (security.md 15.5).
func (h *Handlers) ShowNotMe(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.NotMe(form.New()))
}

// NotMe ends every sign-in of the account and leads to a new password.
func (h *Handlers) NotMe(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	code := f.Text("code", locale.NotMeMissing)
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.NotMe(f))
	}
	if err := h.limits.Forgot(ctx, handler.Actor(ctx), ""); err != nil {
		return err
	}
	mailed, err := h.accounts.Disavow(ctx, handler.Actor(ctx), code)
	if err != nil {
		if f.Take(err) {
			return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.NotMe(f))
		}
		return err
	}
	if !mailed {
		return handler.Redirect(w, r, "/sign-in/not-me/blocked")
	}
	return handler.Redirect(w, r, notMeDone)
}

// notMeDone is a page of its own: the session of this browser may be one of
// those that have just ended, and a message in it with it.
const notMeDone = "/sign-in/not-me/done"

// ShowNotMeDone says what was done and where the code for a new password is.
func (h *Handlers) ShowNotMeDone(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.NotMeDone())
}

// ShowNotMeBlocked says that the account is blocked, because a mail would have
// gone to somebody else.
func (h *Handlers) ShowNotMeBlocked(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.NotMeBlocked())
}
