package enroll_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/enroll"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
)

// binder has one outage and keeps the paper that is begun.
type binder struct {
	outages []application.Outage
	begun   application.Begin
	paper   application.PaperForm
	err     error
	today   civil.Date
}

func (b *binder) Outages(context.Context, authz.Actor, uuid.UUID) ([]application.Outage, error) {
	return b.outages, nil
}

func (b *binder) StartPaper(_ context.Context, _ authz.Actor, _ idempotency.Submission, begin application.Begin, p application.PaperForm) (uuid.UUID, error) {
	b.begun, b.paper = begin, p
	if b.err != nil {
		return uuid.Nil, b.err
	}
	var named *application.Outage
	for i := range b.outages {
		if b.outages[i].ID == p.Outage {
			named = &b.outages[i]
		}
	}
	return uuid.New(), p.Check(b.today, named, 30)
}

func (b *binder) View(context.Context, authz.Actor, uuid.UUID, string) (client.Record, error) {
	start := b.today.AddDays(-400)
	return client.Record{
		ID: uuid.New(), Name: client.Name{First: "Rosa", Last: "Delgado"}, Today: b.today,
		Period: client.Period{StartsOn: start, EndsOn: start.AddDays(364)},
	}, nil
}

func (b *binder) Result(context.Context, authz.Actor, uuid.UUID) (client.Result, error) {
	return client.Result{}, nil
}

func (b *binder) serve(t *testing.T, method, path string, fields url.Values) (*httptest.ResponseRecorder, error) {
	t.Helper()
	h, router := enroll.NewPapers(b, b), chi.NewRouter()
	var failed error
	for pattern, pair := range map[string][2]handler.Func{
		"/provider/paper": {h.Show, nil}, "/provider/enroll/{result}/paper": {h.ShowNew, h.StartNew}, "/provider/clients/{id}/paper": {h.ShowKnown, h.StartKnown},
	} {
		for i, m := range []string{http.MethodGet, http.MethodPost} {
			if fn := pair[i]; fn != nil {
				router.Method(m, pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { failed = fn(w, r) }))
			}
		}
	}
	req := httptest.NewRequestWithContext(handler.WithVisit(t.Context(), handler.Visit{}, func(context.Context, string) {}), method, path, strings.NewReader(fields.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	router.ServeHTTP(rec, req)
	if failed == nil && rec.Code != http.StatusSeeOther {
		for _, wrong := range markup.Check(rec.Body.String()) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
	return rec, failed
}

// A paper form is begun for a new person and for one who is known; what is
// wrong with it is said all at once, and what was typed stays.
func TestPapers(t *testing.T) {
	o := application.Outage{ID: uuid.New(), Kind: "planned", FirstOn: civil.MustParse("2026-04-17"), LastOn: civil.MustParse("2026-04-19")}
	id := uuid.New()
	good := url.Values{
		"outage": {o.ID.String()}, "signed-month": {"4"}, "signed-day": {"18"}, "signed-year": {"2026"}, "kept": {" binder  3 "}, "on-file": {"yes"},
	}
	for _, path := range []string{"/provider/enroll/" + id.String() + "/paper", "/provider/clients/" + id.String() + "/paper"} {
		b := &binder{outages: []application.Outage{o}, today: civil.MustParse("2026-04-20")}
		if rec, err := b.serve(t, http.MethodGet, path, nil); err != nil || rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), o.ID.String()) {
			t.Errorf("%s = %d, %v", path, rec.Code, err)
		}
		rec, err := b.serve(t, http.MethodPost, path, url.Values{"signed-day": {"40"}, "kept": {"binder & more"}})
		page := rec.Body.String()
		if err != nil || rec.Code != http.StatusUnprocessableEntity || !strings.Contains(page, "binder &amp; more") {
			t.Errorf("%s, wrong = %d, %v", path, rec.Code, err)
		}
		for _, text := range []locale.Key{locale.PaperOutageMissing, locale.DiscontinueDateWrong, locale.PaperOnFileMissing} {
			if !strings.Contains(page, locale.T(t.Context(), text)) {
				t.Errorf("%s does not say %s", path, text)
			}
		}
		rec, err = b.serve(t, http.MethodPost, path, good)
		if err != nil || rec.Code != http.StatusSeeOther || b.paper.Kept != "binder 3" || b.begun.Result != id && b.begun.Client != id {
			t.Errorf("%s, begun = %d, %v, %+v", path, rec.Code, err, b.paper)
		}
		b.err = application.ErrSearchFirst
		if _, err := b.serve(t, http.MethodPost, path, good); !errors.Is(err, application.ErrSearchFirst) {
			t.Errorf("%s without a search: %v", path, err)
		}
	}
	none := &binder{today: civil.MustParse("2026-04-20")}
	for _, path := range []string{"/provider/paper", "/provider/enroll/" + id.String() + "/paper"} {
		rec, err := none.serve(t, http.MethodGet, path, nil)
		if err != nil || !strings.Contains(rec.Body.String(), locale.T(t.Context(), locale.EnrollPaperNoneTitle)) || strings.Contains(rec.Body.String(), "<form method=\"post\" novalidate") {
			t.Errorf("%s without an outage: %v", path, err)
		}
	}
}
