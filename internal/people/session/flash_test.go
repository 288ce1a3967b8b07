package session_test

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/postgres"
)

// TestFlashIsSealed keeps a message that names somebody: the session's data do
// not show it, it outlasts a new token, and in another session it says nothing
// (security.md 5.10).
func TestFlashIsSealed(t *testing.T) {
	s := newSite(t, "workforce")
	c, other := s.browser(t), s.browser(t)
	s.get(t, c, "/flash-name")
	s.get(t, other, "/flash")
	data, err := postgres.Values[string](t.Context(), s.db, `SELECT data::text FROM session ORDER BY created_at`)
	if err != nil || len(data) != 2 {
		t.Fatalf("%d sessions, %v; want 2", len(data), err)
	}
	for _, d := range data {
		if !strings.Contains(d, `"flash"`) || strings.Contains(d, "Iris") || strings.Contains(d, "Ito") || strings.Contains(d, "done") {
			t.Errorf("a session's data are %s, want a sealed message", d)
		}
	}
	s.get(t, c, "/begin")
	s.get(t, c, "/flash-name")
	s.get(t, c, "/complete")
	if got := s.get(t, c, "/"); !strings.Contains(got, `flash="Iris Ito has access to the site"`) {
		t.Errorf("after a new token: %q, want the message", got)
	}
	s.get(t, c, "/flash-name")
	_, err = s.db.Exec(t.Context(), `
		UPDATE session SET data = data || jsonb_build_object('flash',
			(SELECT data->>'flash' FROM session WHERE step = 'full' AND revoked_at IS NULL)) WHERE step = 'none'`)
	must(t, err)
	if got := s.get(t, other, "/"); !strings.Contains(got, `flash=""`) {
		t.Errorf("in another session: %q, want nothing", got)
	}
}
