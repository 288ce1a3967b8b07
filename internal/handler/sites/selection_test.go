package sites_test

import (
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/web/markup"
)

// mailed imports n sites and sends the launch mailing.
func (o *office) mailed(n int) {
	o.t.Helper()
	o.enroll(n)
	if _, err := o.codes.StartLaunch(o.t.Context(), o.actor, submission(), true); err != nil {
		o.t.Fatal(err)
	}
	m, err := o.codes.LaunchState(o.t.Context(), o.actor)
	if err != nil || o.codes.RunLaunch(o.t.Context(), m.ID) != nil {
		o.t.Fatal(err)
	}
}

// enroll imports the first n sites of the list.
func (o *office) enroll(n int) {
	o.t.Helper()
	lines := bytes.SplitAfter(testdata(o.t, "sites.csv"), []byte("\n"))
	o.post(o.upload(bytes.Join(lines[:n+1], nil)).Header().Get("Location"))
}

var memberBox = regexp.MustCompile(`name="member" value="([0-9a-f-]{36})"`)

func TestSeveralCodesAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.mailed(30)
	page := o.get("/ofp/codes?state=waiting")
	if n := len(memberBox.FindAllString(page, -1)); n != 25 {
		t.Fatalf("%d boxes, want 25", n)
	}
	o.has(page, `data-module="fp-select"`, "Issue codes to everybody in this list", `class="fp-nowrap"`, `<input type="hidden" name="state" value="waiting"`)
	for _, wrong := range markup.Check(page) {
		t.Error(wrong)
	}
	w := o.post("/ofp/codes/selection", "state", "waiting", "all", "")
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Choose at least one certifier") {
		t.Errorf("nobody chosen: %d, %v", w.Code, o.err)
	}
	one := o.post("/ofp/codes/selection", "member", memberBox.FindStringSubmatch(page)[1]).Header().Get("Location")
	o.has(o.get(one), "Issue an access code to one certifier?", "Why do you issue them?")
	all := o.post("/ofp/codes/selection", "state", "waiting", "all", "yes").Header().Get("Location")
	o.has(o.get(all), "Issue access codes to 30 certifiers?", "and 20 more")
	if w := o.post(all, "reason", ""); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Enter why you issue this code") {
		t.Errorf("without a reason: %d, %v", w.Code, o.err)
	}
	if w := o.post(all, "reason", "mail server was down"); w.Code != http.StatusSeeOther || o.flash != "The codes are being issued." {
		t.Fatalf("start: %d, %q, %v", w.Code, o.flash, o.err)
	}
	o.has(o.get(all), "Codes are being issued", "mail server was down", "Check again")
	if err := o.codes.RunSelection(t.Context(), idOf(t, all)); err != nil {
		t.Fatal(err)
	}
	o.has(o.get(all), "The codes were issued", all+"/list.csv")
	csv := o.get(all + "/list.csv")
	if lines := strings.Split(strings.TrimSpace(csv), "\n"); len(lines) != 31 || !strings.HasSuffix(lines[1], ",issued") {
		t.Errorf("CSV = %.300s", csv)
	}
}

// From go-live on more than 20 wait for a second administrator (security.md
// 16.7), codes and mailings alike.
func TestManyAtOnceWaitForASecondAdministrator(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.mailed(21)
	dbtest.Advance(t, o.db, 24*time.Hour)
	all := o.post("/ofp/codes/selection", "all", "yes").Header().Get("Location")
	o.has(o.get(all), "More than 20 codes at once need the approval", "Ask for approval")
	if w := o.post(all, "reason", "mail server was down"); w.Code != http.StatusSeeOther || o.flash != "Your request waits for another administrator." {
		t.Fatalf("ask: %d, %q, %v", w.Code, o.flash, o.err)
	}
	page := o.get(all)
	o.has(page, "Your request waits for another administrator. Nothing has been sent.", "/ofp/people/requests/")
	if strings.Contains(page, "<textarea") {
		t.Error("the reason can be changed while the request waits")
	}
}

func TestMailingAfterGoLiveWaitsForASecondAdministrator(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.enroll(21)
	dbtest.Freeze(t, o.db, launch.Add(-time.Hour))
	o.has(o.get("/ofp/codes/launch"), "The launch mailing leaves by itself on", "When shall the mails leave?")
	dbtest.Advance(t, o.db, 24*time.Hour)
	o.has(o.get("/ofp/codes/launch"), "approval of a second administrator", "Why is this mailing needed?")
	o.post("/ofp/codes/launch", "when", "now")
	if !errors.Is(o.err, accesscode.ErrTwoPersons) {
		t.Errorf("start = %v, want ErrTwoPersons", o.err)
	}
	if w := o.post("/ofp/codes/launch", "reason", ""); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d, %v", w.Code, o.err)
	}
	if w := o.post("/ofp/codes/launch", "reason", "the first one was stopped"); w.Code != http.StatusSeeOther {
		t.Errorf("ask: %d, %v", w.Code, o.err)
	}
	o.has(o.get("/ofp/codes/launch"), "Your request waits for another administrator", "/ofp/people/requests/")
}

func TestExportOfTheCodes(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.mailed(3)
	o.has(o.get("/ofp/codes/export?state=waiting"), `name="state" value="waiting"`, "What do you need it for?")
	if w := o.post("/ofp/codes/export"); w.Code != http.StatusUnprocessableEntity || strings.Count(w.Body.String(), "govuk-error-message") != 2 {
		t.Errorf("nothing chosen: %d, %v", w.Code, o.err)
	}
	w := o.post("/ofp/codes/export", "what", "list", "purpose", "delivery", "state", "used")
	if w.Code != http.StatusOK || w.Header().Get("Content-Disposition") != `attachment; filename="access-codes.csv"` ||
		w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || strings.Count(w.Body.String(), "\n") != 1 {
		t.Errorf("list of the used: %d, %v, %q", w.Code, w.Header(), w.Body)
	}
	w = o.post("/ofp/codes/export", "what", "days", "purpose", "reporting")
	o.has(w.Body.String(), "day,issued,delivered", "2025-01-12,3,0,0,0,0,0,0")
}

func submission() idempotency.Submission {
	return idempotency.Submission{Key: uuid.New(), Digest: []byte("x")}
}

func idOf(t *testing.T, path string) uuid.UUID {
	t.Helper()
	id, err := uuid.Parse(path[strings.LastIndex(path, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	return id
}
