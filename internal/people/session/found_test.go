package session_test

import (
	"strconv"
	"strings"
	"testing"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/postgres"
)

// TestSearchesAreSealed keeps what somebody typed to search a list: the
// session's data do not show it, it is good for its list alone, says nothing in
// another session, and goes with the sign-in (security.md 5.10 and 14.4).
func TestSearchesAreSealed(t *testing.T) {
	s := newSite(t, "workforce")
	c, other := s.browser(t), s.browser(t)
	s.get(t, c, "/begin")
	s.get(t, c, "/complete")
	first := s.get(t, c, "/keep?list=/ofp/people&typed=Iris+Ito")
	kept := func(list, id string) string { return s.get(t, c, "/kept?list="+list+"&id="+id) }
	if got := kept("/ofp/people", first); got != "Iris Ito true" {
		t.Fatalf("kept %q", got)
	}
	if got := kept("/ofp/sites", first); got != " false" {
		t.Errorf("for another list: %q", got)
	}
	data, err := postgres.Values[string](t.Context(), s.db, `SELECT data::text FROM session`)
	if err != nil || strings.Contains(strings.Join(data, ""), "Iris") {
		t.Errorf("the session's data show the search: %s, %v", data, err)
	}
	s.get(t, other, "/flash")
	_, err = s.db.Exec(t.Context(), `UPDATE session SET data = data || (SELECT data - 'binding' FROM session WHERE step = 'full') WHERE step = 'none'`)
	must(t, err)
	if got := s.get(t, other, "/kept?list=/ofp/people&id="+first); got != " false" {
		t.Errorf("in another session: %q", got)
	}
	var last string
	for i := range session.MostSearches {
		last = s.get(t, c, "/keep?list=/ofp/people&typed="+strconv.Itoa(i))
	}
	if got := kept("/ofp/people", first); got != " false" {
		t.Errorf("the oldest is kept: %q", got)
	}
	if got := kept("/ofp/people", last); got != strconv.Itoa(session.MostSearches-1)+" true" {
		t.Errorf("the newest: %q", got)
	}
	s.get(t, c, "/end")
	if got := kept("/ofp/people", last); got != " false" {
		t.Errorf("after the sign-in: %q", got)
	}
}
