// Package accounts answers one's own account: what is stored of it, where it is
// signed in and was before, changing the password, the address and the
// language, setting up an authenticator, agreeing to the terms.
package accounts

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/contact"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/profile"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accountspage"
	"familypact.example/portal/web/ui"
)

// accounts is what these pages need of account.Service.
type accounts interface {
	Find(ctx context.Context, id uuid.UUID) (account.Account, error)
	Change(ctx context.Context, actor authz.Actor, sub idempotency.Submission, keep uuid.UUID, current, password string) error
	EndOthers(ctx context.Context, actor authz.Actor, keep uuid.UUID) error
	SetLanguage(ctx context.Context, actor authz.Actor, sub idempotency.Submission, l locale.Language) (uuid.UUID, error)
}

// passcodes is what these pages need of passcode.Service.
type passcodes interface {
	Prepare(ctx context.Context, actor authz.Actor, p passcode.Pending) (passcode.Setup, error)
	Preparing(ctx context.Context, actor authz.Actor, p passcode.Pending) (passcode.Setup, error)
	Confirm(ctx context.Context, actor authz.Actor, p passcode.Pending, typed string) ([]string, passcode.Result, error)
	RenewRecovery(ctx context.Context, actor authz.Actor) ([]string, error)
	BackToEmail(ctx context.Context, actor authz.Actor) error
}

// sessions is what these pages need of session.Manager.
type sessions interface {
	History(ctx context.Context, actor authz.Actor, size, skip int) ([]session.SignIn, int, error)
	EndOne(ctx context.Context, actor authz.Actor, id uuid.UUID) error
	Resume(ctx context.Context) error
	Remembered(ctx context.Context) string
	End(ctx context.Context) error
}

// contacts is what these pages need of contact.Service.
type contacts interface {
	Ask(ctx context.Context, actor authz.Actor, sub idempotency.Submission, email string) (uuid.UUID, error)
	Pending(ctx context.Context, actor authz.Actor) (contact.Change, error)
	Confirm(ctx context.Context, actor authz.Actor, sub idempotency.Submission, keep uuid.UUID, typed string) (uuid.UUID, error)
	Cancel(ctx context.Context, actor authz.Actor) error
}

// profiles is what these pages need of profile.Service.
type profiles interface {
	Read(ctx context.Context, actor authz.Actor) (profile.Profile, error)
}

// terms is what these pages need of acceptance.Service.
type terms interface {
	Accept(ctx context.Context, actor authz.Actor) error
}

// Services are what the pages of one's own account need.
type Services struct {
	Sessions  sessions
	Accounts  accounts
	Passcodes passcodes
	Contacts  contacts
	Profiles  profiles
	Terms     terms
	Texts     bool // there is a gateway for text messages
}

// Handlers are the pages of one's own account. The same pages stand in every
// area; the path says in which.
type Handlers struct {
	Services
}

// New returns the pages.
func New(s Services) *Handlers { return &Handlers{s} }

// base is the address of the account page of the area that is asked for:
// "/provider/account".
func base(r *http.Request) string {
	area, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return "/" + area + "/account"
}

// Show shows what is stored of the account and where it is signed in.
func (h *Handlers) Show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.Profiles.Read(ctx, handler.Actor(ctx))
	if err != nil {
		return err
	}
	st := handler.VisitOf(ctx).State
	return handler.Render(w, r, http.StatusOK, accountspage.Show(accountspage.View{
		Form: form.New(), Base: base(r), Profile: p, This: st.ID, Texts: h.Texts, Role: st.Role,
	}))
}

// historySize is how many sign-ins a page of the history shows.
const historySize = 25

// ShowHistory shows the sign-ins of the last 90 days.
func (h *Handlers) ShowHistory(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || page < 1 || page > 1000 {
		page = 1
	}
	list, total, err := h.Sessions.History(ctx, handler.Actor(ctx), historySize, (page-1)*historySize)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, accountspage.History(accountspage.HistoryView{
		Base: base(r), List: list, Pages: ui.Pages{Number: page, Size: historySize, Total: total, Path: base(r) + "/history"},
	}))
}

// EndOthers signs the account out everywhere else.
func (h *Handlers) EndOthers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := form.Read(r); err != nil {
		return err
	}
	if err := h.Accounts.EndOthers(ctx, handler.Actor(ctx), handler.VisitOf(ctx).State.ID); err != nil {
		return err
	}
	handler.Flash(ctx, locale.AccountsSessionsEnded)
	return handler.Redirect(w, r, base(r))
}

// EndOne signs the account out at one other place.
func (h *Handlers) EndOne(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := form.Read(r); err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.Sessions.EndOne(ctx, handler.Actor(ctx), id); err != nil {
		return err
	}
	handler.Flash(ctx, locale.AccountsSessionsOneEnded)
	return handler.Redirect(w, r, base(r))
}
