package provider_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/provider"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

var (
	today  = civil.MustParse("2025-01-20")
	result = uuid.MustParse("01940000-0000-7000-8000-000000000001")
	own    = uuid.MustParse("01940000-0000-7000-8000-000000000002")
	other  = uuid.MustParse("01940000-0000-7000-8000-000000000003")
)

// fake answers with what it holds and remembers what it was asked.
type fake struct {
	hits   []client.Hit
	asked  client.Query
	opened client.Purpose
	err    error

	chosen, switched uuid.UUID
	back             string
}

func (f *fake) Overview(_ context.Context, _ authz.Actor, besides ...func(*postgres.Batch)) (application.Overview, error) {
	for _, add := range besides {
		add(&postgres.Batch{})
	}
	return application.Overview{Act: tallies(), Counts: client.Counts{Active: 7, Renewable: 3, Ending: 2}, Drafts: 4, EndingDrafts: 3}, f.err
}

func (f *fake) Search(_ context.Context, _ authz.Actor, _ idempotency.Submission, q client.Query) (uuid.UUID, error) {
	f.asked = q
	if err := q.Check(today); err != nil {
		return uuid.Nil, err
	}
	return result, f.err
}

func (f *fake) Result(context.Context, authz.Actor, uuid.UUID) (client.Result, error) {
	q := client.Query{By: client.BySSN, Number: "123-45-6789"}
	return client.Result{ID: result, Query: q, Hits: f.hits, Today: today}, f.err
}

func (f *fake) Open(_ context.Context, _ authz.Actor, _ idempotency.Submission, _, _ uuid.UUID, p client.Purpose, _ string) error {
	f.opened = p
	if p == "" {
		return client.ErrPurposeMissing
	}
	return f.err
}

func send(t *testing.T, f *fake, method, path string, values url.Values) *httptest.ResponseRecorder {
	t.Helper()
	h := provider.New(f, monthly.New(nil, nil), f, f, f)
	r := chi.NewRouter()
	for pattern, pair := range map[string][2]handler.Func{
		"/provider":                          {h.ShowHome, h.ShowHome},
		"/provider/work":                     {h.ShowWork, h.ShowWork},
		"/provider/search":                   {h.ShowSearch, h.Search},
		"/provider/search/{result}":          {h.ShowResult, h.ShowResult},
		"/provider/search/{result}/{client}": {h.ShowOpen, h.Open},
		"/provider/enroll":                   {h.ShowEnroll, h.Enroll},
		"/provider/enroll/{result}":          {h.ShowMatches, h.ShowMatches},
	} {
		for i, m := range []string{http.MethodGet, http.MethodPost} {
			r.MethodFunc(m, pattern, func(w http.ResponseWriter, r *http.Request) {
				if f, ok := fault.Of(pair[i](w, r)); ok {
					w.WriteHeader(handler.Status(f.Kind))
				}
			})
		}
	}
	req := httptest.NewRequest(method, path, strings.NewReader(values.Encode()))
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w
}

func TestDashboardOpensWhatItCounts(t *testing.T) {
	page := send(t, &fake{}, http.MethodGet, "/provider", nil).Body.String()
	for _, want := range []string{
		"<b>7</b>", "show=active", "<b>3</b>", "show=renewable", "<b>2</b>", "show=ending", "<b>4</b>", "/provider/work/drafts",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the dashboard lacks %q", want)
		}
	}
}

func TestSearchReadsTheChosenIdentifier(t *testing.T) {
	all := url.Values{
		"first": {"  Ana  María "}, "last": {"Ruiz"}, "birth-month": {"3"}, "birth-day": {"14"}, "birth-year": {"1998"},
		"hap": {"9500 0000 G4 5013"}, "ssn": {"123-45-6789"}, "bic": {"91234567A 95123"}, "application": {"1000001"},
		"application-birth-month": {"mar"}, "application-birth-day": {"14"}, "application-birth-year": {"1998"},
	}
	born := civil.MustParse("1998-03-14")
	for by, want := range map[client.By]client.Query{
		client.ByName:        {By: client.ByName, First: "Ana María", Last: "Ruiz", BirthOn: born},
		client.ByHAP:         {By: client.ByHAP, Number: "9500 0000 G4 5013"},
		client.BySSN:         {By: client.BySSN, Number: "123-45-6789"},
		client.ByBIC:         {By: client.ByBIC, Number: "91234567A 95123"},
		client.ByApplication: {By: client.ByApplication, Number: "1000001", BirthOn: born},
	} {
		f := &fake{}
		all.Set("by", string(by))
		for path, next := range map[string]string{"/provider/search": "/provider/search/", "/provider/enroll": "/provider/enroll/"} {
			w := send(t, f, http.MethodPost, path, all)
			if f.asked != want || w.Header().Get("Location") != next+result.String() {
				t.Errorf("by %s: asked %+v and went to %q", by, f.asked, w.Header().Get("Location"))
			}
		}
	}
}

func TestSearchShowsFaultsAndKeepsWhatWasTyped(t *testing.T) {
	w := send(t, &fake{}, http.MethodPost, "/provider/search", url.Values{
		"by": {"name"}, "first": {"Ana"}, "birth-month": {"2"}, "birth-day": {"30"}, "birth-year": {"1998"},
	})
	page := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(page, `value="Ana"`) || !strings.Contains(page, `value="30"`) {
		t.Errorf("status %d, or what was typed is lost", w.Code)
	}
	if w := send(t, &fake{}, http.MethodPost, "/provider/search", url.Values{}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an empty search: %d", w.Code)
	}
}

func TestResults(t *testing.T) {
	active := client.Period{StartsOn: today, EndsOn: today.AddDays(364)}
	f := &fake{hits: []client.Hit{
		{ID: own, Own: true, Name: client.Name{First: "Ana", Last: "Ruiz"}, HAP: "95000000G45013", BirthYear: 1998, Period: active},
		{ID: other, Initials: "B.Q.", BirthYear: 1970, ZIP: "93701"},
	}}
	page := send(t, f, http.MethodGet, "/provider/search/"+result.String(), nil).Body.String()
	for _, want := range []string{
		"Ruiz, Ana", "9500 0000 G4 5013", "/provider/clients/" + own.String(), "B.Q.", "93701",
		"/provider/search/" + result.String() + "/" + other.String(), "ends in 6789",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the results lack %q", want)
		}
	}
	if strings.Contains(page, "123-45") {
		t.Error("the results show the whole Social Security number")
	}
	page = send(t, f, http.MethodGet, "/provider/enroll/"+result.String(), nil).Body.String()
	if !strings.Contains(page, "This is the same person") || !strings.Contains(page, "/provider/enroll/"+result.String()+"/start") {
		t.Error("the matches offer no way on")
	}
	page = send(t, &fake{}, http.MethodGet, "/provider/search/"+result.String(), nil).Body.String()
	if !strings.Contains(page, "Nobody was found") {
		t.Error("no results without words")
	}
}

func TestOpenAsksForAPurpose(t *testing.T) {
	f := &fake{hits: []client.Hit{{ID: own, Own: true}, {ID: other, Initials: "B.Q."}}}
	base := "/provider/search/" + result.String() + "/"
	if w := send(t, f, http.MethodGet, base+own.String(), nil); w.Header().Get("Location") != "/provider/clients/"+own.String() {
		t.Errorf("an own client's purpose is asked: %d", w.Code)
	}
	if w := send(t, f, http.MethodGet, base+other.String(), nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Why are you opening") {
		t.Errorf("another site's client: %d", w.Code)
	}
	if w := send(t, f, http.MethodGet, base+uuid.NewString(), nil); w.Code != http.StatusNotFound {
		t.Errorf("somebody who was not found: %d", w.Code)
	}
	if w := send(t, f, http.MethodPost, base+other.String(), url.Values{}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a purpose: %d", w.Code)
	}
	w := send(t, f, http.MethodPost, base+other.String(), url.Values{"purpose": {"visit"}})
	if w.Header().Get("Location") != "/provider/clients/"+other.String() || f.opened != client.ForVisit {
		t.Errorf("opened for %q, went to %q", f.opened, w.Header().Get("Location"))
	}
}
