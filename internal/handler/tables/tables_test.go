package tables_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/tables"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/web/markup"
)

func TestMain(m *testing.M) {
	audit.Use(secret.NewTestRing())
	dbtest.Main(m)
}

// office is a program office at the pages of its tables.
type office struct {
	*testing.T
	db    *postgres.DB
	pages *tables.Handlers
	actor authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := dbtest.New(t)
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	o := office{t, db, tables.New(incometable.NewService(db)), authz.Actor{Role: authz.OFP, Account: uuid.Must(uuid.NewV7())}}
	_, err := dbtest.Superuser(t, db).Exec(t.Context(), `INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash, password_set_at, passcode_channel, created_at)
		VALUES ($1, 'workforce', 'oda', 'oda', 'Oda', 'Lindqvist', 'oda@office.example', 'oda@office.example', '-', now(), 'email', now())`, o.actor.Account)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// serve asks for a page, or sends its form.
func (o office) serve(pattern, path string, fn handler.Func, fields url.Values) (*httptest.ResponseRecorder, error) {
	o.Helper()
	method, body := http.MethodGet, ""
	if fields != nil {
		method = http.MethodPost
		fields.Set("submission", uuid.NewString())
		body = fields.Encode()
	}
	ctx := handler.WithVisit(context.Background(), handler.Visit{Actor: o.actor}, nil)
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	var err error
	router := chi.NewRouter()
	router.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { err = fn(w, r) })
	router.ServeHTTP(w, r)
	if err == nil && w.Code != http.StatusSeeOther && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
		for _, wrong := range markup.Check(w.Body.String()) {
			o.Errorf("%s %s: %s", method, path, wrong)
		}
	}
	return w, err
}

const one = "/ofp/tables/{id}"

// has asks for a page and expects its status and words.
func (o office) has(status int, words []string, pattern, path string, fn handler.Func, fields url.Values) {
	o.Helper()
	w, err := o.serve(pattern, path, fn, fields)
	if err != nil || w.Code != status {
		o.Fatalf("%s: %d, %v, want %d", path, w.Code, err, status)
	}
	for _, text := range words {
		if !strings.Contains(w.Body.String(), text) {
			o.Errorf("%s lacks %q", path, text)
		}
	}
}

// typed is the table of 2026 for 2031 as it is typed.
func typed() url.Values {
	t := incometable.Shipped()[3]
	f := url.Values{"from-month": {"4"}, "from-day": {"1"}, "from-year": {"2031"}, "source": {"published"}}
	for n := 1; n <= 9; n++ {
		month, year := t.MonthlyIncrement, t.AnnualIncrement
		if n < 9 {
			month, year = t.Limit(n), t.AnnualLimit(n)
		}
		f.Set("month-"+strconv.Itoa(n), strconv.Itoa(int(month/100)))
		f.Set("year-"+strconv.Itoa(n), strconv.Itoa(int(year/100)))
	}
	return f
}

// A table is typed, compared, published and withdrawn; each step stands only
// where it fits (eligibility.md 4.4).
func TestTablesThroughThePages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.has(200, []string{"April 1, 2026", "Until the next table", "In force", "Derived: no table was published", "$5,500", "Fits"}, "/ofp/tables", "/ofp/tables", o.pages.ShowList, nil)
	o.has(200, []string{`name="month-9"`, `name="year-1"`}, "/ofp/tables/new", "/ofp/tables/new", o.pages.ShowNew, nil)
	o.has(422, []string{"Enter the first day", "Choose where the figures come from", "Enter the amount: Family of 8, a year"}, "/ofp/tables/new", "/ofp/tables/new", o.pages.Add, url.Values{})
	falls := typed()
	falls.Set("month-8", "100")
	o.has(422, []string{"does not rise with the family", `value="100"`}, "/ofp/tables/new", "/ofp/tables/new", o.pages.Add, falls)

	slip := typed()
	slip.Set("month-2", "3607") // what the other way of rounding gives
	w, err := o.serve("/ofp/tables/new", "/ofp/tables/new", o.pages.Add, slip)
	if err != nil || w.Code != http.StatusSeeOther {
		t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
	}
	path := w.Header().Get("Location")
	o.has(200, []string{"Draft", "Compared with the table from April 1, 2026", "−$1", "$3,607", "$3,608", "Each person more", path + "/publish"}, one, path, o.pages.Show, nil)
	o.has(200, []string{"1 figure to look at"}, "/ofp/tables", "/ofp/tables", o.pages.ShowList, nil)
	if _, err := o.serve(one+"/withdraw", path+"/withdraw", o.pages.ShowWithdraw, nil); !errors.Is(err, incometable.ErrNotPublished) {
		t.Errorf("a draft to be withdrawn: %v", err)
	}
	ends := url.Values{"from-month": {"5"}, "from-day": {"1"}, "from-year": {"2031"}, "to-month": {"4"}, "to-day": {"30"}, "to-year": {"2031"}}
	o.has(422, []string{"its dates do not fit"}, one+"/dates", path+"/dates", o.pages.Move, ends)
	ends.Set("to-year", "2032")
	o.has(303, nil, one+"/dates", path+"/dates", o.pages.Move, ends)
	o.has(200, []string{`value="2032"`, `value="5"`}, one+"/dates", path+"/dates", o.pages.ShowDates, nil)
	o.has(200, []string{"From May 1, 2031 on"}, one+"/publish", path+"/publish", o.pages.ShowPublish, nil)
	o.has(200, []string{"What this table changes", "1 of 19 is decided otherwise", "Not eligible", "$2,661"}, one+"/publish", path+"/publish", o.pages.ShowPublish, nil)
	o.has(422, []string{"Confirm that you compared", "Write why"}, one+"/publish", path+"/publish", o.pages.Publish, url.Values{})
	o.has(422, []string{"Write why"}, one+"/publish", path+"/publish", o.pages.Publish, url.Values{"compared": {"yes"}})
	o.has(303, nil, one+"/publish", path+"/publish", o.pages.Publish, url.Values{"compared": {"yes"}, "reason": {"Notice of <2031>"}})
	o.has(200, []string{"Scheduled", "Oda Lindqvist", "Notice of &lt;2031&gt;", path + "/withdraw"}, one, path, o.pages.Show, nil)
	if _, err := o.serve(one+"/publish", path+"/publish", o.pages.ShowPublish, nil); !errors.Is(err, incometable.ErrNotDraft) {
		t.Errorf("a published table to be published: %v", err)
	}
	if _, err := o.serve(one+"/dates", path+"/dates", o.pages.ShowDates, nil); !errors.Is(err, incometable.ErrNotDraft) {
		t.Errorf("the dates of a published table: %v", err)
	}
	o.has(422, []string{"too early or is wrong", "Write why"}, one+"/withdraw", path+"/withdraw", o.pages.Withdraw, url.Values{})
	o.has(303, nil, one+"/withdraw", path+"/withdraw", o.pages.Withdraw, url.Values{"wrong": {"yes"}, "reason": {"A figure is wrong"}})
	o.has(200, []string{"Withdrawn", "A figure is wrong", "Notice of &lt;2031&gt;"}, one, path, o.pages.Show, nil)
}

// A list of tables is uploaded, checked, and loaded as drafts; what is wrong with
// it is said by line, and can be saved (ux.md 3.5).
func TestUploadThroughThePages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const home, list = "/ofp/tables/import", "/ofp/tables/import/{id}"
	o.has(200, []string{"Upload income tables", "effective_from, effective_to, family_size", `type="file"`}, home, home, o.pages.ShowUpload, nil)
	id, err := incometable.NewService(o.db).Upload(t.Context(), o.actor, idempotency.Submission{Key: uuid.New()},
		[]byte(strings.Join(incometable.Columns, ",")+"\n2031-04-01,,1,=1,31920,published\n"))
	if err != nil {
		t.Fatal(err)
	}
	at := home + "/" + id.String()
	o.has(200, []string{"Tables that cannot be accepted", "monthly_usd: Write an amount in dollars", "no new table"}, list, at, o.pages.ShowCheck, nil)
	w, err := o.serve(list+"/problems.csv", at+"/problems.csv", o.pages.ShowProblems, nil)
	if err != nil || !strings.HasPrefix(w.Body.String(), "line,problem\n2,") || w.Header().Get("Content-Disposition") != `attachment; filename="table-import-problems.csv"` {
		t.Errorf("the problems as a file: %v, %q", err, w.Body)
	}
	o.has(303, nil, list+"/give-up", at+"/give-up", o.pages.GiveUp, url.Values{})
}

// The first table has none before it; what is not there is not found, and for
// nobody else is there anything.
func TestTablesAtTheEdges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, err := postgres.Value[uuid.UUID](t.Context(), o.db, `SELECT id FROM income_table ORDER BY effective_from LIMIT 1`)
	if err != nil {
		t.Fatal(err)
	}
	o.has(200, []string{"Past", "nothing to compare it with", "March 31, 2024"}, one, "/ofp/tables/"+id.String(), o.pages.Show, nil)
	for _, path := range []string{"/ofp/tables/" + uuid.NewString(), "/ofp/tables/none"} {
		if _, err := o.serve(one, path, o.pages.Show, nil); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v, want not found", path, err)
		}
	}
	o.actor.Role = authz.Certifier
	if _, err := o.serve("/ofp/tables", "/ofp/tables", o.pages.ShowList, nil); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a certifier: %v, want not found", err)
	}
}
