package apply_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/apply"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/web/markup"
	"familypact.example/portal/web/page/applypage"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring  = clienttest.Ring()
	noon  = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
	today = civil.Of(noon)
)

// home is a client at home.
type home struct {
	*testing.T
	db       *postgres.DB
	apps     *application.Service
	actor    authz.Actor
	language locale.Language
	flash    []string
	clinics  []site.Clinic
	asked    site.Area
	routes   http.Handler
}

func newHome(t *testing.T) *home {
	t.Helper()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	h := &home{
		T: t, db: db, apps: application.NewService(db, ring, client.New(db, ring)),
		actor: accounttest.Client(t, db, ring, account.ClientAccount{}), language: locale.English,
	}
	p := apply.New(h.apps, func(_ context.Context, a site.Area, _, _ int) ([]site.Clinic, int, error) {
		h.asked = a
		return h.clinics, len(h.clinics), nil
	})
	r := chi.NewRouter()
	for path, pair := range map[string][2]handler.Func{
		"/my/application":            {p.ShowHome, p.Start},
		"/my/application/check":      {p.ShowCheck, p.ShowCheck},
		"/my/application/sign":       {p.ShowSign, p.Sign},
		"/my/application/sent":       {p.ShowSent, p.ShowSent},
		"/my/application/delete":     {p.ShowDelete, p.Delete},
		"/my/application/{question}": {p.ShowQuestion, p.Answer},
		"/my/finish":                 {p.ShowFinish, p.Finish},
	} {
		r.Get(path, h.page(pair[0]))
		r.Post(path, h.page(pair[1]))
	}
	h.routes = r
	return h
}

func (h *home) page(fn handler.Func) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		flash := func(_ context.Context, text string) { h.flash = append(h.flash, text) }
		ctx := handler.WithVisit(r.Context(), handler.Visit{Actor: h.actor, State: session.State{Now: noon}}, flash)
		err := fn(w, r.WithContext(locale.WithLanguage(ctx, h.language)))
		if f, ok := fault.Of(err); ok {
			http.Error(w, f.Error(), handler.Status(f.Kind))
		} else if err != nil {
			h.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
}

// get asks for a page and returns it, or where it leads.
func (h *home) get(path string, status int, wants ...string) string {
	h.Helper()
	w := httptest.NewRecorder()
	h.routes.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return h.check("GET "+path, w, status, wants)
}

func (h *home) post(path string, values url.Values, status int, wants ...string) string {
	h.Helper()
	values.Set("submission", uuid.Must(uuid.NewV7()).String())
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.routes.ServeHTTP(w, r)
	return h.check("POST "+path, w, status, wants)
}

// check looks at the structure of a page and that its title does not name the
// program.
func (h *home) check(what string, w *httptest.ResponseRecorder, status int, wants []string) string {
	h.Helper()
	body := w.Body.String()
	if w.Code != status {
		h.Fatalf("%s = %d, want %d: %s", what, w.Code, status, w.Header().Get("Location"))
	}
	if status == http.StatusSeeOther {
		return w.Header().Get("Location")
	}
	if status == http.StatusNotFound {
		return ""
	}
	for _, wrong := range markup.Check(body) {
		h.Errorf("%s: %s", what, wrong)
	}
	for _, want := range wants {
		if !strings.Contains(body, want) {
			h.Errorf("%s lacks %q", what, want)
		}
	}
	if title, _, _ := strings.Cut(body, "</title>"); strings.Contains(title, "PACT") || strings.Contains(title, "HAP") {
		h.Errorf("%s: the title names the program", what)
	}
	return body
}

func (h *home) own() application.Own {
	h.Helper()
	own, err := h.apps.ViewOnline(context.Background(), h.actor)
	if err != nil {
		h.Fatal(err)
	}
	return own
}

// one is the answer to one question as a browser sends it.
func (h *home) one(a question.Answers, id question.ID) url.Values {
	h.Helper()
	values := url.Values{"version": {strconv.Itoa(h.own().Version)}}
	x, _ := a.Get(id)
	for name, vs := range x {
		values[name] = vs
	}
	return values
}

// fill answers everything, one question after the other.
func (h *home) fill() {
	h.Helper()
	page := h.post(applypage.Base, url.Values{}, http.StatusSeeOther)
	a := applicationtest.Complete(h.T, today)
	for _, q := range question.Sequence(a) {
		page = strings.TrimPrefix(page, "/es")
		if want := applypage.Place.Page(q.ID); page != want {
			h.Fatalf("the next page is %s, want %s (%s)", page, want, q.ID)
		}
		h.get(page, http.StatusOK)
		page = h.post(page, h.one(a, q.ID), http.StatusSeeOther)
	}
	if strings.TrimPrefix(page, "/es") != applypage.Place.Check() {
		h.Errorf("after the last question comes %s", page)
	}
}

func (h *home) signs() string {
	h.Helper()
	return h.post("/my/application/sign", url.Values{
		"version": {strconv.Itoa(h.own().Version)}, "name": {"Rosa Delgado"}, "agree": {"yes"},
	}, http.StatusSeeOther)
}

func TestClientAppliesAlone(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.get("/my/application", http.StatusOK, "Start", "30 days")
	h.fill()
	h.get("/my/application", http.StatusOK, "Done", h.own().Number)
	h.get("/my/application/check", http.StatusOK, "Rosa", "1,200.00", "?from=check")
	h.get("/my/application/sign", http.StatusOK, "penalty of perjury", "January 20, 2025")
	h.post("/my/application/sign", url.Values{"version": {"1"}}, http.StatusUnprocessableEntity, "Type your full name to sign")
	if got := h.signs(); got != "/my/application/sent" {
		t.Errorf("sent and led to %s", got)
	}
	h.get("/my/application/sent", http.StatusOK, h.own().Number, "March 20, 2025")
	for _, path := range []string{"/my/application", "/my/application/check", "/my/application/sign", "/my/application/q1"} {
		if got := h.get(path, http.StatusSeeOther); got != "/my/application/sent" && got != "/my/application" {
			t.Errorf("after sending %s leads to %s", path, got)
		}
	}
}

func TestClientAppliesInSpanish(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.language = locale.Spanish
	h.fill()
	if got := h.signs(); got != "/es/my/application/sent" {
		t.Errorf("sent and led to %s", got)
	}
	if own := h.own(); own.Signature == nil || own.Signature.Language != locale.Spanish {
		t.Error("the statement was read in Spanish, and that is not kept")
	}
	h.get("/my/application/sent", http.StatusOK, "Tenemos su solicitud")
}

// TestSkippedStepsLeadToTheRightOne is security.md 8.6.
func TestSkippedStepsLeadToTheRightOne(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	for _, path := range []string{"/my/application/q1", "/my/application/check", "/my/application/sent", "/my/application/delete", "/my/finish"} {
		if got := h.get(path, http.StatusSeeOther); got != "/my/application" {
			t.Errorf("without an application %s leads to %s", path, got)
		}
	}
	first := h.post("/my/application", url.Values{}, http.StatusSeeOther)
	if got := h.get("/my/application/q5", http.StatusSeeOther); got != first {
		t.Errorf("a question ahead leads to %s, want %s", got, first)
	}
	if got := h.get("/my/application/sign", http.StatusSeeOther); got != "/my/application/check" {
		t.Errorf("the signature before the answers leads to %s", got)
	}
	h.get("/my/application", http.StatusOK, "Not started")
	for _, none := range []string{"q0", "q99", "name", "q1.1"} {
		h.get("/my/application/"+none, http.StatusNotFound)
	}
}

func TestTwoDevicesSeeBothAnswers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	page := h.post("/my/application", url.Values{}, http.StatusSeeOther)
	h.post(page, url.Values{"version": {"1"}, "safe-contact": {"Y"}}, http.StatusSeeOther)
	h.post(page, url.Values{"version": {"1"}, "safe-contact": {"N"}}, http.StatusConflict, "another device", "Saved now", "You typed")
	if !h.own().Answers.Confidential() {
		t.Error("the second device wrote over the first")
	}
	h.post(page, url.Values{"version": {"2"}, "safe-contact": {"N"}}, http.StatusSeeOther)
	if h.own().Answers.Confidential() {
		t.Error("saved once more it is not in place")
	}
}

func TestFinishLaterKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	page := h.post("/my/application", url.Values{}, http.StatusSeeOther)
	if got := h.post(page, url.Values{"version": {"1"}, "safe-contact": {"Y"}, "later": {"yes"}}, http.StatusSeeOther); got != "/my/application" {
		t.Errorf("finishing later leads to %s", got)
	}
	if len(h.flash) != 1 || !h.own().Answers.Confidential() {
		t.Errorf("said %v; confidential: %v", h.flash, h.own().Answers.Confidential())
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.post("/my/application", url.Values{}, http.StatusSeeOther)
	h.get("/my/application/delete", http.StatusOK, "for good")
	if got := h.post("/my/application/delete", url.Values{}, http.StatusSeeOther); got != "/my/application" {
		t.Errorf("deleting leads to %s", got)
	}
	h.get("/my/application", http.StatusOK, "Start")
}

func TestFinish(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.fill()
	h.signs()
	staff := clienttest.Staff(t, h.db)
	sent := func() int {
		t.Helper()
		list, err := h.apps.Sent(context.Background(), staff, 1)
		if err != nil {
			t.Fatal(err)
		}
		return list.Total
	}
	h.clinics = []site.Clinic{{ID: staff.Site, Name: "Harbor Test Clinic", Street: "1 Test Street", City: "Fresno", ZIP: "93701"}}
	if page := h.get("/my/finish", http.StatusOK, h.own().Number, "no clinic", "<svg"); strings.Contains(page, "Delgado") {
		t.Error("the page shows more than the number")
	}
	h.post("/my/finish", url.Values{}, http.StatusUnprocessableEntity, "Type a ZIP code or a city")
	h.post("/my/finish", url.Values{"place": {"Nowhere at all"}}, http.StatusUnprocessableEntity, "No clinic there")
	h.post("/my/finish", url.Values{"place": {"93701"}}, http.StatusOK, "Harbor Test Clinic", "1 Test Street")
	if len(h.asked.ZIPs) == 0 {
		t.Error("no ZIP codes around were asked for")
	}
	h.post("/my/finish", url.Values{"place": {"93701"}, "choose": {"yes"}}, http.StatusUnprocessableEntity, "Choose a clinic, or no clinic yet")
	h.post("/my/finish", url.Values{"place": {"93701"}, "choose": {"yes"}, "clinic": {staff.Site.String()}}, http.StatusSeeOther)
	h.get("/my/finish", http.StatusOK, "You chose Harbor Test Clinic")
	if sent() != 1 {
		t.Error("it is not on the clinic's list")
	}
	h.post("/my/finish", url.Values{"choose": {"yes"}, "clinic": {"none"}}, http.StatusSeeOther)
	if sent() != 0 {
		t.Error("it is still on the clinic's list")
	}
	claim := application.Claim{Number: h.own().Number, BirthOn: h.own().Answers.BirthDate(), Mode: application.Video}
	if _, err := h.apps.Claim(context.Background(), staff, idempotency.Submission{Key: uuid.New()}, claim); err != nil {
		t.Fatal(err)
	}
	h.get("/my/application", http.StatusOK, "A clinic is going through your application")
}
