// Package signin answers the way in and out: password, passcode, the setting
// up of an authenticator, a forgotten password, signing out.
package signin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/factorreset"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// accounts is what these pages need of account.Service.
type accounts interface {
	SignIn(ctx context.Context, actor authz.Actor, in account.Attempt) (account.Account, uuid.UUID, error)
	Knows(ctx context.Context, in account.Attempt) (bool, error)
	IssueMark() string
	Issued(mark string) bool
	Confirm(ctx context.Context, actor authz.Actor, id uuid.UUID, password string) error
	AskReset(ctx context.Context, actor authz.Actor, name string) error
	AskUsername(ctx context.Context, actor authz.Actor, email string, birthOn civil.Date) error
	Disavow(ctx context.Context, actor authz.Actor, code string) (mailed bool, err error)
	Reset(ctx context.Context, actor authz.Actor, code, password string) error
	Find(ctx context.Context, id uuid.UUID) (account.Account, error)
}

// passcodes is what these pages need of passcode.Service.
type passcodes interface {
	Send(ctx context.Context, actor authz.Actor, p passcode.Pending) error
	SendUsual(ctx context.Context, actor authz.Actor, p passcode.Pending) error
	SendText(ctx context.Context, actor authz.Actor, p passcode.Pending) error
	Stand(ctx context.Context, p passcode.Pending) (passcode.Standing, error)
	Check(ctx context.Context, actor authz.Actor, p passcode.Pending, typed string) (passcode.Result, error)
	Complete(ctx context.Context, actor authz.Actor, id uuid.UUID, mark string) (uuid.UUID, error)
	HasAuthenticator(ctx context.Context, id uuid.UUID) (bool, error)
	Prepare(ctx context.Context, actor authz.Actor, p passcode.Pending) (passcode.Setup, error)
	Preparing(ctx context.Context, actor authz.Actor, p passcode.Pending) (passcode.Setup, error)
	Confirm(ctx context.Context, actor authz.Actor, p passcode.Pending, typed string) ([]string, passcode.Result, error)
}

// resets is what these pages need of factorreset.Service.
type resets interface {
	Settle(ctx context.Context, account uuid.UUID) error
	Waiting(ctx context.Context, actor authz.Actor, account uuid.UUID) (factorreset.Reset, error)
	SendCode(ctx context.Context, actor authz.Actor, p passcode.Pending) error
	Ask(ctx context.Context, actor authz.Actor, p passcode.Pending, typed string) (passcode.Result, error)
	Cancel(ctx context.Context, actor authz.Actor, code string, notMe bool) error
	NeedsProof(ctx context.Context, p passcode.Pending) (bool, error)
	SendProof(ctx context.Context, actor authz.Actor, p passcode.Pending) error
	Prove(ctx context.Context, actor authz.Actor, p passcode.Pending, typed string) (passcode.Result, error)
}

// limiter counts tries and refuses too many.
type limiter interface {
	SignIn(ctx context.Context, actor authz.Actor, name string, known bool) error
	Forgot(ctx context.Context, actor authz.Actor, name string) error
	PasscodeMail(ctx context.Context, actor authz.Actor) error
}

// Handlers are the pages of signing in and out.
type Handlers struct {
	sessions  *session.Manager
	accounts  accounts
	passcodes passcodes
	resets    resets
	limits    limiter
	sites     func(ctx context.Context, account uuid.UUID) ([]session.Site, error)
	secure    bool
}

// New returns the pages. sites lists where an account may act; secure says
// that people come over TLS.
func New(m *session.Manager, a accounts, p passcodes, f resets, l limiter, sites func(context.Context, uuid.UUID) ([]session.Site, error), secure bool) *Handlers {
	return &Handlers{sessions: m, accounts: a, passcodes: p, resets: f, limits: l, sites: sites, secure: secure}
}

// Show shows the sign-in page, or asks for the password alone when rest has
// locked the session.
func (h *Handlers) Show(w http.ResponseWriter, r *http.Request) error {
	st := handler.VisitOf(r.Context()).State
	if st.SignedIn() {
		return h.home(w, r, st.Role)
	}
	if st.Step == session.Full && st.Locked {
		return handler.Render(w, r, http.StatusOK, signinpage.Resume(form.New(), st.Name))
	}
	return handler.Render(w, r, http.StatusOK, signinpage.SignIn(form.New()))
}

// SignIn takes the password. A right one leads to the passcode.
func (h *Handlers) SignIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	st := handler.VisitOf(ctx).State
	if st.Step == session.Full && st.Locked && !f.Sent("name") {
		return h.resume(w, r, f, st)
	}
	in := account.Attempt{
		Name: f.Text("name", locale.SignInNameMissing), Password: f.Value("password"), Mark: h.mark(r),
	}
	if in.Password == "" {
		f.Note("password", locale.SignInPasswordMissing)
	}
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.SignIn(f))
	}
	known, err := h.accounts.Knows(ctx, in)
	if err != nil {
		return err
	}
	if err := h.limits.SignIn(ctx, handler.Actor(ctx), in.Name, known); err != nil {
		return err
	}
	a, device, err := h.accounts.SignIn(ctx, handler.Actor(ctx), in)
	if page, known := stopped(err); known {
		return h.halt(w, r, a, page)
	}
	if err != nil {
		if f.Take(err) {
			return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.SignIn(f))
		}
		return err
	}
	return h.second(w, r, a, device, f.Value("device") == "shared")
}

// stopped names the page for an account that may not go on.
func stopped(err error) (string, bool) {
	switch {
	case errors.Is(err, account.ErrBlocked), errors.Is(err, passcode.ErrBlocked):
		return "/sign-in/blocked", true
	case errors.Is(err, account.ErrInactive):
		return "/sign-in/disabled", true
	case errors.Is(err, account.ErrDisabled):
		return "/sign-in/disabled/office", true
	case errors.Is(err, account.ErrMustChange):
		return "/sign-in/new-password", true
	}
	return "", false
}

// halt shows why the account may not go on; nobody is signed in by it.
func (h *Handlers) halt(w http.ResponseWriter, r *http.Request, _ account.Account, page string) error {
	if err := h.sessions.End(r.Context()); err != nil {
		return err
	}
	return handler.Redirect(w, r, page)
}

// second begins the second step of the sign-in.
func (h *Handlers) second(w http.ResponseWriter, r *http.Request, a account.Account, device uuid.UUID, shared bool) error {
	ctx := r.Context()
	if a.Channel == account.App {
		if err := h.resets.Settle(ctx, a.ID); err != nil {
			return err
		}
	}
	signIn, err := h.sessions.Begin(ctx, session.Start{Account: a.ID, Device: device, Shared: shared})
	if err != nil {
		return err
	}
	p := passcode.Pending{Account: a.ID, SignIn: signIn}
	if a.Channel == account.App {
		return h.byApp(w, r, p)
	}
	if err := h.mail(ctx, p); err != nil && !errors.Is(err, passcode.ErrTooSoon) {
		return err
	}
	return handler.Redirect(w, r, "/sign-in/code")
}

// byApp leads to the code of the app, or to setting one up.
func (h *Handlers) byApp(w http.ResponseWriter, r *http.Request, p passcode.Pending) error {
	ctx := r.Context()
	has, err := h.passcodes.HasAuthenticator(ctx, p.Account)
	if err != nil {
		return err
	}
	if has {
		return handler.Redirect(w, r, "/sign-in/code")
	}
	return h.beginApp(w, r, p)
}

func (h *Handlers) mail(ctx context.Context, p passcode.Pending) error {
	return h.sent(ctx, p, h.passcodes.SendUsual)
}

// resume goes on with a session that rest had locked.
func (h *Handlers) resume(w http.ResponseWriter, r *http.Request, f *form.Form, st session.State) error {
	ctx := r.Context()
	if f.Value("password") == "" {
		f.Note("password", locale.SignInPasswordMissing)
		return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.Resume(f, st.Name))
	}
	if err := h.limits.SignIn(ctx, handler.Actor(ctx), st.Account.String(), st.Device != uuid.Nil); err != nil {
		return err
	}
	if err := h.accounts.Confirm(ctx, handler.Actor(ctx), st.Account, f.Value("password")); err != nil {
		if f.Take(err) {
			return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.Resume(f, st.Name))
		}
		return err
	}
	if err := h.sessions.Resume(ctx); err != nil {
		return err
	}
	if st.Handover.On() { // the device comes back from a client: nothing of theirs stays
		w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
		return handler.Redirect(w, r, "/provider/applications/"+st.Handover.Application.String())
	}
	return h.back(w, r, st.Role)
}

// Leave ends a sign-in that was begun, to begin with another name.
func (h *Handlers) Leave(w http.ResponseWriter, r *http.Request) error {
	if err := h.sessions.End(r.Context()); err != nil {
		return err
	}
	return handler.Redirect(w, r, "/sign-in")
}

// deviceCookie is the name of the mark of a known browser.
func (h *Handlers) deviceCookie() string {
	if h.secure {
		return "__Host-d"
	}
	return "d"
}

func (h *Handlers) mark(r *http.Request) string {
	c, err := r.Cookie(h.deviceCookie())
	if err != nil || len(c.Value) > 128 || !h.accounts.Issued(c.Value) {
		return ""
	}
	return c.Value
}

func (h *Handlers) setMark(w http.ResponseWriter, mark string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure on every address but plain-HTTP localhost (decisions 33)
		Name: h.deviceCookie(), Value: mark, Path: "/", HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(account.DeviceLife / time.Second),
	})
}

// home leads to the start page of a role.
func (h *Handlers) home(w http.ResponseWriter, r *http.Request, role authz.Role) error {
	return handler.Redirect(w, r, homeOf(role))
}

func homeOf(role authz.Role) string {
	switch role {
	case authz.OFP:
		return "/ofp"
	case authz.Certifier:
		return "/provider/access"
	case authz.Staff:
		return "/provider"
	case authz.Desk:
		return "/desk"
	case authz.Client:
		return "/my"
	}
	return "/"
}

// back leads to the page that was asked for before signing in, else home.
func (h *Handlers) back(w http.ResponseWriter, r *http.Request, role authz.Role) error {
	if path := h.sessions.Remembered(r.Context()); path != "" {
		http.Redirect(w, r, path, http.StatusSeeOther)
		return nil
	}
	return h.home(w, r, role)
}

var errNoAccess = fault.New(fault.Forbidden, locale.SignInNoAccess)
