// Package desk answers the service desk: finding an account, checking who
// calls, the three acts, and what waits for a second representative.
package desk

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/web/page/deskpage"
	"familypact.example/portal/web/ui"
)

// accounts is what finding accounts and helping with them needs of
// desk.Service.
type accounts interface {
	Search(ctx context.Context, actor authz.Actor, sub idempotency.Submission, typed string) (uuid.UUID, error)
	Result(ctx context.Context, actor authz.Actor, id uuid.UUID) (desk.Result, error)
	Account(ctx context.Context, actor authz.Actor, id uuid.UUID) (desk.Case, error)
	CheckCaller(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, ticked []desk.Item) (uuid.UUID, error)
	Do(ctx context.Context, actor authz.Actor, sub idempotency.Submission, act desk.Act, id uuid.UUID, reason desk.Reason) (uuid.UUID, error)
}

// requests is what the second representative and the history need of
// desk.Service.
type requests interface {
	Waiting(ctx context.Context, actor authz.Actor) ([]desk.Request, error)
	Request(ctx context.Context, actor authz.Actor, id uuid.UUID) (desk.Request, error)
	Confirm(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
	Refuse(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
	History(ctx context.Context, actor authz.Actor, page, size int) ([]desk.Request, int, error)
}

// Handlers are the pages below /desk.
type Handlers struct {
	accounts accounts
	requests requests
}

// New returns the pages below /desk.
func New(a accounts, r requests) *Handlers { return &Handlers{accounts: a, requests: r} }

const pageSize = 25

// ShowSearch asks for an account.
func (h *Handlers) ShowSearch(w http.ResponseWriter, r *http.Request) error {
	return h.showSearch(w, r, http.StatusOK, form.New())
}

func (h *Handlers) showSearch(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	waiting, err := h.requests.Waiting(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, deskpage.Search(f, deskpage.SearchView{Waiting: len(waiting)}))
}

// Search looks for accounts and goes to what was found.
func (h *Handlers) Search(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := h.accounts.Search(r.Context(), handler.Actor(r.Context()), f.Submission(), f.Text("search", nil))
	if err == nil {
		return handler.Redirect(w, r, deskpage.Home+"/results/"+id.String())
	}
	if !f.Take(err) {
		return err
	}
	return h.showSearch(w, r, http.StatusUnprocessableEntity, f)
}

// ShowResults shows what a search found.
func (h *Handlers) ShowResults(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "result")
	if err != nil {
		return err
	}
	found, err := h.accounts.Result(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	f := form.New().Set("search", found.Typed)
	return handler.Render(w, r, http.StatusOK, deskpage.Results(f, deskpage.ResultsView{Result: found}))
}

// ShowGuide shows the call guide.
func (h *Handlers) ShowGuide(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, deskpage.Guide())
}

// ShowHistory shows what the representative has done.
func (h *Handlers) ShowHistory(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	page := 1
	if n, err := strconv.Atoi(f.Value("page")); err == nil && n > 0 && n < 100_000 {
		page = n
	}
	actor := handler.Actor(r.Context())
	list, total, err := h.requests.History(r.Context(), actor, page, pageSize)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, deskpage.History(deskpage.HistoryView{
		Acts: list, Me: actor.Account,
		Pages: ui.Pages{Number: page, Size: pageSize, Total: total, Path: deskpage.HistoryPath},
	}))
}
