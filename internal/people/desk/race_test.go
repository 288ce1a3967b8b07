package desk_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
)

// Two representatives at the same moment unblock an account once: one mail, one
// entry, and the other learns that it is done.
func TestTwoRepresentativesUnblockOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t))
	for round := range 10 {
		w.block(w.staff)
		for _, who := range []authz.Actor{w.me(), w.second()} {
			w.checked(who, w.staff)
		}
		var done, late atomic.Int64
		var all sync.WaitGroup
		for _, who := range []authz.Actor{w.me(), w.second(), w.me(), w.second()} {
			all.Go(func() {
				switch _, err := w.Do(t.Context(), who, sub(), desk.Unblock, w.staff, desk.MistypedCodes); {
				case err == nil:
					done.Add(1)
				case errors.Is(err, desk.ErrNotBlocked):
					late.Add(1)
				default:
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 || late.Load() != 3 || w.state(w.staff).Blocked {
			t.Fatalf("round %d: %d done, %d late", round, done.Load(), late.Load())
		}
	}
	if n := w.count(`message WHERE account_id = $1 AND key = 'account.unblocked'`, w.staff); n != 10 {
		t.Errorf("%d mails for 10 rounds", n)
	}
	if n := w.count(`audit_entry WHERE action = 'account.unblock' AND subject = $1`, "account:"+w.staff.String()); n != 10 {
		t.Errorf("%d entries for 10 rounds", n)
	}
}

// One representative at several windows does no more than 30 acts.
func TestParallelActsAreAllCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t))
	w.checked(w.me(), w.staff)
	w.checked(w.me(), w.certifier)
	var done, refused atomic.Int64
	var all sync.WaitGroup
	for i := range 40 {
		id := []uuid.UUID{w.staff, w.certifier}[i%2]
		all.Go(func() {
			switch _, err := w.Do(t.Context(), w.me(), sub(), desk.Reset, id, desk.ForgotPassword); {
			case err == nil:
				done.Add(1)
			case errors.Is(err, desk.ErrLimit):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if done.Load() != 30 || refused.Load() != 10 {
		t.Errorf("%d acts done, %d refused; want 30 and 10", done.Load(), refused.Load())
	}
	if n := w.count(`message WHERE key = 'ofp.desk-alert'`); n != 1 {
		t.Errorf("%d alerts, want 1", n)
	}
}

// Two representatives who act about each other's accounts wait for one another
// and do not stand in each other's way.
func TestTwoRepresentativesAboutEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t))
	w.checked(w.me(), w.other)
	w.checked(w.second(), w.rep)
	for range 5 {
		w.clearRequests()
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := w.Do(t.Context(), w.me(), sub(), desk.Reset, w.other, desk.ForgotPassword); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if _, err := w.Do(t.Context(), w.second(), sub(), desk.Reset, w.rep, desk.ForgotPassword); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
	}
}

// clearRequests takes away what waits.
func (w *world) clearRequests() {
	w.t.Helper()
	if _, err := dbtest.Superuser(w.t, w.db).Exec(w.t.Context(), `DELETE FROM desk_act WHERE state = 'waiting'`); err != nil {
		w.t.Fatal(err)
	}
}

// A wrong passcode at the moment of the unblocking is refused with the block or
// counts as the first after it: it never blocks again what was just unblocked,
// and never outruns the count (security.md 2.5, 4.6).
func TestUnblockAgainstAWrongPasscode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t))
	pending := passcode.Pending{Account: w.staff, SignIn: uuid.Must(uuid.NewV7())}
	nobody := authz.Actor{Role: authz.Nobody}
	for round := range 10 {
		w.exec(`UPDATE account SET passcode_failed_at = '{}' WHERE id = $1`, w.staff)
		for range 5 {
			_, _ = w.passcodes.Check(t.Context(), nobody, pending, "000000")
		}
		if !w.state(w.staff).Blocked {
			t.Fatal("five wrong passcodes do not block")
		}
		w.checked(w.me(), w.staff)
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := w.Do(t.Context(), w.me(), sub(), desk.Unblock, w.staff, desk.MistypedCodes); err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		})
		for range 3 {
			all.Go(func() {
				_, err := w.passcodes.Check(t.Context(), nobody, pending, "000000")
				if !errors.Is(err, passcode.ErrBlocked) && !errors.Is(err, passcode.ErrWrong) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		all.Wait()
		if w.state(w.staff).Blocked {
			t.Fatalf("round %d: blocked again by a passcode of the moment", round)
		}
		if n := w.count(`account WHERE id = $1 AND cardinality(passcode_failed_at) <= 3`, w.staff); n != 1 {
			t.Fatalf("round %d: failures of before the unblocking still count", round)
		}
	}
}

// An account that is unblocked while its owner's old sign-in is still open stays
// signed out: nothing comes back (security.md 5.1).
func TestUnblockingRevivesNoSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t))
	w.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at)
		VALUES (uuid_send($1), $1, $2, 'full', portal_now(), portal_now())`, uuid.New(), w.staff)
	pending := passcode.Pending{Account: w.staff, SignIn: uuid.Must(uuid.NewV7())}
	for range 5 {
		_, _ = w.passcodes.Check(t.Context(), authz.Actor{Role: authz.Nobody}, pending, "000000")
	}
	w.checked(w.me(), w.staff)
	if _, err := w.do(w.me(), desk.Unblock, w.staff); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`session WHERE account_id = $1 AND revoked_at IS NULL`, w.staff); n != 0 {
		t.Errorf("%d sessions are open after the unblocking", n)
	}
	w.want("signing in", w.signIn(w.username("staffa"), password), nil)
}

// Two second representatives decide a request once.
func TestARequestIsDecidedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t))
	third := authz.Actor{Role: authz.Desk, Account: w.person("third", account.Desk, authz.Desk)}
	for round := range 10 {
		request := w.asked(w.office)
		var done, late atomic.Int64
		var all sync.WaitGroup
		for i, who := range []authz.Actor{w.second(), third, w.second(), third} {
			all.Go(func() {
				decide := w.Confirm
				if i%2 == 1 {
					decide = w.Refuse
				}
				switch _, err := decide(t.Context(), who, sub(), request); {
				case err == nil:
					done.Add(1)
				case errors.Is(err, desk.ErrDecided):
					late.Add(1)
				default:
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 || late.Load() != 3 {
			t.Fatalf("round %d: %d decided, %d late", round, done.Load(), late.Load())
		}
		w.exec(`UPDATE account SET blocked_at = NULL WHERE id = $1`, w.office)
	}
}
