package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestStepsCannotBeSkipped sends the forms of later steps before the earlier
// ones are done: an application, a sign-in, an account that is being made.
// Nothing is made, and the answer is the step that is due (security.md 8.6).
func TestStepsCannotBeSkipped(t *testing.T) {
	k := newWalk(t)
	draft := "/provider/applications/" + k.things.draft.String()
	fields := func(pairs ...string) url.Values {
		v := url.Values{"submission": {sub().Key.String()}, "version": {"2"}, "agree": {"yes"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	tests := []struct {
		name, target string
		as           who
		fields       url.Values
		due          string // where the answer leads, or what its page is about
	}{
		{"certify what is not complete", draft + "/review", asStaff, fields(), "No determination can be made yet"},
		{"sign what is not complete", draft + "/sign", asStaff, fields("kind", "electronic", "language", "en", "name", "Dora Delgado"), draft + "/notices"},
		{"tell before the signature", draft + "/told", asStaff, fields(), "/sign"},
		{"a form behind the passcode", "/provider/access/new", asHalf, fields(), "/sign-in"},
		{"account without a code, details", "/create-account/sign-in-details", asNobody, fields("username", "quinn", "password", password), "/create-account"},
		{"account without a code, terms", "/create-account/terms", asNobody, fields(), "/create-account"},
		{"registration without its first answer", "/register/about-you", asNobody, fields("first-name", "Willow"), "/register"},
		{"registration without a code", "/register/terms", asNobody, fields(), "/register"},
		{"authenticator in the place of the passcode", "/sign-in/authenticator", asHalf, fields("code", "123456"), "/sign-in/code"},
	}
	before := k.checksums()
	for _, tt := range tests {
		rec := k.post(tt.target, tt.as, tt.fields)
		due := strings.Contains(rec.Header().Get("Location"), tt.due) || strings.Contains(rec.Body.String(), tt.due)
		if !due || rec.Code >= 500 || rec.Code == http.StatusOK {
			t.Errorf("%s = %d to %q, want the step %q\n%s", tt.name, rec.Code, rec.Header().Get("Location"), tt.due, main(rec.Body.String()))
		}
	}
	for table, sum := range k.checksums() {
		if sum != before[table] {
			t.Errorf("%s has changed", table)
		}
	}
}

// main is what a page says, without its frame.
func main(page string) string {
	_, rest, _ := strings.Cut(page, "<h1")
	return rest[:min(len(rest), 600)]
}
