package signin

import (
	"errors"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// ShowAgain asks somebody signed in for the password again, before an act that
// needs it (security.md 5.9).
func (h *Handlers) ShowAgain(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.Again(form.New(), handler.VisitOf(r.Context()).State.Name))
}

// Again takes the password and goes on to the passcode. A wrong one counts
// like one at sign-in.
func (h *Handlers) Again(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	st := handler.VisitOf(ctx).State
	if f.Value("password") == "" {
		f.Note("password", locale.SignInPasswordMissing)
		return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.Again(f, st.Name))
	}
	if err := h.limits.SignIn(ctx, handler.Actor(ctx), st.Account.String(), st.Device != uuid.Nil); err != nil {
		return err
	}
	if err := h.accounts.Confirm(ctx, handler.Actor(ctx), st.Account, f.Value("password")); err != nil {
		if f.Take(err) {
			return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.Again(f, st.Name))
		}
		return err
	}
	pending, err := h.sessions.Await(ctx)
	if err != nil {
		return err
	}
	a, err := h.accounts.Find(ctx, st.Account)
	if err != nil {
		return err
	}
	if a.Channel == account.Email {
		err := h.mail(ctx, passcode.Pending{Account: a.ID, SignIn: pending})
		if err != nil && !errors.Is(err, passcode.ErrTooSoon) {
			return err
		}
	}
	return handler.Redirect(w, r, "/sign-in/code")
}
