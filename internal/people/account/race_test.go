package account_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

func TestFiftyWrongPasswordsAtOnceAreAllCounted(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.New(t))
	replica := account.NewService(g.db, ring, g.hasher, account.Shipped)
	before := g.hasher.Count()
	var all sync.WaitGroup
	for i := range 50 {
		s := []*account.Service{g.Service, replica}[i%2]
		all.Go(func() {
			_, _, err := s.SignIn(t.Context(), nobody, account.Attempt{Name: g.name, Password: mistyped})
			if !errors.Is(err, account.ErrWrong) {
				t.Errorf("%v, want ErrWrong", err)
			}
		})
	}
	all.Wait()
	type counts struct {
		Failed, InARow, Refused int
		Locked                  bool
	}
	got, err := postgres.One[counts](t.Context(), g.db, `
		SELECT cardinality(failed_at) AS failed, in_a_row, refused, locked_till IS NOT NULL AS locked
		FROM password_failure WHERE account_id = $1`, g.id)
	if want := (counts{5, 5, 45, true}); err != nil || got != want {
		t.Errorf("counted %+v, %v; want %+v", got, err, want)
	}
	if n := g.hasher.Count() - before; n != 50 {
		t.Errorf("%d hashes, want 50", n)
	}
	g.want("the right password", g.enter(password, ""), account.ErrWrong)
}

// Guesses at the same moment as the right one do not outrun the count.
func TestRightPasswordAmongManyGuesses(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.New(t))
	g.fail(4, "")
	var all sync.WaitGroup
	var right atomic.Int64
	for i := range 20 {
		typed := mistyped
		if i >= 10 {
			typed = password
		}
		all.Go(func() {
			if _, _, err := g.SignIn(t.Context(), nobody, account.Attempt{Name: g.name, Password: typed}); err == nil {
				right.Add(1)
			} else if !errors.Is(err, account.ErrWrong) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := g.count(`SELECT cardinality(failed_at) FROM password_failure WHERE account_id = $1`, g.id); n > 5 {
		t.Errorf("%d failures counted beyond the lock", n)
	}
}

// Requests at the same moment tell a known name from an unknown one least of
// all by an error, and leave one live code.
func TestParallelAskResets(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.New(t))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := g.AskReset(t.Context(), nobody, g.name); err != nil {
				t.Errorf("%v, want nil", err)
			}
		})
	}
	all.Wait()
	for range 4 { // as many workers look at once
		all.Go(func() { accounttest.Recover(t, g.db, g.Service) })
	}
	all.Wait()
	if n := g.count(`SELECT count(*)::int FROM password_reset WHERE used_at IS NULL AND superseded_at IS NULL`); n != 1 {
		t.Errorf("%d live codes, want 1", n)
	}
}

func TestParallelResetsWithOneCode(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.New(t))
	for range 10 {
		code := g.ask()
		var all sync.WaitGroup
		var done atomic.Int64
		for range 4 {
			all.Go(func() {
				switch err := g.Reset(t.Context(), nobody, code, replacement); {
				case err == nil:
					done.Add(1)
				case !errors.Is(err, account.ErrResetCode):
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			_ = g.AskReset(t.Context(), nobody, g.name)
			accounttest.Recover(t, g.db, g.Service)
		})
		all.Wait()
		if n := done.Load(); n > 1 {
			t.Fatalf("%d resets with one code", n)
		}
	}
}

// A sign-in whose password was compared before a reset and that ends after it
// does not count: whoever knew the old password stays outside.
func TestSignInLosesAgainstAReset(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.New(t))
	code := g.ask()
	entered := make(chan error, 1)
	g.tx(func(tx *postgres.Tx) error { // holds the account, so that the sign-in waits after its comparison
		if _, err := account.FindForUpdateTx(t.Context(), tx, g.id); err != nil {
			return err
		}
		before := g.hasher.Count()
		go func() { entered <- g.enter(password, "") }()
		for waits := 0; waits == 0 || g.hasher.Count() == before; {
			var err error
			waits, err = postgres.Value[int](t.Context(), g.db, `SELECT count(*)::int FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `UPDATE account SET password_hash = '-', password_set_at = $2 WHERE id = $1`, g.id, tx.Now().Add(time.Second))
		return err
	})
	g.want("sign-in with the old password", <-entered, account.ErrWrong)
	g.want("reset", g.reset(code, replacement), nil)
	g.want("sign-in with the new one", g.enter(replacement, ""), nil)
}
