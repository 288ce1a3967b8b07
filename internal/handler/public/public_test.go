package public_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/public"
	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/platform/civil"
)

type fakeTables struct {
	today civil.Date
	err   error
}

func (f fakeTables) Published(context.Context) ([]eligibility.IncomeTable, civil.Date, error) {
	return incometable.Shipped(), f.today, f.err
}

type fakeClock struct {
	now time.Time
	err error
}

func (f fakeClock) Now(context.Context) (time.Time, error) { return f.now, f.err }

var errDown = errors.New("database down")

func at(s string) fakeClock {
	t, err := time.Parse(time.RFC3339, s)
	return fakeClock{now: t, err: err}
}

func ask(t *testing.T, fn handler.Func) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	if err := fn(w, httptest.NewRequest(http.MethodGet, "/", nil)); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestLimitsOfTheDay(t *testing.T) {
	on := func(day string) fakeTables { return fakeTables{today: civil.MustParse(day)} }
	tests := []struct {
		name      string
		tables    fakeTables
		want, not string
	}{
		{"the last day of the old table", on("2026-03-31"), "$2,608", "$2,660"},
		{"the first day of the new one", on("2026-04-01"), "$2,660", "$2,608"},
		{"the next table is announced", on("2026-03-31"), "New limits start on April 1, 2026", "cannot be shown"},
		{"no table yet", on("2020-01-01"), "cannot be shown", "$"},
		{"no database", fakeTables{err: errDown}, "cannot be shown", "$"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := ask(t, public.New(tt.tables, fakeClock{}, public.Options{}).ShowEligibility).Body.String()
			if !strings.Contains(body, tt.want) || strings.Contains(body, tt.not) {
				t.Errorf("page lacks %q or shows %q", tt.want, tt.not)
			}
		})
	}
}

func TestStatusIsShownWhileThePortalIsDown(t *testing.T) {
	down := ask(t, public.New(fakeTables{}, fakeClock{err: errDown}, public.Options{}).ShowStatus)
	up := ask(t, public.New(fakeTables{}, at("2026-04-01T12:00:00Z"), public.Options{}).ShowStatus)
	if down.Code != http.StatusOK || !strings.Contains(down.Body.String(), "cannot be used at the moment") {
		t.Errorf("down: %d", down.Code)
	}
	if !strings.Contains(up.Body.String(), "The portal works") {
		t.Error("up: the page does not say so")
	}
}

func TestLeave(t *testing.T) {
	ended := false
	h := public.New(fakeTables{}, fakeClock{err: errDown}, public.Options{
		LeaveURL:   "https://weather.example/",
		EndSession: func(http.ResponseWriter, *http.Request) { ended = true },
	})
	w := ask(t, h.Leave)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "https://weather.example/" {
		t.Errorf("answer %d to %s", w.Code, w.Header().Get("Location"))
	}
	if !ended || !strings.Contains(w.Header().Get("Clear-Site-Data"), `"cookies"`) || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("session ended = %v, headers %v", ended, w.Header())
	}
}

func TestMyCodeAsksTheCalendar(t *testing.T) {
	for _, tt := range []struct{ at, want string }{
		{"2025-01-12T23:59:59-08:00", "From January 13 on a new code"},
		{"2025-01-13T00:00:00-08:00", "until February 3."},
		{"2025-02-03T23:59:59-08:00", "until February 3."},
		{"2025-02-04T00:00:00-08:00", "for a new code."},
	} {
		h := public.New(fakeTables{}, at(tt.at), public.Options{
			Dates: func(context.Context) (calendar.Calendar, error) { return calendar.Launch, nil },
		})
		if body := ask(t, h.ShowMyCode).Body.String(); !strings.Contains(body, tt.want) {
			t.Errorf("%s: the page does not say %q", tt.at, tt.want)
		}
	}
}
