package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Limits of a request (security.md 11.1, 19.5, 19.8).
const (
	maxURL      = 4 << 10
	maxHeader   = 32 << 10
	maxBody     = 64<<10 + 1 // one byte more than a form may have, so that the form can say so
	maxFile     = 5<<20 + 64<<10
	maxInFlight = 200

	requestTimeout = 25 * time.Second
)

// Faults that are answered before any handler runs.
var (
	errMethod      = fault.New(fault.Malformed, locale.FaultMethod)
	errForged      = fault.New(fault.Forbidden, locale.FaultForged)
	errContentType = fault.New(fault.Malformed, locale.FaultUnreadable)
)

// known answers what no browser of ours sends before anything reads it: other
// hosts, other methods, addresses and headers that are too long.
func (s *Server) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != s.host && !technical(r.URL.EscapedPath()):
			s.plain(w, r, http.StatusMisdirectedRequest)
		case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost:
			w.Header().Set("Allow", "GET, HEAD, POST")
			s.plain(w, r, http.StatusMethodNotAllowed)
		case len(r.URL.RequestURI()) > maxURL:
			s.plain(w, r, http.StatusRequestURITooLong)
		case !readable(r.URL.Path):
			s.plain(w, r, http.StatusNotFound)
		case headerBytes(r) > maxHeader:
			s.plain(w, r, http.StatusRequestHeaderFieldsTooLarge)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// readable reports whether the path is a text that an address of ours could be
// (security.md 11.2).
func readable(path string) bool {
	return utf8.ValidString(path) && !strings.ContainsFunc(path, unicode.IsControl)
}

// headerBytes is the length of the header as it came. The standard library
// stops reading at about 4 KiB more than it was told.
func headerBytes(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n") + len("Host: \r\n") + len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(": \r\n") + len(v)
		}
	}
	return n
}

// technical are the paths that a load balancer asks for by another name.
func technical(path string) bool { return path == "/healthz" || path == "/readyz" }

// exempt are the paths that are answered however much is in hand: they cost
// next to nothing, and a page without its style sheet is no answer.
func exempt(path string) bool { return technical(path) || strings.HasPrefix(path, "/static/") }

// room lets at most maxInFlight requests run at once; the rest are told at
// once to come back, so that those in hand are answered (security.md 19.8).
func (s *Server) room(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if exempt(r.URL.EscapedPath()) {
			next.ServeHTTP(w, r)
			return
		}
		select {
		case s.inFlight <- struct{}{}:
			defer func() { <-s.inFlight }()
			ctx, cancel := context.WithTimeout(r.Context(), s.patience(r))
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		default:
			w.Header().Set("Retry-After", "5")
			s.plain(w, r, http.StatusServiceUnavailable)
		}
	})
}

// patience is how long a request may take; one that brings a file has the time
// of its upload on top.
func (s *Server) patience(r *http.Request) time.Duration {
	if r.Method == http.MethodPost && s.takesFile(r.URL.Path) {
		return s.times.file + requestTimeout
	}
	return requestTimeout
}

// body bounds what may be sent and refuses what no form of ours is.
func (s *Server) body(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		file := s.takesFile(r.URL.Path)
		limit := int64(maxBody)
		if file {
			limit = maxFile
			control, now := http.NewResponseController(w), time.Now()
			_ = control.SetReadDeadline(now.Add(s.times.file))
			_ = control.SetWriteDeadline(now.Add(s.times.file + s.times.write))
		}
		if !formType(r.Header.Get("Content-Type"), file, r.URL.Path) {
			s.plain(w, r, http.StatusUnsupportedMediaType)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if !file && !s.arrived(w, r) {
			return
		}
		next.ServeHTTP(w, r)
	})
}

// arrived reads a form into memory before the request takes one of the places:
// whoever sends slowly keeps nobody else waiting. Files are read by their
// handler, which asks who it is first.
func (s *Server) arrived(w http.ResponseWriter, r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		s.plain(w, r, http.StatusRequestEntityTooLarge)
		return false
	case err != nil:
		s.plain(w, r, http.StatusBadRequest)
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return true
}

// formType reports whether a body of this type may be sent to the path: forms
// everywhere, files where the route takes them, reports of the browser to the
// one address that collects them (decisions 49).
func formType(header string, file bool, path string) bool {
	t, _, err := mime.ParseMediaType(header)
	if err != nil {
		return false
	}
	if path == "/csp-report" {
		return t == "application/csp-report" || t == "application/reports+json" || t == "application/json"
	}
	return t == "application/x-www-form-urlencoded" || file && t == "multipart/form-data"
}

// sameSite refuses forged requests twice over: the standard library's check,
// and a changing request that carries our session cookie but says nothing of
// where it comes from (security.md 6.1, 6.2).
func (s *Server) sameSite(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	refused := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.kit.Fail(w, r, errForged) })
	protection.SetDenyHandler(refused)
	return protection.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		silent := r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
		if r.Method == http.MethodPost && silent && hasCookie(r, s.cookie) {
			refused(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

func hasCookie(r *http.Request, name string) bool {
	_, err := r.Cookie(name)
	return err == nil
}

// language puts the language of the address into the context, before anything
// answers: below /es everything is in Spanish, refusals as well.
func language(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := locale.English
		if _, spanish := cutSpanish(r.URL.Path); spanish {
			l = locale.Spanish
		}
		next.ServeHTTP(w, r.WithContext(locale.WithLanguage(r.Context(), l)))
	})
}

// withoutPrefix takes /es from the front of the path, so that one route serves
// both languages.
func withoutPrefix(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, spanish := cutSpanish(r.URL.Path)
		if !spanish {
			next.ServeHTTP(w, r)
			return
		}
		r2 := r.WithContext(r.Context())
		u := *r.URL
		u.Path, u.RawPath = rest, ""
		r2.URL = &u
		next.ServeHTTP(w, r2)
	})
}

func cutSpanish(path string) (rest string, spanish bool) {
	rest, spanish = strings.CutPrefix(path, "/es")
	if !spanish || rest != "" && rest[0] != '/' {
		return path, false
	}
	if rest == "" {
		rest = "/"
	}
	return rest, true
}
