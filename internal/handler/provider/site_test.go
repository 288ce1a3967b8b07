package provider_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/provider"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/idempotency"
)

var siteA, siteB = uuid.New(), uuid.New()

func (f *fake) Sites(context.Context, authz.Actor) ([]membership.Choice, error) {
	return []membership.Choice{
		{SiteID: siteA, Role: authz.Certifier, Name: "Clinic A", City: "Fresno", Status: site.Enrolled, OpenItems: 1},
		{SiteID: siteB, Role: authz.Staff, Name: "Clinic B", City: "Eureka", Status: site.Suspended, OpenItems: 12},
	}, f.err
}

func (f *fake) ChooseSite(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	f.chosen = id
	return id, f.err
}

func (f *fake) SwitchSite(_ context.Context, id uuid.UUID) error {
	f.switched = id
	return nil
}

func (f *fake) Remembered(context.Context) string { return f.back }

// askSite asks for the choice of a site; with place, as somebody who has
// chosen before.
func askSite(t *testing.T, f *fake, fn func(h *provider.Handlers) handler.Func, place session.Place, body url.Values) *httptest.ResponseRecorder {
	t.Helper()
	v := handler.Visit{Actor: authz.Actor{Role: authz.Certifier, Account: uuid.New(), Site: siteA}, State: session.State{Place: place}}
	ctx := handler.WithVisit(t.Context(), v, func(context.Context, string) {})
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/provider/site", strings.NewReader(body.Encode()))
	if err := fn(provider.New(f, monthly.New(nil, nil), f, f, f))(w, r); err != nil {
		t.Fatal(err)
	}
	return w
}

func show(h *provider.Handlers) handler.Func   { return h.ShowSite }
func choose(h *provider.Handlers) handler.Func { return h.ChooseSite }

// ux.md 3.4: the choice says what waits at each site, and marks the one acted
// for only when somebody chose it.
func TestChoiceOfSite(t *testing.T) {
	page := askSite(t, &fake{}, show, session.Place{Sites: 2, Chosen: true}, nil).Body.String()
	for _, want := range []string{
		"Clinic A", "1 open application", "site certifier", "you are here now", "Clinic B", "12 open applications", "staff", "Suspended", "checked",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the choice lacks %q", want)
		}
	}
	page = askSite(t, &fake{}, show, session.Place{Sites: 2}, nil).Body.String()
	if strings.Contains(page, "checked") || strings.Contains(page, "you are here now") {
		t.Error("before the first choice one site is chosen already")
	}
}

func TestSwitchOfSite(t *testing.T) {
	f := &fake{}
	w := askSite(t, f, choose, session.Place{Sites: 2}, url.Values{"site": {siteB.String()}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/provider" || f.chosen != siteB || f.switched != siteB {
		t.Errorf("status %d to %q, chosen %v, switched %v", w.Code, w.Header().Get("Location"), f.chosen, f.switched)
	}
	f = &fake{back: "/provider/clients"}
	if w = askSite(t, f, choose, session.Place{Sites: 2}, url.Values{"site": {siteA.String()}}); w.Header().Get("Location") != "/provider/clients" {
		t.Errorf("to %q, want back to the page that was asked for", w.Header().Get("Location"))
	}
	for _, id := range []string{"", "x", uuid.NewString()} {
		f = &fake{}
		w = askSite(t, f, choose, session.Place{Sites: 2}, url.Values{"site": {id}})
		if w.Code != http.StatusUnprocessableEntity || f.chosen != uuid.Nil || f.switched != uuid.Nil || !strings.Contains(w.Body.String(), "Choose the site") {
			t.Errorf("site %q: status %d, chosen %v", id, w.Code, f.chosen)
		}
	}
}
