// Package accounts answers one's own account: what is stored of it, changing
// the password, setting up an authenticator, signing out elsewhere.
package accounts

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accountspage"
)

// accounts is what these pages need of account.Service.
type accounts interface {
	Find(ctx context.Context, id uuid.UUID) (account.Account, error)
	Change(ctx context.Context, actor authz.Actor, keep uuid.UUID, current, password string) error
	EndOthers(ctx context.Context, actor authz.Actor, keep uuid.UUID) error
}

// passcodes is what these pages need of passcode.Service.
type passcodes interface {
	Prepare(ctx context.Context, actor authz.Actor, id uuid.UUID) (passcode.Setup, error)
	Confirm(ctx context.Context, actor authz.Actor, id uuid.UUID, typed string) ([]string, passcode.Result, error)
}

// sessions is what these pages need of session.Manager.
type sessions interface {
	ListOpen(ctx context.Context, account uuid.UUID) ([]session.Open, error)
	Resume(ctx context.Context) error
	End(ctx context.Context) error
}

// Handlers are the pages of one's own account. The same pages stand in every
// area; the path says in which.
type Handlers struct {
	sessions  sessions
	accounts  accounts
	passcodes passcodes
}

// New returns the pages.
func New(s sessions, a accounts, p passcodes) *Handlers {
	return &Handlers{sessions: s, accounts: a, passcodes: p}
}

// base is the address of the account page of the area that is asked for:
// "/provider/account".
func base(r *http.Request) string {
	area, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return "/" + area + "/account"
}

// Show shows what is stored of the account and where it is signed in.
func (h *Handlers) Show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	st := handler.VisitOf(ctx).State
	a, err := h.accounts.Find(ctx, st.Account)
	if err != nil {
		return err
	}
	open, err := h.sessions.ListOpen(ctx, st.Account)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, accountspage.Show(accountspage.View{
		Form: form.New(), Base: base(r), Account: a, Open: open, This: st.ID,
	}))
}

// EndOthers signs the account out everywhere else.
func (h *Handlers) EndOthers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := form.Read(r); err != nil {
		return err
	}
	if err := h.accounts.EndOthers(ctx, handler.Actor(ctx), handler.VisitOf(ctx).State.ID); err != nil {
		return err
	}
	handler.Flash(ctx, locale.AccountsSessionsEnded)
	return handler.Redirect(w, r, base(r))
}
