package signin

import (
	"context"
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

// ShowAuthenticator shows the app's secret as a picture and as text.
func (h *Handlers) ShowAuthenticator(w http.ResponseWriter, r *http.Request) error {
	p, ok := pending(r.Context())
	if !ok {
		return handler.Redirect(w, r, "/sign-in")
	}
	return h.showAuthenticator(w, r, http.StatusOK, form.New(), p)
}

// showAuthenticator changes nothing: the secret was made when the password was
// right. One that has been shown for too long is made anew by a button.
func (h *Handlers) showAuthenticator(w http.ResponseWriter, r *http.Request, status int, f *form.Form, p passcode.Pending) error {
	owed, err := h.owesAuthenticator(r.Context(), p.Account)
	if err != nil {
		return err
	}
	if !owed {
		return handler.Redirect(w, r, "/sign-in/code")
	}
	setup, err := h.passcodes.Preparing(r.Context(), handler.Actor(r.Context()), p)
	if errors.Is(err, passcode.ErrNoSetup) {
		return h.showStart(w, r, f, p)
	}
	if err != nil {
		return err
	}
	view, err := signinpage.NewAuthenticatorView(f, setup.Secret, setup.URL)
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, signinpage.Authenticator(view))
}

func (h *Handlers) showStart(w http.ResponseWriter, r *http.Request, f *form.Form, p passcode.Pending) error {
	needed, err := h.resets.NeedsProof(r.Context(), p)
	if err != nil {
		return err
	}
	if needed {
		return handler.Redirect(w, r, "/sign-in/authenticator/mailbox")
	}
	return handler.Render(w, r, http.StatusOK, signinpage.StartAuthenticator(f))
}

// NewAuthenticator makes a new secret to set up.
func (h *Handlers) NewAuthenticator(w http.ResponseWriter, r *http.Request) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	p, ok := pending(r.Context())
	if !ok {
		return handler.Redirect(w, r, "/sign-in")
	}
	owed, err := h.owesAuthenticator(r.Context(), p.Account)
	if err != nil {
		return err
	}
	if !owed {
		return handler.Redirect(w, r, "/sign-in/code")
	}
	return h.beginApp(w, r, p)
}

// beginApp makes the secret of an app to set up, or asks first for the code
// that shows that the mailbox is the owner's.
func (h *Handlers) beginApp(w http.ResponseWriter, r *http.Request, p passcode.Pending) error {
	ctx := r.Context()
	needed, err := h.resets.NeedsProof(ctx, p)
	if err != nil {
		return err
	}
	if needed {
		if err := h.sent(ctx, p, h.resets.SendProof); err != nil && !errors.Is(err, passcode.ErrTooSoon) {
			return err
		}
		return handler.Redirect(w, r, "/sign-in/authenticator/mailbox")
	}
	_, err = h.passcodes.Prepare(ctx, handler.Actor(ctx), p)
	if page, known := stopped(err); known {
		return h.halt(w, r, account.Account{}, page)
	}
	if err != nil {
		return err
	}
	return handler.Redirect(w, r, "/sign-in/authenticator")
}

// owesAuthenticator reports whether the account is to set up its app before it
// can sign in: it uses one and has none. Nobody else may between the password
// and the passcode, or the password alone would be enough to bring an app of
// one's own.
func (h *Handlers) owesAuthenticator(ctx context.Context, id uuid.UUID) (bool, error) {
	a, err := h.accounts.Find(ctx, id)
	if err != nil || a.Channel != account.App {
		return false, err
	}
	has, err := h.passcodes.HasAuthenticator(ctx, id)
	return !has, err
}

// ConfirmAuthenticator takes the app's first code, which ends the sign-in too,
// and shows the recovery codes: this once, so they come with the answer to the
// form and not from a page that could be opened again.
func (h *Handlers) ConfirmAuthenticator(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, ok := pending(ctx)
	if !ok {
		return handler.Redirect(w, r, "/sign-in")
	}
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	owed, err := h.owesAuthenticator(ctx, p.Account)
	if err != nil {
		return err
	}
	if !owed {
		return handler.Redirect(w, r, "/sign-in/code")
	}
	typed := f.Text("code", locale.SignInCodeMissing)
	if !f.OK() {
		return h.showAuthenticator(w, r, http.StatusUnprocessableEntity, f, p)
	}
	codes, result, err := h.passcodes.Confirm(ctx, handler.Actor(ctx), p, typed)
	if page, known := stopped(err); known {
		return h.halt(w, r, account.Account{}, page)
	}
	if errors.Is(err, passcode.ErrNoSetup) {
		return handler.Redirect(w, r, "/sign-in/code")
	}
	if err != nil {
		if noteTries(f, err, result) {
			return h.showAuthenticator(w, r, http.StatusUnprocessableEntity, f, p)
		}
		return err
	}
	role, err := h.complete(w, r, p)
	if page, known := stopped(err); known {
		return h.halt(w, r, account.Account{}, page)
	}
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, signinpage.Recovery(codes, homeOf(role)))
}
