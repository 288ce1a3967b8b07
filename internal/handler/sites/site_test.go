package sites_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// imported brings in one site and returns the address of its page and the
// membership of its certifier.
func (o *office) imported() (page, certifier string) {
	o.t.Helper()
	lines := bytes.SplitAfter(testdata(o.t, "sites.csv"), []byte("\n"))
	o.post(o.upload(bytes.Join(lines[:2], nil)).Header().Get("Location"))
	var at, who uuid.UUID
	err := o.db.InTx(o.t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(o.t.Context(), `UPDATE site SET provider_type = 'FQHC'`); err != nil {
			return err
		}
		return tx.QueryRow(o.t.Context(), `SELECT site_id, id FROM membership`).Scan(&at, &who)
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return "/ofp/sites/" + at.String(), who.String()
}

var nora = []string{
	"first-name", " Nora ", "last-name", "New", "email", "nora@clinic.example", "credential", "CNP",
	"oriented-month", "", "oriented-day", "", "oriented-year", "", "reason", "retired <b>", "confirm", "yes",
}

func TestCertifierIsChangedOnThePage(t *testing.T) {
	t.Parallel()
	o := open(t)
	page, old := o.imported()
	o.has(o.get(page), "Change certifier", page+"/certifier", "Site added by a list", "No approval is recorded")
	form := o.get(page + "/certifier")
	o.has(form, "Certifier now", "New certifier", `name="instead" value="`+old+`"`, "due by May 12, 2025")
	w := o.post(page+"/certifier", "instead", old, "first-name", "Nora", "oriented-month", "2", "oriented-day", "30", "oriented-year", "2024")
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("half a form: %d, %v", w.Code, o.err)
	}
	o.has(w.Body.String(), `value="Nora"`, `href="#last-name"`, `href="#email"`, `href="#credential"`, `href="#reason"`, `href="#oriented"`, `href="#confirm"`, `value="30"`)
	if w = o.post(page+"/certifier", append(nora, "instead", old)...); w.Code != http.StatusSeeOther || w.Header().Get("Location") != page {
		t.Fatalf("change: %d, %v", w.Code, o.err)
	}
	o.has(o.flash, "Nora New is the certifier now")
	o.has(o.get(page), "Nora New", "Certifier named", "retired &lt;b&gt;", "must attend the Provider Orientation by May 12, 2025", "Removed")
	o.post(page+"/certifier", append(nora, "instead", old)...)
	if f, ok := fault.Of(o.err); !ok || f.Kind != fault.Conflict || !f.Is(membership.ErrCertifierChanged) {
		t.Errorf("from an old page = %v, want ErrCertifierChanged", o.err)
	}
}

func TestCertifierIsEndedOnThePage(t *testing.T) {
	t.Parallel()
	o := open(t)
	page, old := o.imported()
	o.has(o.get(page+"/certifier/end"), "What stops at once", "can go on until February 11, 2025")
	if w := o.post(page+"/certifier/end", "instead", old); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a tick: %d, %v", w.Code, o.err)
	}
	if w := o.post(page+"/certifier/end", "instead", old, "confirm", "yes"); w.Code != http.StatusSeeOther {
		t.Fatalf("end: %d, %v", w.Code, o.err)
	}
	o.has(o.get(page), "This site has had no certifier since January 12, 2025", "Name a certifier")
	o.has(o.get(page+"/certifier"), "This site has no certifier now", `name="instead" value=""`)
	o.has(o.get(page+"/certifier/end"), "This site has no certifier now")
	if w := o.post(page+"/certifier", append(nora, "instead", "")...); w.Code != http.StatusSeeOther {
		t.Errorf("naming: %d, %v", w.Code, o.err)
	}
}

func TestApprovalIsRecordedAndWithdrawn(t *testing.T) {
	t.Parallel()
	o := open(t)
	page, _ := o.imported()
	o.has(o.get(page+"/approval"), "DHCS 4475", "Number of the declaration")
	w := o.post(page+"/approval", "number", "4475-7", "approved-month", "13", "approved-day", "1", "approved-year", "2025", "basis", "parent")
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong form: %d, %v", w.Code, o.err)
	}
	o.has(w.Body.String(), `value="4475-7"`, `href="#approved"`, "cannot declare several locations on this one")
	good := []string{"number", "4475-7", "approved-month", "1", "approved-day", "10", "approved-year", "2025", "basis", "community"}
	for range 2 { // the second takes the place of the first
		if w = o.post(page+"/approval", good...); w.Code != http.StatusSeeOther {
			t.Fatalf("record: %d, %v", w.Code, o.err)
		}
	}
	o.has(o.get(page), "4475-7", "In force", "Approval for several locations recorded")
	if n := strings.Count(o.get(page+"/approval"), "In force"); n != 1 {
		t.Errorf("%d approvals in force, want 1", n)
	}
	o.has(o.get(page+"/approval/end"), "4475-7 no longer counts")
	if w = o.post(page + "/approval/end"); w.Code != http.StatusSeeOther {
		t.Errorf("withdraw: %d, %v", w.Code, o.err)
	}
	o.has(o.get(page+"/approval/end"), "No approval is recorded")
	if o.post(page + "/approval/end"); o.err == nil {
		t.Error("withdrawing what there is not")
	}
}

func TestStatusIsChangedOnThePage(t *testing.T) {
	t.Parallel()
	o := open(t)
	page, _ := o.imported()
	form := o.get(page + "/status")
	o.has(form, `value="suspended"`, `value="disenrolled"`)
	if strings.Contains(form, `value="enrolled"`) {
		t.Error("the status that the site has is offered")
	}
	w := o.post(page + "/status")
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an empty form: %d, %v", w.Code, o.err)
	}
	o.has(w.Body.String(), `href="#status"`, `href="#reason"`, `href="#confirm"`)
	if w = o.post(page+"/status", "status", "suspended", "reason", "license", "confirm", "yes"); w.Code != http.StatusSeeOther {
		t.Fatalf("suspend: %d, %v", w.Code, o.err)
	}
	o.has(o.get(page), "Suspended", "Licensing, since January 12, 2025", "Site suspended")
	o.post(page+"/status", "status", "suspended", "reason", "license", "confirm", "yes")
	if f, ok := fault.Of(o.err); !ok || !f.Is(site.ErrSameStatus) {
		t.Errorf("from an old page = %v, want ErrSameStatus", o.err)
	}
}

func TestSitePagesAreForOFPAlone(t *testing.T) {
	t.Parallel()
	o := open(t)
	page, old := o.imported()
	for _, who := range []authz.Actor{{Role: authz.Certifier, Account: uuid.New()}, {Role: authz.Desk, Account: uuid.New()}, {}} {
		o.actor = who
		for _, act := range []string{"", "/certifier", "/certifier/end", "/approval", "/approval/end", "/status"} {
			if o.ask(http.MethodGet, page+act, "", nil); !isNotFound(o.err) {
				t.Errorf("%q sees %s: %v", who, act, o.err)
			}
			if act != "" {
				if o.post(page+act, append(nora, "instead", old)...); !isNotFound(o.err) {
					t.Errorf("%q acts on %s: %v", who, act, o.err)
				}
			}
		}
	}
}

func isNotFound(err error) bool {
	f, ok := fault.Of(err)
	return ok && f.Is(fault.ErrNotFound)
}
