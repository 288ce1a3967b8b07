// Package sites answers the program office's pages about sites: the directory,
// the import of lists, and the access codes of certifiers.
package sites

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/web/page/sitespage"
	"familypact.example/portal/web/ui"
)

// directory is what these pages need of site.Service.
type directory interface {
	List(ctx context.Context, actor authz.Actor, f site.Filter) ([]site.Entry, int, error)
	handler.Importer[site.Check]
	RecordApproval(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID uuid.UUID, d site.Declaration) (uuid.UUID, error)
	EndApproval(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID uuid.UUID) (uuid.UUID, error)
	SetStatus(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, c site.StatusChange) (uuid.UUID, error)
}

// members is what these pages need of membership.Service.
type members interface {
	FindCertifier(ctx context.Context, actor authz.Actor, id uuid.UUID) (membership.Member, error)
}

// codes is what these pages need of accesscode.Service.
type codes interface {
	naming
	IssueByHand(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID, note string) (uuid.UUID, error)
	LaunchState(ctx context.Context, actor authz.Actor) (accesscode.Mailing, error)
	StartLaunch(ctx context.Context, actor authz.Actor, sub idempotency.Submission, atOnce bool) (uuid.UUID, error)
	issuing
}

// Handlers are the pages below /ofp/sites and /ofp/codes.
type Handlers struct {
	handler.Lists[site.Check]
	sites   directory
	members members
	codes   codes
	reports reports
}

// New returns the pages below /ofp/sites and /ofp/codes.
func New(s directory, m members, c codes, r reports) *Handlers {
	return &Handlers{Lists: lists(s), sites: s, members: m, codes: c, reports: r}
}

const pageSize = 25

// Search looks for sites and goes to the directory.
func (h *Handlers) Search(w http.ResponseWriter, r *http.Request) error {
	return handler.Search(sitespage.Home, "county", "account")(w, r)
}

// ShowList shows the directory, with filters in the address; what was typed is
// kept.
func (h *Handlers) ShowList(w http.ResponseWriter, r *http.Request) error {
	f, err := handler.Filters(r, sitespage.Home)
	if err != nil {
		return err
	}
	filter := site.Filter{
		Search: f.Text("search", nil), County: f.Choice("county", nil, countyCodes()...),
		Account: f.Choice("account", nil, site.AccountYes, site.AccountNo), Page: pageOf(f), Size: pageSize,
	}
	list, total, err := h.sites.List(r.Context(), handler.Actor(r.Context()), filter)
	if err != nil {
		return err
	}
	view := sitespage.ListView{Sites: list, Filter: filter, Found: f.Value(handler.FoundField), Pages: pages(r, filter.Page, total, sitespage.Home)}
	return handler.Render(w, r, http.StatusOK, sitespage.List(f, view))
}

func countyCodes() []string {
	var list []string
	for _, c := range codelist.Counties() {
		list = append(list, c.Code)
	}
	return list
}

func pageOf(f *form.Form) int {
	if n, err := strconv.Atoi(f.Value("page")); err == nil && n > 0 {
		return n
	}
	return 1
}

func pages(r *http.Request, page, total int, path string) ui.Pages {
	return ui.Pages{Number: page, Size: pageSize, Total: total, Path: path, Query: handler.ListQuery(r)}
}
