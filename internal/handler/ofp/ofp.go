// Package ofp answers the dashboard of the program office and the lists that
// its tiles open.
package ofp

import (
	"context"
	"net/http"
	"strconv"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/web/page/ofppage"
	"familypact.example/portal/web/ui"
)

// sites is what these pages need of site.Service.
type sites interface {
	Count(ctx context.Context, actor authz.Actor) (site.Counts, error)
}

// codes is what these pages need of accesscode.Service.
type codes interface {
	Funnel(ctx context.Context, actor authz.Actor) (accesscode.Funnel, error)
}

// reports is what these pages need of report.Service.
type reports interface {
	Jobs(ctx context.Context, actor authz.Actor) ([]report.Job, error)
	Undelivered(ctx context.Context, actor authz.Actor, page, size int) ([]report.Undelivered, int, error)
}

// Handlers are the dashboard and its lists.
type Handlers struct {
	sites   sites
	codes   codes
	reports reports
}

// New returns the dashboard and its lists.
func New(s sites, c codes, r reports) *Handlers { return &Handlers{sites: s, codes: c, reports: r} }

const pageSize = 25

// ShowDashboard shows what needs the office now and how it is doing.
func (h *Handlers) ShowDashboard(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), handler.Actor(r.Context())
	var v ofppage.DashboardView
	var err error
	if v.Sites, err = h.sites.Count(ctx, actor); err != nil {
		return err
	}
	if v.Codes, err = h.codes.Funnel(ctx, actor); err != nil {
		return err
	}
	if _, v.Undelivered, err = h.reports.Undelivered(ctx, actor, 1, 1); err != nil {
		return err
	}
	jobs, err := h.reports.Jobs(ctx, actor)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		v.Jobs += j.Bad()
	}
	return handler.Render(w, r, http.StatusOK, ofppage.Dashboard(v))
}

// ShowJobs shows how background work stands.
func (h *Handlers) ShowJobs(w http.ResponseWriter, r *http.Request) error {
	jobs, err := h.reports.Jobs(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, ofppage.Jobs(jobs))
}

// ShowUndelivered shows the messages that could not be delivered.
func (h *Handlers) ShowUndelivered(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	page := 1
	if n, err := strconv.Atoi(f.Value("page")); err == nil && n > 0 {
		page = n
	}
	list, total, err := h.reports.Undelivered(r.Context(), handler.Actor(r.Context()), page, pageSize)
	if err != nil {
		return err
	}
	pages := ui.Pages{Number: page, Size: pageSize, Total: total, Path: ofppage.Undeliverable}
	return handler.Render(w, r, http.StatusOK, ofppage.Undelivered(ofppage.UndeliveredView{Messages: list, Pages: pages}))
}
