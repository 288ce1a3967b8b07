package register_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/register"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	secret.Use(secret.NewTestRing())
	dbtest.Main(m)
}

// Every end of a code has a page of its own with the right next step
// (ux.md 5.8; domain/portal.md 5), in both languages, and never the number of
// the service center for what OFP answers (domain/portal.md 25).
func TestEveryEndOfACodeHasItsPage(t *testing.T) {
	t.Parallel()
	first := civil.New(2025, 1, 13)
	tests := []struct {
		name            string
		ended           accesscode.Ended
		status          int
		english, inside string // what stands on the page
		spanish         string
		serviceCenter   bool
	}{
		{"used", accesscode.Ended{Err: accesscode.ErrUsed, Advice: accesscode.SignIn}, 409, "This access code has been used", "If you created the account, sign in", "Este código de acceso ya se usó", true},
		{"replaced", accesscode.Ended{Err: accesscode.ErrSuperseded, Advice: accesscode.UseNewest}, 410, "This access code was replaced", "newest mail", "se reemplazó", false},
		{"expired inside the window", accesscode.Ended{Err: accesscode.ErrExpired, Advice: accesscode.NewCodeComes}, 410, "This access code has ended", "a new code is on its way", "un código nuevo va en camino", false},
		{"expired before it", accesscode.Ended{Err: accesscode.ErrExpired, Advice: accesscode.ComesLater, From: first}, 410, "This access code has ended", "From January 13, 2025 on a new code comes", "A partir del 13 de enero de 2025", false},
		{"expired after it", accesscode.Ended{Err: accesscode.ErrExpired, Advice: accesscode.AskOFP}, 410, "This access code has ended", "(916) 650-0414", "Pida un código nuevo a la Oficina", false},
		{"expired, of staff", accesscode.Ended{Err: accesscode.ErrExpired, Advice: accesscode.AskCertifier}, 410, "This access code has ended", "Ask the site certifier of your clinic", "Pida a la persona que certifica su clínica", false},
		{"withdrawn", accesscode.Ended{Err: accesscode.ErrWithdrawn, Advice: accesscode.AskCertifier}, 410, "This invitation was withdrawn", "Ask the site certifier of your clinic", "Esta invitación se retiró", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, err := ask(t, register.New(&fakeCodes{err: &tt.ended}, fakeSessions{}).EnterCode, "email", "q@clinic.example", "code", "x")
			if err != nil || w.Code != tt.status {
				t.Fatalf("status %d, %v; want %d", w.Code, err, tt.status)
			}
			page := w.Body.String()
			if !strings.Contains(page, tt.english) || !strings.Contains(page, tt.inside) {
				t.Errorf("the page lacks %q or %q", tt.english, tt.inside)
			}
			if main := page[strings.Index(page, "<main"):strings.Index(page, "</main>")]; strings.Contains(main, "906-8521") != tt.serviceCenter {
				t.Errorf("the service center is named: %v, want %v", !tt.serviceCenter, tt.serviceCenter)
			}
			if other := inSpanish(t, register.New(&fakeCodes{err: &tt.ended}, fakeSessions{}).EnterCode); !strings.Contains(other, tt.spanish) {
				t.Errorf("in Spanish the page lacks %q", tt.spanish)
			}
		})
	}
}

func inSpanish(t *testing.T, fn handler.Func) string {
	t.Helper()
	r := httptest.NewRequestWithContext(locale.WithLanguage(t.Context(), locale.Spanish), http.MethodPost, "/create-account/code",
		strings.NewReader("email=q%40clinic.example&code=x"))
	w := httptest.NewRecorder()
	if err := fn(w, r); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

// exceeded is the refusal of a try over the limit.
func exceeded(t *testing.T) error {
	t.Helper()
	limit := ratelimit.Limit{Name: "test", Max: 0, Window: 90 * time.Second}
	return ratelimit.Take(t.Context(), dbtest.Tx(t), limit, t.Name())
}

func TestTooManyTriesHaveTheirPage(t *testing.T) {
	t.Parallel()
	w, err := ask(t, register.New(&fakeCodes{err: exceeded(t)}, fakeSessions{}).EnterCode, "email", "q@clinic.example", "code", "x")
	if err != nil || w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "90" {
		t.Errorf("status %d, Retry-After %q (%v), want 429, 90", w.Code, w.Header().Get("Retry-After"), err)
	}
	for _, text := range []string{"Too many tries", "Wrong tries do not harm your code", `href="/providers/my-code"`} {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

// The switch of languages keeps what was typed, unchecked; a password is never
// sent back.
func TestSwitchOfLanguagesKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		at     setup.Step
		do     func(h *register.Handlers) handler.Func
		fields []string
		want   string
		action string
	}{
		{"code", setup.StepCode, func(h *register.Handlers) handler.Func { return h.EnterCode }, []string{"email", "half@"}, `value="half@"`, "/es/create-account/code"},
		{"confirm", setup.StepConfirm, func(h *register.Handlers) handler.Func { return h.Confirm }, []string{"first-name", "Quinnie"}, `value="Quinnie"`, "/es/create-account/confirm"},
		{"sign-in details", setup.StepSignIn, func(h *register.Handlers) handler.Func { return h.ChooseSignIn }, []string{"username", "qu", "password", "secret-words"}, `value="qu"`, "/es/create-account/sign-in-details"},
		{"terms", setup.StepTerms, func(h *register.Handlers) handler.Func { return h.Create }, []string{"agree", "yes"}, `checked`, "/es/create-account/terms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			codes := &fakeCodes{setup: setupAt(tt.at)}
			w, err := ask(t, tt.do(register.New(codes, fakeSessions{})), append(tt.fields, "switch-language", "es")...)
			page := w.Body.String()
			if err != nil || w.Code != http.StatusOK || len(codes.asked) != 0 {
				t.Fatalf("status %d (%v), asked %v; want 200 and nothing asked", w.Code, err, codes.asked)
			}
			for _, text := range []string{`lang="es"`, tt.want, `action="` + tt.action + `"`, `name="switch-language" value="en"`} {
				if !strings.Contains(page, text) {
					t.Errorf("the page lacks %q", text)
				}
			}
			if strings.Contains(page, "secret-words") || strings.Contains(page, "govuk-error-message") {
				t.Error("the page holds a password or a fault")
			}
		})
	}
}

// Opening the pages, as scanners of mails do, uses nothing up and binds nobody
// (security.md 3.6).
func TestOpeningThePagesChangesNothing(t *testing.T) {
	t.Parallel()
	codes := &fakeCodes{setup: setupAt(setup.StepConfirm)}
	h := register.New(codes, noSessions{t})
	for _, fn := range []handler.Func{h.ShowStart, h.ShowCode, h.ShowConfirm, h.ShowSignIn, h.ShowContact, h.ShowTerms, h.ShowDone} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for range 10 {
				r := httptest.NewRequestWithContext(t.Context(), method, "/create-account/x", nil)
				if err := fn(httptest.NewRecorder(), r); err != nil {
					t.Errorf("%s: %v", method, err)
				}
			}
		}
	}
	if len(codes.asked) != 0 {
		t.Errorf("asked %v, want nothing", codes.asked)
	}
}

// noSessions fails when somebody is bound to a session.
type noSessions struct{ t *testing.T }

func (n noSessions) Ensure(context.Context) string {
	n.t.Error("a session was made")
	return ""
}
