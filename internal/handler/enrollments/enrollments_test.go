package enrollments_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/enrollments"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/web/markup"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring  = clienttest.Ring()
	noon  = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
	today = civil.Of(noon)
)

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// counter is the pages on real services, for one person, with a client who is
// enrolled.
type counter struct {
	*testing.T
	db     *postgres.DB
	actor  authz.Actor
	routes http.Handler
	base   string
	flash  []string
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	clients := client.New(db, ring)
	apps, acts := application.NewService(db, ring, clients), enrollment.New(db, ring)
	h := enrollments.New(acts, apps)
	c := &counter{T: t, db: db, actor: clienttest.Staff(t, db)}
	r := chi.NewRouter()
	for path, pair := range map[string][2]handler.Func{
		"/reaffirm": {h.ShowReaffirm, h.Reaffirm}, "/discontinue": {h.ShowDiscontinue, h.Discontinue},
		"/discontinue/result": {h.ShowEnded, nil}, "/discontinue/undo": {h.ShowUndo, h.Undo},
		"/reactivate": {h.ShowReactivate, nil}, "/change": {h.ShowChange, h.StartChange},
		"/change/{change}/section/{section}": {h.ShowSection, h.SaveSection}, "/change/{change}/review": {h.ShowReview, h.Record},
		"/change/{change}/sign": {nil, h.Sign}, "/change/{change}/drop": {nil, h.Drop}, "/change/{change}/result": {h.ShowResult, nil},
	} {
		for i, method := range []string{http.MethodGet, http.MethodPost} {
			if pair[i] != nil {
				r.Method(method, "/provider/clients/{id}"+path, c.page(pair[i]))
			}
		}
	}
	c.routes = r
	c.base = "/provider/clients/" + c.enroll(clients, apps, acts).String()
	return c
}

func (c *counter) enroll(clients *client.Service, apps *application.Service, acts *enrollment.Service) uuid.UUID {
	c.Helper()
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			c.Fatal(err)
		}
	}
	found, err := clients.Search(ctx, c.actor, sub(), client.Query{By: client.ByName, First: "Nobody", Last: "Known", BirthOn: today.AddDays(-9000)})
	must(err)
	id, err := apps.Start(ctx, c.actor, sub(), application.Begin{Result: found, Mode: application.InPerson, Help: application.HelpLanguage})
	must(err)
	must(apps.Save(ctx, c.actor, sub(), id, 1, applicationtest.Complete(c, today)))
	must(apps.Sign(ctx, c.actor, sub(), id, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Name: "Signed Here"},
	}))
	app, err := apps.View(ctx, c.actor, id)
	must(err)
	given := map[application.Code]application.Answer{}
	for _, topic := range app.Topics() {
		given[topic.Code] = topic.Answers[0]
	}
	must(apps.Disclose(ctx, c.actor, sub(), id, given))
	_, err = acts.Certify(ctx, c.actor, sub(), id, enrollment.Certification{Version: 2, Agreed: true})
	must(err)
	result, err := acts.Result(ctx, c.actor, id)
	must(err)
	return result.Client.ID
}

// page answers as the kit does, without its pages for errors.
func (c *counter) page(fn handler.Func) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		flash := func(_ context.Context, text string) { c.flash = append(c.flash, text) }
		r = r.WithContext(handler.WithVisit(r.Context(), handler.Visit{Actor: c.actor}, flash))
		err := fn(w, r)
		if f, ok := fault.Of(err); ok {
			http.Error(w, f.Error(), handler.Status(f.Kind))
		} else if err != nil {
			c.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
}

// get asks for a page and checks its structure.
func (c *counter) get(path string, status int) string {
	c.Helper()
	w := httptest.NewRecorder()
	c.routes.ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.base+path, nil))
	return c.answered("GET "+path, w, status)
}

func (c *counter) answered(what string, w *httptest.ResponseRecorder, status int) string {
	c.Helper()
	if w.Code != status {
		c.Fatalf("%s: %d, want %d\n%s", what, w.Code, status, w.Body)
	}
	if strings.Contains(w.Body.String(), "<!") {
		for _, wrong := range markup.Check(w.Body.String()) {
			c.Errorf("%s: %s", what, wrong)
		}
	}
	return w.Body.String()
}

// post sends a form, given as pairs, with a number of its own unless it has
// one. It returns the page, or where it leads.
func (c *counter) post(path string, status int, pairs ...string) string {
	c.Helper()
	values := url.Values{"submission": {uuid.Must(uuid.NewV7()).String()}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == "submission" {
			values.Del("submission")
		}
		values.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, c.base+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	c.routes.ServeHTTP(w, r)
	body := c.answered("POST "+path, w, status)
	if status == http.StatusSeeOther {
		return strings.TrimPrefix(w.Header().Get("Location"), c.base)
	}
	return body
}

func (c *counter) wants(page string, texts ...string) {
	c.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			c.Errorf("the page does not say %q", text)
		}
	}
}

// hidden returns the value of a hidden field.
func (c *counter) hidden(page, name string) string {
	c.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		c.Fatalf("the page has no field %s", name)
	}
	return found[1]
}

func TestReaffirmPages(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	page := c.get("/reaffirm", 200)
	c.wants(page, "data-attested", "data-attest", "$1,200.00")
	seen := c.hidden(page, "seen")
	c.wants(c.post("/reaffirm", 422, "seen", seen), locale.T(context.Background(), locale.ReaffirmAgreeMissing))
	c.wants(c.post("/reaffirm", 409, "seen", uuid.NewString(), "agree", "yes"), locale.T(context.Background(), locale.ActOvertaken))
	c.post("/reaffirm", 409, "seen", "nonsense", "agree", "yes")
	if to := c.post("/reaffirm", 303, "seen", seen, "agree", "yes"); to != "" || c.flash[0] != "Client eligibility reaffirmed" {
		t.Errorf("goes to %q and says %q", to, c.flash)
	}
	c.wants(c.get("/reaffirm", 200), "today already")
}

func TestDiscontinuePages(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.wants(c.get("/discontinue", 200), "01 –", "06 –")
	c.wants(c.post("/discontinue", 422), "Choose why")
	c.wants(c.post("/discontinue", 422, "cause", "pregnant", "visit-month", "13", "visit-day", "1", "visit-year", "2025"), "real day", `value="13"`)
	c.wants(c.post("/discontinue", 422, "cause", "pregnant", "visit-month", "1", "visit-day", "21", "visit-year", "2025"), "today or in the past")
	sent := []string{"cause", "pregnant", "visit-month", "1", "visit-day", "20", "visit-year", "2025", "note", `<b>"x"`}
	page := c.post("/discontinue", 200, sent...)
	c.wants(page, "January 21, 2025", "fair hearing", "&lt;b&gt;")
	c.get("/discontinue/result", 409)
	c.wants(c.post("/discontinue", 200, append(sent, "edit", "yes")...), "&lt;b&gt;")
	one := append(sent, "confirmed", "yes", "submission", c.hidden(page, "submission"))
	for range 2 {
		if to := c.post("/discontinue", 303, one...); to != "/discontinue/result" {
			t.Errorf("goes to %q", to)
		}
	}
	c.wants(c.get("/discontinue/result", 200), "Code 05")
	c.wants(c.post("/discontinue", 409, append(sent, "confirmed", "yes")...), "is set already", "Harbor Test Clinic")
	c.get("/discontinue", 409)
	c.get("/reactivate", 409)
	c.get("/discontinue/undo", 200)
	c.post("/discontinue/undo", 303)
	c.get("/discontinue/undo", 409)
	c.post("/discontinue/undo", 409)
	c.post("/discontinue", 303, "cause", "moved", "on-moved-month", "1", "on-moved-day", "20", "on-moved-year", "2025", "confirmed", "yes")
	for _, path := range []string{"/reaffirm", "/change", "/discontinue"} {
		c.wants(c.get(path, 409), "not active", "Reactivate")
	}
	c.wants(c.get("/reactivate", 200), "/recertify", "/discontinue/undo", "code 01")
}

func TestChangePages(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.get("/change", 200)
	c.wants(c.post("/change", 422), "Choose what has changed")
	to := c.post("/change", 303, "sections", "household", "mode", "in_person")
	base := strings.TrimSuffix(to, "/section/household")
	c.wants(c.get("/change", 200), base+"/review")
	page := c.get(to, 200)
	c.get(base+"/section/identity", 404) // was not chosen
	c.get(base+"/section/nonsense", 404)
	c.wants(c.get(base+"/review", 200), "Nothing has changed")
	c.wants(c.post(base+"/review", 422, "version", "1", "outcome", "kept"), "Nothing has changed")
	household := func(income, total string) []string {
		return []string{
			"version", c.hidden(page, "version"), "tax", "FILER", "household-size", "1", "household-rows", "",
			"income-self-rows", "1", "income-self-1-amount", income, "income-self-1-often", "MONTH", "income-self-1-source", "W01",
			"income-check", "Y", "income-check-total", total,
		}
	}
	c.wants(c.post(to, 422, household("many", "1200.00")...), "many")
	if next := c.post(to, 303, household("4000", "4000.00")...); next != base+"/review" {
		t.Fatalf("goes to %q", next)
	}
	c.post(to, 409, household("5000", "5000.00")...) // from the version before
	page = c.get(base+"/review", 200)
	c.wants(page, "$1,200.00", "$4,000.00", "code 02", "fair hearing", base+"/sign")
	version := c.hidden(page, "version")
	c.wants(c.post(base+"/review", 422, "version", version, "outcome", "02 2025-01-20", "agree", "yes"), "must sign first")
	c.post(base+"/sign", 422, "version", version)
	if next := c.post(base+"/sign", 303, "version", version, "language", "en", "kind", "electronic", "name", "Rosa Delgado", "agree", "yes"); next != base+"/review" {
		t.Fatalf("goes to %q", next)
	}
	page = c.get(base+"/review", 200)
	outcome := c.hidden(page, "outcome")
	c.wants(c.post(base+"/review", 409, "version", version, "outcome", "ELIGIBLE", "agree", "yes"), "not what you were shown")
	c.post(base+"/review", 422, "version", version, "outcome", outcome)
	for range 2 {
		if next := c.post(base+"/review", 303, "version", version, "outcome", outcome, "agree", "yes"); next != base+"/result" {
			t.Fatalf("goes to %q", next)
		}
	}
	c.wants(c.get(base+"/result", 200), "Code 02", "fair hearing")
	c.post(base+"/drop", 409)
}

func TestDropAChange(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	to := c.post("/change", 303, "sections", string(question.ContactSection), "mode", "telephone")
	base := strings.TrimSuffix(to, "/section/contact")
	if next := c.post(base+"/drop", 303); next != "" {
		t.Errorf("goes to %q", next)
	}
	c.get(base+"/review", 404)
}

// A record of another site, and a change of another client, do not exist.
func TestOthersAreNotFound(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	to := c.post("/change", 303, "sections", "need", "mode", "video")
	own := c.base
	c.base = "/provider/clients/" + uuid.NewString()
	c.get(to, 404)
	for _, path := range []string{"/reaffirm", "/discontinue", "/discontinue/undo", "/reactivate", "/change"} {
		c.get(path, 404)
	}
	c.base, c.actor = own, clienttest.Staff(t, c.db)
	for _, path := range []string{"/reaffirm", "/discontinue", "/discontinue/result", "/discontinue/undo", "/reactivate", "/change", to} {
		c.get(path, 404)
	}
	c.post("/discontinue", 404, "cause", "moved", "on-moved-month", "1", "on-moved-day", "20", "on-moved-year", "2025", "confirmed", "yes")
	c.post("/discontinue/undo", 404)
}
