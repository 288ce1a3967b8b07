package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/web"
	"familypact.example/portal/web/page/publicpage"
)

// everyHeader is what security.md 7.1 asks of every response.
var everyHeader = map[string]string{
	"Strict-Transport-Security": "max-age=31536000; includeSubDomains",
	"X-Content-Type-Options":    "nosniff",
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; report-uri /csp-report",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

var deniedFeatures = []string{"camera", "microphone", "geolocation", "payment", "usb", "browsing-topics"}

// checkHeaders says what is wrong with the headers of an answer. Public pages
// may be indexed, static files kept.
func checkHeaders(t *testing.T, what, path string, rec *httptest.ResponseRecorder) {
	t.Helper()
	h := rec.Header()
	for name, want := range everyHeader {
		if got := h.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s = %q, want %q", what, name, got, want)
		}
	}
	for _, feature := range deniedFeatures {
		if !strings.Contains(h.Get("Permissions-Policy"), feature+"=()") {
			t.Errorf("%s: %s is not denied", what, feature)
		}
	}
	for name := range h {
		if name == "Server" || strings.HasPrefix(name, "X-Powered") || strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: has %s", what, name)
		}
	}
	if static := strings.HasPrefix(path, "/static/"); (h.Get("X-Robots-Tag") == "noindex") == (publicPage(path) || static) {
		t.Errorf("%s: X-Robots-Tag = %q", what, h.Get("X-Robots-Tag"))
	}
	file := slices.Contains([]string{"application/pdf", "image/png"}, h.Get("Content-Type")) && h.Get("Content-Disposition") != ""
	if rec.Body.Len() > 0 && !file && !strings.Contains(h.Get("Content-Type"), "charset=utf-8") && !strings.HasPrefix(path, "/static/") {
		t.Errorf("%s: Content-Type = %q, want a charset", what, h.Get("Content-Type"))
	}
	if kept := strings.HasPrefix(path, "/static/") && rec.Code == http.StatusOK; kept == slices.Contains(h.Values("Cache-Control"), "no-store") {
		t.Errorf("%s: Cache-Control = %q", what, h.Values("Cache-Control"))
	}
}

// publicPage reports whether the path is a page without an account that a
// search engine may show.
func publicPage(path string) bool {
	path = strings.TrimPrefix(path, "/es")
	return path == "" || slices.Contains(publicpage.Paths(), path)
}

// cookieNames are all that there are: the session, the device, the appearance.
func cookieNames(secure bool) []string {
	if secure {
		return []string{"__Host-s", "__Host-d", "t"}
	}
	return []string{"s", "d", "t"}
}

func checkCookies(t *testing.T, what string, rec *httptest.ResponseRecorder, secure bool) {
	t.Helper()
	session := cookieNames(secure)[0]
	for _, line := range rec.Header().Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if !slices.Contains(cookieNames(secure), c.Name) {
			t.Errorf("%s: unknown cookie %s", what, c.Name)
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure {
			t.Errorf("%s: attributes of %q", what, line)
		}
		if c.Name == session && c.MaxAge >= 0 && (!c.Expires.IsZero() || c.MaxAge > 0) {
			t.Errorf("%s: the session's cookie outlives the browser: %q", what, line)
		}
	}
}

func TestHeadersOfEveryRoute(t *testing.T) {
	for mode, opts := range map[string][]option{"plain": nil, "secure": {secure}} {
		t.Run(mode, func(t *testing.T) {
			k := newWalk(t, opts...)
			for _, l := range k.lines() {
				for _, as := range everybody {
					target := k.own(l, as)
					rec, _ := k.ask(l, target, as)
					what := name(l) + " as " + string(as)
					checkHeaders(t, what, target, rec)
					checkCookies(t, what, rec, mode == "secure")
				}
			}
		})
	}
}

func TestCookieOfTheSession(t *testing.T) {
	for want, opts := range map[string][]option{"s": nil, "__Host-s": {secure}} {
		w := newWorld(t, opts...)
		rec := w.get("/ofp", asNobody) // the page to come back to is remembered
		found := false
		for _, c := range rec.Result().Cookies() { //nolint:bodyclose // a recorder's
			found = found || c.Name == want
		}
		if !found {
			t.Errorf("no cookie %s in %q", want, rec.Header().Values("Set-Cookie"))
		}
		checkCookies(t, want, rec, want == "__Host-s")
	}
}

// special are answers that no handler of the table gives.
func special() []struct {
	name, method, target string
	changes              []change
	body                 string
	want                 int
} {
	long := strings.Repeat("x", 70<<10)
	return []struct {
		name, method, target string
		changes              []change
		body                 string
		want                 int
	}{
		{"unknown", "GET", "/nothing", nil, "", 404},
		{"unknown in Spanish", "GET", "/es/nothing", nil, "", 404},
		{"below a page", "GET", "/provider/access/x.css", nil, "", 303},
		{"below a public page", "GET", "/contact/x.css", nil, "", 404},
		{"page asked to change", "POST", "/contact", nil, "a=b", 405},
		{"form asked to show", "GET", "/session/extend", nil, "", 405},
		{"put", "PUT", "/sign-in", nil, "", 405},
		{"delete", "DELETE", "/sign-in", nil, "", 405},
		{"options", "OPTIONS", "/sign-in", nil, "", 405},
		{"trace", "TRACE", "/", nil, "", 405},
		{"made-up method", "BREW", "/", nil, "", 405},
		{"too large", "POST", "/password/forgot", nil, "name=" + long, 413},
		{"too long", "GET", "/?" + strings.Repeat("x", 4<<10), nil, "", 414},
		{"json", "POST", "/password/forgot", []change{header("Content-Type", "application/json")}, "{}", 415},
		{"another host", "GET", "/", []change{hosted("evil.example")}, "", 421},
		{"forged", "POST", "/password/forgot", []change{header("Sec-Fetch-Site", "cross-site")}, "name=a", 403},
		{"panic", "GET", "/panic", nil, "", 500},
		{"panic in Spanish", "GET", "/es/panic", nil, "", 500},
		{"redirect", "GET", "/ofp", nil, "", 303},
		{"change password", "GET", "/.well-known/change-password", nil, "", 303},
		{"robots", "GET", "/robots.txt", nil, "", 200},
		{"static", "GET", web.Asset("app.css"), nil, "", 200},
		{"no such file", "GET", "/static/app.css", nil, "", 404},
		{"live", "GET", "/healthz", nil, "", 200},
		{"ready", "GET", "/readyz", nil, "", 200},
		{"live, changed", "POST", "/healthz", nil, "a=b", 405},
		{"report", "POST", "/csp-report", []change{header("Content-Type", "application/csp-report")}, "{}", 204},
		{"head", "HEAD", "/contact", nil, "", 200},
	}
}

func TestHeadersOfSpecialAnswers(t *testing.T) {
	w := newWorld(t)
	w.app.Server().Add("GET", "/panic", func(http.ResponseWriter, *http.Request) error { panic("test") })
	w.handler = w.app.Handler()
	for _, tt := range special() {
		r := w.request(tt.method, tt.target, asNobody, tt.body, tt.changes...)
		rec := w.send(r)
		if rec.Code != tt.want {
			t.Errorf("%s = %d, want %d", tt.name, rec.Code, tt.want)
		}
		checkHeaders(t, tt.name, r.URL.Path, rec)
		checkCookies(t, tt.name, rec, false)
		if rec.Code == http.StatusMethodNotAllowed && rec.Header().Get("Allow") == "" {
			t.Errorf("%s: 405 without Allow", tt.name)
		}
	}
}

func TestTooManyRequests(t *testing.T) {
	w := newWorld(t)
	w.set("limit.anonymous.address", "2/1m0s")
	codes := make([]int, 3)
	var last *httptest.ResponseRecorder
	for i := range codes {
		last = w.post("/es/password/forgot", asNobody, url.Values{}, header("X-Forwarded-For", string(rune('1'+i))+".2.3.4"))
		codes[i] = last.Code
	}
	if want := []int{422, 422, 429}; !slices.Equal(codes, want) {
		t.Fatalf("answers = %v, want %v: a forged address must not change the count", codes, want)
	}
	if got := last.Header().Get("Retry-After"); got != "60" {
		t.Errorf("Retry-After = %q, want 60", got)
	}
	if !strings.Contains(last.Body.String(), `lang="es"`) {
		t.Error("the page is not in Spanish")
	}
	checkHeaders(t, "429", "/password/forgot", last)
}

// TestAddressBehindProxies counts by the last address that no proxy of ours
// has, whatever else is claimed.
func TestAddressBehindProxies(t *testing.T) {
	w := newWorld(t, func(c *config.Config) { c.TrustedProxies = []string{"192.0.2.0/24", "10.0.0.0/8"} })
	w.set("limit.anonymous.address", "1/1m0s")
	for _, tt := range []struct {
		forwarded string
		want      int
	}{
		{"9.9.9.1, 198.51.100.7", 422},
		{"9.9.9.2, 198.51.100.7", 429},
		{"9.9.9.3, 198.51.100.7, 10.1.1.1", 429},
		{"198.51.100.7, 198.51.100.8", 422},
		{"2001:db8::1", 422},
		{"2001:db8::2", 429}, // of the same /64
		{"2001:db8:0:1::1", 422},
	} {
		rec := w.post("/password/forgot", asNobody, nil, header("X-Forwarded-For", tt.forwarded),
			header("X-Real-IP", uuid.NewString()), header("True-Client-IP", uuid.NewString()))
		if rec.Code != tt.want {
			t.Errorf("%s = %d, want %d", tt.forwarded, rec.Code, tt.want)
		}
	}
}
