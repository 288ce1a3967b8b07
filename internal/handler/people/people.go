// Package people answers the program office's pages about who works with the
// portal: accounts and invitations, what can be done about them, and the
// requests that one administrator makes and another decides.
package people

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/web/page/peoplepage"
	"familypact.example/portal/web/ui"
)

// bureau is what these pages need of office.Service.
type bureau interface {
	List(ctx context.Context, actor authz.Actor, f office.Filter) (office.People, error)
	Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (office.Person, error)
	FindPlace(ctx context.Context, actor authz.Actor, membershipID uuid.UUID) (office.Person, office.Place, error)
	AskInvite(ctx context.Context, actor authz.Actor, sub idempotency.Submission, in office.Invitation) (uuid.UUID, error)
	Requests(ctx context.Context, actor authz.Actor) (office.Requests, error)
	FindRequest(ctx context.Context, actor authz.Actor, id uuid.UUID) (office.Requests, error)
	Decide(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, d approval.Decision) (uuid.UUID, error)
	Resend(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID) (uuid.UUID, error)
	Withdraw(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID) (uuid.UUID, error)
	EndAccess(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID) (uuid.UUID, error)
	Rename(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, first, last string) (uuid.UUID, error)
	RemoveOffice(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
}

// accounts is what these pages need of account.Service.
type accounts interface {
	Disable(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason string) (uuid.UUID, error)
	Lift(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
	EndAllSessions(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
}

// Handlers are the pages below /ofp/people.
type Handlers struct {
	office   bureau
	accounts accounts
}

// New returns the pages below /ofp/people.
func New(b bureau, a accounts) *Handlers { return &Handlers{office: b, accounts: a} }

const pageSize = 25

// Search looks for people and goes to the list.
func (h *Handlers) Search(w http.ResponseWriter, r *http.Request) error {
	return handler.Search(peoplepage.Home, "role", "state")(w, r)
}

// ShowList shows who works with the portal, with filters and order in the
// address; what was typed is kept.
func (h *Handlers) ShowList(w http.ResponseWriter, r *http.Request) error {
	f, err := handler.Filters(r, peoplepage.Home)
	if err != nil {
		return err
	}
	filter := filterOf(f)
	people, err := h.office.List(r.Context(), handler.Actor(r.Context()), filter)
	if err != nil {
		return err
	}
	query := handler.ListQuery(r)
	view := peoplepage.ListView{
		People: people, Filter: filter, Query: query,
		Pages: ui.Pages{Number: filter.Page, Size: pageSize, Total: people.Total, Path: peoplepage.Home, Query: query},
	}
	return handler.Render(w, r, http.StatusOK, peoplepage.List(f, view))
}

var sorts = []string{office.ByName, office.BySignedIn, office.ByCreated}

func filterOf(f *form.Form) office.Filter {
	filter := office.Filter{Search: f.Text("search", nil), Page: 1, Size: pageSize}
	if n, err := strconv.Atoi(f.Value("page")); err == nil && n > 0 {
		filter.Page = n
	}
	if role := authz.Role(f.Value("role")); slices.Contains(office.Roles, role) {
		filter.Role = role
	}
	if state := office.State(f.Value("state")); slices.Contains(office.States, state) {
		filter.State = state
	}
	if sort := f.Value("sort"); slices.Contains(sorts, strings.TrimPrefix(sort, "-")) {
		filter.Sort = sort
	}
	return filter
}
