package retros_test

import (
	"context"
	"html"
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
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/retros"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring  = clienttest.Ring()
	noon  = time.Date(2026, 5, 15, 19, 0, 0, 0, time.UTC)
	today = civil.Of(noon)
)

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

func say(p locale.Phrase) string { return p.In(context.Background()) }

// counter is the pages on real services, for one person, with a client who was
// certified for the first time today.
type counter struct {
	*testing.T
	actor  authz.Actor
	routes http.Handler
	base   string
	flash  []string
}

func newCounter(t *testing.T, changes ...applicationtest.Change) *counter {
	t.Helper()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	clients := client.New(db, ring)
	apps, acts := application.NewService(db, ring, clients), enrollment.New(db, ring)
	h := retros.New(retro.New(db, ring))
	c := &counter{T: t, actor: clienttest.Staff(t, db)}
	r := chi.NewRouter()
	for path, pair := range map[string][2]handler.Func{
		"": {h.ShowStart, h.Start}, "/{retro}": {h.ShowDraft, nil}, "/{retro}/months/{month}": {h.ShowMonth, h.SaveMonth},
		"/{retro}/months/{month}/answers": {h.ShowAnswers, h.SaveAnswers}, "/{retro}/review": {h.ShowReview, h.Certify},
		"/{retro}/sign": {nil, h.Sign}, "/{retro}/drop": {nil, h.Drop}, "/{retro}/result": {h.ShowResult, nil},
	} {
		for i, method := range []string{http.MethodGet, http.MethodPost} {
			if pair[i] != nil {
				r.Method(method, "/provider/clients/{id}/retro"+path, c.page(pair[i]))
			}
		}
	}
	c.routes = r
	c.base = "/provider/clients/" + c.enroll(clients, apps, acts, changes...).String() + "/retro"
	return c
}

func (c *counter) enroll(clients *client.Service, apps *application.Service, acts *enrollment.Service, changes ...applicationtest.Change) uuid.UUID {
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
	must(apps.Save(ctx, c.actor, sub(), id, 1, applicationtest.Complete(c, today, changes...)))
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
		if !strings.Contains(page, text) && !strings.Contains(page, html.EscapeString(text)) {
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

// begin starts a draft and returns its part of the address.
func (c *counter) begin() string {
	c.Helper()
	return c.post("", 303, "mode", "in_person")
}

// versionOf reads the version from the page of a month.
func (c *counter) versionOf(draft string) string {
	c.Helper()
	return c.hidden(c.get(draft+"/months/2026-03", 200), "version")
}

func TestStartPage(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	page := c.get("", 200)
	c.wants(page, "February 2026", "March 2026", "April 2026", say(locale.RetroLead))
	if strings.Contains(page, "May 2026</li>") || strings.Contains(page, "January 2026") {
		t.Error("another month is offered")
	}
	c.wants(c.post("", 422), say(locale.EnrollModeMissing))
	draft := c.begin()
	c.wants(c.get("", 200), say(locale.RetroBegun), draft)
	if again := c.begin(); again != draft {
		t.Errorf("begun again at %s, want %s", again, draft)
	}
	c.get(draft, 303)
}

func TestMonthPage(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	draft := c.begin()
	march := draft + "/months/2026-03"
	page := c.get(march, 200)
	c.wants(page, "March 2026", "$1,200.00", say(locale.RetroHowDifferent))
	v := c.hidden(page, "version")
	c.wants(c.post(march, 422, "version", v), say(locale.RetroHowMissing))
	c.wants(c.post(march, 422, "version", v, "how", "sideways"), say(locale.RetroHowMissing))
	c.wants(c.post(march, 422, "version", v, "how", "different"), say(locale.RetroPartsMissing))
	c.wants(c.post(march, 422, "version", v, "how", "different", "parts", "shoes"), say(locale.RetroPartsMissing))
	c.wants(c.post(march, 409, "version", "7", "how", "same"), say(retro.ErrChanged.Text), "checked")
	c.get(march+"/answers", 404)
	for _, month := range []string{"2026-01", "2026-05", "2025-03", "march", "2026-3"} {
		c.get(draft+"/months/"+month, 404)
		c.post(draft+"/months/"+month, 404, "version", v, "how", "same")
	}
	// The first month that is not answered is next.
	if to := c.post(march, 303, "version", v, "how", "same"); to != draft+"/months/2026-02" {
		t.Errorf("goes to %s", to)
	}
}

// What was said of a household leads to the question about its income, and what
// is wrong is said all at once.
func TestAnswersPage(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	draft := c.begin()
	month := draft + "/months/2026-03"
	if to := c.post(month, 303, "version", c.versionOf(draft), "how", "different", "parts", "household", "parts", "coverage"); to != month+"/answers" {
		t.Fatalf("goes to %s", to)
	}
	page := c.get(month+"/answers", 200)
	c.wants(page, `name="medi-cal"`, `name="insurance"`, `name="marital"`, `name="household-size"`, `name="income-self-1-amount"`)
	if strings.Contains(page, `name="pregnant"`) || strings.Contains(page, `name="ssn-number"`) {
		t.Error("a question is asked that was not chosen")
	}
	v := c.hidden(page, "version")
	fields := []string{
		"version", v, "medi-cal", "N", "insurance", "Y",
		"marital", "SINGLE", "tax", "FILER", "household-rows", "", "household-size", "1", "income-self-rows", "1",
		"income-self-1-amount", "12x", "income-self-1-often", "MONTH", "income-self-1-source", "W01",
		"income-check", "Y", "income-check-total", "1200.00",
	}
	same := append([]string{"insurance", "N"}, fields...)
	for i, f := range same {
		if f == "12x" {
			same[i] = "1200"
		}
		if f == "Y" && same[i-1] == "insurance" {
			same[i-1] = "left-out"
		}
	}
	c.wants(c.post(month+"/answers", 422, same...), say(locale.RetroAnswersSame))
	wrong := c.post(month+"/answers", 422, fields...)
	c.wants(wrong, say(locale.QInsuranceErrCoversMissing), say(locale.QBarrierErrMissing), "12x")
	for i, f := range fields {
		if f == "12x" {
			fields[i] = "3000"
		}
		if f == "1200.00" {
			fields[i] = "3000.00"
		}
	}
	fields = append(fields, "insurance-covers", "COVERS_CONTRACEPTION", "insurance-cost", "NONE", "insurance-student", "N", "barrier", "N")
	if to := c.post(month+"/answers", 303, fields...); to != draft+"/months/2026-02" {
		t.Errorf("goes to %s", to)
	}
	c.wants(c.get(draft+"/review", 200), "Different in March 2026", "$3,000.00", say(locale.RetroReviewOpen), say(locale.RetroOpen))
	c.post(month+"/answers", 409, fields...)
}

// Through to the result: answered, signed, certified, and shown.
func TestReviewSignAndCertify(t *testing.T) {
	t.Parallel()
	c := newCounter(t, applicationtest.Earning("2640", "2640.00"))
	draft := c.begin()
	for _, m := range []string{"2026-02", "2026-03"} {
		c.post(draft+"/months/"+m, 303, "version", c.versionOf(draft), "how", "same")
	}
	if to := c.post(draft+"/months/2026-04", 303, "version", c.versionOf(draft), "how", "same"); to != draft+"/review" {
		t.Fatalf("goes to %s", to)
	}
	page := c.get(draft+"/review", 200)
	c.wants(page, "limit is $2,608.00", "limit is $2,660.00", say(locale.RetroReviewSign), say(locale.TestIncome))
	v := c.hidden(page, "version")
	c.wants(c.post(draft+"/sign", 422, "version", v, "kind", "electronic"), say(locale.SignLanguageMissing), say(locale.SignNameMissing), say(locale.SignAgreeMissing))
	signed := []string{"version", v, "kind", "electronic", "name", "Rosa Delgado", "language", "en", "agree", "yes"}
	c.wants(c.post(draft+"/sign", 409, append([]string{"version", "1"}, signed[2:]...)...), say(retro.ErrChanged.Text))
	if to := c.post(draft+"/sign", 303, signed...); to != draft+"/review" {
		t.Fatalf("goes to %s", to)
	}
	page = c.get(draft+"/review", 200)
	c.wants(page, say(locale.RetroStatement), say(locale.RetroYes), say(locale.RetroNo))
	c.get(draft+"/result", 303)
	c.wants(c.post(draft+"/review", 422, "version", v), say(locale.RetroAgreeMissing))
	c.wants(c.post(draft+"/review", 409, "version", "1", "agree", "yes"), say(retro.ErrChanged.Text))
	if to := c.post(draft+"/review", 303, "version", v, "agree", "yes"); to != draft+"/result" {
		t.Fatalf("goes to %s", to)
	}
	page = c.get(draft+"/result", 200)
	c.wants(page, "February 2026", "April 2026", "/documents/", say(locale.RetroResultGive))
	c.get(draft+"/review", 303)
	c.get(draft+"/months/2026-03", 409)
	c.post(draft+"/drop", 409)
	c.post(draft+"/review", 303, "version", v, "agree", "yes")
	start := c.get("", 200)
	c.wants(start, say(locale.RetroDone), "February 2026")
	if strings.Contains(start, say(locale.RetroStart)) {
		t.Error("months can be asked about that are decided")
	}
	c.post("", 409, "mode", "in_person")
}

func TestWhatCameLaterCannotBeTheSame(t *testing.T) {
	t.Parallel()
	c := newCounter(t, applicationtest.Answer(question.Need, "need", "operation", "need-date-month", "4", "need-date-day", "2", "need-date-year", "2026"))
	draft := c.begin()
	page := c.post(draft+"/months/2026-03", 422, "version", c.versionOf(draft), "how", "same")
	c.wants(page, say(locale.RetroPartNeed)+". ")
}

func TestDropPage(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	draft := c.begin()
	if to := c.post(draft+"/drop", 303); to != strings.TrimSuffix(c.base, "/retro") {
		t.Errorf("goes to %s", to)
	}
	c.get(draft, 404)
	if len(c.flash) != 1 {
		t.Errorf("said %v", c.flash)
	}
}

func TestNoDraft(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for _, draft := range []string{"/nonsense", "/" + uuid.NewString()} {
		for _, path := range []string{"", "/review", "/result", "/months/2026-03", "/months/2026-03/answers"} {
			c.get(draft+path, 404)
		}
		for _, path := range []string{"/review", "/sign", "/drop", "/months/2026-03", "/months/2026-03/answers"} {
			c.post(draft+path, 404, "version", "1", "agree", "yes", "how", "same")
		}
	}
}
