package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/web"
)

// counted are the forms that count tries before they do anything, with what is
// sent to them.
func (w *world) counted() []struct {
	name, target string
	as           who
	fields       url.Values
} {
	return []struct {
		name, target string
		as           who
		fields       url.Values
	}{
		{"password", "/sign-in", asNobody, url.Values{"name": {"dana"}, "password": {password}}},
		{"passcode to be mailed", "/sign-in/code/send", asHalf, nil},
		{"forgotten password", "/password/forgot", asNobody, url.Values{"name": {"dana"}}},
		{"reset code", "/password/code", asNobody, url.Values{"code": {"0123-4567-89AB-CDEF-GHJK-MNPQ"}, "password": {password}}},
		{"access code", "/create-account/code", asNobody, url.Values{
			"email": {"a@clinic.example"}, "npi": {"2681797371"}, "code": {"0123-4567-89AB-CDEF-GHJK-MNPQ"},
		}},
		{"registration", "/register", asNobody, url.Values{"mail": {"codes"}}},
		{"search", "/provider/search", asStaff, url.Values{
			"by": {"name"}, "first": {"Rosa"}, "last": {"Delgado"}, "birth-month": {"3"}, "birth-day": {"14"}, "birth-year": {"1998"},
			"submission": {uuid.NewString()},
		}},
	}
}

// TestUnreadableCountsAreNoPermission takes the table of the counts away, and
// then leaves nonsense for a limit: whatever counts tries answers 503 and does
// nothing (security.md 10.5).
func TestUnreadableCountsAreNoPermission(t *testing.T) {
	for what, spoil := range map[string]func(w *world){
		"no table":      func(w *world) { w.exec(`ALTER TABLE rate_limit RENAME TO elsewhere`) },
		"no permission": func(w *world) { w.exec(`REVOKE SELECT, INSERT ON rate_limit FROM portal_app`) },
		"no limit": func(w *world) {
			w.exec(`INSERT INTO setting (name, value, reason, changed_at)
				SELECT DISTINCT name, 'many', 'test', portal_now() FROM setting`)
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			spoil(w)
			before := w.checksums()
			for _, c := range w.counted() {
				rec := w.post(c.target, c.as, c.fields)
				if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
					t.Errorf("%s = %d, Retry-After %q; want 503", c.name, rec.Code, rec.Header().Get("Retry-After"))
				}
			}
			for table, sum := range w.checksums() {
				if sum != before[table] {
					t.Errorf("%s has changed", table)
				}
			}
			if got := w.get("/", asNobody).Code; got != http.StatusOK {
				t.Errorf("a public page = %d, want 200", got)
			}
		})
	}
}

// TestLimitsOverTheForms goes up to each limit of the table and one further,
// behind a proxy that gives the addresses (security.md 10.2).
func TestLimitsOverTheForms(t *testing.T) {
	w := newWorld(t, func(c *config.Config) { c.TrustedProxies = []string{"192.0.2.0/24"} })
	w.exec(`DELETE FROM setting`)
	from := func(address string) change { return header("X-Forwarded-For", address) }
	forgot := func(name, address string) *httptest.ResponseRecorder {
		return w.post("/password/forgot", asNobody, url.Values{"name": {name}}, from(address))
	}
	signIn := func(name, address string) *httptest.ResponseRecorder {
		return w.post("/sign-in", asNobody, url.Values{"name": {name}, "password": {"wrong and long enough"}}, from(address))
	}
	tests := []struct {
		name string
		most int
		send func(i int) *httptest.ResponseRecorder
	}{
		{"sign-in, address and account", 5, func(int) *httptest.ResponseRecorder { return signIn("dana", "198.51.100.1") }},
		{"sign-in, address", 20, func(i int) *httptest.ResponseRecorder { return signIn(fmt.Sprint("dana", i), "198.51.100.2") }},
		{"forgot, account", 5, func(i int) *httptest.ResponseRecorder { return forgot("eva", fmt.Sprint("198.51.101.", i)) }},
		{"forgot, address", 20, func(i int) *httptest.ResponseRecorder { return forgot(fmt.Sprint("eva", i), "198.51.100.3") }},
		{"registration, address", 60, func(int) *httptest.ResponseRecorder {
			return w.post("/register", asNobody, url.Values{"mail": {"codes"}}, from("198.51.100.5"))
		}},
		{"registration, e-mail", 3, func(i int) *httptest.ResponseRecorder {
			return w.registers("Willow@mail.example", fmt.Sprint("198.51.102.", i)).ResponseRecorder
		}},
		{"anonymous, address", 300, func(int) *httptest.ResponseRecorder {
			return w.post("/sign-out", asNobody, nil, from("198.51.100.4"))
		}},
	}
	for _, tt := range tests {
		for i := range tt.most {
			if rec := tt.send(i); rec.Code == http.StatusTooManyRequests || rec.Code >= 500 {
				t.Fatalf("%s, %d of %d = %d", tt.name, i+1, tt.most, rec.Code)
			}
		}
		if rec := tt.send(tt.most); rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") == "" {
			t.Errorf("%s, one more = %d, want 429", tt.name, rec.Code)
		}
	}
	for _, path := range []string{web.Asset("app.css"), "/contact", "/healthz"} {
		if got := w.get(path, asNobody, from("198.51.100.4")).Code; got != http.StatusOK {
			t.Errorf("%s from an address over its limit = %d, want 200", path, got)
		}
	}
}

// TestSignedInPeopleAreCountedByAccount lets one account send 600 forms from
// many addresses; others behind one of them go on (security.md 10.2).
func TestSignedInPeopleAreCountedByAccount(t *testing.T) {
	w := newWorld(t, func(c *config.Config) { c.TrustedProxies = []string{"192.0.2.0/24"} })
	w.exec(`DELETE FROM setting`)
	staff, desk := w.session(asStaff), w.session(asDesk)
	extend := func(c *http.Cookie, i int) int {
		return w.post("/session/extend", asNobody, nil, with(c), header("X-Forwarded-For", fmt.Sprint("198.51.100.", i%200))).Code
	}
	for i := range 600 {
		if got := extend(staff, i); got >= 400 {
			t.Fatalf("%d of 600 = %d", i+1, got)
		}
	}
	if got := extend(staff, 0); got != http.StatusTooManyRequests {
		t.Errorf("one more = %d, want 429", got)
	}
	if got := extend(desk, 0); got >= 400 {
		t.Errorf("somebody else = %d", got)
	}
}

// forged are headers that anybody may send.
var forged = map[string]string{
	"X-Forwarded-For": "203.0.113.66", "X-Real-IP": "203.0.113.66", "True-Client-IP": "203.0.113.66", "CF-Connecting-IP": "203.0.113.66",
	"Forwarded": "for=203.0.113.66", "X-Client-IP": "203.0.113.66", "X-Cluster-Client-IP": "203.0.113.66",
}

// TestForgedAddressesAreNotBelieved tries passwords with each header that
// claims another address: the count is that of the socket, and so is the
// address in the audit trail (security.md 10.3).
func TestForgedAddressesAreNotBelieved(t *testing.T) {
	w := newWorld(t)
	w.exec(`DELETE FROM setting`)
	i := 0
	for name, value := range forged {
		rec := w.post("/sign-in", asNobody, url.Values{"name": {"dana"}, "password": {"wrong and long enough"}},
			header(name, fmt.Sprint(value, i)), func(r *http.Request) { r.RemoteAddr = "198.51.100.9:1234" })
		want := http.StatusUnprocessableEntity
		if i >= 5 {
			want = http.StatusTooManyRequests
		}
		if rec.Code != want {
			t.Errorf("try %d with %s = %d, want %d", i+1, name, rec.Code, want)
		}
		i++
	}
	if got := w.texts(`SELECT DISTINCT address::text FROM audit_entry WHERE action = 'sign-in.password'`); len(got) != 1 || got[0] != "198.51.100.9" {
		t.Errorf("recorded from %v, want 198.51.100.9", got)
	}
}
