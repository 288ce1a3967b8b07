// Package provider answers for the provider's dashboard, for the choice of the
// site to act for, and for the search for clients.
package provider

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/web/page/providerpage"
)

// counts is what the dashboard and the work lists need of application.Service.
type counts interface {
	Overview(ctx context.Context, actor authz.Actor, besides ...func(*postgres.Batch)) (application.Overview, error)
	Worklists(ctx context.Context, actor authz.Actor) (application.Worklists, error)
}

// months is what the dashboard needs of monthly.Service.
type months interface {
	Later(actor authz.Actor, months int) *monthly.Later
}

// finder is what the search needs of client.Service.
type finder interface {
	Search(ctx context.Context, actor authz.Actor, sub idempotency.Submission, q client.Query) (uuid.UUID, error)
	Result(ctx context.Context, actor authz.Actor, id uuid.UUID) (client.Result, error)
	Open(ctx context.Context, actor authz.Actor, sub idempotency.Submission, result, id uuid.UUID, p client.Purpose, note string) error
}

// Handlers answers for the pages.
type Handlers struct {
	counts   counts
	months   months
	clients  finder
	sites    sites
	sessions sessions
}

// New returns the handlers.
func New(counts counts, months months, clients finder, sites sites, sessions sessions) *Handlers {
	return &Handlers{counts: counts, months: months, clients: clients, sites: sites, sessions: sessions}
}

// recentMonths is how many months the chart of the dashboard has.
const recentMonths = 6

// ShowHome shows the dashboard.
func (h *Handlers) ShowHome(w http.ResponseWriter, r *http.Request) error {
	actor := handler.Actor(r.Context())
	later := h.months.Later(actor, recentMonths)
	overview, err := h.counts.Overview(r.Context(), actor, later.Add)
	if err != nil {
		return err
	}
	v := providerpage.HomeView{Overview: overview}
	if v.Enrolled, err = later.Report(monthly.Enrollments); err != nil {
		return err
	}
	if v.Reaffirmed, err = later.Report(monthly.Reaffirmations); err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, providerpage.Home(v))
}

// ShowSearch asks whom to look for.
func (h *Handlers) ShowSearch(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, providerpage.Search(form.New()))
}

// Search looks for a client and goes to what was found.
func (h *Handlers) Search(w http.ResponseWriter, r *http.Request) error {
	f, id, err := h.search(r)
	if err != nil {
		return err
	}
	if id == uuid.Nil {
		return handler.Render(w, r, http.StatusUnprocessableEntity, providerpage.Search(f))
	}
	return handler.Redirect(w, r, "/provider/search/"+id.String())
}

// ShowEnroll asks whom to look for before an enrollment.
func (h *Handlers) ShowEnroll(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, providerpage.EnrollSearch(form.New()))
}

// Enroll looks for a client before an enrollment and goes to what was found.
func (h *Handlers) Enroll(w http.ResponseWriter, r *http.Request) error {
	f, id, err := h.search(r)
	if err != nil {
		return err
	}
	if id == uuid.Nil {
		return handler.Render(w, r, http.StatusUnprocessableEntity, providerpage.EnrollSearch(f))
	}
	return handler.Redirect(w, r, "/provider/enroll/"+id.String())
}

// search runs the search of the form. With uuid.Nil the form says what is
// wrong.
func (h *Handlers) search(r *http.Request) (*form.Form, uuid.UUID, error) {
	f, err := form.Read(r)
	if err != nil {
		return nil, uuid.Nil, err
	}
	q := read(f)
	if !f.OK() {
		return f, uuid.Nil, nil
	}
	id, err := h.clients.Search(r.Context(), handler.Actor(r.Context()), f.Submission(), q)
	if err != nil && f.Take(err) {
		return f, uuid.Nil, nil
	}
	return f, id, err
}

// read reads the fields of the identifier that was chosen.
func read(f *form.Form) client.Query {
	q := client.Query{By: client.By(f.Value("by"))}
	switch q.By {
	case client.ByName:
		q.First, q.Last = line(f, "first"), line(f, "last")
		q.BirthOn = f.Date("birth", locale.SearchBirthMissing, locale.SearchBirthWrong)
	case client.ByApplication:
		q.Number = line(f, "application")
		q.BirthOn = f.Date("application-birth", locale.SearchBirthMissing, locale.SearchBirthWrong)
	case client.ByHAP, client.BySSN, client.ByBIC:
		q.Number = line(f, string(q.By))
	}
	return q
}

// line is what was typed, with single spaces.
func line(f *form.Form, name string) string { return strings.Join(strings.Fields(f.Value(name)), " ") }

// ShowResult shows what a search found.
func (h *Handlers) ShowResult(w http.ResponseWriter, r *http.Request) error {
	return h.showResult(w, r, false)
}

// ShowMatches asks whether the person to enroll is one of those found.
func (h *Handlers) ShowMatches(w http.ResponseWriter, r *http.Request) error {
	return h.showResult(w, r, true)
}

func (h *Handlers) showResult(w http.ResponseWriter, r *http.Request, enroll bool) error {
	result, err := h.result(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, providerpage.Results(providerpage.ResultsView{Result: result, Enroll: enroll}))
}

func (h *Handlers) result(r *http.Request) (client.Result, error) {
	id, err := handler.ID(r, "result")
	if err != nil {
		return client.Result{}, err
	}
	return h.clients.Result(r.Context(), handler.Actor(r.Context()), id)
}

// hit returns the client of the path among those that were found.
func (h *Handlers) hit(r *http.Request) (providerpage.OpenView, error) {
	id, err := handler.ID(r, "client")
	if err != nil {
		return providerpage.OpenView{}, err
	}
	result, err := h.result(r)
	if err != nil {
		return providerpage.OpenView{}, err
	}
	i := slices.IndexFunc(result.Hits, func(x client.Hit) bool { return x.ID == id })
	if i < 0 {
		return providerpage.OpenView{}, fault.ErrNotFound
	}
	return providerpage.OpenView{Result: result.ID, Hit: result.Hits[i]}, nil
}

// ShowOpen asks why a record of another site is opened; one that is open
// already is shown.
func (h *Handlers) ShowOpen(w http.ResponseWriter, r *http.Request) error {
	v, err := h.hit(r)
	if err != nil {
		return err
	}
	if v.Hit.Own {
		return handler.Redirect(w, r, "/provider/clients/"+v.Hit.ID.String())
	}
	return handler.Render(w, r, http.StatusOK, providerpage.Open(form.New(), v))
}

// Open opens the record for today and goes to it.
func (h *Handlers) Open(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.hit(r)
	if err != nil {
		return err
	}
	err = h.clients.Open(r.Context(), handler.Actor(r.Context()), f.Submission(), v.Result, v.Hit.ID,
		client.Purpose(f.Value("purpose")), line(f, "note"))
	switch {
	case err == nil:
		return handler.Redirect(w, r, "/provider/clients/"+v.Hit.ID.String())
	case !f.Take(err):
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, providerpage.Open(f, v))
}
