package session_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// within runs fn in a request of the browser whose session has the id.
func (s *site) within(t *testing.T, c *http.Cookie, fn func(ctx context.Context, st session.State)) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(c)
	s.m.LoadAndSave(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		st, err := s.m.Current(r.Context())
		must(t, err)
		fn(r.Context(), st)
	})).ServeHTTP(nowhere{http.Header{}}, r)
}

// nowhere takes an answer that nobody reads.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}
func cookieOf(t *testing.T, h http.Header) *http.Cookie {
	t.Helper()
	line := h.Get("Set-Cookie")
	c, err := http.ParseSetCookie(line)
	if err != nil {
		t.Fatalf("no cookie in %q: %v", line, err)
	}
	return c
}

// handed is a site with a complete sign-in whose device is handed over.
func handed(t *testing.T) (*site, *http.Cookie, uuid.UUID) {
	t.Helper()
	s := newSite(t, "workforce")
	header := http.Header{}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	s.m.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := s.m.Begin(r.Context(), session.Start{Account: s.account})
		must(t, err)
		must(t, s.m.Complete(r.Context(), s.place, uuid.Nil))
		w.WriteHeader(http.StatusOK)
	})).ServeHTTP(nowhere{header}, r)
	cookie, application := cookieOf(t, header), uuid.Must(uuid.NewV7())
	s.within(t, cookie, func(_ context.Context, st session.State) { must(t, s.handOver(t, st.ID, application)) })
	return s, cookie, application
}

func (s *site) handOver(t *testing.T, id, application uuid.UUID) error {
	t.Helper()
	return s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		return session.HandOverTx(t.Context(), tx, id, application)
	})
}

func TestHandOverSuspends(t *testing.T) {
	t.Parallel()
	s, cookie, application := handed(t)
	var id uuid.UUID
	s.within(t, cookie, func(_ context.Context, st session.State) {
		id = st.ID
		if !st.Suspended() || st.Handover.Application != application || !st.Handover.SeenAt.Equal(start) {
			t.Errorf("handed over: %+v", st.Handover)
		}
	})
	if err := s.handOver(t, id, uuid.Must(uuid.NewV7())); !errors.Is(err, session.ErrEnded) {
		t.Errorf("handing over what is handed over: %v, want ErrEnded", err)
	}
	s.within(t, cookie, func(ctx context.Context, _ session.State) { must(t, s.m.End(ctx)) })
	if err := s.handOver(t, id, application); !errors.Is(err, session.ErrEnded) {
		t.Errorf("handing over what has ended: %v, want ErrEnded", err)
	}
}

func TestRestIsJudgedByTheDatabase(t *testing.T) {
	t.Parallel()
	s, cookie, _ := handed(t)
	for _, tt := range []struct {
		name  string
		after time.Duration
		want  bool
		stir  bool
	}{
		{"at once", 0, false, false},
		{"2:59", session.Rest - time.Second, false, false},
		{"2:59 and an act", session.Rest - time.Second, false, true},
		{"2:59 after the act", 2*session.Rest - 2*time.Second, false, false},
		{"3:00 after the act", 2*session.Rest - time.Second, true, true},
		{"3:01 after the act: an act does not bring it back", 2 * session.Rest, true, false},
	} {
		dbtest.Freeze(t, s.db, start.Add(tt.after))
		s.within(t, cookie, func(ctx context.Context, st session.State) {
			if st.Resting() != tt.want {
				t.Errorf("%s: resting = %v, want %v", tt.name, st.Resting(), tt.want)
			}
			if tt.stir {
				must(t, s.m.Stir(ctx))
			}
		})
	}
}

func TestCoverClearsAtOnce(t *testing.T) {
	t.Parallel()
	s, cookie, _ := handed(t)
	s.within(t, cookie, func(ctx context.Context, _ session.State) { must(t, s.m.Cover(ctx)) })
	s.within(t, cookie, func(_ context.Context, st session.State) {
		if !st.Resting() {
			t.Error("the screen is not cleared")
		}
	})
}

// TestBirthDateIsTriedFiveTimes: wrong ones count, a right one begins anew, and
// after the fifth wrong one a right one no longer helps.
func TestBirthDateIsTriedFiveTimes(t *testing.T) {
	t.Parallel()
	s, cookie, _ := handed(t)
	try := func(right, wantOn bool, wantLeft int) {
		t.Helper()
		s.within(t, cookie, func(ctx context.Context, st session.State) {
			on, left, err := s.m.GoOn(ctx, authz.Actor{Role: authz.Staff, Account: st.Account, Site: st.Site}, right)
			must(t, err)
			if on != wantOn || left != wantLeft {
				t.Errorf("right = %v: goes on = %v with %d left, want %v with %d", right, on, left, wantOn, wantLeft)
			}
		})
	}
	dbtest.Freeze(t, s.db, start.Add(session.Rest))
	for left := session.MostTries - 1; left > 0; left-- {
		try(false, false, left)
	}
	try(true, true, session.MostTries)
	for left := session.MostTries - 1; left >= 0; left-- {
		try(false, false, left)
	}
	try(true, false, 0)
	s.within(t, cookie, func(_ context.Context, st session.State) {
		if st.Handover.Tries != session.MostTries {
			t.Errorf("%d tries, want %d", st.Handover.Tries, session.MostTries)
		}
	})
}

// TestBirthDatesAtTheSameMoment: of twenty wrong ones at once five count.
func TestBirthDatesAtTheSameMoment(t *testing.T) {
	t.Parallel()
	s, cookie, _ := handed(t)
	var counted atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			s.within(t, cookie, func(ctx context.Context, st session.State) {
				_, left, err := s.m.GoOn(ctx, authz.Actor{Role: authz.Staff, Account: st.Account, Site: st.Site}, false)
				must(t, err)
				if left > 0 {
					counted.Add(1)
				}
			})
		})
	}
	all.Wait()
	if n := counted.Load(); n != session.MostTries-1 {
		t.Errorf("%d tries had one left after them, want %d", n, session.MostTries-1)
	}
}

func TestTakeBackOpensAgain(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(m *session.Manager, ctx context.Context) error{
		"taken back": func(m *session.Manager, ctx context.Context) error { return m.TakeBack(ctx) },
		"resumed":    func(m *session.Manager, ctx context.Context) error { return m.Resume(ctx) },
	} {
		s, cookie, _ := handed(t)
		s.within(t, cookie, func(ctx context.Context, _ session.State) { must(t, open(s.m, ctx)) })
		n, err := postgres.Value[int](t.Context(), s.db, `
			SELECT count(*) FROM session
			WHERE account_id = $1 AND revoked_at IS NULL AND step = 'full' AND handover_application_id IS NULL`, s.account)
		if err != nil || n != 1 {
			t.Errorf("%s: %d open sessions, %v; want one", name, n, err)
		}
		s.within(t, cookie, func(_ context.Context, st session.State) {
			if st.SignedIn() {
				t.Errorf("%s: the old token still opens", name)
			}
		})
	}
}

// TestNewTokenStaysSuspended renews a token in a request that began before the
// device was handed over: the new one is suspended too.
func TestNewTokenStaysSuspended(t *testing.T) {
	t.Parallel()
	s, cookie, application := handed(t)
	s.within(t, cookie, func(ctx context.Context, _ session.State) { must(t, s.m.Refresh(ctx)) })
	n, err := postgres.Value[int](t.Context(), s.db, `
		SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL AND handover_application_id = $2`, s.account, application)
	if err != nil || n != 1 {
		t.Errorf("%d suspended sessions after a new token, %v; want one", n, err)
	}
}
