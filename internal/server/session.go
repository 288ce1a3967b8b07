package server

import (
	"context"
	"net/http"
	"slices"
)

// sitting is one request's way through the session: whether its row has been
// read, and whether its failing has been answered already.
type sitting struct {
	http.ResponseWriter
	read, failed bool
	again        http.Handler // answers the request as nobody's
}

type sittingKey struct{}

// session reads and writes the session around next. When the database fails
// before, public pages come as for nobody; when it fails at the writing, with
// the head of the answer, the answer is the apology and nothing of the page.
func (s *Server) session(next http.Handler) http.Handler {
	inner := s.Sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if st, ok := r.Context().Value(sittingKey{}).(*sitting); ok {
			st.read = true
		}
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := &sitting{ResponseWriter: w, again: inner}
		inner.ServeHTTP(st, r.WithContext(context.WithValue(r.Context(), sittingKey{}, st)))
	})
}

// SessionFailed answers a request whose session could not be read or written.
func (s *Server) SessionFailed(w http.ResponseWriter, r *http.Request, err error) {
	st, ok := r.Context().Value(sittingKey{}).(*sitting)
	if !ok || st.failed {
		s.kit.Fail(w, r, err)
		return
	}
	if !st.read && withoutSession(r) {
		r = r.Clone(r.Context())
		r.Header.Del("Cookie")
		s.log.Warn("session not read", "error", err)
		st.again.ServeHTTP(w, r)
		return
	}
	w.Header().Del("Location")
	s.kit.Fail(st.ResponseWriter, r, err)
	st.failed = true
}

// withoutSession reports whether the page is shown even when nobody can say
// who asks: what is public, and the way out.
func withoutSession(r *http.Request) bool {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	return read && (indexed(r.URL.Path) || slices.Contains([]string{"/leave", "/sign-out"}, r.URL.Path))
}

// WriteHeader writes the head, unless the answer has been given.
func (st *sitting) WriteHeader(status int) {
	if !st.failed {
		st.ResponseWriter.WriteHeader(status)
	}
}

// Write writes the body, unless the answer has been given.
func (st *sitting) Write(b []byte) (int, error) {
	if st.failed {
		return len(b), nil
	}
	return st.ResponseWriter.Write(b)
}

// Unwrap lets the response controller reach the connection.
func (st *sitting) Unwrap() http.ResponseWriter { return st.ResponseWriter }
