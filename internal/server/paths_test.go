package server_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/server"
)

// readers are somebody for whom the route opens, and nobody.
func readers(letters string) []who {
	for _, as := range everybody {
		if as != asNobody && strings.Contains(letters, string(as)) {
			return []who{as, asNobody}
		}
	}
	return []who{asNobody}
}

// TestNothingIsBelowAPage asks for files below and beside every page, as a
// cache that is deceived would: none is the page (security.md 7.3).
func TestNothingIsBelowAPage(t *testing.T) {
	k, list := newWalk(t), listed(t)
	for _, l := range k.lines() {
		if l.Method != http.MethodGet {
			continue
		}
		for _, as := range readers(list[name(l)]) {
			own := strings.TrimSuffix(k.own(l, as), "/")
			for _, end := range []string{"/x.css", "/x.js", "/%2e%2e/x.css", ".css", "%2fx.css", "/;x.css", "%3fx.css", "/"} {
				if own == "" && !strings.HasPrefix(end, "/x") {
					continue // the start page has no name
				}
				rec := k.get(own+end, as)
				if rec.Code != http.StatusNotFound && (rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/sign-in") {
					t.Errorf("%s%s as %s = %d, want 404", l.Path, end, as, rec.Code)
				}
				if rec.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("%s%s as %s may be kept", l.Path, end, as)
				}
			}
		}
	}
}

// others are methods that no form and no link sends.
var others = []string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW", "get"}

// TestOtherMethods asks for every path with methods that it is not there for
// (security.md 6.5, 7.4).
func TestOtherMethods(t *testing.T) {
	k, list := newWalk(t), listed(t)
	for _, l := range k.lines() {
		methods := others
		for _, m := range []string{http.MethodGet, http.MethodPost} {
			if !k.answers(m, l.Path) {
				methods = append(methods[:len(methods):len(methods)], m)
			}
		}
		for _, as := range readers(list[name(l)]) {
			for _, method := range methods {
				k.reached = false
				rec := k.send(k.request(method, k.own(l, as), as, ""))
				if allow := rec.Header().Get("Allow"); k.reached || rec.Code != http.StatusMethodNotAllowed || allow == "" || strings.Contains(allow, method) {
					t.Errorf("%s %s as %s = %d, Allow %q; want 405", method, l.Path, as, rec.Code, allow)
				}
			}
		}
	}
}

// answers reports whether a route of the method is there for the path, by its
// own line or by one with a variable part.
func (k *walk) answers(method, path string) bool {
	parts := strings.Split(path, "/")
	return slices.ContainsFunc(k.lines(), func(l server.Line) bool {
		of := strings.Split(l.Path, "/")
		if l.Method != method || len(of) != len(parts) {
			return false
		}
		for i := range of {
			if of[i] != parts[i] && !strings.HasPrefix(of[i], "{") {
				return false
			}
		}
		return true
	})
}

// versions are what tells a scanner which faults to try.
var versions = regexp.MustCompile(`\bgo1\.\d|net/http|go-chi|jackc|\bpgx\b|(?i:postgres)|/src/|\.go:\d|goroutine|SQLSTATE`)

// TestVersionsAreNotTold looks at every page, header and refusal for the names
// of what the portal is made of (security.md 7.4, 11.7).
func TestVersionsAreNotTold(t *testing.T) {
	k, list := newWalk(t), listed(t)
	for _, l := range k.lines() {
		for _, as := range readers(list[name(l)]) {
			for _, target := range []string{k.own(l, as), k.fill(l.Path, "%00"), k.fill(l.Path, "x'")} {
				rec, _ := k.ask(l, target, as)
				text := rec.Body.String()
				for name, values := range rec.Header() {
					text += name + ": " + strings.Join(values, " ") + "\n"
				}
				if found := versions.FindString(text); found != "" {
					t.Errorf("%s as %s tells %q", name(l), as, found)
				}
			}
		}
	}
}
