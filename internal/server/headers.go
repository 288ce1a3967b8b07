package server

import (
	"net/http"
	"strings"

	"familypact.example/portal/web/page/publicpage"
)

// policy is the content security policy of every response (security.md 7.1):
// everything from ourselves, nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; report-uri /csp-report"

var fixedHeaders = map[string]string{
	"Strict-Transport-Security":    "max-age=31536000; includeSubDomains",
	"X-Content-Type-Options":       "nosniff",
	"Content-Security-Policy":      policy,
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}

// headers sets the security headers of every response, whatever answers it.
// Only public pages may be found by search engines.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range fixedHeaders {
			h.Set(name, value)
		}
		if !indexed(r.URL.Path) {
			h.Set("X-Robots-Tag", "noindex")
		}
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// indexedPaths is what a search engine may keep: the public pages.
var indexedPaths = func() map[string]bool {
	paths := map[string]bool{}
	for _, p := range publicpage.Paths() {
		paths[p] = true
	}
	return paths
}()

func indexed(path string) bool {
	path, _ = cutSpanish(path)
	return indexedPaths[path] || strings.HasPrefix(path, "/static/")
}
