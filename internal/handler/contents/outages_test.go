package contents_test

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

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/contents"
	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
)

// register keeps what it was told, and has one outage.
type register struct {
	outage outage.Outage
	now    time.Time
	notice outage.Notice
	end    time.Time
	err    error
}

func (r *register) Register(_ context.Context, _ authz.Actor, _ idempotency.Submission, n outage.Notice) (uuid.UUID, error) {
	r.notice = n
	return r.outage.ID, r.err
}

func (r *register) Close(_ context.Context, _ authz.Actor, _ idempotency.Submission, _ uuid.UUID, end time.Time) error {
	r.end = end
	return r.err
}

func (r *register) CallOff(context.Context, authz.Actor, idempotency.Submission, uuid.UUID) error {
	return r.err
}

func (r *register) List(context.Context, authz.Actor, int, int) (outage.Page, error) {
	return outage.Page{Outages: []outage.Outage{r.outage}, Total: 1, Now: r.now}, r.err
}

func (r *register) Find(context.Context, authz.Actor, uuid.UUID) (outage.Outage, time.Time, error) {
	return r.outage, r.now, nil
}

func serve(t *testing.T, r *register, method, path string, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	h, router := contents.New(r), chi.NewRouter()
	for pattern, pair := range map[string][2]handler.Func{
		"/ofp/outages": {h.ShowOutages, nil}, "/ofp/outages/new": {h.ShowNewOutage, h.RegisterOutage}, "/ofp/outages/{id}": {h.ShowOutage, nil},
		"/ofp/outages/{id}/close": {h.ShowCloseOutage, h.CloseOutage}, "/ofp/outages/{id}/call-off": {h.ShowCallOffOutage, h.CallOffOutage},
	} {
		for i, m := range []string{http.MethodGet, http.MethodPost} {
			if fn := pair[i]; fn != nil {
				router.Method(m, pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if err := fn(w, r); err != nil {
						t.Errorf("%s %s: %v", m, pattern, err)
					}
				}))
			}
		}
	}
	req := httptest.NewRequestWithContext(handler.WithVisit(t.Context(), handler.Visit{}, func(context.Context, string) {}), method, path, strings.NewReader(fields.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	router.ServeHTTP(rec, req)
	if rec.Code < 300 || rec.Code == http.StatusUnprocessableEntity {
		for _, wrong := range markup.Check(rec.Body.String()) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
	return rec
}

func filled(change ...string) url.Values {
	v := url.Values{
		"submission": {uuid.NewString()}, "kind": {"planned"}, "affects": {"all"}, "text-en": {"Closed."}, "text-es": {"Cerrado."},
		"starts-month": {"4"}, "starts-day": {"17"}, "starts-year": {"2026"}, "starts-time": {"10 p.m."},
		"ends-month": {"April"}, "ends-day": {"19"}, "ends-year": {"2026"}, "ends-time": {"8:00 PM"},
	}
	for i := 0; i < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return v
}

// Times are typed as people write them, and are of California.
func TestTimes(t *testing.T) {
	for _, tt := range []struct {
		typed string
		want  string // in UTC; "" for one that is not understood
	}{
		{"10 p.m.", "05:00"}, {"10 PM", "05:00"}, {"10:00pm", "05:00"}, {"22:00", "05:00"}, {"9:30 a. m.", "16:30"}, {"12 a.m.", "07:00"},
		{"", ""}, {"noon", ""}, {"25:00", ""}, {"10", ""}, {"13 p.m.", ""},
	} {
		r := &register{outage: outage.Outage{ID: uuid.New()}}
		rec := serve(t, r, http.MethodPost, "/ofp/outages/new", filled("starts-time", tt.typed))
		if tt.want == "" {
			if rec.Code != http.StatusUnprocessableEntity || !r.notice.StartsAt.IsZero() {
				t.Errorf("%q = %d, %s, want 422", tt.typed, rec.Code, r.notice.StartsAt)
			}
			continue
		}
		if got := r.notice.StartsAt.UTC().Format("15:04"); rec.Code != http.StatusSeeOther || got != tt.want {
			t.Errorf("%q = %d, %s, want %s", tt.typed, rec.Code, got, tt.want)
		}
	}
}

// What the register refuses stands on the form, with what was typed.
func TestRefused(t *testing.T) {
	r := &register{err: outage.ErrEndsLater}
	rec := serve(t, r, http.MethodPost, "/ofp/outages/new", filled("text-en", "Closed & quiet"))
	if rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), locale.OutageEndsLate.In(t.Context())) ||
		!strings.Contains(rec.Body.String(), "Closed &amp; quiet") {
		t.Errorf("refused = %d\n%s", rec.Code, rec.Body)
	}
}

// The pages of an outage offer what can be done about it, and nothing else.
func TestActs(t *testing.T) {
	now := time.Date(2026, 4, 18, 19, 0, 0, 0, time.UTC)
	later, before := now.Add(time.Hour), now.Add(-time.Hour)
	for name, tt := range map[string]struct {
		o                outage.Outage
		closes, callsOff bool
	}{
		"ahead":      {outage.Outage{StartsAt: later}, false, true},
		"going":      {outage.Outage{StartsAt: before}, true, false},
		"over":       {outage.Outage{StartsAt: before, EndsAt: &now}, true, false},
		"closed":     {outage.Outage{StartsAt: before, EndsAt: &now, ClosedAt: &now}, false, false},
		"called off": {outage.Outage{StartsAt: later, CalledOffAt: &before}, false, false},
	} {
		tt.o.ID, tt.o.Kind, tt.o.Affects = uuid.New(), outage.Planned, outage.Everything
		page := serve(t, &register{outage: tt.o, now: now}, http.MethodGet, "/ofp/outages/"+tt.o.ID.String(), nil).Body.String()
		if got := strings.Contains(page, "/close"); got != tt.closes {
			t.Errorf("%s: can be closed = %v", name, got)
		}
		if got := strings.Contains(page, "/call-off"); got != tt.callsOff {
			t.Errorf("%s: can be called off = %v", name, got)
		}
	}
}

// Now is proposed as the end of an outage that goes on, and sent it closes it.
func TestClose(t *testing.T) {
	now := time.Date(2026, 4, 18, 19, 0, 0, 0, time.UTC)
	r := &register{outage: outage.Outage{
		ID: uuid.New(), Kind: outage.Unplanned, Affects: outage.Slow, StartsAt: now.Add(-time.Hour),
	}, now: now}
	path := "/ofp/outages/" + r.outage.ID.String() + "/close"
	if page := serve(t, r, http.MethodGet, path, nil).Body.String(); !strings.Contains(page, `value="12:00 PM"`) {
		t.Error("now is not proposed")
	}
	rec := serve(t, r, http.MethodPost, path, filled("ends-day", "18", "ends-time", "12:00 PM"))
	if rec.Code != http.StatusSeeOther || !r.end.Equal(now) {
		t.Errorf("closed = %d at %s", rec.Code, r.end)
	}
	for path, want := range map[string]int{"/ofp/outages": 200, "/ofp/outages/new": 200, "/ofp/outages/" + r.outage.ID.String() + "/call-off": 200} {
		if rec := serve(t, r, http.MethodGet, path, nil); rec.Code != want {
			t.Errorf("%s = %d", path, rec.Code)
		}
	}
	if rec := serve(t, r, http.MethodPost, "/ofp/outages/"+r.outage.ID.String()+"/call-off", filled()); rec.Code != http.StatusSeeOther {
		t.Errorf("called off = %d", rec.Code)
	}
}
