// Package ofp answers the dashboard of the program office, the lists that its
// tiles open, and the settings of the program.
package ofp

import (
	"context"
	"net/http"
	"strconv"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/web/page/ofppage"
	"familypact.example/portal/web/ui"
)

// reports is what these pages need of report.Service.
type reports interface {
	Dashboard(ctx context.Context, actor authz.Actor) (report.Dashboard, error)
	Jobs(ctx context.Context, actor authz.Actor) ([]report.Job, error)
	Undelivered(ctx context.Context, actor authz.Actor, page, size int) ([]report.Undelivered, int, error)
}

// Handlers are the dashboard, its lists and the settings.
type Handlers struct {
	reports  reports
	settings settings
}

// New returns the dashboard, its lists and the settings.
func New(r reports, s settings) *Handlers { return &Handlers{reports: r, settings: s} }

const pageSize = 25

// ShowDashboard shows what needs the office now and how it is doing.
func (h *Handlers) ShowDashboard(w http.ResponseWriter, r *http.Request) error {
	d, err := h.reports.Dashboard(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, ofppage.Dashboard(ofppage.DashboardView{
		Sites: d.Sites, Codes: d.Codes, Undelivered: d.Undelivered, Jobs: d.Bad(), Overrides: d.Overrides,
	}))
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
	page := pageOf(f)
	list, total, err := h.reports.Undelivered(r.Context(), handler.Actor(r.Context()), page, pageSize)
	if err != nil {
		return err
	}
	pages := ui.Pages{Number: page, Size: pageSize, Total: total, Path: ofppage.Undeliverable}
	return handler.Render(w, r, http.StatusOK, ofppage.Undelivered(ofppage.UndeliveredView{Messages: list, Pages: pages}))
}

// pageOf is the page of a list that is asked for, the first unless it says
// another.
func pageOf(f *form.Form) int {
	if n, err := strconv.Atoi(f.Value("page")); err == nil && n > 0 {
		return n
	}
	return 1
}
