package signin

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// warnFrom is how many tries are left when the page begins to say so
// (security.md 2.7).
const warnFrom = 3

// pending returns the second step under way, of a sign-in or of a confirmation
// by somebody signed in, and false when there is none.
func pending(ctx context.Context) (passcode.Pending, bool) {
	st := handler.VisitOf(ctx).State
	return passcode.Pending{Account: st.Account, SignIn: st.Pending}, st.Half() || st.SignedIn() && st.Pending != uuid.Nil
}

// ShowCode asks for the passcode.
func (h *Handlers) ShowCode(w http.ResponseWriter, r *http.Request) error {
	p, ok := pending(r.Context())
	if !ok {
		return handler.Redirect(w, r, "/sign-in")
	}
	return h.showCode(w, r, http.StatusOK, form.New(), p)
}

func (h *Handlers) showCode(w http.ResponseWriter, r *http.Request, status int, f *form.Form, p passcode.Pending) error {
	a, err := h.accounts.Find(r.Context(), p.Account)
	if err != nil {
		return err
	}
	view := signinpage.CodeView{Form: f}
	if a.Channel == account.Email {
		view.Email = masked(a.Email)
	}
	return handler.Render(w, r, status, signinpage.Code(view))
}

// masked shows enough of an address to know it again: "d•••@clinic.example".
func masked(email string) string {
	local, host, ok := strings.Cut(email, "@")
	if !ok || local == "" {
		return "•••"
	}
	return string([]rune(local)[:1]) + "•••@" + host
}

// CheckCode takes the passcode. A right one ends the sign-in.
func (h *Handlers) CheckCode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, ok := pending(ctx)
	if !ok {
		return handler.Redirect(w, r, "/sign-in")
	}
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	typed := f.Text("code", locale.SignInCodeMissing)
	if !f.OK() {
		return h.showCode(w, r, http.StatusUnprocessableEntity, f, p)
	}
	result, err := h.passcodes.Check(ctx, handler.Actor(ctx), p, typed)
	if page, known := stopped(err); known {
		return h.halt(w, r, account.Account{}, page)
	}
	if err != nil {
		if noteTries(f, err, result) {
			return h.showCode(w, r, http.StatusUnprocessableEntity, f, p)
		}
		return err
	}
	return h.finish(w, r, p)
}

// finish ends the second step whose code was right: the sign-in is complete,
// or the person signed in has been confirmed.
func (h *Handlers) finish(w http.ResponseWriter, r *http.Request, p passcode.Pending) error {
	if st := handler.VisitOf(r.Context()).State; st.SignedIn() {
		if err := h.sessions.Refresh(r.Context()); err != nil {
			return err
		}
		return h.back(w, r, st.Role)
	}
	role, err := h.complete(w, r, p)
	if page, known := stopped(err); known {
		return h.halt(w, r, account.Account{}, page)
	}
	if err != nil {
		return err
	}
	return h.back(w, r, role)
}

// noteTries says what is wrong with a code, and how many tries are left once
// there are few.
func noteTries(f *form.Form, err error, result passcode.Result) bool {
	if errors.Is(err, passcode.ErrWrong) {
		switch {
		case result.Left == 1:
			f.Note("code", locale.SignInCodeLast)
		case result.Left <= warnFrom:
			f.Note("code", locale.SignInCodeSomeLeft.With("Left", strconv.Itoa(result.Left)))
		}
	}
	return f.Take(err)
}

// complete ends a sign-in whose two steps were right, and returns the role
// that the person acts in.
func (h *Handlers) complete(w http.ResponseWriter, r *http.Request, p passcode.Pending) (authz.Role, error) {
	ctx := r.Context()
	st := handler.VisitOf(ctx).State
	mark := h.mark(r)
	if st.Shared {
		mark = ""
	} else if mark == "" {
		mark = account.NewMark()
	}
	device, err := h.passcodes.Complete(ctx, handler.Actor(ctx), p.Account, mark)
	if err != nil {
		return authz.Nobody, err
	}
	site, role, err := h.place(ctx, p.Account)
	if err != nil {
		return authz.Nobody, err
	}
	if err := h.sessions.Complete(ctx, site, device); err != nil {
		return authz.Nobody, err
	}
	if mark != "" {
		h.setMark(w, mark)
	}
	return role, nil
}

// place is where an account acts first: the membership it has had longest.
func (h *Handlers) place(ctx context.Context, id uuid.UUID) (uuid.UUID, authz.Role, error) {
	a, err := h.accounts.Find(ctx, id)
	if err != nil {
		return uuid.Nil, authz.Nobody, err
	}
	if a.Kind == account.Client {
		return uuid.Nil, authz.Client, nil
	}
	sites, err := h.sites(ctx, id)
	if err != nil {
		return uuid.Nil, authz.Nobody, err
	}
	if len(sites) == 0 {
		return uuid.Nil, authz.Nobody, errNoAccess
	}
	return siteID(sites[0]), authz.Role(sites[0].Role), nil
}

func siteID(s session.Site) uuid.UUID {
	if s.SiteID == nil {
		return uuid.Nil
	}
	return *s.SiteID
}

// SendAgain mails another passcode. The one before it ends.
func (h *Handlers) SendAgain(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, ok := pending(ctx)
	if !ok {
		return handler.Redirect(w, r, "/sign-in")
	}
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	switch err := h.mail(ctx, p); {
	case errors.Is(err, passcode.ErrTooSoon):
		f.Note("", locale.PasscodeTooSoon)
		return h.showCode(w, r, http.StatusTooManyRequests, f, p)
	case err != nil:
		return err
	}
	handler.Flash(ctx, locale.SignInCodeSentAgain)
	return handler.Redirect(w, r, "/sign-in/code")
}

// ShowAuthenticator shows the app's secret as a picture and as text.
func (h *Handlers) ShowAuthenticator(w http.ResponseWriter, r *http.Request) error {
	p, ok := pending(r.Context())
	if !ok {
		return handler.Redirect(w, r, "/sign-in")
	}
	return h.showAuthenticator(w, r, http.StatusOK, form.New(), p)
}

func (h *Handlers) showAuthenticator(w http.ResponseWriter, r *http.Request, status int, f *form.Form, p passcode.Pending) error {
	owed, err := h.owesAuthenticator(r.Context(), p.Account)
	if err != nil {
		return err
	}
	if !owed {
		return handler.Redirect(w, r, "/sign-in/code")
	}
	setup, err := h.passcodes.Prepare(r.Context(), handler.Actor(r.Context()), p.Account)
	if err != nil {
		return err
	}
	view, err := signinpage.NewAuthenticatorView(f, setup.Secret, setup.URL)
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, signinpage.Authenticator(view))
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
	codes, result, err := h.passcodes.Confirm(ctx, handler.Actor(ctx), p.Account, typed)
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
