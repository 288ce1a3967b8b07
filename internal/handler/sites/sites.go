// Package sites answers the program office's pages about sites: the directory,
// the import of lists, and the access codes of certifiers.
package sites

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

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
	Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (site.Site, error)
	Upload(ctx context.Context, actor authz.Actor, sub idempotency.Submission, content []byte) (uuid.UUID, error)
	Check(ctx context.Context, actor authz.Actor, id uuid.UUID) (site.Check, error)
	Apply(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, goodOnly bool) (uuid.UUID, error)
	GiveUp(ctx context.Context, actor authz.Actor, id uuid.UUID) error
}

// members is what these pages need of membership.Service.
type members interface {
	OfSite(ctx context.Context, actor authz.Actor, siteID uuid.UUID, role authz.Role) ([]membership.Member, error)
	FindCertifier(ctx context.Context, actor authz.Actor, id uuid.UUID) (membership.Member, error)
}

// codes is what these pages need of accesscode.Service.
type codes interface {
	List(ctx context.Context, actor authz.Actor, f accesscode.Filter) ([]accesscode.Listed, int, time.Time, error)
	Funnel(ctx context.Context, actor authz.Actor) (accesscode.Funnel, error)
	IssueByHand(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID, note string) (uuid.UUID, error)
	LaunchState(ctx context.Context, actor authz.Actor) (accesscode.Mailing, error)
	StartLaunch(ctx context.Context, actor authz.Actor, sub idempotency.Submission, atOnce bool) (uuid.UUID, error)
}

// Handlers are the pages below /ofp/sites and /ofp/codes.
type Handlers struct {
	sites   directory
	members members
	codes   codes
}

// New returns the pages below /ofp/sites and /ofp/codes.
func New(s directory, m members, c codes) *Handlers {
	return &Handlers{sites: s, members: m, codes: c}
}

const pageSize = 25

// ShowList shows the directory, with filters in the address.
func (h *Handlers) ShowList(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
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
	view := sitespage.ListView{Sites: list, Filter: filter, Pages: pages(r, filter.Page, total, sitespage.Home)}
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
	query := r.URL.Query()
	query.Del("page")
	return ui.Pages{Number: page, Size: pageSize, Total: total, Path: path, Query: query}
}

// ShowSite shows one site with who works there and its codes.
func (h *Handlers) ShowSite(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), handler.Actor(r.Context())
	var v sitespage.SiteView
	if v.Site, err = h.sites.Find(ctx, actor, id); err != nil {
		return err
	}
	if v.Certifiers, err = h.members.OfSite(ctx, actor, id, authz.Certifier); err != nil {
		return err
	}
	if v.Staff, err = h.members.OfSite(ctx, actor, id, authz.Staff); err != nil {
		return err
	}
	v.Codes.Codes, _, v.Now, err = h.codes.List(ctx, actor, accesscode.Filter{Site: id, Size: pageSize})
	if err != nil {
		return err
	}
	v.Codes.Now = v.Now
	return handler.Render(w, r, http.StatusOK, sitespage.Site(v))
}

// ShowCodes shows the funnel of the certifiers' codes, and the codes, with
// filters in the address.
func (h *Handlers) ShowCodes(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	filter := codeFilter(f)
	ctx, actor := r.Context(), handler.Actor(r.Context())
	list, total, now, err := h.codes.List(ctx, actor, filter)
	if err != nil {
		return err
	}
	funnel, err := h.codes.Funnel(ctx, actor)
	if err != nil {
		return err
	}
	view := sitespage.CodesView{Codes: list, Filter: filter, Funnel: funnel, Now: now, Pages: pages(r, filter.Page, total, sitespage.Codes)}
	return handler.Render(w, r, http.StatusOK, sitespage.CodeList(f, view))
}

func codeFilter(f *form.Form) accesscode.Filter {
	filter := accesscode.Filter{
		Search: f.Text("search", nil), Today: f.Value("today") == "yes", Failed: f.Value("mail") == "yes",
		Page: pageOf(f), Size: pageSize,
	}
	if s := accesscode.State(f.Value("state")); slices.Contains(accesscode.States, s) {
		filter.State = s
	}
	return filter
}
