package accounts

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accountspage"
	"familypact.example/portal/web/page/signinpage"
)

// withApp shows a page about the authenticator to whoever uses one, and leads
// others to their account.
func (h *Handlers) withApp(w http.ResponseWriter, r *http.Request, show func(a account.Account) templ.Component) error {
	a, err := h.Accounts.Find(r.Context(), handler.Actor(r.Context()).Account)
	if err != nil {
		return err
	}
	if a.Channel != account.App {
		return handler.Redirect(w, r, base(r))
	}
	return handler.Render(w, r, http.StatusOK, show(a))
}

// ShowRecovery asks before recovery codes are replaced.
func (h *Handlers) ShowRecovery(w http.ResponseWriter, r *http.Request) error {
	return h.withApp(w, r, func(account.Account) templ.Component { return accountspage.AskRecovery(form.New(), base(r)) })
}

// RenewRecovery shows new recovery codes, this once.
func (h *Handlers) RenewRecovery(w http.ResponseWriter, r *http.Request) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	codes, err := h.Passcodes.RenewRecovery(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, signinpage.Recovery(codes, base(r)))
}

// ShowBack asks before the authenticator is given up for mailed codes.
func (h *Handlers) ShowBack(w http.ResponseWriter, r *http.Request) error {
	return h.withApp(w, r, func(a account.Account) templ.Component { return accountspage.AskBack(form.New(), base(r), a.Email) })
}

// Back gives the authenticator up. Who has done so in another window sees the
// account as it is.
func (h *Handlers) Back(w http.ResponseWriter, r *http.Request) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	err := h.Passcodes.BackToEmail(r.Context(), handler.Actor(r.Context()))
	if errors.Is(err, passcode.ErrNoSetup) {
		return handler.Redirect(w, r, base(r))
	}
	if err != nil {
		return err
	}
	handler.Flash(r.Context(), locale.AccountsBackDone)
	return handler.Redirect(w, r, base(r))
}
