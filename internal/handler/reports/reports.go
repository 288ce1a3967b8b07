// Package reports answers for the reports of a site.
package reports

import (
	"context"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/web/page/reportspage"
)

// service is what these pages need of monthly.Service.
type service interface {
	Read(ctx context.Context, actor authz.Actor, n monthly.Name, r monthly.Range) (monthly.Report, error)
	Export(ctx context.Context, actor authz.Actor, n monthly.Name, r monthly.Range) (monthly.Report, error)
}

// Handlers answers for the pages.
type Handlers struct{ reports service }

// New returns the handlers.
func New(s service) *Handlers { return &Handlers{s} }

// ShowList shows which reports there are for the person.
func (h *Handlers) ShowList(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, reportspage.List(monthly.For(handler.Actor(r.Context()).Role)))
}

// Show shows a report.
func (h *Handlers) Show(w http.ResponseWriter, r *http.Request) error {
	f, in, err := asked(r)
	if err != nil {
		return err
	}
	report, err := h.reports.Read(r.Context(), handler.Actor(r.Context()), name(r), in)
	if err != nil {
		return err
	}
	v := reportspage.View{Report: report}
	f.Set("last", v.Last()).Set("months", strconv.Itoa(report.Months))
	return handler.Render(w, r, http.StatusOK, reportspage.Report(f, v))
}

// Save sends a report as CSV.
func (h *Handlers) Save(w http.ResponseWriter, r *http.Request) error {
	_, in, err := asked(r)
	if err != nil {
		return err
	}
	report, err := h.reports.Export(r.Context(), handler.Actor(r.Context()), name(r), in)
	if err != nil {
		return err
	}
	handler.AsFile(w, "report.csv")
	return sheet.Write(w, reportspage.View{Report: report}.Rows(r.Context()))
}

func name(r *http.Request) monthly.Name { return monthly.Name(chi.URLParam(r, "name")) }

// asked reads the range. What cannot be asked for is the usual range.
func asked(r *http.Request) (*form.Form, monthly.Range, error) {
	f, err := form.Query(r)
	if err != nil {
		return nil, monthly.Range{}, err
	}
	in := monthly.Range{}
	if last, err := civil.Parse(f.Value("last") + "-01"); err == nil {
		in.Last = last
	}
	if n, err := strconv.Atoi(f.Value("months")); err == nil {
		in.Months = n
	}
	return f, in, nil
}
