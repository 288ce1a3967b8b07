package clients_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/clients"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring = clienttest.Ring()
	noon = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
)

// office is the pages on real services, for one person.
type office struct {
	t      *testing.T
	db     *postgres.DB
	actor  authz.Actor
	routes http.Handler
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	records := client.New(db, ring)
	h := clients.New(clients.Services{
		Records: records, History: enrollment.New(db, ring), Answers: application.NewService(db, ring, records),
		Notes: casenote.New(db, ring), Cards: document.New(db, ring), Documents: document.New(db, ring),
	})
	o := &office{t: t, db: db, actor: clienttest.Staff(t, db)}
	r := chi.NewRouter()
	for path, fn := range map[string]handler.Func{
		"/provider/clients": h.ShowList, "/provider/clients/{id}": h.Show, "/provider/clients/{id}/application": h.ShowApplication,
		"/provider/clients/{id}/history": h.ShowHistory, "/provider/clients/{id}/notes": h.ShowNotes,
		"/provider/clients/{id}/notes/new": h.ShowNewNote, "/provider/clients/{id}/access": h.ShowAccess,
		"/provider/clients/{id}/card": h.ShowCard, "/provider/clients/{id}/card/print": h.ShowSheet,
		"/provider/clients/{id}/documents": h.ShowDocuments, "/provider/clients/{id}/documents/{document}": h.ShowDocument,
		"/provider/clients/{id}/documents/{document}/print": h.ShowDocumentSheet,
		"/provider/clients/{id}/documents/{document}/pdf":   h.SaveDocument,
		"/provider/forms": h.ShowForms, "/provider/forms/cec": h.ShowBlankForm, "/provider/forms/cec/pdf": h.SaveBlankForm,
		"/provider/forms/rec": h.ShowBlankRec, "/provider/forms/rec/pdf": h.SaveBlankRec,
	} {
		r.Get(path, o.page(fn))
	}
	r.Post("/provider/clients/{id}/notes/new", o.page(h.AddNote))
	r.Post("/provider/clients/{id}/card", o.page(h.TakeCard))
	o.routes = r
	return o
}

func (o *office) page(fn handler.Func) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(handler.WithVisit(r.Context(), handler.Visit{Actor: o.actor}, nil))
		err := fn(w, r)
		if f, ok := fault.Of(err); ok {
			w.WriteHeader(handler.Status(f.Kind))
		} else if err != nil {
			o.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
}

func (o *office) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	o.routes.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func (o *office) post(path string, pairs ...string) *httptest.ResponseRecorder {
	values := url.Values{"submission": {uuid.Must(uuid.NewV7()).String()}}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	w := httptest.NewRecorder()
	o.routes.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode())))
	return w
}

// create adds a client who has been certified on the day.
func (o *office) create(first string, confidential bool, starts civil.Date) uuid.UUID {
	o.t.Helper()
	ctx := context.Background()
	var id uuid.UUID
	err := o.db.InTx(ctx, o.actor, func(tx *postgres.Tx) (err error) {
		id, err = client.CreateTx(ctx, tx, ring, o.actor, client.Person{
			Name: client.Name{First: first, Last: "Ruiz"}, BirthOn: civil.MustParse("2001-05-06"), County: "10", SSN: "123456789",
			Contact: client.Contact{Confidential: confidential},
		})
		if err != nil || starts.IsZero() {
			return err
		}
		if _, err = client.IssueHAPTx(ctx, tx, ring, o.actor, id); err != nil {
			return err
		}
		return client.SetPeriodTx(ctx, tx, id, o.actor.Site, client.Period{StartsOn: starts, EndsOn: starts.AddDays(364)})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func TestRecordSections(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.create("Ana", true, civil.Of(noon))
	base := "/provider/clients/" + id.String()
	const flag = "Confidential: keep this private"
	for section, want := range map[string]string{
		"": "365", "/application": "No answers are kept", "/history": "No determination", "/notes": "No notes yet",
		"/access": "Looked at the record", "/card": "the plain version is shown first",
	} {
		w := o.get(base + section)
		page := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(page, want) || !strings.Contains(page, flag) {
			t.Errorf("%q: %d, or lacks %q or the flag", section, w.Code, want)
		}
		if strings.Contains(page, "123456789") || strings.Contains(page, "/recertify") {
			t.Errorf("%q shows the whole number, or an act that does not exist", section)
		}
	}
	o.actor = clienttest.Staff(t, o.db)
	for _, section := range []string{"", "/application", "/history", "/notes", "/notes/new", "/access", "/card", "/card/print"} {
		if w := o.get(base + section); w.Code != http.StatusNotFound {
			t.Errorf("another site sees %q: %d", section, w.Code)
		}
	}
}

func TestCardOfConfidentialClient(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.create("Ana", true, civil.Of(noon))
	base := "/provider/clients/" + id.String() + "/card/print"
	for query, want := range map[string]bool{"": false, "?version=plain": false, "?version=named": true, "?version=x": false} {
		page := o.get(base + query).Body.String()
		if got := strings.Contains(page, "Health Access Programs"); got != want {
			t.Errorf("%q names the program: %t, want %t", query, got, want)
		}
		if strings.Contains(page, "01/19/2026") {
			t.Errorf("%q shows the period although confidentiality was asked for", query)
		}
	}
}

// Giving the card away leaves a note, and is done by a button; the sheet alone
// can be looked at as often as one likes (portal rules 23).
func TestTakingTheCardLeavesANote(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.create("Ana", false, civil.Of(noon))
	base := "/provider/clients/" + id.String()
	noted := func() int {
		return strings.Count(o.get(base+"/notes").Body.String(), casenote.CardPrinted.In(t.Context()))
	}
	for _, section := range []string{"/card", "/card/print", "/card/print?version=plain"} {
		if w := o.get(base + section); w.Code != http.StatusOK || noted() != 0 {
			t.Errorf("%s: %d, %d notes", section, w.Code, noted())
		}
	}
	for version, want := range map[string]string{"": "named", "named": "named", "plain": "plain", "x": "named"} {
		w := o.post(base+"/card", "as", version+"print", "version", version)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != base+"/card/print?version="+want {
			t.Errorf("version %q: %d to %q", version, w.Code, w.Header().Get("Location"))
		}
	}
	if n := noted(); n != 1 {
		t.Errorf("%d notes after printing four times, want 1", n)
	}
}

func TestRecertifyIsOfferedWhenOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.create("Ana", false, civil.Of(noon).AddMonths(-10))
	if page := o.get("/provider/clients/" + id.String()).Body.String(); !strings.Contains(page, "/recertify") {
		t.Error("the record offers no recertification")
	}
	if page := o.get("/provider/clients?show=renewable").Body.String(); !strings.Contains(page, id.String()+"/recertify") {
		t.Error("the list offers no recertification")
	}
}

func TestListIsPagedAndFiltered(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 26 {
		o.create("Ana", i == 0, civil.Of(noon).AddDays(-i))
	}
	o.create("Never", false, civil.Date{})
	page := o.get("/provider/clients?show=active").Body.String()
	for _, want := range []string{"1 to 25 of 26", "page=2", "show=active"} {
		if !strings.Contains(page, want) {
			t.Errorf("the first page lacks %q", want)
		}
	}
	if strings.Contains(page, "Never") {
		t.Error("the filter lets others through")
	}
	page = o.get("/provider/clients?show=active&page=2").Body.String()
	if !strings.Contains(page, "26 to 26 of 26") || !strings.Contains(page, "Confidential") {
		t.Error("the second page lacks its one line")
	}
	for _, query := range []string{"?page=-1", "?page=x", "?size=7", "?show=nonsense", "?page=999999"} {
		if w := o.get("/provider/clients" + query); w.Code != http.StatusOK {
			t.Errorf("%s: %d", query, w.Code)
		}
	}
}

func TestAddNote(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	base := "/provider/clients/" + o.create("Ana", false, civil.Of(noon)).String()
	post := func(text string) *httptest.ResponseRecorder { return o.post(base+"/notes/new", "text", text) }
	if w := post("  "); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("no text: %d", w.Code)
	}
	long := strings.Repeat("x", casenote.MaxText+1)
	if w := post(long); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), long) {
		t.Errorf("too long: %d, or what was typed is lost", w.Code)
	}
	const hostile = `"><svg onload=alert(1)>`
	if w := post(hostile); w.Header().Get("Location") != base+"/notes" {
		t.Errorf("a note: %d", w.Code)
	}
	page := o.get(base + "/notes").Body.String()
	if !strings.Contains(page, "svg onload") || strings.Contains(page, hostile) {
		t.Error("the note is missing or not escaped")
	}
}
