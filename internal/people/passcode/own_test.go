package passcode_test

import (
	"errors"
	"testing"
	"time"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
)

// Ten new recovery codes take the place of those before without a new app
// (security.md 2.9), and the owner is told (security.md 15.6).
func TestRecoveryCodesAreRenewed(t *testing.T) {
	t.Parallel()
	o, _, old := withCodes(t, dbtest.New(t))
	codes, err := o.RenewRecovery(t.Context(), o.owner())
	if err != nil || len(codes) != 10 {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	if n := o.count(t, passcode.RecoveryLeftQuery, o.id); n != 10 {
		t.Errorf("%d codes are left, want 10", n)
	}
	p := o.pending()
	if err := o.check(t, p, old[0]); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("a code of before: %v", err)
	}
	if err := o.check(t, p, codes[0]); err != nil {
		t.Errorf("a new code: %v", err)
	}
	if n := o.count(t, passcode.RecoveryLeftQuery, o.id); n != 9 {
		t.Errorf("%d codes are left after one was used, want 9", n)
	}
	for sql, want := range map[string]int{
		`SELECT count(*)::int FROM message WHERE account_id = $1 AND key = 'account.new-recovery'`:                                       1,
		`SELECT count(*)::int FROM audit_entry WHERE subject = 'account:' || $1::uuid::text AND action = 'authenticator.recovery-codes'`: 1,
	} {
		if n := o.count(t, sql, o.id); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
}

// Who uses mailed codes has no recovery codes to renew and no app to give up.
func TestNoAppNoRecovery(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	if _, err := o.RenewRecovery(t.Context(), o.owner()); !errors.Is(err, passcode.ErrNoSetup) {
		t.Errorf("recovery codes without an app: %v", err)
	}
	if err := o.BackToEmail(t.Context(), o.owner()); !errors.Is(err, passcode.ErrNoSetup) {
		t.Errorf("back without an app: %v", err)
	}
}

// Certifiers, staff and clients go back to mailed codes; OFP and desk use the
// app and nothing else (security.md 2.2).
func TestBackToEmail(t *testing.T) {
	t.Parallel()
	for kind, want := range map[account.Kind]error{account.Workforce: nil, account.OFP: passcode.ErrNoMail, account.Desk: passcode.ErrNoMail} {
		o := newOffice(t, dbtest.New(t), kind, account.App)
		_, codes := o.setUp(t)
		if err := o.BackToEmail(t.Context(), o.owner()); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Fatalf("%s: %v, want %v", kind, err, want)
		}
		if want != nil {
			continue
		}
		p := o.pending()
		if err := o.check(t, p, codes[0]); !errors.Is(err, passcode.ErrWrong) {
			t.Errorf("a recovery code of the app that was given up: %v", err)
		}
		if err := o.check(t, p, o.mail(t, p)); err != nil {
			t.Errorf("a mailed code: %v", err)
		}
		if n := o.count(t, `SELECT count(*)::int FROM message WHERE account_id = $1 AND key = 'account.app-removed'`, o.id); n != 1 {
			t.Errorf("%d mails to the owner, want 1", n)
		}
	}
}

func set[T any](t *testing.T, o office, s setting.Setting[T], value T) {
	t.Helper()
	inTx(t, o.db, func(tx *postgres.Tx) error { return s.SetTx(t.Context(), tx, authz.SystemActor, value, "test") })
}

// What OFP has set holds at the next try (decisions 8, 41): the life of a
// passcode, how many wrong ones block, how many are sent.
func TestPasscodesFollowTheSettings(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.New(t), account.Workforce, account.Email)
	set(t, o, setting.PasscodeMinutes, 4)
	set(t, o, setting.PasscodeTries, 2)
	set(t, o, setting.PasscodeWindowMinutes, 30)
	set(t, o, setting.LimitPasscodeMailBurst, ratelimit.Limit{Name: setting.LimitPasscodeMailBurst.Name(), Max: 2, Window: 15 * time.Minute})
	p := o.pending()
	code := o.mail(t, p)
	dbtest.Advance(t, o.db, 4*time.Minute)
	if err := o.check(t, p, code); !errors.Is(err, passcode.ErrExpired) {
		t.Errorf("after four minutes: %v", err)
	}
	dbtest.Advance(t, o.db, 30*time.Minute)
	code = o.mail(t, p)
	if err := o.check(t, p, wrong(code)); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("first of two, the one before is out of the window: %v", err)
	}
	dbtest.Advance(t, o.db, time.Minute+time.Second)
	o.mail(t, p)
	dbtest.Advance(t, o.db, time.Minute+time.Second)
	if err := o.Send(t.Context(), nobody, p); !errors.Is(err, passcode.ErrTooSoon) {
		t.Errorf("a third mail: %v", err)
	}
	if err := o.check(t, p, wrong(o.lastMailed(t))); !errors.Is(err, passcode.ErrBlocked) || !o.blocked(t) {
		t.Errorf("second of two: %v", err)
	}
}
