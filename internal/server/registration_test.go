package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
)

// registers goes to where a code is mailed to an address, in a browser of its
// own, and returns the last answer.
func (w *world) registers(email, from string) registering {
	w.t.Helper()
	var c *http.Cookie
	var rec *httptest.ResponseRecorder
	for _, form := range []struct {
		path   string
		fields url.Values
	}{
		{"/register", url.Values{"mail": {"codes"}}},
		{"/register/about-you", url.Values{
			"first-name": {"Willow"}, "no-last-name": {"yes"}, "birth-date-month": {"3"}, "birth-date-day": {"14"}, "birth-date-year": {"1998"},
		}},
		{"/register/email", url.Values{"email": {email}}},
		{"/register/sign-in-details", url.Values{"username": {"willow." + uuid.NewString()[:8]}, "password": {"copper kettle 19"}}},
	} {
		form.fields.Set("submission", uuid.NewString())
		rec = w.post(form.path, asNobody, form.fields, with(c), header("X-Forwarded-For", from))
		for _, got := range rec.Result().Cookies() { //nolint:bodyclose // a recorder's
			c = got
		}
	}
	return registering{rec, c}
}

// TestRegistrationOfKnownAndUnknownAddresses registers with an address that an
// account has and with another one: answers, headers and pages are the same
// (security.md 9.1, 9.3).
func TestRegistrationOfKnownAndUnknownAddresses(t *testing.T) {
	w := newWorld(t)
	accounttest.Client(t, w.db, w.app.Ring, account.ClientAccount{Email: "known@mail.example"})
	var seen []string
	for _, email := range []string{"known@mail.example", "other@mail.example"} {
		rec := w.registers(email, "192.0.2.7")
		page := w.get("/register/code", asNobody, with(rec.cookie))
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/register/code" || page.Code != http.StatusOK {
			t.Fatalf("%s: %d to %q, then %d", email, rec.Code, rec.Header().Get("Location"), page.Code)
		}
		text := strings.ReplaceAll(page.Body.String(), email, "somebody")
		seen = append(seen, randomly.ReplaceAllString(text, ""))
	}
	if seen[0] != seen[1] {
		t.Errorf("the pages differ:\n%s\n%s", seen[0], seen[1])
	}
}

// randomly are the numbers of forms, which no two pages share.
var randomly = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// registering is the last answer to somebody who registers, with what binds
// them to their browser.
type registering struct {
	*httptest.ResponseRecorder
	cookie *http.Cookie
}
