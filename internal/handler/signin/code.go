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
	st, err := h.passcodes.Stand(r.Context(), p)
	if err != nil {
		return err
	}
	view := signinpage.CodeView{Form: f, Lost: st.Channel == account.App && handler.VisitOf(r.Context()).State.Half()}
	if st.Failed > 0 && st.Left <= warnFrom && f.Fault("code") == nil {
		view.Left = st.Left
	}
	if st.Channel == account.Email {
		view.Email, view.Phone, view.Texted = masked(st.Email), st.Phone, st.Texted
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
	few := result.Left > 0 && result.Left <= warnFrom
	switch {
	case !few:
	case errors.Is(err, passcode.ErrExpired):
		f.Note("code", locale.SignInCodeExpiredLeft.With("Count", result.Left))
	case errors.Is(err, passcode.ErrWrong) && result.Left == 1:
		f.Note("code", locale.SignInCodeLast)
	case errors.Is(err, passcode.ErrWrong):
		f.Note("code", locale.SignInCodeSomeLeft.With("Left", strconv.Itoa(result.Left)))
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
		mark = h.accounts.IssueMark()
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
	return h.sendAgain(w, r, h.passcodes.Send, locale.SignInCodeSentAgain)
}

// SendText sends another passcode to the other contact, as a text message.
func (h *Handlers) SendText(w http.ResponseWriter, r *http.Request) error {
	return h.sendAgain(w, r, h.passcodes.SendText, locale.SignInCodeSentAgain)
}

// sender sends a passcode to a second step.
type sender func(ctx context.Context, actor authz.Actor, p passcode.Pending) error

func (h *Handlers) sendAgain(w http.ResponseWriter, r *http.Request, send sender, done locale.Phrase) error {
	ctx := r.Context()
	p, ok := pending(ctx)
	if !ok {
		return handler.Redirect(w, r, "/sign-in")
	}
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	switch err := h.sent(ctx, p, send); {
	case errors.Is(err, passcode.ErrTooSoon):
		f.Note("", locale.PasscodeTooSoon)
		return h.showCode(w, r, http.StatusTooManyRequests, f, p)
	case err != nil:
		return err
	}
	handler.Flash(ctx, done)
	return handler.Redirect(w, r, "/sign-in/code")
}

// sent sends a passcode within the limits of the network address.
func (h *Handlers) sent(ctx context.Context, p passcode.Pending, send sender) error {
	if err := h.limits.PasscodeMail(ctx, handler.Actor(ctx)); err != nil {
		return err
	}
	return send(ctx, handler.Actor(ctx), p)
}
