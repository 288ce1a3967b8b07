package enroll_test

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
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/enroll"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring  = clienttest.Ring()
	noon  = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
	today = civil.Of(noon)
)

// counter is the pages of an application on real services, for one person.
type counter struct {
	t       *testing.T
	db      *postgres.DB
	actor   authz.Actor
	clients *client.Service
	routes  http.Handler
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	c := undecided(t)
	if err := incometable.Load(context.Background(), c.db); err != nil {
		t.Fatal(err)
	}
	return c
}

// undecided is a counter without income tables, at which nothing is decided.
func undecided(t *testing.T) *counter {
	t.Helper()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	clients := client.New(db, ring)
	h := enroll.New(application.NewService(db, ring, clients), enrollment.New(db, ring), clients)
	c := &counter{t: t, db: db, actor: clienttest.Staff(t, db), clients: clients}
	r := chi.NewRouter()
	for path, pair := range map[string][2]handler.Func{
		"/provider/enroll/{result}/start":       {h.ShowStart, h.Start},
		"/provider/clients/{id}/recertify":      {h.ShowRecertify, h.Recertify},
		"/provider/work/drafts":                 {h.ShowDrafts, h.ShowDrafts},
		"/provider/applications/{id}":           {h.ShowApplication, h.ShowApplication},
		"/provider/applications/{id}/check":     {h.ShowCheck, h.ShowCheck},
		"/provider/applications/{id}/sign":      {h.ShowSign, h.Sign},
		"/provider/applications/{id}/told":      {h.ShowTold, h.Tell},
		"/provider/applications/{id}/review":    {h.ShowReview, h.Certify},
		"/provider/applications/{id}/result":    {h.ShowResult, h.ShowResult},
		"/provider/applications/{id}/delete":    {h.ShowDelete, h.Delete},
		"/provider/applications/{id}/{section}": {h.ShowSection, h.SaveSection},
	} {
		r.Get(path, c.page(pair[0]))
		r.Post(path, c.page(pair[1]))
	}
	c.routes = r
	return c
}

// page answers as the kit does, without its pages for errors.
func (c *counter) page(fn handler.Func) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(handler.WithVisit(r.Context(), handler.Visit{Actor: c.actor}, nil))
		err := fn(w, r)
		if f, ok := fault.Of(err); ok {
			http.Error(w, f.Error(), handler.Status(f.Kind))
		} else if err != nil {
			c.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
}

func (c *counter) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	c.routes.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// post sends a form with a number of its own unless it has one.
func (c *counter) post(path string, values url.Values) *httptest.ResponseRecorder {
	if values.Get("submission") == "" {
		values.Set("submission", uuid.Must(uuid.NewV7()).String())
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	c.routes.ServeHTTP(w, r)
	return w
}

// goes posts and wants to be sent on; it returns where.
func (c *counter) goes(path string, values url.Values) string {
	c.t.Helper()
	w := c.post(path, values)
	if w.Code != http.StatusSeeOther {
		c.t.Fatalf("POST %s: %d, want 303\n%s", path, w.Code, problems(w.Body.String()))
	}
	return w.Header().Get("Location")
}

// problems is the error summary of a page.
func problems(page string) string {
	i := strings.Index(page, "govuk-error-summary")
	if i < 0 {
		return page[:min(len(page), 500)]
	}
	return page[i:min(len(page), i+1500)]
}

func (c *counter) start() string {
	c.t.Helper()
	result, err := c.clients.Search(context.Background(), c.actor, idempotency.Submission{Key: uuid.Must(uuid.NewV7())},
		client.Query{By: client.BySSN, Number: "123456789"})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.goes("/provider/enroll/"+result.String()+"/start", url.Values{"mode": {"in_person"}, "help": {"language"}})
}

// answer fills in all the sections, each from the version before it.
func (c *counter) answer(base string, a question.Answers) {
	c.t.Helper()
	for i, s := range question.Sections {
		values := fields(a, s)
		values.Set("version", strconv.Itoa(i+1))
		c.goes(base+"/"+string(s), values)
	}
}

// fields are the answers of a section as a browser sends them.
func fields(a question.Answers, s question.Section) url.Values {
	values := url.Values{}
	for _, id := range a.IDs() {
		if q, ok := question.Find(id, a); ok && q.Section == s {
			x, _ := a.Get(id)
			for name, vs := range x {
				values[name] = vs
			}
		}
	}
	return values
}

// sign signs the version after all the sections, and records what was told.
func (c *counter) sign(base string) {
	c.t.Helper()
	c.goes(base+"/sign", url.Values{"version": {"7"}, "language": {"en"}, "kind": {"electronic"}, "name": {"Rosa Delgado"}, "agree": {"yes"}})
	told := url.Values{"D06": {"received"}, "D07": {"declined"}, "D11": {"no"}}
	for _, code := range []string{"D01", "D02", "D03", "D04", "D05", "D09", "D10", "D12"} {
		told.Set(code, "given")
	}
	if got := c.goes(base+"/told", told); got != base+"/review" {
		c.t.Errorf("after what was told comes %s", got)
	}
}

func has(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

func TestWholePath(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	base := c.start()
	if got := c.get(base).Header().Get("Location"); got != base+"/identity" {
		t.Errorf("a new application goes to %s", got)
	}
	for _, s := range question.Sections {
		has(t, c.get(base+"/"+string(s)), http.StatusOK, `name="version" value="1"`)
	}
	has(t, c.get(base+"/review"), http.StatusOK, "No determination can be made yet", "This is no denial")
	c.answer(base, applicationtest.Complete(t, today))
	has(t, c.get(base+"/check"), http.StatusOK, "Rosa", "1,200.00")
	has(t, c.get(base+"/sign"), http.StatusOK, "penalty of perjury", "pena de perjurio")
	c.sign(base)
	has(t, c.get(base+"/review"), http.StatusOK, "Eligible for Family PACT", "2,510.00", "Certify and activate")
	has(t, c.post(base+"/review", url.Values{"version": {"7"}}), http.StatusUnprocessableEntity, "Tick the box")
	form := url.Values{"version": {"7"}, "agree": {"yes"}, "submission": {uuid.Must(uuid.NewV7()).String()}}
	for range 2 {
		if got := c.goes(base+"/review", form); got != base+"/result" {
			t.Errorf("certified and sent to %s", got)
		}
	}
	has(t, c.get(base+"/result"), http.StatusOK, "9500 0", "Aid code 8H", "01/20/2025 to 01/19/2026", `action="/provider/clients/`, `/card"`)
	has(t, c.get(base+"/identity"), http.StatusConflict)
	if got := c.get(base).Header().Get("Location"); got != base+"/result" {
		t.Errorf("a certified application goes to %s", got)
	}
}

func TestNotEligibleShowsReasonsAndRights(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	base := c.start()
	c.answer(base, applicationtest.Complete(t, today, applicationtest.Earning("4000", "4000.00")))
	c.sign(base)
	has(t, c.get(base+"/review"), http.StatusOK, "Certify as not eligible")
	c.goes(base+"/review", url.Values{"version": {"7"}, "agree": {"yes"}})
	has(t, c.get(base+"/result"), http.StatusOK, "Family income is above the limit", "4,000.00", "2,510.00", "fair hearing", "Covered California")
}

func TestSectionKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	base := c.start()
	w := c.post(base+"/identity", url.Values{"version": {"1"}, "name-first": {"Xóchitl"}, "birth-date-month": {"13"}, "birth-date-day": {"1"}, "birth-date-year": {"19"}})
	has(t, w, http.StatusUnprocessableEntity, "There is a problem", `value="Xóchitl"`, `value="13"`)
	later := url.Values{"version": {"1"}, "name-first": {"Xóchitl"}, "later": {"yes"}}
	if got := c.goes(base+"/identity", later); got != "/provider/work/drafts" {
		t.Errorf("finish later goes to %s", got)
	}
	has(t, c.get(base+"/identity"), http.StatusOK, `value="Xóchitl"`, `name="version" value="2"`)
	has(t, c.get("/provider/work/drafts"), http.StatusOK, "Xóchitl")
}

func TestConflictShowsBoth(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	base := c.start()
	mine := applicationtest.Complete(t, today)
	c.answer(base, mine)
	theirs := fields(applicationtest.Complete(t, today, applicationtest.Named("Carla", "Mendez")), question.IdentitySection)
	theirs.Set("version", "7")
	c.goes(base+"/identity", theirs)
	late := fields(applicationtest.Complete(t, today, applicationtest.Named("Dolores", "Ruiz")), question.IdentitySection)
	late.Set("version", "7")
	has(t, c.post(base+"/identity", late), http.StatusConflict, "Carla", "Dolores", `name="version" value="8"`, "Keep what is saved")
	again := fields(applicationtest.Complete(t, today, applicationtest.Named("Dolores", "Ruiz")), question.IdentitySection)
	again.Set("version", "8")
	c.goes(base+"/identity", again)
	has(t, c.get(base+"/check"), http.StatusOK, "Dolores")
}

func TestSignSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	base := c.start()
	has(t, c.post(base+"/sign", url.Values{"version": {"1"}, "language": {"en"}, "kind": {"electronic"}, "name": {"R"}, "agree": {"yes"}}),
		http.StatusUnprocessableEntity, "Some answers are missing")
	has(t, c.post(base+"/sign", url.Values{"version": {"1"}, "kind": {"electronic"}}),
		http.StatusUnprocessableEntity, "Choose the language", "Type the client&#39;s full name", "Confirm that the client")
}

func TestRecertifyRecallsAndDoesNotFillIn(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	base := c.start()
	c.answer(base, applicationtest.Complete(t, today))
	c.sign(base)
	c.goes(base+"/review", url.Values{"version": {"7"}, "agree": {"yes"}})
	id := clientID(t, c.get(base+"/result").Body.String())
	has(t, c.get("/provider/clients/"+id+"/recertify"), http.StatusConflict, "10 months")
	dbtest.Freeze(t, c.db, noon.AddDate(0, 10, 1))
	has(t, c.get("/provider/clients/"+id+"/recertify"), http.StatusOK, "The new period starts today")
	again := c.goes("/provider/clients/"+id+"/recertify", url.Values{"mode": {"video"}})
	page := c.get(again + "/identity")
	has(t, page, http.StatusOK, "Rosa", `name="use" value="name"`)
	if strings.Contains(page.Body.String(), `value="Rosa"`) {
		t.Error("the name is filled in")
	}
	used := c.post(again+"/identity", url.Values{"version": {"1"}, "use": {"name"}, "birth-date-year": {"1998"}})
	has(t, used, http.StatusOK, `value="Rosa"`, `value="1998"`)
	if strings.Contains(used.Body.String(), `value="3"`) {
		t.Error("using one answer filled in another")
	}
	if repeat := c.goes("/provider/clients/"+id+"/recertify", url.Values{"mode": {"video"}}); repeat != again {
		t.Errorf("a second start goes to %s, want the draft %s", repeat, again)
	}
}

// clientID finds the client in the links of a result.
func clientID(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `/provider/clients/`)
	if !ok {
		t.Fatal("the result leads to no record")
	}
	return rest[:36]
}

func TestDelete(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	base := c.start()
	has(t, c.get(base+"/delete"), http.StatusOK, "deleted for good")
	c.goes(base+"/delete", url.Values{})
	has(t, c.get(base), http.StatusNotFound)
	has(t, c.get("/provider/work/drafts"), http.StatusOK, "Nothing is waiting")
}

func TestUnknownSectionsAndIds(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	base := c.start()
	for _, path := range []string{base + "/nonsense", "/provider/applications/1", "/provider/applications/" + uuid.NewString()} {
		has(t, c.get(path), http.StatusNotFound)
	}
	c.actor = clienttest.Staff(t, c.db)
	for _, step := range []string{"", "/identity", "/check", "/sign", "/told", "/review", "/result", "/delete"} {
		has(t, c.get(base+step), http.StatusNotFound)
	}
}
