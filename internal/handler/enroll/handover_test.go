package enroll_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/enroll"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
	"familypact.example/portal/web/page/handoverpage"
)

// device is a device that was handed over: the real application, and a session
// and staff that answer as they are told.
type device struct {
	*counter
	state    session.State
	language locale.Language
	app      uuid.UUID
	channel  account.Channel
	right    string // password or code
	limited  error
	blocked  bool
	back     bool
	covered  bool
}

func (d *device) Stir(context.Context) error     { return nil }
func (d *device) Cover(context.Context) error    { d.covered = true; return nil }
func (d *device) TakeBack(context.Context) error { d.back = true; return nil }

func (d *device) GoOn(_ context.Context, _ authz.Actor, right bool) (bool, int, error) {
	if right {
		d.state.Handover.SeenAt = d.state.Now
		return true, session.MostTries, nil
	}
	d.state.Handover.Tries++
	return false, session.MostTries - d.state.Handover.Tries, nil
}

func (d *device) Find(context.Context, uuid.UUID) (account.Account, error) {
	return account.Account{Channel: d.channel}, nil
}

func (d *device) Confirm(_ context.Context, _ authz.Actor, _ uuid.UUID, password string) error {
	if password != d.right {
		return account.ErrPassword
	}
	return nil
}

func (d *device) Check(_ context.Context, _ authz.Actor, _ passcode.Pending, typed string) (passcode.Result, error) {
	switch {
	case d.blocked:
		return passcode.Result{}, passcode.ErrBlocked
	case typed != d.right:
		return passcode.Result{}, passcode.ErrWrong
	}
	return passcode.Result{}, nil
}

func (d *device) limit(context.Context, authz.Actor, string, bool) error { return d.limited }

// newDevice hands a new application over.
func newDevice(t *testing.T) *device {
	t.Helper()
	d := &device{counter: undecided(t), language: locale.English, channel: account.App, right: "the right one"}
	base := d.start()
	d.app = uuid.MustParse(base[strings.LastIndex(base, "/")+1:])
	apps := application.NewService(d.db, ring, d.clients)
	h := enroll.NewHandover(apps, d, enroll.Staff{Accounts: d, Passcodes: d, Limit: d.limit})
	d.state = session.State{
		ID: uuid.Must(uuid.NewV7()), Account: d.actor.Account, Step: session.Full, Role: authz.Staff, Site: d.actor.Site, Now: noon,
		Handover: session.Handover{Application: d.app, SeenAt: noon},
	}
	d.actor.Origin.HandedOver = true
	r := chi.NewRouter()
	for path, pair := range map[string][2]handler.Func{
		"/provider/applications/{id}/handover": {h.ShowStart, h.Start},
		"/handover":                            {h.ShowWelcome, h.ShowWelcome},
		"/handover/question/{question}":        {h.ShowQuestion, h.Answer},
		"/handover/check":                      {h.ShowCheck, h.ShowCheck},
		"/handover/sign":                       {h.ShowSign, h.Sign},
		"/handover/done":                       {h.ShowDone, h.ShowDone},
		"/handover/return":                     {h.ShowReturn, h.TakeBack},
		"/handover/rest":                       {h.ShowRest, h.GoOn},
		"/handover/here":                       {h.Here, h.Here},
		"/handover/cover":                      {h.Cover, h.Cover},
	} {
		r.Get(path, d.handedPage(pair[0]))
		r.Post(path, d.handedPage(pair[1]))
	}
	d.routes = r
	return d
}

func (d *device) handedPage(fn handler.Func) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := handler.WithVisit(r.Context(), handler.Visit{Actor: d.actor, State: d.state}, nil)
		err := fn(w, r.WithContext(locale.WithLanguage(ctx, d.language)))
		if f, ok := fault.Of(err); ok {
			http.Error(w, f.Error(), handler.Status(f.Kind))
		} else if err != nil {
			d.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
}

// rested lets nobody act for so long.
func (d *device) rested(after time.Duration) { d.state.Handover.SeenAt = noon.Add(-after) }

// leads asks for a page and returns where it leads.
func (d *device) leads(path string) string {
	d.t.Helper()
	w := d.get(path)
	if w.Code != http.StatusSeeOther {
		d.t.Errorf("GET %s = %d, want it to lead elsewhere", path, w.Code)
	}
	return w.Header().Get("Location")
}

// version is the one that the answers have now.
func (d *device) version() string {
	d.t.Helper()
	a, err := application.NewService(d.db, ring, d.clients).View(context.Background(), d.actor, d.app)
	if err != nil {
		d.t.Fatal(err)
	}
	return strconv.Itoa(a.Version)
}

// one is the answer to one question as a browser sends it.
func (d *device) one(a question.Answers, id question.ID) url.Values {
	d.t.Helper()
	values := url.Values{"version": {d.version()}}
	x, _ := a.Get(id)
	for name, vs := range x {
		values[name] = vs
	}
	return values
}

// fill answers everything, one question after the other, and returns the last
// page.
func (d *device) fill(a question.Answers) string {
	d.t.Helper()
	page := handoverpage.Page(question.SafeContact)
	for _, q := range question.Sequence(a) {
		if want := handoverpage.Page(q.ID); page != want {
			d.t.Fatalf("the next page is %s, want %s (%s)", page, want, q.ID)
		}
		shown := d.get(page)
		for _, wrong := range markup.Check(shown.Body.String()) {
			d.t.Errorf("%s: %s", q.ID, wrong)
		}
		page = d.goes(page, d.one(a, q.ID))
	}
	return page
}

func TestClientFillsInAndSigns(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	has(t, d.get("/handover"), http.StatusOK, "This device is now yours", `href="/leave"`)
	if got := d.fill(applicationtest.Complete(t, today)); got != "/handover/check" {
		t.Errorf("after the last question comes %s", got)
	}
	has(t, d.get("/handover/check"), http.StatusOK, "Rosa", "1,200.00", "?from=check")
	has(t, d.get("/handover/sign"), http.StatusOK, "penalty of perjury", "January 20, 2025")
	has(t, d.post("/handover/sign", url.Values{"version": {d.version()}}), http.StatusUnprocessableEntity,
		"Type your full name to sign", "Tick the box to say that you have read it")
	form := url.Values{"version": {d.version()}, "name": {"Rosa Delgado"}, "agree": {"yes"}}
	if got := d.goes("/handover/sign", form); got != "/handover/done" {
		t.Errorf("signed and led to %s", got)
	}
	for _, path := range []string{"/handover", "/handover/check", "/handover/sign", "/handover/question/q1"} {
		if got := d.leads(path); got != "/handover/done" {
			t.Errorf("after the signature %s leads to %s", path, got)
		}
	}
	has(t, d.get("/handover/done"), http.StatusOK, "You have signed")
}

// TestSkippingLeadsToTheRightStep is security.md 8.6 for the client's pages.
func TestSkippingLeadsToTheRightStep(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	first := handoverpage.Page(question.SafeContact)
	for _, path := range []string{handoverpage.Page(question.Need), handoverpage.Page("income/self"), handoverpage.Page(question.Notices)} {
		if got := d.leads(path); got != first {
			t.Errorf("%s leads to %s, want %s", path, got, first)
		}
		if w := d.post(path, url.Values{"version": {"1"}, "need": {"Y"}}); w.Header().Get("Location") != first {
			t.Errorf("POST %s = %d to %s", path, w.Code, w.Header().Get("Location"))
		}
	}
	if got := d.leads("/handover/sign"); got != "/handover/check" {
		t.Errorf("signing with nothing answered leads to %s", got)
	}
	for _, path := range []string{"/handover/question/q0", "/handover/question/q99", "/handover/question/need", "/handover/question/q01", "/handover/question/12"} {
		has(t, d.get(path), http.StatusNotFound)
	}
}

func TestWrongAnswersAreKeptAndTheLanguageChanges(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	a := applicationtest.Complete(t, today)
	for _, id := range []question.ID{question.SafeContact, question.ContactWays, question.Language, question.FullName} {
		d.goes(handoverpage.Page(id), d.one(a, id))
	}
	page := handoverpage.Page(question.BirthDate)
	typed := url.Values{"version": {d.version()}, "birth-date-month": {"13"}, "birth-date-day": {"40"}, "birth-date-year": {"19"}}
	has(t, d.post(page, typed), http.StatusUnprocessableEntity, "There is a problem", `value="13"`, `name="faults"`)
	typed.Set("switch-language", "es")
	typed.Set("faults", "yes")
	typed.Del("submission")
	if got := d.goes(page, typed); got != "/es"+page+"?from=&faults=yes" {
		t.Errorf("the change of language leads to %s", got)
	}
	d.language = locale.Spanish
	has(t, d.get(page+"?faults=yes"), http.StatusOK, `value="13"`, `lang="es"`, "Guardar y seguir", "govuk-error-summary")
	if got := d.leads("/handover/sign"); got != "/es/handover/check" {
		t.Errorf("in Spanish it leads to %s", got)
	}
}

func TestChangeReturnsToTheCheckPage(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	a := applicationtest.Complete(t, today)
	d.fill(a)
	form := d.one(a, question.Insurance)
	for name, v := range map[string]string{"insurance": "Y", "insurance-covers": "COVERS_CONTRACEPTION", "insurance-cost": "NONE", "insurance-student": "N", "from": "check"} {
		form.Set(name, v)
	}
	barrier := handoverpage.Page(question.Barrier) + "?from=check"
	if got := d.goes(handoverpage.Page(question.Insurance), form); got != barrier {
		t.Fatalf("a new question follows at %s, want %s", got, barrier)
	}
	has(t, d.get(barrier), http.StatusOK, `name="from" value="check"`)
	again := url.Values{"version": {d.version()}, "barrier": {"Y"}, "from": {"check"}}
	if got := d.goes(handoverpage.Page(question.Barrier), again); got != "/handover/check" {
		t.Errorf("then comes %s", got)
	}
}

func TestClientSeesAConflict(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	a := applicationtest.Complete(t, today)
	d.fill(a)
	page := handoverpage.Page(question.FullName)
	late := d.one(applicationtest.Complete(t, today, applicationtest.Named("Dolores", "Ruiz")), question.FullName)
	d.goes(page, d.one(applicationtest.Complete(t, today, applicationtest.Named("Carla", "Mendez")), question.FullName))
	has(t, d.post(page, late), http.StatusConflict, "Carla", "Dolores", `name="version" value="`+d.version()+`"`, "Keep what is saved")
}

func TestClearedScreenShowsNothing(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	a := applicationtest.Complete(t, today)
	d.fill(a)
	before := d.version()
	d.rested(session.Rest - time.Second)
	has(t, d.get("/handover/check"), http.StatusOK, "Rosa")
	has(t, d.post("/handover/here", url.Values{}), http.StatusNoContent)
	d.rested(session.Rest)
	for _, path := range []string{"/handover", "/handover/check", "/handover/sign", "/handover/question/q4"} {
		if got := d.leads(path); got != "/handover/rest" {
			t.Errorf("%s leads to %s", path, got)
		}
	}
	for _, path := range []string{"/handover/here", "/handover/sign", "/handover/question/q4"} {
		if w := d.post(path, d.one(a, question.FullName)); w.Header().Get("Location") != "/handover/rest" {
			t.Errorf("POST %s = %d", path, w.Code)
		}
	}
	if d.version() != before {
		t.Error("something was saved on a cleared screen")
	}
	w := d.get("/handover/rest")
	has(t, w, http.StatusOK, "birth-date-year")
	if strings.Contains(w.Body.String(), "Rosa") {
		t.Error("the cleared screen shows the name")
	}
	wrong := url.Values{"birth-date-month": {"3"}, "birth-date-day": {"15"}, "birth-date-year": {"1998"}}
	for _, left := range []string{"4 more tries", "3 more tries", "2 more tries", "1 more try"} {
		has(t, d.post("/handover/rest", wrong), http.StatusUnprocessableEntity, left)
	}
	has(t, d.post("/handover/rest", wrong), http.StatusOK, "give this device back")
	born := url.Values{"birth-date-month": {"March"}, "birth-date-day": {"14"}, "birth-date-year": {"1998"}}
	has(t, d.post("/handover/rest", born), http.StatusOK, "give this device back")
	d.state.Handover.Tries = 4
	if got := d.goes("/handover/rest", born); got != "/handover" {
		t.Errorf("the right birth date leads to %s", got)
	}
	has(t, d.get("/handover/check"), http.StatusOK, "Rosa")
}

func TestWithoutABirthDateOnlyGivingBackIsLeft(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	d.rested(session.Rest)
	w := d.get("/handover/rest")
	has(t, w, http.StatusOK, "give this device back", "/handover/return")
	if strings.Contains(w.Body.String(), "birth-date-year") {
		t.Error("it asks for a birth date that nobody gave")
	}
}

// TestRestKeepsWhatIsTyped sends what is typed when the screen is cleared: it
// is stored unchecked, until only giving the device back is left, and nothing
// is shown.
func TestRestKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	d.goes(handoverpage.Page(question.SafeContact), d.one(applicationtest.Complete(t, today), question.SafeContact))
	for i, tt := range []struct {
		name  string
		after time.Duration
		rest  string // what the page's own script sends
		tries int
		kept  bool
	}{
		{"by the script, a moment before", session.Rest - time.Second, "yes", 0, true},
		{"by the script", session.Rest, "yes", 0, true},
		{"by the button", session.Rest + time.Second, "", 0, true},
		{"by the button, one try left", session.Rest, "", session.MostTries - 1, true},
		{"no try left", session.Rest, "", session.MostTries, false},
	} {
		d.covered, d.state.Handover.Tries = false, tt.tries
		d.rested(tt.after)
		before := d.version()
		typed := url.Values{"version": {before}, "contact-phone": {"(916) 555-01" + strconv.Itoa(i)}}
		if tt.rest != "" {
			typed.Set("rest", tt.rest)
		}
		if got := d.goes(handoverpage.Page(question.ContactWays), typed); got != "/handover/rest" {
			t.Errorf("%s: it leads to %s", tt.name, got)
		}
		if kept := d.version() != before; kept != tt.kept || !d.covered {
			t.Errorf("%s: kept = %v, covered = %v, want %v and covered", tt.name, kept, d.covered, tt.kept)
		}
	}
}

func TestTakingBack(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	has(t, d.get("/handover/return"), http.StatusOK, "For staff")
	has(t, d.post("/handover/return", url.Values{}), http.StatusUnprocessableEntity, "Type your password, or the 6-digit code")
	for _, wrong := range []string{"not this one", "123456", "123 456"} {
		w := d.post("/handover/return", url.Values{"password": {wrong}})
		has(t, w, http.StatusUnprocessableEntity, "not your password or code")
		if strings.Contains(w.Body.String(), wrong) || d.back {
			t.Errorf("%q: it comes back, or opens", wrong)
		}
	}
	d.limited = fault.New(fault.Throttled, locale.FaultThrottled)
	has(t, d.post("/handover/return", url.Values{"password": {d.right}}), http.StatusTooManyRequests)
	d.limited = nil
	d.blocked = true
	if got := d.goes("/handover/return", url.Values{"password": {"123456"}}); got != "/sign-in/blocked" || d.back {
		t.Errorf("the last wrong code leads to %s", got)
	}
	d.blocked = false
	for _, tt := range []struct {
		channel account.Channel
		right   string
	}{{account.App, "the right one"}, {account.App, "654321"}, {account.Email, "654321"}} {
		d.channel, d.right, d.back = tt.channel, tt.right, false
		w := d.post("/handover/return", url.Values{"password": {tt.right}})
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/provider/applications/"+d.app.String() || !d.back {
			t.Errorf("%+v: %d to %s", tt, w.Code, w.Header().Get("Location"))
		}
		if got := w.Header().Get("Clear-Site-Data"); got != `"cache", "storage"` {
			t.Errorf("Clear-Site-Data %q", got)
		}
	}
}

// TestNotHandedOver: without a device that is handed over the client's pages
// lead to the staff's.
func TestNotHandedOver(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	d.state.Handover = session.Handover{}
	for _, path := range []string{"/handover", "/handover/question/q1", "/handover/check", "/handover/sign", "/handover/done", "/handover/return", "/handover/rest"} {
		if got := d.leads(path); got != "/provider/work/drafts" {
			t.Errorf("%s leads to %s", path, got)
		}
	}
	if w := d.post("/handover/return", url.Values{"password": {d.right}}); d.back || w.Code != http.StatusSeeOther {
		t.Errorf("taking back what is not handed over: %d", w.Code)
	}
}

func TestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	staff := d.actor
	staff.Origin.HandedOver = false
	err := application.NewService(d.db, ring, d.clients).Delete(context.Background(), staff, idempotency.Submission{Key: uuid.Must(uuid.NewV7())}, d.app)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.leads("/handover/check"); got != "/handover/return" {
		t.Errorf("the pages of what is deleted lead to %s", got)
	}
}

// TestHandingOver asks for the language, and hands over for a client who is
// there.
func TestHandingOver(t *testing.T) {
	t.Parallel()
	d := newDevice(t)
	base := "/provider/applications/" + d.app.String() + "/handover"
	has(t, d.get(base), http.StatusOK, "Hand to client", "After 3 minutes")
	has(t, d.post(base, url.Values{"help": {"language", "disability"}}), http.StatusUnprocessableEntity, "Choose the language that the client wants", "checked")
	_, err := d.db.Exec(context.Background(), `
		INSERT INTO session (digest, id, account_id, site_id, step, created_at, last_seen_at, password_at, passcode_at)
		VALUES (uuid_send($1), $1, $2, $3, 'full', portal_now(), portal_now(), portal_now(), portal_now())`, d.state.ID, d.actor.Account, d.actor.Site)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.goes(base, url.Values{"language": {"es"}, "help": {"language"}}); got != "/es/handover" {
		t.Errorf("handed over and led to %s", got)
	}
	has(t, d.get("/provider/applications/"+uuid.NewString()+"/handover"), http.StatusNotFound)
}
