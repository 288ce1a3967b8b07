package session_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/acceptance"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

func (s *site) me() authz.Actor {
	return authz.Actor{Role: authz.Staff, Account: s.account, Site: s.place}
}

func (s *site) open(t *testing.T) []session.Open {
	t.Helper()
	list, err := postgres.All[session.Open](t.Context(), s.db, session.OpenQuery, s.account, start)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// ownPages are the pages of the tests in this file.
func (s *site) ownPages(t *testing.T, mux *http.ServeMux) {
	t.Helper()
	pages := map[string]func(ctx context.Context) (string, error){
		"/await":  func(ctx context.Context) (string, error) { _, err := s.m.Await(ctx); return "", err },
		"/switch": func(ctx context.Context) (string, error) { return "", s.m.SwitchSite(ctx, s.place) },
		"/ended":  func(ctx context.Context) (string, error) { return s.m.Explained(ctx), nil },
		"/explain": func(ctx context.Context) (string, error) {
			s.m.Explain(ctx, s.m.Explained(ctx))
			return "", nil
		},
		"/owes": func(ctx context.Context) (string, error) {
			st, err := s.m.Current(ctx)
			return strconv.FormatBool(st.OwesTerms), err
		},
		"/agree": func(ctx context.Context) (string, error) { return "", acceptance.NewService(s.db).Accept(ctx, s.me()) },
		"/remember-mine": func(ctx context.Context) (string, error) {
			s.m.RememberFor(ctx, s.account, "/ofp/sites")
			return "", nil
		},
		"/remember-another": func(ctx context.Context) (string, error) {
			s.m.RememberFor(ctx, uuid.New(), "/ofp/sites")
			return "", nil
		},
	}
	for path, fn := range pages {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			text, err := fn(r.Context())
			must(t, err)
			_, _ = io.WriteString(w, text)
		})
	}
}

// TestLimitsToTheSecond looks at each limit one second before and after it, and
// at the absolute one with somebody who is never at rest (security.md 5.4).
func TestLimitsToTheSecond(t *testing.T) {
	const shared = "shared"
	tests := []struct {
		kind   string
		rest   time.Duration
		before string // one second before
		after  string // one second after
	}{
		{"workforce", session.Standard.Idle, "full staff locked=false", "full staff locked=true"},
		{shared, session.Standard.IdleShared, "full staff locked=false", "full staff locked=true"},
		{"ofp", session.Standard.IdlePrivileged, "full ofp locked=false", "full ofp locked=true"},
		{"desk", session.Standard.IdlePrivileged, "full desk locked=false", "full desk locked=true"},
		{"workforce", session.Standard.Absolute, "full staff locked=true", "none "},
		{"ofp", session.Standard.Absolute, "full ofp locked=true", "none "},
	}
	for _, tt := range tests {
		for after, want := range map[time.Duration]string{tt.rest - time.Second: tt.before, tt.rest + time.Second: tt.after} {
			t.Run(tt.kind+after.String(), func(t *testing.T) {
				kind := tt.kind
				if kind == shared {
					kind = "workforce"
				}
				s := newSite(t, kind)
				c := s.browser(t)
				s.signIn(t, c)
				if tt.kind == shared {
					s.exec(t, `UPDATE session SET shared = true`)
				}
				dbtest.Freeze(t, s.db, start.Add(after))
				s.want(t, c, want)
			})
		}
	}
}

// TestTwelveHoursWithActivity comes back every ten minutes until 11:59:59 and
// then once more at 12:01 (security.md 5.4).
func TestTwelveHoursWithActivity(t *testing.T) {
	s := newSite(t, "ofp")
	c := s.browser(t)
	s.signIn(t, c)
	for at := time.Duration(0); at < session.Standard.Absolute; at += 10 * time.Minute {
		dbtest.Freeze(t, s.db, start.Add(at))
		s.want(t, c, "full ofp locked=false")
	}
	dbtest.Freeze(t, s.db, start.Add(session.Standard.Absolute-time.Second))
	s.want(t, c, "full ofp locked=false")
	dbtest.Freeze(t, s.db, start.Add(12*time.Hour+time.Minute))
	s.want(t, c, "none ")
}

// TestNewTokenAtEachStep compares the token before and after each change of
// what a session may do, and tries the one before (security.md 5.3).
func TestNewTokenAtEachStep(t *testing.T) {
	s := newSite(t, "workforce")
	c := s.browser(t)
	s.get(t, c, "/flash")
	for _, step := range []string{"/begin", "/complete", "/await", "/renew", "/switch", "/resume", "/end"} {
		before := c.Jar.Cookies(mustURL(t, s.url))[0].Value
		s.get(t, c, step)
		if step != "/end" && c.Jar.Cookies(mustURL(t, s.url))[0].Value == before {
			t.Errorf("%s: the token stays", step)
		}
		old := s.browser(t)
		old.Jar.SetCookies(mustURL(t, s.url), []*http.Cookie{{Name: "s", Value: before}})
		s.want(t, old, "none ")
	}
}

// TestSurplusSaysSo signs in at a fourth place: the first is told why it was
// ended, and nobody else is told anything (security.md 5.6).
func TestSurplusSaysSo(t *testing.T) {
	s := newSite(t, "workforce")
	all := make([]*http.Client, 4)
	for i := range all {
		dbtest.Freeze(t, s.db, start.Add(time.Duration(i)*time.Second))
		all[i] = s.browser(t)
		s.signIn(t, all[i])
	}
	for i, want := range []string{"surplus", "", "", ""} {
		if got := s.get(t, all[i], "/ended"); got != want {
			t.Errorf("browser %d is told %q, want %q", i, got, want)
		}
	}
	s.get(t, all[0], "/explain") // goes on without a session, which keeps the reason
	if got := s.get(t, all[0], "/ended"); got != "surplus" {
		t.Errorf("later it is told %q", got)
	}
	s.signIn(t, all[0])
	if got := s.get(t, all[0], "/ended"); got != "" {
		t.Errorf("after signing in again it is told %q", got)
	}
}

// TestOnlyHarmlessEndsAreTold ends sessions in the ways that are somebody's
// decision: their browsers learn nothing.
func TestOnlyHarmlessEndsAreTold(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *site, c *http.Client){
		"sign-out": func(t *testing.T, s *site, c *http.Client) { s.get(t, c, "/end") },
		"all ended": func(t *testing.T, s *site, _ *http.Client) {
			must(t, s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error { return session.EndAllTx(t.Context(), tx, s.account) }))
		},
		"one ended": func(t *testing.T, s *site, _ *http.Client) { must(t, s.m.EndOne(t.Context(), s.me(), s.open(t)[0].ID)) },
		"blocked":   func(t *testing.T, s *site, _ *http.Client) { s.exec(t, `UPDATE account SET blocked_at = portal_now()`) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, "workforce")
			c := s.browser(t)
			s.signIn(t, c)
			old := s.browser(t)
			old.Jar.SetCookies(mustURL(t, s.url), c.Jar.Cookies(mustURL(t, s.url)))
			end(t, s, c)
			for range 2 {
				if got := s.get(t, old, "/ended"); got != "" {
					t.Errorf("it is told %q", got)
				}
			}
		})
	}
}

// TestEndOne ends a sign-in that has got a new token since it was listed, one
// that has ended already, somebody else's and none at all.
func TestEndOne(t *testing.T) {
	s := newSite(t, "workforce")
	kept, stolen := s.browser(t), s.browser(t)
	s.signIn(t, kept)
	dbtest.Freeze(t, s.db, start.Add(time.Second))
	s.signIn(t, stolen)
	listed := s.open(t)[0].ID
	s.get(t, stolen, "/resume")
	for _, id := range []uuid.UUID{listed, listed} {
		if err := s.m.EndOne(t.Context(), s.me(), id); err != nil {
			t.Fatal(err)
		}
	}
	s.want(t, stolen, "none ")
	s.want(t, kept, "full staff")
	other := authz.Actor{Role: authz.Staff, Account: uuid.New()}
	for _, e := range []error{s.m.EndOne(t.Context(), other, s.open(t)[0].ID), s.m.EndOne(t.Context(), s.me(), uuid.New())} {
		if !errors.Is(e, fault.ErrNotFound) {
			t.Errorf("got %v, want not found", e)
		}
	}
	s.want(t, kept, "full staff")
	if got := s.ends(t); !slices.Equal(got, []string{"session.end owner staff"}) {
		t.Errorf("recorded %q", got)
	}
}

// TestHistory looks at 90 days of sign-ins, and at what the sweep leaves.
func TestHistory(t *testing.T) {
	s := newSite(t, "workforce")
	for i := range 3 {
		dbtest.Freeze(t, s.db, start.Add(time.Duration(i)*24*time.Hour))
		s.signIn(t, s.browser(t))
		s.get(t, s.browser(t), "/begin") // half a sign-in is none
	}
	list, total, err := s.m.History(t.Context(), s.me(), 2, 0)
	if err != nil || total != 3 || len(list) != 2 || !list[0].SignedInAt.Equal(start.Add(48*time.Hour)) || list[0].Known {
		t.Errorf("got %v of %d, %v", list, total, err)
	}
	if list, _, _ := s.m.History(t.Context(), s.me(), 2, 2); len(list) != 1 {
		t.Errorf("the second page has %d", len(list))
	}
	other := authz.Actor{Role: authz.Staff, Account: uuid.New()}
	if list, total, err := s.m.History(t.Context(), other, 25, 0); len(list) != 0 || total != 0 || err != nil {
		t.Errorf("somebody else sees %v, %v", list, err)
	}
	dbtest.Freeze(t, s.db, start.Add(session.HistoryLife))
	if _, total, _ := s.m.History(t.Context(), s.me(), 25, 0); total != 2 {
		t.Errorf("%d are shown after 90 days, want 2", total)
	}
	var gone int64
	must(t, s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		var err error
		gone, err = session.SweepHistoryTx(t.Context(), tx)
		return err
	}))
	if gone != 1 {
		t.Errorf("the sweep takes %d, want 1", gone)
	}
}

// TestBackIsForOneAccount remembers a page for somebody; whoever signs in next
// is not sent there unless it is they.
func TestBackIsForOneAccount(t *testing.T) {
	for _, tt := range []struct{ path, want string }{
		{"/remember-mine", `back="/ofp/sites"`}, {"/remember-another", `back=""`}, {"/remember?p=/ofp", `back="/ofp"`},
	} {
		s := newSite(t, "workforce")
		c := s.browser(t)
		s.get(t, c, tt.path)
		s.signIn(t, c)
		if got := s.get(t, c, "/"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %s", tt.path, got, tt.want)
		}
	}
}

// TestEndsNameTheRequest looks for the number of the request in the audit
// entries of every end that a request caused (security.md 13.2).
func TestEndsNameTheRequest(t *testing.T) {
	s := newSite(t, "workforce")
	out, late := s.browser(t), s.browser(t)
	s.signIn(t, out)
	s.get(t, out, "/end")
	s.signIn(t, late)
	dbtest.Freeze(t, s.db, start.Add(session.Standard.Absolute))
	s.want(t, late, "none ")
	for range 4 {
		s.signIn(t, s.browser(t))
	}
	entries, err := audit.About(t.Context(), s.db, "account:"+s.account.String())
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v; want 3", len(entries), err)
	}
	for _, e := range entries {
		if e.Request != "request-7" {
			t.Errorf("%s %s has the request %q", e.Action, e.Reason, e.Request)
		}
	}
}

// TestOwesTerms looks at what the session says of texts that have not been
// agreed to.
func TestOwesTerms(t *testing.T) {
	s := newSite(t, "workforce")
	c := s.browser(t)
	s.signIn(t, c)
	if got := s.get(t, c, "/owes"); got != "true" {
		t.Errorf("owes = %s before agreeing", got)
	}
	s.get(t, c, "/agree")
	if got := s.get(t, c, "/owes"); got != "false" {
		t.Errorf("owes = %s after agreeing", got)
	}
	s.exec(t, `INSERT INTO acceptance (id, account_id, text, version, accepted_at)
		SELECT gen_random_uuid(), account_id, text, '2024-12', accepted_at FROM acceptance`)
	superuser := dbtest.Superuser(t, s.db)
	if _, err := superuser.Exec(t.Context(), `DELETE FROM acceptance WHERE text = 'privacy' AND version <> '2024-12'`); err != nil {
		t.Fatal(err)
	}
	if got := s.get(t, c, "/owes"); got != "true" {
		t.Errorf("owes = %s with an old version of one text", got)
	}
}

func (s *site) exec(t *testing.T, sql string) {
	t.Helper()
	must(t, s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), sql)
		return err
	}))
}
