package handler_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
)

const number = "0198c1f2-0000-7000-8000-0123456789ab"

// answer is what becomes of an error, with what the log says.
func answer(t *testing.T, r *http.Request, failure error) (rec *httptest.ResponseRecorder, log string, remembered string) {
	t.Helper()
	var b bytes.Buffer
	kit := &handler.Kit{
		Log:      slog.New(slog.NewJSONHandler(&b, nil)),
		Remember: func(_ context.Context, path string) { remembered = path },
	}
	visit := handler.Visit{Actor: authz.Actor{Origin: authz.Origin{Request: number}}}
	rec = httptest.NewRecorder()
	r = r.WithContext(handler.WithVisit(r.Context(), visit, nil))
	kit.Page(func(http.ResponseWriter, *http.Request) error { return failure })(rec, r)
	return rec, b.String(), remembered
}

func TestKindsOfFaults(t *testing.T) {
	words := locale.Words("words for a person")
	tests := []struct {
		name   string
		err    error
		want   int
		logged bool
		retry  string
	}{
		{"invalid", fault.New(fault.Invalid, words), 422, false, ""},
		{"not found", fault.ErrNotFound, 404, false, ""},
		{"forbidden", fault.New(fault.Forbidden, words), 403, false, ""},
		{"conflict", fault.New(fault.Conflict, words), 409, false, ""},
		{"expired", fault.New(fault.Expired, words), 410, false, ""},
		{"throttled", fault.New(fault.Throttled, words), 429, false, "30"},
		{"closed", fault.New(fault.Closed, words), 503, false, "30"},
		{"busy", fault.New(fault.Busy, words), 503, false, "30"},
		{"malformed", fault.New(fault.Malformed, words), 400, false, ""},
		{"too large", fault.New(fault.TooLarge, words), 413, false, ""},
		{"wrapped", fmt.Errorf("save: %w", fault.New(fault.Conflict, words)), 409, false, ""},
		{"plain", errors.New("secret cause"), 500, true, ""},
		{"ended by the administrator", &pgconn.PgError{Code: "57P01"}, 503, true, "30"},
		{"lock not given", &pgconn.PgError{Code: "55P03"}, 503, true, "30"},
		{"constraint", &pgconn.PgError{Code: "23505", ConstraintName: "secret cause"}, 500, true, ""},
		{"too late", context.DeadlineExceeded, 503, true, "30"},
		{"no audit entry", fmt.Errorf("view: %w", audit.ErrUnwritten), 503, true, "30"},
		{"cancelled by ourselves", context.Canceled, 500, true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec, log, _ := answer(t, httptest.NewRequest(http.MethodGet, "/", nil), tt.err)
			if rec.Code != tt.want {
				t.Errorf("status = %d, want %d", rec.Code, tt.want)
			}
			if (log != "") != tt.logged {
				t.Errorf("log = %q, want a line = %v", log, tt.logged)
			}
			if got := rec.Header().Get("Retry-After"); got != tt.retry {
				t.Errorf("Retry-After = %q, want %q", got, tt.retry)
			}
			page := rec.Body.String()
			if strings.Contains(page, "secret cause") || strings.Count(page, "<html") != 1 {
				t.Errorf("the page shows the cause, or is not one page")
			}
			if found := strings.Contains(page, "456789ab"); found != (tt.want >= 500) {
				t.Errorf("reference on the page = %v", found)
			}
			if tt.logged && !strings.Contains(log, "456789ab") {
				t.Errorf("the reference does not find %q", log)
			}
		})
	}
}

func TestFaultsSpeakToThePerson(t *testing.T) {
	rec, _, _ := answer(t, httptest.NewRequest(http.MethodGet, "/", nil), fault.New(fault.Conflict, locale.Words("words for a person")))
	if !strings.Contains(rec.Body.String(), "words for a person") {
		t.Error("the page lacks the fault's words")
	}
	rec, _, _ = answer(t, httptest.NewRequest(http.MethodGet, "/", nil), fault.New(fault.NotFound, locale.Words("there is one of another site")))
	if strings.Contains(rec.Body.String(), "another site") {
		t.Error("a page that is not found says why")
	}
}

func TestWhoeverHasGoneIsNotAnswered(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rec, log, _ := answer(t, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil), fmt.Errorf("read: %w", context.Canceled))
	if rec.Body.Len() > 0 || log != "" {
		t.Errorf("body %q, log %q, want nothing", rec.Body.String(), log)
	}
}

func TestUnauthenticatedGoesToSignIn(t *testing.T) {
	failure := fault.New(fault.Unauthenticated, locale.FaultSignIn)
	tests := []struct {
		method, path string
		language     locale.Language
		to, back     string
	}{
		{"GET", "/provider/clients", locale.English, "/sign-in", "/provider/clients"},
		{"GET", "/my", locale.Spanish, "/es/sign-in", "/es/my"},
		{"POST", "/provider/clients", locale.English, "/sign-in", ""},
	}
	for _, tt := range tests {
		r := httptest.NewRequestWithContext(locale.WithLanguage(t.Context(), tt.language), tt.method, tt.path, nil)
		rec, _, back := answer(t, r, failure)
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != tt.to || back != tt.back {
			t.Errorf("%s %s = %d to %q, back to %q; want %q, %q", tt.method, tt.path, rec.Code, rec.Header().Get("Location"), back, tt.to, tt.back)
		}
	}
}

func page(write func(ctx context.Context, w io.Writer) error) templ.Component {
	return templ.ComponentFunc(write)
}

func TestRenderIsAllOrNothing(t *testing.T) {
	broken := page(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return errors.New("broken")
	})
	rec := httptest.NewRecorder()
	if err := handler.Render(rec, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, broken); err == nil {
		t.Error("got no error")
	}
	if rec.Body.Len() > 0 || len(rec.Header()) > 0 {
		t.Errorf("half a page was sent: %q %v", rec.Body.String(), rec.Header())
	}
}

func TestRender(t *testing.T) {
	whole := page(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, "faulty=%v", layout.Of(ctx).Faulty)
		return err
	})
	tests := []struct {
		method string
		status int
		want   string
	}{
		{"GET", 200, "faulty=false"},
		{"POST", 422, "faulty=true"},
		{"HEAD", 200, ""},
	}
	for _, tt := range tests {
		rec := httptest.NewRecorder()
		if err := handler.Render(rec, httptest.NewRequest(tt.method, "/", nil), tt.status, whole); err != nil {
			t.Fatal(err)
		}
		if rec.Code != tt.status || rec.Body.String() != tt.want || rec.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %q %q", tt.method, rec.Code, rec.Body.String(), rec.Header().Get("Content-Type"))
		}
	}
}

func TestPathsKeepTheLanguage(t *testing.T) {
	tests := []struct{ path, en, es string }{
		{"/", "/", "/es"},
		{"/sign-in", "/sign-in", "/es/sign-in"},
		{"/my/account", "/my/account", "/es/my/account"},
		{"/provider", "/provider", "/provider"},
		{"/provider/clients", "/provider/clients", "/provider/clients"},
		{"/providers", "/providers", "/es/providers"},
		{"/ofp/sites", "/ofp/sites", "/ofp/sites"},
		{"/desk", "/desk", "/desk"},
		{"/demo/mail", "/demo/mail", "/demo/mail"},
	}
	for _, tt := range tests {
		for language, want := range map[locale.Language]string{locale.English: tt.en, locale.Spanish: tt.es} {
			ctx := locale.WithLanguage(t.Context(), language)
			rec := httptest.NewRecorder()
			if err := handler.Redirect(rec, httptest.NewRequestWithContext(ctx, http.MethodPost, "/x", nil), tt.path); err != nil {
				t.Fatal(err)
			}
			if got := rec.Header().Get("Location"); got != want || rec.Code != http.StatusSeeOther {
				t.Errorf("%s in %s leads to %q with %d, want %q with 303", tt.path, language, got, rec.Code, want)
			}
		}
	}
}

func TestID(t *testing.T) {
	id := uuid.Must(uuid.NewV7())
	for text, want := range map[string]error{
		id.String(): nil, "": fault.ErrNotFound, "12": fault.ErrNotFound, id.String() + "0": fault.ErrNotFound, "' OR 1=1": fault.ErrNotFound,
	} {
		route := chi.NewRouteContext()
		route.URLParams.Add("id", text)
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), chi.RouteCtxKey, route), http.MethodGet, "/", nil)
		got, err := handler.ID(r, "id")
		if !errors.Is(err, want) || want == nil && got != id {
			t.Errorf("%q = %s, %v, want %v", text, got, err, want)
		}
	}
}

func TestVisitOfNobody(t *testing.T) {
	if got := handler.Actor(t.Context()).Role; got != authz.Nobody {
		t.Errorf("role = %q, want nobody", got)
	}
	handler.Flash(t.Context(), locale.Words("lost, and no harm done"))
	var kept string
	ctx := handler.WithVisit(t.Context(), handler.Visit{}, func(_ context.Context, text string) { kept = text })
	handler.Flash(ctx, locale.Words("done"))
	if kept != "done" {
		t.Errorf("kept %q, want done", kept)
	}
}
