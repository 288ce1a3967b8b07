package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	audit.Use(secret.NewTestRing())
	dbtest.Main(m)
}

var start = time.Date(2025, 1, 13, 16, 0, 0, 0, time.UTC)

// site is a server with pages that change the session, and its database.
type site struct {
	db      *postgres.DB
	m       *session.Manager
	url     string
	account uuid.UUID
	place   uuid.UUID
	slow    chan struct{} // a request to /slow waits here
	entered chan struct{}
}

func newSite(t *testing.T, kind string) *site {
	t.Helper()
	s := &site{db: dbtest.New(t), slow: make(chan struct{}), entered: make(chan struct{})}
	dbtest.Freeze(t, s.db, start)
	s.account, s.place = addPerson(t, s.db, kind)
	m := session.NewManager(s.db, session.Options{
		Ring:   secret.NewTestRing(),
		Origin: func(context.Context) authz.Origin { return authz.Origin{Request: "request-7"} },
	})
	s.m = m
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, r *http.Request) {
		st, _ := m.Current(r.Context())
		_, _ = fmt.Fprintf(w, "%s %s locked=%v flash=%q back=%q", st.Step, st.Role, st.Locked, m.TakeFlash(r.Context()), m.Remembered(r.Context()))
	}
	mux.HandleFunc("/", say)
	mux.HandleFunc("/begin", func(_ http.ResponseWriter, r *http.Request) {
		_, err := m.Begin(r.Context(), session.Start{Account: s.account})
		must(t, err)
	})
	mux.HandleFunc("/complete", func(_ http.ResponseWriter, r *http.Request) { must(t, m.Complete(r.Context(), s.place, uuid.Nil)) })
	mux.HandleFunc("/resume", func(_ http.ResponseWriter, r *http.Request) { must(t, m.Resume(r.Context())) })
	mux.HandleFunc("/end", func(_ http.ResponseWriter, r *http.Request) { must(t, m.End(r.Context())) })
	mux.HandleFunc("/flash", func(_ http.ResponseWriter, r *http.Request) { m.PutFlash(r.Context(), "done") })
	mux.HandleFunc("/flash-name", func(_ http.ResponseWriter, r *http.Request) {
		m.PutFlash(r.Context(), "Iris Ito has access to the site")
	})
	mux.HandleFunc("/keep", func(w http.ResponseWriter, r *http.Request) {
		id, err := m.KeepSearch(r.Context(), r.URL.Query().Get("list"), r.URL.Query().Get("typed"))
		must(t, err)
		_, _ = fmt.Fprint(w, id)
	})
	mux.HandleFunc("/kept", func(w http.ResponseWriter, r *http.Request) {
		text, kept := m.KeptSearch(r.Context(), r.URL.Query().Get("list"), uuid.MustParse(r.URL.Query().Get("id")))
		_, _ = fmt.Fprint(w, text, " ", kept)
	})
	mux.HandleFunc("/remember", func(_ http.ResponseWriter, r *http.Request) { m.Remember(r.Context(), r.URL.Query().Get("p")) })
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
		s.entered <- struct{}{}
		<-s.slow
		m.PutFlash(r.Context(), "late") // makes scs write the session back
	})
	mux.HandleFunc("/renew", func(w http.ResponseWriter, r *http.Request) {
		if err := m.Refresh(r.Context()); err != nil && !errors.Is(err, session.ErrEnded) {
			t.Error(err)
		}
		w.WriteHeader(http.StatusSeeOther)
	})
	mux.HandleFunc("/slow-renewal", func(w http.ResponseWriter, r *http.Request) {
		s.entered <- struct{}{}
		<-s.slow
		if err := m.Refresh(r.Context()); !errors.Is(err, session.ErrEnded) {
			t.Errorf("renewing an ended session: %v, want ErrEnded", err)
		}
		w.WriteHeader(http.StatusSeeOther)
	})
	s.ownPages(t, mux)
	srv := httptest.NewServer(m.LoadAndSave(mux))
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func addPerson(t *testing.T, db *postgres.DB, kind string) (account, place uuid.UUID) {
	t.Helper()
	account, place = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	role, channel := kind, "app"
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		var at *uuid.UUID
		if kind == "workforce" {
			role, channel, at = "staff", "email", &place
			_, err := tx.Exec(t.Context(), `
				INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
				VALUES ($1, '2681797371', 'S1', 'Test Clinic', 'Solo', 'private', '1 Sample St', 'Fresno', '93710', '10', '(559) 555-0101', '2020-01-01', $2, $2)`,
				place, tx.Now())
			if err != nil {
				return err
			}
		} else {
			place = uuid.Nil
		}
		_, err := tx.Exec(t.Context(), `
			INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash, password_set_at, passcode_channel, created_at)
			VALUES ($1, $2, 'u', 'u', 'Ana', 'Ruiz', 'u@clinic.example', 'u@clinic.example', '-', $3, $4, $3)`, account, kind, tx.Now(), channel)
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), `
			INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
			VALUES ($1, $2, $3, $4, 'Ana', 'Ruiz', 'u@clinic.example', 'u@clinic.example', $5, $5)`,
			uuid.Must(uuid.NewV7()), at, role, account, tx.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return account, place
}

func (s *site) browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func (s *site) get(t *testing.T, c *http.Client, path string) string {
	t.Helper()
	res, err := c.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var b strings.Builder
	buf := make([]byte, 512)
	for {
		n, err := res.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

func (s *site) signIn(t *testing.T, c *http.Client) {
	t.Helper()
	s.get(t, c, "/begin")
	s.get(t, c, "/complete")
}

func (s *site) want(t *testing.T, c *http.Client, want string) {
	t.Helper()
	if got := s.get(t, c, "/"); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStepsAndTokens(t *testing.T) {
	s := newSite(t, "workforce")
	c := s.browser(t)
	s.want(t, c, "none ")
	s.get(t, c, "/begin")
	half := c.Jar.Cookies(mustURL(t, s.url))[0].Value
	s.want(t, c, "password nobody")
	s.get(t, c, "/complete")
	if c.Jar.Cookies(mustURL(t, s.url))[0].Value == half {
		t.Error("the token is the same after the passcode")
	}
	s.want(t, c, "full staff")
	old := s.browser(t)
	old.Jar.SetCookies(mustURL(t, s.url), []*http.Cookie{{Name: "s", Value: half}})
	s.want(t, old, "none ")
}

// A request that ends after the sign-out must not bring the session back: with
// scs's own stores it does.
func TestSlowRequestDoesNotReviveEndedSession(t *testing.T) {
	s := newSite(t, "workforce")
	c := s.browser(t)
	s.signIn(t, c)
	old := s.browser(t)
	old.Jar.SetCookies(mustURL(t, s.url), c.Jar.Cookies(mustURL(t, s.url)))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.get(t, old, "/slow")
	}()
	<-s.entered
	s.get(t, c, "/end")
	s.slow <- struct{}{}
	<-done
	s.want(t, c, "none ")
	s.want(t, old, "none ")
}

// A request that was under way when the session was ended gets no new token
// out of it either, whatever ended it.
func TestSlowRenewalDoesNotReviveEndedSession(t *testing.T) {
	ends := map[string]func(t *testing.T, s *site, c *http.Client){
		"sign-out": func(t *testing.T, s *site, c *http.Client) { s.get(t, c, "/end") },
		"all ended": func(t *testing.T, s *site, _ *http.Client) {
			must(t, s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error { return session.EndAllTx(t.Context(), tx, s.account) }))
		},
		"ended at site": func(t *testing.T, s *site, _ *http.Client) {
			must(t, s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
				return session.EndAtSiteTx(t.Context(), tx, s.account, s.place)
			}))
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, "workforce")
			c := s.browser(t)
			s.signIn(t, c)
			old := s.browser(t)
			old.Jar.SetCookies(mustURL(t, s.url), c.Jar.Cookies(mustURL(t, s.url)))
			done := make(chan struct{})
			go func() {
				defer close(done)
				s.get(t, old, "/slow-renewal")
			}()
			<-s.entered
			end(t, s, c)
			s.slow <- struct{}{}
			<-done
			s.want(t, old, "none ")
			alive, err := postgres.Value[int](t.Context(), s.db, `SELECT count(*)::int FROM session WHERE account_id IS NOT NULL AND revoked_at IS NULL`)
			if err != nil || alive != 0 {
				t.Errorf("%d sessions are alive, %v", alive, err)
			}
		})
	}
}

// Ending all sessions at the very moment of a renewal leaves none: either the
// renewal finds its session ended, or the end finds the new token.
func TestEndingAllRacesWithRenewals(t *testing.T) {
	s := newSite(t, "workforce")
	clients := make([]*http.Client, 3)
	for i := range clients {
		clients[i] = s.browser(t)
		s.signIn(t, clients[i])
	}
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(func() { s.get(t, c, "/renew") })
	}
	all.Go(func() {
		must(t, s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error { return session.EndAllTx(t.Context(), tx, s.account) }))
	})
	all.Wait()
	alive, err := postgres.Value[int](t.Context(), s.db, `SELECT count(*)::int FROM session WHERE account_id IS NOT NULL AND revoked_at IS NULL`)
	if err != nil || alive != 0 {
		t.Errorf("%d sessions are alive, %v", alive, err)
	}
}

// Two requests of one session keep what the other wrote.
func TestParallelRequestsKeepEachOthersData(t *testing.T) {
	s := newSite(t, "workforce")
	c := s.browser(t)
	s.signIn(t, c)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.get(t, c, "/slow") // leaves the message "late"
	}()
	<-s.entered
	s.get(t, c, "/remember?p=/ofp")
	s.slow <- struct{}{}
	<-done
	if got := s.get(t, c, "/"); !strings.Contains(got, `flash="late" back="/ofp"`) {
		t.Errorf("got %q, want both the message and the page", got)
	}
}

func TestEndingElsewhereActsOnNextRequest(t *testing.T) {
	tests := []struct {
		name string
		act  func(tx *postgres.Tx, s *site) error
	}{
		{"all ended", func(tx *postgres.Tx, s *site) error { return session.EndAllTx(t.Context(), tx, s.account) }},
		{"ended at site", func(tx *postgres.Tx, s *site) error { return session.EndAtSiteTx(t.Context(), tx, s.account, s.place) }},
		{"blocked", func(tx *postgres.Tx, s *site) error {
			_, err := tx.Exec(t.Context(), `UPDATE account SET blocked_at = portal_now()`)
			return err
		}},
		{"disabled", func(tx *postgres.Tx, s *site) error {
			_, err := tx.Exec(t.Context(), `UPDATE account SET disabled_at = portal_now(), disabled_reason = 'test'`)
			return err
		}},
		{"membership removed", func(tx *postgres.Tx, s *site) error {
			_, err := tx.Exec(t.Context(), `UPDATE membership SET removed_at = portal_now()`)
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, "workforce")
			c := s.browser(t)
			s.signIn(t, c)
			s.want(t, c, "full staff")
			if err := s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error { return tt.act(tx, s) }); err != nil {
				t.Fatal(err)
			}
			if got := s.get(t, c, "/"); strings.HasPrefix(got, "full staff") {
				t.Errorf("still signed in: %q", got)
			}
		})
	}
}

func TestTimeLimits(t *testing.T) {
	tests := []struct {
		kind string
		rest time.Duration
		want string
	}{
		{"workforce", 30*time.Minute - time.Second, "full staff locked=false"},
		{"workforce", 30 * time.Minute, "full staff locked=true"},
		{"ofp", 15*time.Minute - time.Second, "full ofp locked=false"},
		{"ofp", 15 * time.Minute, "full ofp locked=true"},
		{"ofp", 12*time.Hour - time.Second, "full ofp locked=true"},
		{"ofp", 12 * time.Hour, "none "},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.kind, tt.rest), func(t *testing.T) {
			s := newSite(t, tt.kind)
			c := s.browser(t)
			s.signIn(t, c)
			dbtest.Freeze(t, s.db, start.Add(tt.rest))
			s.want(t, c, tt.want)
		})
	}
}

func TestActivityDoesNotPassTwelveHours(t *testing.T) {
	s := newSite(t, "workforce")
	c := s.browser(t)
	s.signIn(t, c)
	for at := time.Duration(0); at < 12*time.Hour; at += 10 * time.Minute {
		dbtest.Freeze(t, s.db, start.Add(at))
		s.want(t, c, "full staff locked=false")
	}
	dbtest.Freeze(t, s.db, start.Add(12*time.Hour+time.Minute))
	s.want(t, c, "none ")
}

func TestPasswordResumesLockedSession(t *testing.T) {
	s := newSite(t, "ofp")
	c := s.browser(t)
	s.signIn(t, c)
	dbtest.Freeze(t, s.db, start.Add(time.Hour))
	s.want(t, c, "full ofp locked=true")
	s.get(t, c, "/resume")
	s.want(t, c, "full ofp locked=false")
	dbtest.Freeze(t, s.db, start.Add(12*time.Hour)) // counted from the sign-in, not from the resumption
	s.want(t, c, "none ")
}

func TestFourthSignInEndsTheOldest(t *testing.T) {
	s := newSite(t, "workforce")
	all := make([]*http.Client, 4)
	for i := range all {
		dbtest.Freeze(t, s.db, start.Add(time.Duration(i)*time.Second))
		all[i] = s.browser(t)
		s.signIn(t, all[i])
	}
	s.want(t, all[0], "none ")
	for _, c := range all[1:] {
		s.want(t, c, "full staff")
	}
}

func TestReadsSeldomWrite(t *testing.T) {
	s := newSite(t, "workforce")
	c := s.browser(t)
	s.signIn(t, c)
	seen := func() time.Time {
		at, err := postgres.Value[time.Time](t.Context(), s.db, `SELECT last_seen_at FROM session WHERE step = 'full'`)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	dbtest.Freeze(t, s.db, start.Add(59*time.Second))
	s.want(t, c, "full")
	if !seen().Equal(start) {
		t.Error("a read within the minute wrote")
	}
	dbtest.Freeze(t, s.db, start.Add(time.Minute))
	s.want(t, c, "full")
	if !seen().Equal(start.Add(time.Minute)) {
		t.Error("a read after a minute did not write")
	}
}

func TestFlashOnceAndOwnPathsOnly(t *testing.T) {
	s := newSite(t, "workforce")
	c := s.browser(t)
	s.get(t, c, "/flash")
	if got := s.get(t, c, "/"); !strings.Contains(got, `flash="done"`) {
		t.Errorf("got %q, want the flash", got)
	}
	if got := s.get(t, c, "/"); !strings.Contains(got, `flash=""`) {
		t.Errorf("got %q, want it gone", got)
	}
	for path, kept := range map[string]bool{
		"/provider/clients": true, "/ofp": true, "//evil.example": false, `/\evil.example`: false, "https:evil": false,
		"/provider/%2f%2fevil": false, "/providerx": false, "/provider//evil": false, "/": false,
	} {
		s.get(t, c, "/remember?p="+strings.NewReplacer("%", "%25", `\`, "%5C").Replace(path))
		got := s.get(t, c, "/")
		if strings.Contains(got, fmt.Sprintf("back=%q", path)) != kept {
			t.Errorf("%s: got %q, want kept = %v", path, got, kept)
		}
	}
}

// ends lists why sessions of the account have ended, and who ended them.
func (s *site) ends(t *testing.T) []string {
	t.Helper()
	entries, err := audit.About(t.Context(), s.db, "account:"+s.account.String())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Action+" "+e.Reason+" "+e.Role)
	}
	slices.Reverse(out)
	return out
}

func TestEveryEndIsRecorded(t *testing.T) {
	s := newSite(t, "workforce")
	s.get(t, s.browser(t), "/flash") // nobody's session
	out, late := s.browser(t), s.browser(t)
	s.signIn(t, out)
	s.get(t, out, "/end")
	s.get(t, out, "/end")
	s.signIn(t, late)
	dbtest.Freeze(t, s.db, start.Add(session.Standard.Absolute))
	s.want(t, late, "none ")
	for i := range 4 {
		dbtest.Freeze(t, s.db, start.Add(session.Standard.Absolute+time.Duration(i)*time.Second))
		s.signIn(t, s.browser(t))
	}
	want := []string{"session.end sign-out staff", "session.end limit system", "session.end surplus system"}
	if got := s.ends(t); !slices.Equal(got, want) {
		t.Errorf("recorded %q, want %q", got, want)
	}
}
