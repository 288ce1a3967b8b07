package training_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/internal/platform/upload"
)

// The list of OFP is judged in SQL: it must say what the rules say.
func TestOverviewAgreesWithTheRules(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	var accounts []uuid.UUID
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	accounts = append(accounts, certifier.Account)
	for i, on := range []string{"", "2024-02-29", "2020-01-01", "2020-03-14", "2019-12-31", "2020-01-13", "2020-01-12", "2025-01-13"} {
		staff, id := w.hire(w.site, authz.Staff, fmt.Sprintf("P%d", i))
		accounts = append(accounts, staff.Account)
		if on != "" {
			if err := w.records(certifier, "online-administrative", on, id); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.records(certifier, "portal-staff", "2025-01-10", id); err != nil {
			t.Fatal(err)
		}
	}
	far, _ := w.hire(w.other, authz.Certifier, "Far")
	accounts = append(accounts, far.Account)
	for _, days := range []int{0, 1, 59, 60, 61, 120, 121, 400, 1900} {
		dbtest.Freeze(t, w.db, start.Add(setting.Days(days)))
		o, err := w.Overview(t.Context(), w.office, training.OfficeFilter{Size: 50})
		if err != nil {
			t.Fatal(err)
		}
		counts, late := map[training.Kind]int{}, ""
		w.system(func(tx *postgres.Tx) error {
			states, err := w.States(t.Context(), tx, accounts, tx.Today())
			for _, s := range states {
				counts[s.Kind]++
				if s.Kind == training.Overdue {
					late += fmt.Sprintln(s.DueOn, s.Courses)
				}
			}
			return err
		})
		if diff := cmp.Diff(counts, o.Counts); diff != "" {
			t.Errorf("after %d days (-rules +list):\n%s", days, diff)
		}
		got := ""
		for _, l := range o.Late {
			got += fmt.Sprintln(l.DueOn, l.Courses)
		}
		if sorted(got) != sorted(late) || o.Total != len(o.Late) {
			t.Errorf("after %d days the list has\n%swant\n%s", days, sorted(got), sorted(late))
		}
	}
	o, err := w.Overview(t.Context(), w.office, training.OfficeFilter{Search: " clinic TWO", Size: 1})
	if err != nil || o.Total != 1 || o.Late[0].SiteName != "Clinic Two" || o.Late[0].Name() != "Far Person" {
		t.Errorf("search = %+v, %v", o.Late, err)
	}
	if o, err = w.Overview(t.Context(), w.office, training.OfficeFilter{Size: 4, Page: 2}); err != nil || len(o.Late) != 4 || o.Total <= 8 {
		t.Errorf("page 2 has %d of %d, %v", len(o.Late), o.Total, err)
	}
}

func sorted(lines string) string {
	list := strings.Split(lines, "\n")
	for i := range list {
		for j := i; j > 0 && list[j] < list[j-1]; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return strings.TrimSpace(strings.Join(list, "\n")) + "\n"
}

// draft is the portal training of staff as it is.
func draft() training.Draft {
	d := training.Draft{
		NameEN: "Provider Staff Portal Training", NameES: "Capacitación del portal para el personal",
		Tracks: []training.Track{training.Clinician, training.Administrative}, Days: "60",
	}
	d.Years.Certifier, d.Years.Staff = "2", "5"
	return d
}

func TestCadenceTakesEffectByDate(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	staff, id := w.hire(w.site, authz.Staff, "Ana")
	for _, code := range []string{"portal-staff", "online-administrative"} {
		if err := w.records(certifier, code, "2025-01-10", id); err != nil {
			t.Fatal(err)
		}
	}
	course := w.course("portal-staff")
	d := draft()
	d.Years.Staff = "1"
	if _, err := w.ChangeCourse(t.Context(), w.office, sub(), course, d); !aboutField(err, "from") {
		t.Errorf("another cadence from no day: %v", err)
	}
	d.From = civil.MustParse("2025-03-01")
	form := sub()
	for range 2 {
		if _, err := w.ChangeCourse(t.Context(), w.office, form, course, d); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ day, due string }{{"2025-02-28", "2030-01-10"}, {"2025-03-01", "2026-01-10"}} {
		dbtest.Freeze(t, w.db, civil.MustParse(tt.day).Start())
		if s := w.state(certifier, staff.Account); s.DueOn != civil.MustParse(tt.due) {
			t.Errorf("on %s: %+v, want due %s", tt.day, s, tt.due)
		}
	}
	f, err := w.FindCourse(t.Context(), w.office, course)
	if err != nil || len(f.Cadences) != 2 || f.StaffYears != 1 || f.Cadences[1].StaffYears != 5 {
		t.Errorf("course = %+v, %v", f, err)
	}
	entries, err := audit.About(t.Context(), w.db, "training-course:"+course.String())
	if err != nil || len(entries) != 1 || entries[0].Action != "training-course.change" || fmt.Sprint(entries[0].Fields) != "[cadence]" {
		t.Errorf("audit = %+v, %v", entries, err)
	}
}

func TestCourseEndsByDate(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.New(t)) // two transactions cannot change one course at a time
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	staff, id := w.hire(w.site, authz.Staff, "Ana")
	course := w.course("portal-staff")
	d := draft()
	d.EndsOn = civil.MustParse("2025-02-10")
	if _, err := w.ChangeCourse(t.Context(), w.office, sub(), course, d); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		day  string
		want int
	}{{"2025-02-10", 2}, {"2025-02-11", 1}} {
		dbtest.Freeze(t, w.db, civil.MustParse(tt.day).Start())
		if s := w.state(certifier, staff.Account); s.Courses != tt.want {
			t.Errorf("on %s: %+v, want %d courses", tt.day, s, tt.want)
		}
	}
	if err := w.records(certifier, "portal-staff", "2025-02-11", id); !is(err, training.ErrAfter) {
		t.Errorf("after its last day = %v", err)
	}
	d.NameEN = "Portal Training" // the last day is past and stays
	if _, err := w.ChangeCourse(t.Context(), w.office, sub(), course, d); err != nil {
		t.Errorf("another name later: %v", err)
	}
	d.EndsOn = civil.MustParse("2025-02-05")
	if _, err := w.ChangeCourse(t.Context(), w.office, sub(), course, d); !aboutField(err, "ends") {
		t.Errorf("a last day in the past: %v", err)
	}
}

func TestAddCourse(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	staff, _ := w.hire(w.site, authz.Staff, "Ana")
	d := draft()
	d.Code, d.From = "module-8", civil.MustParse("2025-01-13")
	for _, tt := range []struct {
		change func(d *training.Draft)
		field  string
	}{
		{func(d *training.Draft) { d.Code = "Module 8" }, "code"},
		{func(d *training.Draft) { d.Code = "portal-staff" }, "code"},
		{func(d *training.Draft) { d.From = civil.Date{} }, "from"},
		{func(d *training.Draft) { d.From = d.From.AddDays(-1) }, "from"},
		{func(d *training.Draft) { d.From, d.EndsOn = d.From.AddDays(2), d.From.AddDays(1) }, "ends"},
	} {
		bad := d
		tt.change(&bad)
		if _, err := w.AddCourse(t.Context(), w.office, sub(), bad); !aboutField(err, tt.field) {
			t.Errorf("%s: %v", tt.field, err)
		}
	}
	if _, err := w.AddCourse(t.Context(), w.office, sub(), d); err != nil {
		t.Fatal(err)
	}
	if s := w.state(w.office, staff.Account); s.Courses != 3 {
		t.Errorf("state = %+v, want three courses", s)
	}
}

func aboutField(err error, field string) bool {
	f, ok := fault.Of(err)
	return ok && f.Kind == fault.Invalid && len(f.Fields) == 1 && f.Fields[0].Name == field
}

func TestRules(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	if err := w.SetRules(t.Context(), w.office, sub(), training.Rules{Center: "javascript:alert(1)"}); err == nil {
		t.Error("no reason and no address")
	} else if f, _ := fault.Of(err); len(f.Fields) != 2 {
		t.Errorf("faults = %v", f.Fields)
	}
	if err := w.SetRules(t.Context(), w.office, sub(), training.Rules{Gate: true, Center: "https://learn.example/", Reason: "moved"}); err != nil {
		t.Fatal(err)
	}
	o, err := w.Overview(t.Context(), w.office, training.OfficeFilter{Size: 1})
	if err != nil || !o.Gate || o.Center != "https://learn.example/" || len(o.Courses) != 6 {
		t.Errorf("overview = %+v, %v", o, err)
	}
	for _, name := range []string{"training_gate", "training_url"} {
		if entries, err := audit.About(t.Context(), w.db, "setting:"+name); err != nil || len(entries) != 1 {
			t.Errorf("%s: %+v, %v", name, entries, err)
		}
	}
}

const header = "completed_on,course_code,person\n"

// security.md 18.1, 18.3: every row is judged, and all is said at once.
func TestImportTellsEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	gone, _ := w.hire(w.site, authz.Staff, "Gone")
	w.exec(`UPDATE account SET removed_at = portal_now() WHERE id = $1`, gone.Account)
	for range 2 {
		w.hire(w.other, authz.Staff, "Twin") // two accounts with one address
	}
	list := header +
		"2024-11-01,provider-orientation,CORA@people.example\n" + // 2
		"2024-11-01,provider-orientation,cora@people.example\n" + // 3
		",,\n" + // 4
		"2025-02-30,no-such,nobody@people.example\n" + // 5
		"2025-01-14,provider-orientation,cora@people.example\n" + // 6
		"2024-12-12,portal-certifier,cora@people.example\n" + // 7
		"2024-12-13,portal-certifier,gone@people.example\n" + // 8
		"2024-12-13,portal-staff,twin@people.example\n" + // 9
		"2024-12-13,portal-staff\n" + // 10
		"2024-12-13,portal-certifier,=cmd|' /C calc'!A0\n" // 11
	id, err := w.Upload(t.Context(), w.office, sub(), []byte(list))
	if err != nil {
		t.Fatal(err)
	}
	check, err := w.Check(t.Context(), w.office, id)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := training.WriteProblems(t.Context(), &b, check.Plan.Problems); err != nil {
		t.Fatal(err)
	}
	nobody := `"person: nobody who works at a site has this e-mail address or username"`
	nobody = strings.Trim(nobody, `"`)
	want := "line,problem\n3,same as line 2\n4,person: missing\n4,course_code: missing\n4,completed_on: missing\n" +
		"5," + nobody + "\n5,course_code: no course has this code\n5,completed_on: not a date such as 2026-04-01\n" +
		"6,completed_on: The date must be today or earlier\n7,completed_on: The course could not be taken before 12/13/2024\n" +
		"8," + nobody + "\n9,person: several accounts have this e-mail address: give the username\n10,2 fields instead of 3\n11," + nobody + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" || check.Plan.Add != 1 || check.Plan.Refused() != 9 {
		t.Errorf("%+v\n%s", check.Plan, diff)
	}
	if _, err := w.Apply(t.Context(), w.office, sub(), id, false); !is(err, upload.ErrHasProblems) {
		t.Errorf("apply with problems = %v", err)
	}
	if s := w.state(w.office, certifier.Account); s.Courses != 3 {
		t.Errorf("state = %+v, want nothing written", s)
	}
	if _, err := w.Apply(t.Context(), w.office, sub(), id, true); err != nil {
		t.Fatal(err)
	}
	if s := w.state(w.office, certifier.Account); s.Courses != 2 {
		t.Errorf("state = %+v, want the orientation done", s)
	}
}

// security.md 18.2
func TestImportOfTheSameFileTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	username := ""
	w.system(func(tx *postgres.Tx) (err error) {
		username, err = postgres.Value[string](t.Context(), tx, `SELECT username FROM account WHERE id = $1`, certifier.Account)
		return err
	})
	list := []byte(header + "2024-11-01,provider-orientation," + strings.ToUpper(username) + "\n2024-12-20,portal-certifier,cora@people.example\n")
	for i, want := range []upload.Done{{Added: 2}, {Unchanged: 2}} {
		id, err := w.Upload(t.Context(), w.office, sub(), list)
		if err != nil {
			t.Fatal(err)
		}
		check, err := w.Check(t.Context(), w.office, id)
		if err != nil || (check.Earlier != nil) != (i == 1) {
			t.Errorf("round %d: earlier = %v, %v", i, check.Earlier, err)
		}
		for range 2 {
			if _, err := w.Apply(t.Context(), w.office, sub(), id, false); err != nil {
				t.Fatal(err)
			}
		}
		if check, err = w.Check(t.Context(), w.office, id); err != nil || check.Import.Added != want.Added || check.Import.Unchanged != want.Unchanged || check.Import.Content != nil {
			t.Errorf("round %d: %+v, %v, want %+v", i, check.Import, err, want)
		}
	}
	w.system(func(tx *postgres.Tx) error {
		n, err := postgres.Value[int](t.Context(), tx, `SELECT count(*)::int FROM training_completion WHERE source = 'import' AND import_id IS NOT NULL`)
		if n != 2 {
			t.Errorf("%d completions, want 2", n)
		}
		return err
	})
}

func TestImportIsForOFPAndCanBeGivenUp(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	list := []byte(header + "2024-11-01,provider-orientation,cora@people.example\n")
	if _, err := w.Upload(t.Context(), certifier, sub(), list); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("certifier uploads = %v", err)
	}
	for content, want := range map[string]*fault.Fault{"": sheet.ErrEmpty, "person,completed_on\nx,y\n": sheet.ErrColumns, header + "\xff,a,b\n": sheet.ErrNotText} {
		if _, err := w.Upload(t.Context(), w.office, sub(), []byte(content)); !is(err, want) {
			t.Errorf("%q = %v, want %v", content, err, want)
		}
	}
	id, err := w.Upload(t.Context(), w.office, sub(), list)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []func() error{
		func() error { _, err := w.Check(t.Context(), certifier, id); return err },
		func() error { _, err := w.Apply(t.Context(), certifier, sub(), id, true); return err },
		func() error { return w.GiveUp(t.Context(), certifier, id) },
	} {
		if err := act(); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("certifier = %v", err)
		}
	}
	if err := w.GiveUp(t.Context(), w.office, id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Apply(t.Context(), w.office, sub(), id, true); !is(err, upload.ErrContentGone) {
		t.Errorf("apply after giving up = %v", err)
	}
}
