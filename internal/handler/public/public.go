// Package public answers the pages that need no account: the start page, who
// can get the program, contact, the legal texts, the state of the portal and
// the quick exit.
package public

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/web/page/publicpage"
)

// tables is what these pages need of the income tables.
type tables interface {
	// Published returns the tables that decide, the earliest first, and the day.
	Published(ctx context.Context) ([]eligibility.IncomeTable, civil.Date, error)
}

// clock tells the portal's time; its failing says that the portal is down.
type clock interface {
	Now(ctx context.Context) (time.Time, error)
}

// Options are what the pages depend on beside data.
type Options struct {
	// Online says that a client can apply online.
	Online bool
	// Dates returns the dates of the program, as OFP has set them.
	Dates func(ctx context.Context) (calendar.Calendar, error)
	// Ask takes the question of somebody who waits for an access code. What it
	// answers and how long it takes is the same for every address.
	Ask func(ctx context.Context, actor authz.Actor, email, npi string) error
	// Announced lists the outages that go on or will; nil for none.
	Announced func(ctx context.Context) ([]outage.Outage, error)
	// Clinics returns a page of the clinics in an area that are open for work,
	// and how many there are in all.
	Clinics func(ctx context.Context, a site.Area, page, size int) ([]site.Clinic, int, error)
	// LeaveURL is where the quick exit ends, a neutral page outside.
	LeaveURL string
	// EndSession ends the session of the request, if there is one. It writes
	// headers only.
	EndSession func(w http.ResponseWriter, r *http.Request)
}

// Handlers are the public pages.
type Handlers struct {
	tables  tables
	clock   clock
	options Options
}

// New returns the public pages.
func New(t tables, c clock, o Options) *Handlers {
	return &Handlers{tables: t, clock: c, options: o}
}

// ShowHome shows the start page.
func (h *Handlers) ShowHome(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Home())
}

// ShowEligibility shows who can get the program. Without a database the page
// comes without the limits, since all else on it still holds.
func (h *Handlers) ShowEligibility(w http.ResponseWriter, r *http.Request) error {
	view, err := h.limits(r.Context())
	if err != nil && r.Context().Err() != nil {
		return err
	}
	return show(w, r, publicpage.Eligibility(view))
}

func (h *Handlers) limits(ctx context.Context) (publicpage.EligibilityView, error) {
	all, today, err := h.tables.Published(ctx)
	if err != nil {
		return publicpage.EligibilityView{}, err
	}
	var view publicpage.EligibilityView
	if t, ok := eligibility.InForce(all, today); ok {
		view.Table = t
	}
	for _, t := range all {
		if t.EffectiveFrom.After(today) {
			view.NextFrom = t.EffectiveFrom
			break
		}
	}
	return view, nil
}

// ShowContact shows whom to call, by problem.
func (h *Handlers) ShowContact(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Contact())
}

// ShowPrivacy shows the short privacy page.
func (h *Handlers) ShowPrivacy(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Privacy())
}

// ShowSafety shows how to use the site safely.
func (h *Handlers) ShowSafety(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Safety())
}

// ShowAccessibility shows the statement on accessibility.
func (h *Handlers) ShowAccessibility(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Accessibility())
}

// ShowLanguageHelp shows where to get help in other languages.
func (h *Handlers) ShowLanguageHelp(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.LanguageHelp())
}

// ShowNondiscrimination shows the notice of civil rights.
func (h *Handlers) ShowNondiscrimination(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Nondiscrimination())
}

// ShowTerms shows the terms of use and the licenses.
func (h *Handlers) ShowTerms(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Terms())
}

// ShowProviders shows the hub for clinics.
func (h *Handlers) ShowProviders(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Providers())
}

// ShowStatus shows whether the portal works; it is shown while it does not.
func (h *Handlers) ShowStatus(w http.ResponseWriter, r *http.Request) error {
	now, err := h.clock.Now(r.Context())
	v := publicpage.StatusView{Works: err == nil, At: now}
	if v.Works && h.options.Announced != nil {
		v.Announced, _ = h.options.Announced(r.Context()) // an extra: the page comes without it
	}
	return show(w, r, publicpage.Status(v))
}

// Leave ends the session and goes to a neutral page outside. What was saved is
// kept. It works without a database, too: the cookies are cleared.
func (h *Handlers) Leave(w http.ResponseWriter, r *http.Request) error {
	h.options.EndSession(w, r)
	w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, h.options.LeaveURL, http.StatusSeeOther)
	return nil
}

func show(w http.ResponseWriter, r *http.Request, page templ.Component) error {
	return handler.Render(w, r, http.StatusOK, page)
}
