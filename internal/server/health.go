package server

import (
	"context"
	"net/http"
	"time"
)

// readyWait bounds the question to the database, so that a silent one shows
// within ten seconds (security.md 20, F6).
const readyWait = 2 * time.Second

// healthz answers while the process lives, whatever the database does.
func healthz(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok") }

// readyz answers 200 while this replica may be sent requests: it is not
// stopping, its database answers, and the schema is new enough. It gives no
// details; those are on the private listener.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.Ready(r.Context()); err != nil {
		text(w, http.StatusServiceUnavailable, "not ready")
		return
	}
	text(w, http.StatusOK, "ready")
}

// Ready returns nil when requests may be sent to this replica, and otherwise
// why not.
func (s *Server) Ready(ctx context.Context) error {
	if s.stopping.Load() {
		return http.ErrServerClosed
	}
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	return s.db.CheckSchema(ctx)
}

func text(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(words + "\n"))
}
