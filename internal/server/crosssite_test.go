package server_test

import (
	"net/http"
	"strings"
	"testing"

	"familypact.example/portal/internal/handler"
)

// accepting is a world with a form that always works.
func accepting(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.app.Server().Add("POST", "/accept", func(w http.ResponseWriter, r *http.Request) error {
		return handler.Redirect(w, r, "/done")
	})
	w.handler = w.app.Handler()
	return w
}

// TestCrossSiteRequests pins what the standard library's check does (measured:
// security.md 6.1) and what is refused on top (6.2).
func TestCrossSiteRequests(t *testing.T) {
	w := accepting(t)
	same := "http://" + w.host
	tests := []struct {
		name, method, fetch, origin string
		as                          who
		want                        int
	}{
		{"same origin", "POST", "same-origin", same, asStaff, 303},
		{"typed in", "POST", "none", "", asStaff, 303},
		{"same site", "POST", "same-site", "", asStaff, 403},
		{"cross site", "POST", "cross-site", "", asStaff, 403},
		{"cross site, our origin", "POST", "cross-site", same, asStaff, 403},
		{"made-up mode", "POST", "made-up", same, asStaff, 403},
		{"old browser, our origin", "POST", "", same, asStaff, 303},
		{"old browser, our host over TLS", "POST", "", "https://" + w.host, asStaff, 303},
		{"old browser, other origin", "POST", "", "https://evil.example", asStaff, 403},
		{"old browser, other port", "POST", "", "http://portal.example:9", asStaff, 403},
		{"old browser, null origin", "POST", "", "null", asStaff, 403},
		{"old browser, garbage origin", "POST", "", "%%%", asStaff, 403},
		{"silent, with a session", "POST", "", "", asStaff, 403},
		{"silent, with half a session", "POST", "", "", asHalf, 403},
		{"silent, without a session", "POST", "", "", asNobody, 303},
		{"read from another site", "GET", "cross-site", "", asStaff, 200},
		{"read with another origin", "GET", "", "https://evil.example", asStaff, 200},
		{"head from another site", "HEAD", "cross-site", "", asStaff, 200},
		{"preflight", "OPTIONS", "cross-site", "https://evil.example", asStaff, 405},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := "/contact"
			if tt.method == http.MethodPost {
				target = "/accept"
			}
			rec := w.send(w.request(tt.method, target, tt.as, "a=b", header("Sec-Fetch-Site", tt.fetch), header("Origin", tt.origin)))
			if rec.Code != tt.want {
				t.Errorf("got %d, want %d", rec.Code, tt.want)
			}
		})
	}
}

// TestForgedRequestsReachNoForm asks every form of the table from another
// site.
func TestForgedRequestsReachNoForm(t *testing.T) {
	k := newWalk(t)
	for _, l := range k.lines() {
		if l.Method != http.MethodPost {
			continue
		}
		for _, as := range everybody {
			k.reached = false
			rec := k.post(k.own(l, as), as, nil, header("Sec-Fetch-Site", "cross-site"))
			if k.reached || rec.Code != http.StatusForbidden {
				t.Errorf("%s as %s = %d, want 403", name(l), as, rec.Code)
			}
		}
	}
}

func TestContentTypes(t *testing.T) {
	w := accepting(t)
	tests := []struct {
		kind, target string
		want         int
	}{
		{"application/x-www-form-urlencoded", "/accept", 303},
		{"application/x-www-form-urlencoded; charset=UTF-8", "/accept", 303},
		{"Application/X-WWW-Form-Urlencoded", "/accept", 303},
		{"multipart/form-data; boundary=x", "/accept", 415},
		{"application/json", "/accept", 415},
		{"text/plain", "/accept", 415},
		{"", "/accept", 415},
		{"nonsense/", "/accept", 415},
		{"application/csp-report", "/accept", 415},
		{"application/csp-report", "/csp-report", 204},
		{"application/reports+json", "/csp-report", 204},
		{"application/json", "/csp-report", 204},
		{"text/html", "/csp-report", 415},
		{"multipart/form-data; boundary=x", "/ofp/sites/import", 303}, // to sign in
	}
	for _, tt := range tests {
		rec := w.send(w.request(http.MethodPost, tt.target, asNobody, "a=b", header("Content-Type", tt.kind)))
		if rec.Code != tt.want {
			t.Errorf("%q to %s = %d, want %d", tt.kind, tt.target, rec.Code, tt.want)
		}
	}
}

func TestOtherHosts(t *testing.T) {
	w := newWorld(t)
	for _, host := range []string{
		"", "evil.example", "portal.example", "portal.example:80", "portal.example:8080.evil.example", "portal.example:8080@evil.example",
		"portal.example:8080, evil.example", "portal.example:8080/evil", "localhost", "127.0.0.1", "[::1]:8080", "xn--evil",
		"mTpvPME6'));select pg_sleep(9); --", "portal.example:8080\r\nX-Evil: 1", "portal.example:8080\x00", "../..", "$(id)", "a b",
		strings.Repeat("a", 5000) + ".example",
	} {
		rec := w.get("/", asNobody, hosted(host))
		if rec.Code != http.StatusMisdirectedRequest {
			t.Errorf("host %.40q = %d, want 421", host, rec.Code)
		}
		if len(host) > 10 && strings.Contains(rec.Body.String(), host) && !strings.HasPrefix(w.host, host) {
			t.Errorf("host %.40q comes back on the page", host)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := w.get(path, asNobody, hosted("10.1.2.3:8080")).Code; got != http.StatusOK {
			t.Errorf("%s by another name = %d: a balancer asks by address", path, got)
		}
	}
}

// TestForwardedHostIsNotBelieved asks for every page with forwarded headers
// that name another host.
func TestForwardedHostIsNotBelieved(t *testing.T) {
	k := newWalk(t)
	for _, l := range k.lines() {
		if l.Method != http.MethodGet {
			continue
		}
		for _, as := range everybody {
			rec := k.get(k.own(l, as), as, header("X-Forwarded-Host", "evil.example"), header("Forwarded", "host=evil.example"),
				header("X-Original-URL", "/evil.example"), header("X-Rewrite-URL", "/evil.example"), header("Referer", "https://evil.example/"))
			if strings.Contains(rec.Body.String(), "evil.example") {
				t.Errorf("%s as %s: the page names the other host", name(l), as)
			}
			for header, values := range rec.Header() {
				if strings.Contains(strings.Join(values, " "), "evil.example") {
					t.Errorf("%s as %s: %s names the other host", name(l), as, header)
				}
			}
		}
	}
}

// TestHostileTargets asks for addresses that would lead elsewhere if somebody
// were sent back to them after signing in.
func TestHostileTargets(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{
		"//evil.example", "/%5cevil.example", "/%2f%2fevil.example", "/provider//evil.example", "/provider/%2f%2fevil.example",
		"/provider/..%2f..%2fevil.example", "/provider/%5c%5cevil.example", "/es//evil.example", "/es/%2fevil.example",
		"/sign-in?next=//evil.example", "/sign-in?next=https:evil.example", "/sign-in?next=/%5cevil.example", "/ofp/%0d%0aLocation:evil.example",
		"/sign-in?back=https://evil.example", "/sign-in?return_to=%2f%2fevil.example", "/ofp?x=//evil.example",
	} {
		rec := w.send(w.requestLine(target))
		if location := rec.Header().Get("Location"); strings.Contains(location, "evil") || strings.HasPrefix(location, "//") {
			t.Errorf("%s leads to %s", target, location)
		}
	}
	var back int
	w.must(w.super.QueryRow(t.Context(), `SELECT count(*) FROM session WHERE data->>'back' LIKE '%evil%'`).Scan(&back))
	if back != 0 {
		t.Errorf("%d sessions remember a hostile address", back)
	}
}
