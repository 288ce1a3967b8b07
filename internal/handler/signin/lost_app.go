package signin

import (
	"errors"
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/factorreset"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/signinpage"
)

// half returns the account whose password was right and which uses an app.
// Everybody else is sent to where their sign-in stands.
func (h *Handlers) half(w http.ResponseWriter, r *http.Request) (p passcode.Pending, a account.Account, ok bool, err error) {
	p, ok = pending(r.Context())
	if !ok || !handler.VisitOf(r.Context()).State.Half() {
		return p, a, false, handler.Redirect(w, r, "/sign-in")
	}
	a, err = h.accounts.Find(r.Context(), p.Account)
	if err == nil && a.Channel != account.App {
		return p, a, false, handler.Redirect(w, r, "/sign-in/code")
	}
	return p, a, err == nil, err
}

// ShowLostApp says how somebody gets a new app who has lost the old one and
// its recovery codes, or how far their request has come.
func (h *Handlers) ShowLostApp(w http.ResponseWriter, r *http.Request) error {
	p, a, ok, err := h.half(w, r)
	if err != nil || !ok {
		return err
	}
	ctx := r.Context()
	waiting, err := h.resets.Waiting(ctx, authz.SystemActor, p.Account)
	if err == nil {
		return handler.Render(w, r, http.StatusOK, signinpage.LostAppWaiting(waiting))
	}
	if !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	return h.showLostApp(w, r, http.StatusOK, form.New(), a)
}

func (h *Handlers) showLostApp(w http.ResponseWriter, r *http.Request, status int, f *form.Form, a account.Account) error {
	sites, err := h.sites(r.Context(), a.ID)
	if err != nil {
		return err
	}
	view := signinpage.LostAppView{Form: f, Email: masked(a.Email), Office: a.Kind != account.Workforce}
	for _, s := range sites {
		view.Office = view.Office || authz.Role(s.Role) != authz.Staff
	}
	return handler.Render(w, r, status, signinpage.LostApp(view))
}

// SendLostAppCode mails the code that the request needs.
func (h *Handlers) SendLostAppCode(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	p, a, ok, err := h.half(w, r)
	if err != nil || !ok {
		return err
	}
	switch err := h.sent(r.Context(), p, h.resets.SendCode); {
	case errors.Is(err, passcode.ErrTooSoon):
		f.Note("", locale.PasscodeTooSoon)
		return h.showLostApp(w, r, http.StatusTooManyRequests, f, a)
	case err != nil:
		return err
	}
	return handler.Redirect(w, r, "/sign-in/authenticator/lost/code")
}

// ShowLostAppCode asks for the mailed code.
func (h *Handlers) ShowLostAppCode(w http.ResponseWriter, r *http.Request) error {
	_, a, ok, err := h.half(w, r)
	if err != nil || !ok {
		return err
	}
	return handler.Render(w, r, http.StatusOK, signinpage.LostAppCode(form.New(), masked(a.Email)))
}

// AskNewApp takes the mailed code and asks for a new app.
func (h *Handlers) AskNewApp(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	p, a, ok, err := h.half(w, r)
	if err != nil || !ok {
		return err
	}
	typed := f.Text("code", locale.SignInCodeMissing)
	if f.OK() {
		result, err := h.resets.Ask(r.Context(), handler.Actor(r.Context()), p, typed)
		if page, known := stopped(err); known {
			return h.halt(w, r, account.Account{}, page)
		}
		if err == nil || errors.Is(err, factorreset.ErrAsked) {
			return handler.Redirect(w, r, "/sign-in/authenticator/lost")
		}
		if !noteTries(f, err, result) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.LostAppCode(f, masked(a.Email)))
}

// ShowMailbox asks for the code that shows that the mailbox is the owner's,
// before a new app is set up.
func (h *Handlers) ShowMailbox(w http.ResponseWriter, r *http.Request) error {
	p, a, ok, err := h.half(w, r)
	if err != nil || !ok {
		return err
	}
	needed, err := h.resets.NeedsProof(r.Context(), p)
	if err != nil {
		return err
	}
	if !needed {
		return handler.Redirect(w, r, "/sign-in/authenticator")
	}
	return handler.Render(w, r, http.StatusOK, signinpage.Mailbox(form.New(), masked(a.Email)))
}

// SendMailbox mails another such code.
func (h *Handlers) SendMailbox(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	p, a, ok, err := h.half(w, r)
	if err != nil || !ok {
		return err
	}
	switch err := h.sent(r.Context(), p, h.resets.SendProof); {
	case errors.Is(err, passcode.ErrTooSoon):
		f.Note("", locale.PasscodeTooSoon)
		return handler.Render(w, r, http.StatusTooManyRequests, signinpage.Mailbox(f, masked(a.Email)))
	case err != nil:
		return err
	}
	handler.Flash(r.Context(), locale.SignInCodeSentAgain)
	return handler.Redirect(w, r, "/sign-in/authenticator/mailbox")
}

// ProveMailbox takes the code and leads to the new app.
func (h *Handlers) ProveMailbox(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	p, a, ok, err := h.half(w, r)
	if err != nil || !ok {
		return err
	}
	typed := f.Text("code", locale.SignInCodeMissing)
	if f.OK() {
		result, err := h.resets.Prove(r.Context(), handler.Actor(r.Context()), p, typed)
		if page, known := stopped(err); known {
			return h.halt(w, r, account.Account{}, page)
		}
		if err == nil {
			return h.byApp(w, r, p)
		}
		if !noteTries(f, err, result) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.Mailbox(f, masked(a.Email)))
}

// ShowCancelNewApp asks for the code of a notice about a request for a new
// app. Nobody has to be signed in: the owner may have lost what that takes.
func (h *Handlers) ShowCancelNewApp(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, signinpage.CancelNewApp(form.New()))
}

// CancelNewApp stops the request, and ends every sign-in when it was somebody
// else's.
func (h *Handlers) CancelNewApp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	code, notMe := f.Text("code", locale.NotMeMissing), f.Value("not-me") == "yes"
	if f.OK() {
		if err := h.limits.Forgot(ctx, handler.Actor(ctx), ""); err != nil {
			return err
		}
		err := h.resets.Cancel(ctx, handler.Actor(ctx), code, notMe)
		switch {
		case err == nil && notMe:
			return handler.Redirect(w, r, notMeDone)
		case err == nil:
			handler.Flash(ctx, locale.LostAppCancelDone)
			return handler.Redirect(w, r, "/sign-in")
		case !f.Take(err):
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, signinpage.CancelNewApp(f))
}
