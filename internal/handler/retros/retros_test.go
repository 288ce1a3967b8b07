package retros_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/handler/retros"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
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
	*handlertest.Counter
}

func newCounter(t *testing.T, changes ...applicationtest.Change) *counter {
	t.Helper()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	h := retros.New(retro.New(db, ring))
	c := &counter{handlertest.NewCounter(t, clienttest.Staff(t, db), "/provider/clients/{id}/retro", handlertest.Pages{
		"": {h.ShowStart, h.Start}, "/{retro}": {h.ShowDraft, nil}, "/{retro}/months/{month}": {h.ShowMonth, h.SaveMonth},
		"/{retro}/months/{month}/answers": {h.ShowAnswers, h.SaveAnswers}, "/{retro}/review": {h.ShowReview, h.Certify},
		"/{retro}/sign": {nil, h.Sign}, "/{retro}/drop": {nil, h.Drop}, "/{retro}/result": {h.ShowResult, nil},
	})}
	c.Base = "/provider/clients/" + enrollmenttest.Enroll(t, db, ring, c.Actor, today, changes...).String() + "/retro"
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

// begin starts a draft and returns its part of the address.
func (c *counter) begin() string {
	c.Helper()
	return c.Post("", 303, "mode", "in_person")
}

// versionOf reads the version from the page of a month.
func (c *counter) versionOf(draft string) string {
	c.Helper()
	return c.hidden(c.Get(draft+"/months/2026-03", 200), "version")
}

func TestStartPage(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	page := c.Get("", 200)
	c.Wants(page, "February 2026", "March 2026", "April 2026", say(locale.RetroLead))
	if strings.Contains(page, "May 2026</li>") || strings.Contains(page, "January 2026") {
		t.Error("another month is offered")
	}
	c.Wants(c.Post("", 422), say(locale.EnrollModeMissing))
	draft := c.begin()
	c.Wants(c.Get("", 200), say(locale.RetroBegun), draft)
	if again := c.begin(); again != draft {
		t.Errorf("begun again at %s, want %s", again, draft)
	}
	c.Get(draft, 303)
}

func TestMonthPage(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	draft := c.begin()
	march := draft + "/months/2026-03"
	page := c.Get(march, 200)
	c.Wants(page, "March 2026", "$1,200.00", say(locale.RetroHowDifferent))
	v := c.hidden(page, "version")
	c.Wants(c.Post(march, 422, "version", v), say(locale.RetroHowMissing))
	c.Wants(c.Post(march, 422, "version", v, "how", "sideways"), say(locale.RetroHowMissing))
	c.Wants(c.Post(march, 422, "version", v, "how", "different"), say(locale.RetroPartsMissing))
	c.Wants(c.Post(march, 422, "version", v, "how", "different", "parts", "shoes"), say(locale.RetroPartsMissing))
	c.Wants(c.Post(march, 409, "version", "7", "how", "same"), say(retro.ErrChanged.Text), "checked")
	c.Get(march+"/answers", 404)
	for _, month := range []string{"2026-01", "2026-05", "2025-03", "march", "2026-3"} {
		c.Get(draft+"/months/"+month, 404)
		c.Post(draft+"/months/"+month, 404, "version", v, "how", "same")
	}
	// The first month that is not answered is next.
	if to := c.Post(march, 303, "version", v, "how", "same"); to != draft+"/months/2026-02" {
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
	if to := c.Post(month, 303, "version", c.versionOf(draft), "how", "different", "parts", "household", "parts", "coverage"); to != month+"/answers" {
		t.Fatalf("goes to %s", to)
	}
	page := c.Get(month+"/answers", 200)
	c.Wants(page, `name="medi-cal"`, `name="insurance"`, `name="marital"`, `name="household-size"`, `name="income-self-1-amount"`)
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
	c.Wants(c.Post(month+"/answers", 422, same...), say(locale.RetroAnswersSame))
	wrong := c.Post(month+"/answers", 422, fields...)
	c.Wants(wrong, say(locale.QInsuranceErrCoversMissing), say(locale.QBarrierErrMissing), "12x")
	for i, f := range fields {
		if f == "12x" {
			fields[i] = "3000"
		}
		if f == "1200.00" {
			fields[i] = "3000.00"
		}
	}
	fields = append(fields, "insurance-covers", "COVERS_CONTRACEPTION", "insurance-cost", "NONE", "insurance-student", "N", "barrier", "N")
	if to := c.Post(month+"/answers", 303, fields...); to != draft+"/months/2026-02" {
		t.Errorf("goes to %s", to)
	}
	c.Wants(c.Get(draft+"/review", 200), "Different in March 2026", "$3,000.00", say(locale.RetroReviewOpen), say(locale.RetroOpen))
	c.Post(month+"/answers", 409, fields...)
}

// Through to the result: answered, signed, certified, and shown.
func TestReviewSignAndCertify(t *testing.T) {
	t.Parallel()
	c := newCounter(t, applicationtest.Earning("2640", "2640.00"))
	draft := c.begin()
	for _, m := range []string{"2026-02", "2026-03"} {
		c.Post(draft+"/months/"+m, 303, "version", c.versionOf(draft), "how", "same")
	}
	if to := c.Post(draft+"/months/2026-04", 303, "version", c.versionOf(draft), "how", "same"); to != draft+"/review" {
		t.Fatalf("goes to %s", to)
	}
	page := c.Get(draft+"/review", 200)
	c.Wants(page, "limit is $2,608.00", "limit is $2,660.00", say(locale.RetroReviewSign), say(locale.TestIncome))
	v := c.hidden(page, "version")
	c.Wants(c.Post(draft+"/sign", 422, "version", v, "kind", "electronic"), say(locale.SignLanguageMissing), say(locale.SignNameMissing), say(locale.SignAgreeMissing))
	signed := []string{"version", v, "kind", "electronic", "name", "Rosa Delgado", "language", "en", "agree", "yes"}
	c.Wants(c.Post(draft+"/sign", 409, append([]string{"version", "1"}, signed[2:]...)...), say(retro.ErrChanged.Text))
	if to := c.Post(draft+"/sign", 303, signed...); to != draft+"/review" {
		t.Fatalf("goes to %s", to)
	}
	page = c.Get(draft+"/review", 200)
	c.Wants(page, say(locale.RetroStatement), say(locale.RetroYes), say(locale.RetroNo))
	c.Get(draft+"/result", 303)
	c.Wants(c.Post(draft+"/review", 422, "version", v), say(locale.RetroAgreeMissing))
	c.Wants(c.Post(draft+"/review", 409, "version", "1", "agree", "yes"), say(retro.ErrChanged.Text))
	if to := c.Post(draft+"/review", 303, "version", v, "agree", "yes"); to != draft+"/result" {
		t.Fatalf("goes to %s", to)
	}
	page = c.Get(draft+"/result", 200)
	c.Wants(page, "February 2026", "April 2026", "/documents/", say(locale.RetroResultGive))
	c.Get(draft+"/review", 303)
	c.Get(draft+"/months/2026-03", 409)
	c.Post(draft+"/drop", 409)
	c.Post(draft+"/review", 303, "version", v, "agree", "yes")
	start := c.Get("", 200)
	c.Wants(start, say(locale.RetroDone), "February 2026")
	if strings.Contains(start, say(locale.RetroStart)) {
		t.Error("months can be asked about that are decided")
	}
	c.Post("", 409, "mode", "in_person")
}

func TestWhatCameLaterCannotBeTheSame(t *testing.T) {
	t.Parallel()
	c := newCounter(t, applicationtest.Answer(question.Need, "need", "operation", "need-date-month", "4", "need-date-day", "2", "need-date-year", "2026"))
	draft := c.begin()
	page := c.Post(draft+"/months/2026-03", 422, "version", c.versionOf(draft), "how", "same")
	c.Wants(page, say(locale.RetroPartNeed)+". ")
}

func TestDropPage(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	draft := c.begin()
	if to := c.Post(draft+"/drop", 303); to != strings.TrimSuffix(c.Base, "/retro") {
		t.Errorf("goes to %s", to)
	}
	c.Get(draft, 404)
	if len(c.Flash) != 1 {
		t.Errorf("said %v", c.Flash)
	}
}

func TestNoDraft(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for _, draft := range []string{"/nonsense", "/" + uuid.NewString()} {
		for _, path := range []string{"", "/review", "/result", "/months/2026-03", "/months/2026-03/answers"} {
			c.Get(draft+path, 404)
		}
		for _, path := range []string{"/review", "/sign", "/drop", "/months/2026-03", "/months/2026-03/answers"} {
			c.Post(draft+path, 404, "version", "1", "agree", "yes", "how", "same")
		}
	}
}
