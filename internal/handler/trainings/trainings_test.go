package trainings_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/handler/trainings"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/internal/platform/upload"
	"familypact.example/portal/web/markup"
)

var (
	today  = civil.New(2025, 6, 1)
	course = training.Course{ID: uuid.New(), Code: "portal-staff", NameEN: "Portal Training", NameES: "Capacitación", Tracks: []training.Track{training.Administrative}, StartsOn: civil.New(2024, 12, 13)}
	ana    = person("Ana", authz.Staff, "")
	ben    = person("=Ben", authz.Staff, "2025-01-02")
	cora   = person("Cora", authz.Certifier, "")
)

func person(first string, role authz.Role, done string) training.Person {
	s := training.Standing{
		Course: course, Cadence: training.Cadence{CertifierYears: 2, StaffYears: 5, FirstDays: 60}, AccountID: uuid.New(),
		Track: training.Administrative, Since: civil.New(2025, 1, 2),
	}
	if done != "" {
		s.DoneOn = civil.MustParse(done)
	}
	list := []training.Standing{s}
	return training.Person{
		Member:    training.Member{MembershipID: uuid.New(), AccountID: s.AccountID, Role: role, FirstName: first, LastName: "Person", Email: "x@clinic.example"},
		Standings: list, State: training.StateOf(list, today),
	}
}

// fake answers every method with what it holds, and keeps what it was asked.
type fake struct {
	err        error
	withdrawn  bool
	plan       training.Plan
	applied    bool
	recording  training.Recording
	correction training.Correction
	rules      training.Rules
	draft      training.Draft
	track      training.Track
	filter     training.Filter
	content    []byte
	goodOnly   bool
}

func (f *fake) Board(_ context.Context, actor authz.Actor, filter training.Filter) (training.Board, error) {
	f.filter = filter
	b := training.Board{Today: today, Own: ana.Standings, Center: "https://learn.example/", Gate: true}
	if actor.Role == authz.Certifier {
		b.People, b.Total, b.Counts = []training.Person{ana, ben, cora}, 3, map[training.Kind]int{training.Overdue: 2, training.Done: 1, training.Unfinished: 2}
	}
	return b, f.err
}

func (f *fake) Staff(context.Context, authz.Actor) ([]training.Person, []training.Course, civil.Date, error) {
	return []training.Person{ana, ben}, []training.Course{course}, today, nil
}

func (f *fake) Record(_ context.Context, _ authz.Actor, _ idempotency.Submission, in training.Recording) (uuid.UUID, error) {
	f.recording = in
	return uuid.New(), f.err
}

func (f *fake) entry() training.Completion {
	c := training.Completion{ID: uuid.New(), CourseID: course.ID, CompletedOn: civil.New(2025, 1, 2), Source: training.ByCertifier,
		NameEN: course.NameEN, NameES: course.NameES, RecordedName: "Cora Person", RecordedAt: time.Now()}
	if f.withdrawn {
		at := time.Now()
		c.WithdrawnAt, c.WithdrawnReason, c.WithdrawnName = &at, training.WrongDate, "Cora Person"
	}
	return c
}

func (f *fake) Find(context.Context, authz.Actor, uuid.UUID) (training.File, error) {
	return training.File{Person: ben, Today: today, Completions: []training.Completion{f.entry()}}, nil
}

func (f *fake) SetTrack(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, t training.Track) (uuid.UUID, error) {
	f.track = t
	return id, f.err
}

func (f *fake) FindCompletion(context.Context, authz.Actor, uuid.UUID) (training.Completion, training.Person, []training.Course, error) {
	return f.entry(), ben, []training.Course{course}, nil
}

func (f *fake) Correct(_ context.Context, _ authz.Actor, _ idempotency.Submission, _ uuid.UUID, in training.Correction) (uuid.UUID, error) {
	f.correction = in
	return ben.MembershipID, f.err
}

func (f *fake) Export(context.Context, authz.Actor) ([]training.Person, civil.Date, error) {
	return []training.Person{ana, ben}, today, f.err
}

func (f *fake) Overview(context.Context, authz.Actor, training.OfficeFilter) (training.Overview, error) {
	return training.Overview{
		Today: today, Counts: map[training.Kind]int{training.Overdue: 1}, Center: "https://learn.example/", Total: 1,
		Courses: []training.CourseInForce{{Course: course, Cadence: ana.Standings[0].Cadence}},
		Late:    []training.Late{{SiteID: uuid.New(), SiteName: "Clinic One", FirstName: "Ana", LastName: "Person", Role: authz.Staff, Courses: 1, DueOn: civil.New(2025, 3, 3), Total: 1}},
	}, f.err
}

func (f *fake) SetRules(_ context.Context, _ authz.Actor, _ idempotency.Submission, in training.Rules) error {
	f.rules = in
	return f.err
}

func (f *fake) FindCourse(context.Context, authz.Actor, uuid.UUID) (training.CourseFile, error) {
	c := training.CourseFile{CourseInForce: training.CourseInForce{Course: course, Cadence: ana.Standings[0].Cadence}, Today: today}
	c.Cadences = []training.DatedCadence{{StartsOn: course.StartsOn, Cadence: c.Cadence}}
	return c, nil
}

func (f *fake) Standard(context.Context, authz.Actor) (training.Cadence, civil.Date, error) {
	return training.Cadence{CertifierYears: 2, StaffYears: 5, FirstDays: 120}, today, nil
}

func (f *fake) AddCourse(_ context.Context, _ authz.Actor, _ idempotency.Submission, d training.Draft) (uuid.UUID, error) {
	f.draft = d
	return course.ID, f.err
}

func (f *fake) ChangeCourse(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, d training.Draft) (uuid.UUID, error) {
	f.draft = d
	return id, f.err
}

func (f *fake) Upload(_ context.Context, _ authz.Actor, _ idempotency.Submission, content []byte) (uuid.UUID, error) {
	f.content = content
	return course.ID, f.err
}

func (f *fake) Check(context.Context, authz.Actor, uuid.UUID) (training.Check, error) {
	c := training.Check{Import: upload.Upload{ID: course.ID}, Plan: f.plan}
	if f.applied {
		at := time.Now()
		c.Import.AppliedAt, c.Import.Added = &at, 7
	}
	return c, nil
}

func (f *fake) Apply(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, goodOnly bool) (uuid.UUID, error) {
	f.goodOnly = goodOnly
	return id, f.err
}

func (f *fake) GiveUp(context.Context, authz.Actor, uuid.UUID) error { return f.err }

// desk is the pages on a fake, asked by somebody.
type desk struct {
	*fake
	t     *testing.T
	mux   http.Handler
	actor authz.Actor
	err   error // of the last request, as the handler returned it
	flash string
}

func open(t *testing.T, role authz.Role) *desk {
	t.Helper()
	d := &desk{fake: &fake{}, t: t, actor: authz.Actor{Role: role, Account: uuid.New()}}
	h := trainings.New(d.fake)
	mux := chi.NewRouter()
	for path, fn := range map[string]handler.Func{
		"GET /provider/training": h.ShowBoard, "GET /provider/training/record": h.ShowRecord, "POST /provider/training/record": h.Record,
		"GET /provider/training/people/{id}": h.ShowPerson, "POST /provider/training/people/{id}": h.SetTrack,
		"GET /provider/training/completions/{id}": h.ShowCorrect, "POST /provider/training/completions/{id}": h.Correct,
		"GET /provider/training/training.csv": h.Export, "GET /ofp/training": h.ShowOffice,
		"GET /ofp/training/rules": h.ShowRules, "POST /ofp/training/rules": h.SetRules,
		"GET /ofp/training/courses/new": h.ShowNew, "POST /ofp/training/courses/new": h.Add,
		"GET /ofp/training/courses/{id}": h.ShowCourse, "POST /ofp/training/courses/{id}": h.Change,
		"GET /ofp/training/import": h.ShowUpload, "POST /ofp/training/import": h.Upload,
		"GET /ofp/training/import/{id}": h.ShowCheck, "POST /ofp/training/import/{id}": h.Apply,
		"POST /ofp/training/import/{id}/give-up": h.GiveUp, "GET /ofp/training/import/{id}/problems.csv": h.ShowProblems,
	} {
		method, pattern, _ := strings.Cut(path, " ")
		mux.MethodFunc(method, pattern, func(w http.ResponseWriter, r *http.Request) { d.err = fn(w, r) })
	}
	d.mux = mux
	return d
}

func (d *desk) ask(method, path, kind string, body io.Reader) *httptest.ResponseRecorder {
	d.t.Helper()
	ctx := handler.WithVisit(d.t.Context(), handler.Visit{Actor: d.actor}, func(_ context.Context, text string) { d.flash = text })
	ctx = handler.WithSearches(ctx, handlertest.Searches{})
	r := httptest.NewRequestWithContext(ctx, method, path, body)
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r)
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		for _, wrong := range markup.Check(w.Body.String()) {
			d.t.Errorf("%s %s: %s", method, path, wrong)
		}
	}
	return w
}

func (d *desk) get(path string) string {
	d.t.Helper()
	w := d.ask(http.MethodGet, path, "", nil)
	if d.err != nil || w.Code != http.StatusOK {
		d.t.Fatalf("GET %s: %d, %v", path, w.Code, d.err)
	}
	return w.Body.String()
}

func (d *desk) post(path string, pairs ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	values := url.Values{"submission": {uuid.Must(uuid.NewV7()).String()}}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return d.ask(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// refused fails unless the answer is the form again with these texts in it.
func (d *desk) refused(w *httptest.ResponseRecorder, texts ...string) {
	d.t.Helper()
	if d.err != nil || w.Code != http.StatusUnprocessableEntity {
		d.t.Fatalf("status %d, %v, want 422", w.Code, d.err)
	}
	d.has(w.Body.String(), texts...)
}

func (d *desk) has(page string, texts ...string) {
	d.t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			d.t.Errorf("the page lacks %q", text)
		}
	}
}

// done fails unless the answer leads to the path.
func (d *desk) done(w *httptest.ResponseRecorder, path string) {
	d.t.Helper()
	if d.err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
		d.t.Fatalf("status %d to %q, %v, want 303 to %q", w.Code, w.Header().Get("Location"), d.err, path)
	}
}

func TestBoard(t *testing.T) {
	t.Parallel()
	staff, certifier := open(t, authz.Staff), open(t, authz.Certifier)
	staff.has(staff.get("/provider/training"), "Portal Training", "Overdue", "https://learn.example/", "ask the certifier of your site", "You cannot enroll or recertify")
	certifier.has(certifier.get("/provider/training?state=open&"+handlertest.Found("/provider/training", "x")+"&page=2"), "/provider/training/people/"+ana.MembershipID.String(),
		"Overdue since 03/03/2025", "Something to do (2)", "Search: x", training.Office)
	if diff := cmp.Diff(training.Filter{Kind: training.Unfinished, Search: "x", Page: 2, Size: 25}, certifier.filter); diff != "" {
		t.Error(diff)
	}
	if certifier.get("/provider/training?state=nonsense&page=-1"); certifier.filter.Kind != "" || certifier.filter.Page != 1 {
		t.Errorf("filter = %+v", certifier.filter)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	const path = "/provider/training/record"
	d := open(t, authz.Certifier)
	d.has(d.get(path+"?people="+ben.MembershipID.String()), `value="`+ben.MembershipID.String()+`" checked`)
	d.refused(d.post(path), "Choose a course", "Enter when it was completed", "Choose who completed the course")
	d.refused(d.post(path, "course", course.ID.String(), "on-month", "2", "on-day", "30", "on-year", "20x", "people", ana.MembershipID.String()),
		"Enter a real date", `value="20x"`, `value="`+ana.MembershipID.String()+`" checked`, `value="`+course.ID.String()+`" selected`)
	good := []string{"course", course.ID.String(), "on-month", "1", "on-day", "2", "on-year", "2025", "people", ana.MembershipID.String(), "people", ben.MembershipID.String()}
	d.fake.err = training.ErrFuture
	d.refused(d.post(path, good...), "The date must be today or earlier", `value="2025"`)
	d.fake.err = nil
	d.done(d.post(path, good...), "/provider/training")
	want := training.Recording{Course: course.ID, On: civil.New(2025, 1, 2), People: []uuid.UUID{ana.MembershipID, ben.MembershipID}}
	if diff := cmp.Diff(want, d.recording); diff != "" || d.flash != "Recorded for 2 people." {
		t.Errorf("%q %s", d.flash, diff)
	}
	if d.post(path, append(good[:8:8], "people", "x")...); !errors.Is(d.err, fault.ErrNotFound) {
		t.Errorf("no id = %v", d.err)
	}
}

func TestPersonAndTrack(t *testing.T) {
	t.Parallel()
	d := open(t, authz.Certifier)
	path := "/provider/training/people/" + ben.MembershipID.String()
	d.has(d.get(path), "=Ben Person", "Cora Person", "Correct", "Up to date")
	d.fake.err = fault.InvalidField("track", nil)
	d.withdrawn = true
	d.fake.err = nil
	d.has(d.get(path), "Withdrawn", "The date; Cora Person")
	d.done(d.post(path, "track", "clinician"), path)
	if d.track != training.Clinician {
		t.Errorf("track = %q", d.track)
	}
	if d.ask(http.MethodGet, "/provider/training/people/x", "", nil); !errors.Is(d.err, fault.ErrNotFound) {
		t.Errorf("no id = %v", d.err)
	}
}

func TestCorrect(t *testing.T) {
	t.Parallel()
	d := open(t, authz.Certifier)
	path, person := "/provider/training/completions/"+uuid.NewString(), "/provider/training/people/"+ben.MembershipID.String()
	d.has(d.get(path), "What is wrong?", "=Ben Person", "01/02/2025")
	d.refused(d.post(path, "reason", "wrong-date", "date-on-month", "x"), "Enter a real date", `value="x"`)
	d.refused(d.post(path, "reason", "wrong-course"), "Choose a course", "Enter when it was completed")
	d.fake.err = training.ErrNoReason
	d.refused(d.post(path), "Choose what is wrong with the entry")
	d.fake.err = training.ErrFuture
	d.refused(d.post(path, "reason", "wrong-date", "date-on-month", "1", "date-on-day", "3", "date-on-year", "2026"), `id="date-on-error"`, "The date must be today or earlier")
	d.fake.err = nil
	d.done(d.post(path, "reason", "not-completed", "date-on-month", "1"), person)
	d.done(d.post(path, "reason", "wrong-course", "course", course.ID.String(), "course-on-month", "1", "course-on-day", "3", "course-on-year", "2025"), person)
	if diff := cmp.Diff(training.Correction{Reason: training.WrongCourse, Course: course.ID, On: civil.New(2025, 1, 3)}, d.correction); diff != "" {
		t.Error(diff)
	}
	d.withdrawn = true
	if d.ask(http.MethodGet, path, "", nil); !errors.Is(d.err, training.ErrWithdrawn) {
		t.Errorf("withdrawn = %v", d.err)
	}
}

// security.md 18.4
func TestExport(t *testing.T) {
	t.Parallel()
	d := open(t, authz.Certifier)
	w := d.ask(http.MethodGet, "/provider/training/training.csv", "", nil)
	want := "Name,E-mail,Role,Course,Completed,Due,State\n" +
		"Ana Person,x@clinic.example,Staff,Portal Training,,2025-03-03,Overdue\n'=Ben Person,x@clinic.example,Staff,Portal Training,2025-01-02,2030-01-02,Up to date\n"
	if diff := cmp.Diff(want, w.Body.String()); diff != "" {
		t.Error(diff)
	}
	if w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || w.Header().Get("Content-Disposition") != `attachment; filename="training.csv"` {
		t.Errorf("headers = %v", w.Header())
	}
}

func TestOfficeAndRules(t *testing.T) {
	t.Parallel()
	d := open(t, authz.OFP)
	d.has(d.get("/ofp/training?"+handlertest.Found("/ofp/training", "One")), "The gate is off", "portal-staff", "Clinic One", "Ana Person", "Search: One")
	d.has(d.get("/ofp/training/rules"), "https://learn.example/")
	d.refused(d.post("/ofp/training/rules", "center", "typed"), "Choose what happens", `value="typed"`)
	d.fake.err = fault.InvalidFields([]fault.Field{{Name: "reason", Text: training.ErrTwice.Text}})
	d.refused(d.post("/ofp/training/rules", "gate", "on", "center", "typed"), `value="typed"`, `id="reason-error"`)
	d.fake.err = nil
	d.done(d.post("/ofp/training/rules", "gate", "on", "center", "https://x.example/", "reason", "decided"), "/ofp/training")
	if diff := cmp.Diff(training.Rules{Gate: true, Center: "https://x.example/", Reason: "decided"}, d.rules); diff != "" {
		t.Error(diff)
	}
}

func TestCourses(t *testing.T) {
	t.Parallel()
	d := open(t, authz.OFP)
	path := "/ofp/training/courses/" + course.ID.String()
	d.has(d.get("/ofp/training/courses/new"), `value="120"`, `value="2025"`)
	d.has(d.get(path), "Capacitación", `value="administrative" checked`, "from 12/13/2024")
	d.refused(d.post(path, "name-en", strings.Repeat("x", training.MaxName+1), "from-month", "13", "from-day", "1", "from-year", "2025"),
		"Enter at most 120 characters", "Enter a real date", `value="13"`)
	d.fake.err = training.ErrCodeTaken
	d.refused(d.post("/ofp/training/courses/new", "code", "portal-staff", "track", "clinician"), "Another course has this code", `value="clinician" checked`)
	d.fake.err = nil
	fields := []string{"code", "m8", "name-en", " A ", "name-es", "B", "track", "clinician", "track", "certifier", "track", "chief", "certifier-years", "2", "staff-years", "5", "first-days", "60",
		"from-month", "6", "from-day", "2", "from-year", "2025"}
	want := training.Draft{Code: "m8", NameEN: "A", NameES: "B", Tracks: []training.Track{training.Certifier, training.Clinician}, Days: "60", From: civil.New(2025, 6, 2)}
	want.Years.Certifier, want.Years.Staff = "2", "5"
	for _, to := range []string{"/ofp/training/courses/new", path} {
		d.done(d.post(to, fields...), path)
		if diff := cmp.Diff(want, d.draft); diff != "" {
			t.Error(diff)
		}
	}
}

func (d *desk) upload(content string) *httptest.ResponseRecorder {
	d.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("submission", uuid.Must(uuid.NewV7()).String())
	part, err := m.CreateFormFile("file", "../../etc/passwd.csv")
	if err != nil {
		d.t.Fatal(err)
	}
	_, _ = part.Write([]byte(content))
	_ = m.Close()
	return d.ask(http.MethodPost, "/ofp/training/import", m.FormDataContentType(), &b)
}

func TestImport(t *testing.T) {
	t.Parallel()
	d := open(t, authz.OFP)
	path := "/ofp/training/import/" + course.ID.String()
	d.has(d.get("/ofp/training/import"), "person, course_code, completed_on")
	d.fake.err = sheet.ErrEmpty
	d.refused(d.upload(""), "Choose a file with at least one record")
	d.fake.err = nil
	d.done(d.upload("person\n"), path)
	if string(d.content) != "person\n" {
		t.Errorf("content = %q", d.content)
	}
	d.plan = training.Plan{Records: 3, Add: 1, Problems: []sheet.Problem{{Record: 3, Field: "person", Text: training.ErrTwice.Text}}}
	d.has(d.get(path), "What is wrong, by line of the file", "person: ", "Import the 1 good records only")
	d.fake.err = upload.ErrHasProblems
	d.refused(d.post(path), "Tick the box")
	d.fake.err = nil
	d.done(d.post(path, "good-only", "yes"), path)
	if !d.goodOnly {
		t.Error("good records only was not passed on")
	}
	if w := d.ask(http.MethodGet, path+"/problems.csv", "", nil); !strings.HasPrefix(w.Body.String(), "line,problem\n3,person: ") {
		t.Errorf("problems = %q", w.Body.String())
	}
	d.done(d.post(path+"/give-up"), "/ofp/training/import")
	d.applied = true
	d.has(d.get(path), "The list was applied", "7")
}
