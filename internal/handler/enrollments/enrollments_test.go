package enrollments_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler/enrollments"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
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
	*handlertest.Counter
	db *postgres.DB
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	clients := client.New(db, ring)
	h := enrollments.New(enrollment.New(db, ring), application.NewService(db, ring, clients))
	c := &counter{handlertest.NewCounter(t, clienttest.Staff(t, db), "/provider/clients/{id}", handlertest.Pages{
		"/reaffirm": {h.ShowReaffirm, h.Reaffirm}, "/discontinue": {h.ShowDiscontinue, h.Discontinue},
		"/discontinue/result": {h.ShowEnded, nil}, "/discontinue/undo": {h.ShowUndo, h.Undo},
		"/reactivate": {h.ShowReactivate, nil}, "/change": {h.ShowChange, h.StartChange},
		"/change/{change}/section/{section}": {h.ShowSection, h.SaveSection}, "/change/{change}/review": {h.ShowReview, h.Record},
		"/change/{change}/sign": {nil, h.Sign}, "/change/{change}/drop": {nil, h.Drop}, "/change/{change}/result": {h.ShowResult, nil},
	}), db}
	c.Base = "/provider/clients/" + enrollmenttest.Enroll(t, db, ring, c.Actor, today).String()
	return c
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
	page := c.Get("/reaffirm", 200)
	c.Wants(page, "data-attested", "data-attest", "$1,200.00")
	seen := c.hidden(page, "seen")
	c.Wants(c.Post("/reaffirm", 422, "seen", seen), locale.T(context.Background(), locale.ReaffirmAgreeMissing))
	c.Wants(c.Post("/reaffirm", 409, "seen", uuid.NewString(), "agree", "yes"), locale.T(context.Background(), locale.ActOvertaken))
	c.Post("/reaffirm", 409, "seen", "nonsense", "agree", "yes")
	if to := c.Post("/reaffirm", 303, "seen", seen, "agree", "yes"); to != "" || c.Flash[0] != "Client eligibility reaffirmed" {
		t.Errorf("goes to %q and says %q", to, c.Flash)
	}
	c.Wants(c.Get("/reaffirm", 200), "today already")
}

func TestDiscontinuePages(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.Wants(c.Get("/discontinue", 200), "01 –", "06 –")
	c.Wants(c.Post("/discontinue", 422), "Choose why")
	c.Wants(c.Post("/discontinue", 422, "cause", "pregnant", "visit-month", "13", "visit-day", "1", "visit-year", "2025"), "real day", `value="13"`)
	c.Wants(c.Post("/discontinue", 422, "cause", "pregnant", "visit-month", "1", "visit-day", "21", "visit-year", "2025"), "today or in the past")
	sent := []string{"cause", "pregnant", "visit-month", "1", "visit-day", "20", "visit-year", "2025", "note", `<b>"x"`}
	page := c.Post("/discontinue", 200, sent...)
	c.Wants(page, "January 21, 2025", "fair hearing", "&lt;b&gt;")
	c.Get("/discontinue/result", 409)
	c.Wants(c.Post("/discontinue", 200, append(sent, "edit", "yes")...), "&lt;b&gt;")
	one := append(sent, "confirmed", "yes", "submission", c.hidden(page, "submission"))
	for range 2 {
		if to := c.Post("/discontinue", 303, one...); to != "/discontinue/result" {
			t.Errorf("goes to %q", to)
		}
	}
	c.Wants(c.Get("/discontinue/result", 200), "Code 05")
	c.Wants(c.Post("/discontinue", 409, append(sent, "confirmed", "yes")...), "is set already", "Harbor Test Clinic")
	c.Get("/discontinue", 409)
	c.Get("/reactivate", 409)
	c.Get("/discontinue/undo", 200)
	c.Post("/discontinue/undo", 303)
	c.Get("/discontinue/undo", 409)
	c.Post("/discontinue/undo", 409)
	c.Post("/discontinue", 303, "cause", "moved", "on-moved-month", "1", "on-moved-day", "20", "on-moved-year", "2025", "confirmed", "yes")
	for _, path := range []string{"/reaffirm", "/change", "/discontinue"} {
		c.Wants(c.Get(path, 409), "not active", "Reactivate")
	}
	c.Wants(c.Get("/reactivate", 200), "/recertify", "/discontinue/undo", "code 01")
}

func TestChangePages(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.Get("/change", 200)
	c.Wants(c.Post("/change", 422), "Choose what has changed")
	to := c.Post("/change", 303, "sections", "household", "mode", "in_person")
	base := strings.TrimSuffix(to, "/section/household")
	c.Wants(c.Get("/change", 200), base+"/review")
	page := c.Get(to, 200)
	c.Get(base+"/section/identity", 404) // was not chosen
	c.Get(base+"/section/nonsense", 404)
	c.Wants(c.Get(base+"/review", 200), "Nothing has changed")
	c.Wants(c.Post(base+"/review", 422, "version", "1", "outcome", "kept"), "Nothing has changed")
	household := func(income, total string) []string {
		return []string{
			"version", c.hidden(page, "version"), "tax", "FILER", "household-size", "1", "household-rows", "",
			"income-self-rows", "1", "income-self-1-amount", income, "income-self-1-often", "MONTH", "income-self-1-source", "W01",
			"income-check", "Y", "income-check-total", total,
		}
	}
	c.Wants(c.Post(to, 422, household("many", "1200.00")...), "many")
	if next := c.Post(to, 303, household("4000", "4000.00")...); next != base+"/review" {
		t.Fatalf("goes to %q", next)
	}
	c.Post(to, 409, household("5000", "5000.00")...) // from the version before
	page = c.Get(base+"/review", 200)
	c.Wants(page, "$1,200.00", "$4,000.00", "code 02", "fair hearing", base+"/sign")
	version := c.hidden(page, "version")
	c.Wants(c.Post(base+"/review", 422, "version", version, "outcome", "02 2025-01-20", "agree", "yes"), "must sign first")
	c.Post(base+"/sign", 422, "version", version)
	if next := c.Post(base+"/sign", 303, "version", version, "language", "en", "kind", "electronic", "name", "Rosa Delgado", "agree", "yes"); next != base+"/review" {
		t.Fatalf("goes to %q", next)
	}
	page = c.Get(base+"/review", 200)
	outcome := c.hidden(page, "outcome")
	c.Wants(c.Post(base+"/review", 409, "version", version, "outcome", "ELIGIBLE", "agree", "yes"), "not what you were shown")
	c.Post(base+"/review", 422, "version", version, "outcome", outcome)
	for range 2 {
		if next := c.Post(base+"/review", 303, "version", version, "outcome", outcome, "agree", "yes"); next != base+"/result" {
			t.Fatalf("goes to %q", next)
		}
	}
	c.Wants(c.Get(base+"/result", 200), "Code 02", "fair hearing")
	c.Post(base+"/drop", 409)
}

func TestDropAChange(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	to := c.Post("/change", 303, "sections", string(question.ContactSection), "mode", "telephone")
	base := strings.TrimSuffix(to, "/section/contact")
	if next := c.Post(base+"/drop", 303); next != "" {
		t.Errorf("goes to %q", next)
	}
	c.Get(base+"/review", 404)
}

// A record of another site, and a change of another client, do not exist.
func TestOthersAreNotFound(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	to := c.Post("/change", 303, "sections", "need", "mode", "video")
	own := c.Base
	c.Base = "/provider/clients/" + uuid.NewString()
	c.Get(to, 404)
	for _, path := range []string{"/reaffirm", "/discontinue", "/discontinue/undo", "/reactivate", "/change"} {
		c.Get(path, 404)
	}
	c.Base, c.Actor = own, clienttest.Staff(t, c.db)
	for _, path := range []string{"/reaffirm", "/discontinue", "/discontinue/result", "/discontinue/undo", "/reactivate", "/change", to} {
		c.Get(path, 404)
	}
	c.Post("/discontinue", 404, "cause", "moved", "on-moved-month", "1", "on-moved-day", "20", "on-moved-year", "2025", "confirmed", "yes")
	c.Post("/discontinue/undo", 404)
}
