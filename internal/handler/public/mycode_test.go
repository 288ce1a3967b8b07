package public_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"familypact.example/portal/internal/handler/public"
	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// asking are the pages with a note of what was asked, and the refusal.
func asking(asked *[]string, err error) *public.Handlers {
	return public.New(fakeTables{}, at("2025-01-20T12:00:00-08:00"), public.Options{
		Dates: func(context.Context) (calendar.Calendar, error) { return calendar.Launch, nil },
		Ask: func(_ context.Context, _ authz.Actor, email, npi string) error {
			*asked = append(*asked, email+" "+npi)
			return err
		},
	})
}

func sendQuestion(t *testing.T, h *public.Handlers, fields url.Values) (*httptest.ResponseRecorder, error) {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/providers/my-code", strings.NewReader(fields.Encode()))
	return w, h.AskMyCode(w, r)
}

// Every address gets the same redirect and page (security.md 9.1).
func TestMyCodeAnswersEveryAddressAlike(t *testing.T) {
	t.Parallel()
	var asked []string
	h := asking(&asked, nil)
	for _, email := range []string{"known@clinic.example", "nobody@clinic.example"} {
		w, err := sendQuestion(t, h, url.Values{"email": {email}, "npi": {" 2681797371 "}})
		if err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/providers/my-code/sent" || len(w.Header()) != 1 || strings.Contains(w.Body.String(), email) {
			t.Errorf("%s: %d, %v, %v", email, w.Code, w.Header(), err)
		}
	}
	if got := strings.Join(asked, ", "); got != "known@clinic.example 2681797371, nobody@clinic.example 2681797371" {
		t.Errorf("asked %q", got)
	}
	if page := ask(t, h.ShowMyCodeSent).Body.String(); !strings.Contains(page, "If somebody at that address waits for an access code") || strings.Contains(page, "906-8521") && !strings.Contains(page, "650-0414") {
		t.Errorf("the answer says something else:\n%s", page)
	}
}

func TestMyCodeRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	var asked []string
	h := asking(&asked, nil)
	for email, want := range map[string]string{"": "Enter your e-mail address", "no-address": "Enter an e-mail address like", "a@b\r\nBcc: x@y.example": ""} {
		w, err := sendQuestion(t, h, url.Values{"email": {email}})
		if want == "" && err != nil {
			continue // not even read
		}
		if err != nil || w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q: %d, %v", email, w.Code, err)
		}
	}
	w, err := sendQuestion(t, h, url.Values{"email": {"half@"}, "switch-language": {"es"}})
	if err != nil || w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `value="half@"`) || !strings.Contains(w.Body.String(), `action="/es/providers/my-code"`) {
		t.Errorf("switch of languages: %d, %v", w.Code, err)
	}
	if len(asked) != 0 {
		t.Errorf("asked %v, want nothing", asked)
	}
	if _, err := sendQuestion(t, asking(&asked, fault.New(fault.Throttled, locale.FaultThrottled)), url.Values{"email": {"x@clinic.example"}}); err == nil {
		t.Error("too many questions were answered")
	}
}
