package sites_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/handler/sites"
	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

var launch = time.Date(2025, 1, 12, 16, 0, 0, 0, time.UTC)

// office is the pages on a database, asked by an OFP administrator.
type office struct {
	t     *testing.T
	db    *postgres.DB
	codes *accesscode.Service
	mux   http.Handler
	err   error // of the last request, as the handler returned it
	actor authz.Actor
	flash string
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, db: dbtest.Tx(t)}
	dbtest.Freeze(t, o.db, launch)
	members := membership.NewService(o.db, ring)
	o.codes = accesscode.NewService(o.db, ring, members)
	h := sites.New(site.NewService(o.db, members), members, o.codes, report.NewService(o.db))
	err := o.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		id, err := account.CreateTx(t.Context(), tx, account.New{Kind: account.OFP, Username: "ofp" + uuid.NewString()[:8],
			Email: "ofp@office.example", FirstName: "O", LastName: "P", PasswordHash: "x"})
		o.actor = authz.Actor{Role: authz.OFP, Account: id}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := chi.NewRouter()
	for path, fn := range map[string]handler.Func{
		"GET /ofp/sites": h.ShowList, "GET /ofp/sites/import": h.ShowUpload, "POST /ofp/sites/import": h.Upload,
		"GET /ofp/sites/import/{id}": h.ShowCheck, "POST /ofp/sites/import/{id}": h.Apply,
		"POST /ofp/sites/import/{id}/give-up": h.GiveUp, "GET /ofp/sites/import/{id}/problems.csv": h.ShowProblems,
		"GET /ofp/sites/{id}/certifier": h.ShowCertifier, "POST /ofp/sites/{id}/certifier": h.ChangeCertifier,
		"GET /ofp/sites/{id}/certifier/end": h.ShowEndCertifier, "POST /ofp/sites/{id}/certifier/end": h.EndCertifier,
		"GET /ofp/sites/{id}/approval": h.ShowApproval, "POST /ofp/sites/{id}/approval": h.RecordApproval,
		"GET /ofp/sites/{id}/approval/end": h.ShowEndApproval, "POST /ofp/sites/{id}/approval/end": h.EndApproval,
		"GET /ofp/sites/{id}/status": h.ShowStatus, "POST /ofp/sites/{id}/status": h.SetStatus,
		"GET /ofp/sites/{id}": h.ShowSite, "GET /ofp/codes": h.ShowCodes,
		"GET /ofp/codes/launch": h.ShowLaunch, "POST /ofp/codes/launch": h.Launch,
		"POST /ofp/codes/selection": h.Choose, "GET /ofp/codes/selection/{id}": h.ShowSelection,
		"POST /ofp/codes/selection/{id}": h.StartSelection, "GET /ofp/codes/selection/{id}/list.csv": h.ShowChosen,
		"GET /ofp/codes/export": h.ShowExport, "POST /ofp/codes/export": h.Export,
		"GET /ofp/codes/issue/{id}": h.ShowIssue, "POST /ofp/codes/issue/{id}": h.Issue,
	} {
		method, pattern, _ := strings.Cut(path, " ")
		mux.MethodFunc(method, pattern, func(w http.ResponseWriter, r *http.Request) { o.err = fn(w, r) })
	}
	o.mux = mux
	return o
}

func (o *office) ask(method, path, kind string, body io.Reader) *httptest.ResponseRecorder {
	o.t.Helper()
	o.err = nil
	ctx := handler.WithVisit(o.t.Context(), handler.Visit{Actor: o.actor}, func(_ context.Context, text string) { o.flash = text })
	ctx = handler.WithSearches(ctx, handlertest.Searches{})
	r := httptest.NewRequestWithContext(ctx, method, path, body)
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return w
}

func (o *office) get(path string) string {
	o.t.Helper()
	w := o.ask(http.MethodGet, path, "", nil)
	if o.err != nil || w.Code != http.StatusOK {
		o.t.Fatalf("GET %s: status %d, %v", path, w.Code, o.err)
	}
	return w.Body.String()
}

func (o *office) post(path string, fields ...string) *httptest.ResponseRecorder {
	o.t.Helper()
	body := url.Values{"submission": {uuid.NewString()}}
	for i := 0; i+1 < len(fields); i += 2 {
		body.Set(fields[i], fields[i+1])
	}
	return o.ask(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(body.Encode()))
}

func (o *office) upload(content []byte) *httptest.ResponseRecorder {
	o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", `..\evil"name.csv`)
	if err != nil {
		o.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.WriteField("submission", uuid.NewString())
	_ = w.Close()
	return o.ask(http.MethodPost, "/ofp/sites/import", w.FormDataContentType(), &body)
}

// has fails for every text that the page does not hold.
func (o *office) has(page string, texts ...string) {
	o.t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			o.t.Errorf("the page does not hold %q:\n%.3000s", text, page)
		}
	}
}

func testdata(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile("../../people/site/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestImportInThreeSteps(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.has(o.get("/ofp/sites/import"), `enctype="multipart/form-data"`, "site_id")
	w := o.upload(testdata(t, "sites.csv"))
	check := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther {
		t.Fatalf("upload: %d, %v", w.Code, o.err)
	}
	o.has(o.get(check), "2,400", "New sites")
	o.has(o.get("/ofp/sites"), "No sites yet")
	if w := o.post(check); w.Code != http.StatusSeeOther || w.Header().Get("Location") != check {
		t.Fatalf("apply: %d, %v", w.Code, o.err)
	}
	o.has(o.get(check), "The list was applied", "2,400")
	o.has(o.get("/ofp/sites"), "1 to 25 of 2")
	again := o.upload(testdata(t, "sites.csv")).Header().Get("Location")
	o.has(o.get(again), "This very file was applied", "would change nothing")
}

func TestImportOfABadList(t *testing.T) {
	t.Parallel()
	o := open(t)
	check := o.upload(testdata(t, "sites_bad.csv")).Header().Get("Location")
	page := o.get(check)
	o.has(page, "npi: check digit", "certifier_email: same as record 8 (another site)", "RN may not be a site certifier", `name="good-only"`)
	if strings.Contains(page, "Bcc") {
		t.Error("the raw content stands in the page")
	}
	w := o.ask(http.MethodGet, check+"/problems.csv", "", nil)
	if got, want := w.Body.String(), strings.ReplaceAll(string(testdata(t, "sites_bad_expected.csv")), "\r", ""); got != want {
		t.Errorf("CSV:\n%s\nwant:\n%s", got, want)
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="site-import-problems.csv"` {
		t.Errorf("disposition = %q", got)
	}
	w = o.post(check)
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Tick the box to import the good records only") {
		t.Errorf("apply with problems: %d, %v", w.Code, o.err)
	}
	if w = o.post(check, "good-only", "yes"); w.Code != http.StatusSeeOther {
		t.Errorf("good only: %d, %v", w.Code, o.err)
	}
	o.has(o.get("/ofp/sites?"+handlertest.Found("/ofp/sites", "HYPERLINK")), "1 to 1 of 1", "&#34;http://evil.example&#34;")
}

func TestUploadOfWhatIsNoList(t *testing.T) {
	t.Parallel()
	o := open(t)
	w := o.upload([]byte("PK\x03\x04"))
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Add the missing columns") {
		t.Errorf("status %d, %v", w.Code, o.err)
	}
	o.upload(bytes.Repeat([]byte("x"), site.MaxBytes+1))
	if f, ok := fault.Of(o.err); !ok || f.Kind != fault.TooLarge {
		t.Errorf("too large = %v", o.err)
	}
	check := o.upload(testdata(t, "sites.csv")).Header().Get("Location")
	if w := o.post(check + "/give-up"); w.Code != http.StatusSeeOther || o.flash == "" {
		t.Errorf("give up: %d, %v", w.Code, o.err)
	}
	o.ask(http.MethodGet, check, "", nil)
	if !errors.Is(o.err, site.ErrContentGone) {
		t.Errorf("after giving up = %v", o.err)
	}
}

var hrefs = regexp.MustCompile(`href="(/ofp/(?:sites|codes/issue)/[0-9a-f-]{36})"`)

func TestLaunchMailingAndAReissueByHand(t *testing.T) {
	t.Parallel()
	o := open(t)
	lines := bytes.SplitAfter(testdata(t, "sites.csv"), []byte("\n"))
	check := o.upload(bytes.Join(lines[:4], nil)).Header().Get("Location")
	o.post(check)
	o.has(o.get("/ofp/codes"), "No code has been issued yet")
	o.has(o.get("/ofp/codes/launch"), "3 certifiers get a mail each", "Create Your Family PACT Account – Action Needed")
	if w := o.post("/ofp/codes/launch"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a time: %d, %v", w.Code, o.err)
	}
	if w := o.post("/ofp/codes/launch", "when", "now"); w.Code != http.StatusSeeOther {
		t.Fatalf("start: %d, %v", w.Code, o.err)
	}
	o.has(o.get("/ofp/codes/launch"), "Under way", "Check again")
	if m, err := o.codes.LaunchState(t.Context(), o.actor); err != nil || o.codes.RunLaunch(t.Context(), m.ID) != nil {
		t.Fatal(err)
	}
	o.has(o.get("/ofp/codes/launch"), "Finished on", "Every certifier has been sent a code already")
	page := o.get("/ofp/codes?state=waiting")
	o.has(page, "1 to 3 of 3", "Launch mailing", "Mail on its way")
	links := hrefs.FindAllStringSubmatch(page, 2)
	sitePage, issue := links[0][1], links[1][1]
	o.has(o.get(sitePage), "Issue an access code", "Launch mailing")
	o.has(o.get(issue), "Why do you issue it?")
	if w := o.post(issue, "reason", " "); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Enter why you issue this code") {
		t.Errorf("without a reason: %d, %v", w.Code, o.err)
	}
	if w := o.post(issue, "reason", "never arrived <b>"); w.Header().Get("Location") != sitePage {
		t.Errorf("issue: %d, %v", w.Code, o.err)
	}
	o.has(o.get("/ofp/codes"), "Issued by hand: never arrived &lt;b&gt;", "Replaced")
}

func TestStrangersFindNothing(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.actor = authz.Actor{Role: authz.Certifier, Account: uuid.New(), Site: uuid.New()}
	for _, path := range []string{"/ofp/sites", "/ofp/sites/" + uuid.NewString(), "/ofp/sites/x", "/ofp/codes", "/ofp/codes/launch", "/ofp/codes/issue/" + uuid.NewString()} {
		o.ask(http.MethodGet, path, "", nil)
		if !errors.Is(o.err, fault.ErrNotFound) {
			t.Errorf("GET %s = %v, want not found", path, o.err)
		}
	}
}
