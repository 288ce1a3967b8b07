package passcode_test

import (
	"context"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/width"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

func (o office) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	inTx(t, o.db, func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), sql, args...)
		return err
	})
}

// tries returns how many failures are counted.
func (o office) tries(t *testing.T) int {
	t.Helper()
	return o.count(t, `SELECT cardinality(passcode_failed_at) FROM account WHERE id = $1`, o.id)
}

// With the password alone nobody sets up an authenticator in the place of the
// passcode that is asked for.
func TestSettingUpIsNoWayRoundThePasscode(t *testing.T) {
	t.Parallel()
	mailed := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	confirmed := newOffice(t, dbtest.Tx(t), account.OFP, account.App)
	seed, _ := confirmed.setUp(t)
	for name, o := range map[string]office{"codes by mail": mailed, "app set up": confirmed} {
		for who, actor := range map[string]authz.Actor{
			"half signed in": nobody, "half signed in with the id": {Role: authz.Nobody, Account: o.id}, "no role": {Account: o.id},
			"somebody else": {Role: authz.Desk, Account: uuid.New()},
		} {
			if _, err := o.Prepare(t.Context(), actor, passcode.Pending{Account: o.id}); !errors.Is(err, passcode.ErrNoSetup) {
				t.Errorf("%s, %s: prepare = %v, want ErrNoSetup", name, who, err)
			}
			if _, _, err := o.Confirm(t.Context(), actor, passcode.Pending{Account: o.id}, "123456"); !errors.Is(err, passcode.ErrNoSetup) {
				t.Errorf("%s, %s: confirm = %v, want ErrNoSetup", name, who, err)
			}
		}
		if n := o.tries(t); n != 0 {
			t.Errorf("%s: %d tries counted for what cannot be right", name, n)
		}
		// Not even while the owner is setting one up.
		if _, err := o.Prepare(t.Context(), o.owner(), passcode.Pending{Account: o.id}); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Prepare(t.Context(), nobody, passcode.Pending{Account: o.id}); !errors.Is(err, passcode.ErrNoSetup) {
			t.Errorf("%s, while the owner does: %v, want ErrNoSetup", name, err)
		}
	}
	if err := confirmed.check(t, confirmed.pending(), confirmed.present(t, seed, 0)); err != nil {
		t.Errorf("the app that was there: %v", err)
	}
}

func TestPrepareRepeatsForAnHour(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.OFP, account.App)
	first, err := o.Prepare(t.Context(), nobody, passcode.Pending{Account: o.id})
	if err != nil || len(first.Secret) != 32 || !strings.HasPrefix(first.URL, "otpauth://totp/") || !strings.Contains(first.URL, "secret="+first.Secret) {
		t.Fatalf("set-up = %+v, %v", first, err)
	}
	dbtest.Advance(t, o.db, time.Hour-time.Second)
	if again, err := o.Prepare(t.Context(), nobody, passcode.Pending{Account: o.id}); err != nil || again != first {
		t.Errorf("again = %+v, %v; want the same", again, err)
	}
	dbtest.Advance(t, o.db, time.Second)
	if _, _, err := o.Confirm(t.Context(), nobody, passcode.Pending{Account: o.id}, o.present(t, first.Secret, 0)); !errors.Is(err, passcode.ErrNoSetup) {
		t.Errorf("confirming what was shown an hour ago: %v, want ErrNoSetup", err)
	}
	fresh, err := o.Prepare(t.Context(), nobody, passcode.Pending{Account: o.id})
	if err != nil || fresh.Secret == first.Secret {
		t.Errorf("after an hour = %+v, %v; want another secret", fresh, err)
	}
	if has, err := o.HasAuthenticator(t.Context(), o.id); has || err != nil {
		t.Errorf("has an authenticator = %v, %v", has, err)
	}
}

func TestWrongConfirmationsCount(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.OFP, account.App)
	setup, err := o.Prepare(t.Context(), nobody, passcode.Pending{Account: o.id})
	if err != nil {
		t.Fatal(err)
	}
	right := o.present(t, setup.Secret, 0)
	for _, typed := range []string{"", "12345", "1234567", "abcdef", "ABCD-EFGH-JKMN-PQRS", "#" + right} {
		if _, _, err := o.Confirm(t.Context(), nobody, passcode.Pending{Account: o.id}, typed); !errors.Is(err, passcode.ErrFormat) {
			t.Errorf("confirm %q: %v, want ErrFormat", typed, err)
		}
	}
	far := o.present(t, setup.Secret, time.Hour)
	for _, want := range []struct {
		left int
		err  error
	}{{2, passcode.ErrWrong}, {1, passcode.ErrWrong}, {0, passcode.ErrBlocked}} {
		codes, result, err := o.Confirm(t.Context(), nobody, passcode.Pending{Account: o.id}, far)
		if !errors.Is(err, want.err) || result.Left != want.left || codes != nil {
			t.Errorf("wrong: %v with %d left and codes %v, want %+v", err, result.Left, codes, want)
		}
	}
	if _, _, err := o.Confirm(t.Context(), nobody, passcode.Pending{Account: o.id}, right); !errors.Is(err, passcode.ErrBlocked) || !o.blocked(t) {
		t.Errorf("the right one afterwards: %v, want ErrBlocked", err)
	}
	if _, err := o.Prepare(t.Context(), nobody, passcode.Pending{Account: o.id}); !errors.Is(err, passcode.ErrBlocked) {
		t.Errorf("preparing: %v, want ErrBlocked", err)
	}
}

func TestNewAuthenticatorEndsTheOldOneAndItsRecoveryCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.App)
	oldSeed, oldCodes := o.setUp(t)
	seed, codes := o.setUpAs(t, o.owner())
	p := o.pending()
	if err := o.check(t, p, oldCodes[0]); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("a recovery code of the old set: %v, want ErrWrong", err)
	}
	if err := o.check(t, p, o.present(t, oldSeed, 0)); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("the old app: %v, want ErrWrong", err)
	}
	if err := o.check(t, p, codes[9]); err != nil {
		t.Errorf("a recovery code of the new set: %v", err)
	}
	if err := o.check(t, p, o.present(t, seed, 0)); err != nil {
		t.Errorf("the new app: %v", err)
	}
	if n := o.count(t, `SELECT count(*)::int FROM recovery_code WHERE account_id = $1 AND used_at IS NULL AND removed_at IS NULL`, o.id); n != 9 {
		t.Errorf("%d recovery codes left, want 9", n)
	}
	all := map[string]bool{}
	for _, c := range append(oldCodes, codes...) {
		if all[c] = true; !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(c) {
			t.Errorf("recovery code %q", c)
		}
	}
	if len(all) != 20 {
		t.Errorf("%d different recovery codes, want 20", len(all))
	}
}

// The database's clock stands years ago; the app's is the present.
func TestAppStepsFollowThePresent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		shift time.Duration
		want  error
	}{
		{"T-2", -time.Minute, passcode.ErrWrong},
		{"T-1", -30 * time.Second, nil},
		{"T", 0, nil},
		{"T+1", 30 * time.Second, nil},
		{"T+2", time.Minute, passcode.ErrWrong},
	}
	for _, tt := range tests {
		for _, moved := range []time.Duration{0, -400 * 24 * time.Hour, 40 * time.Hour} {
			t.Run(tt.name+" clock "+moved.String(), func(t *testing.T) {
				t.Parallel()
				o := newOffice(t, dbtest.Tx(t), account.Workforce, account.App)
				seed, _ := o.setUp(t)
				o.exec(t, `UPDATE authenticator SET last_step = 0 WHERE account_id = $1`, o.id)
				dbtest.Advance(t, o.db, moved)
				if err := o.check(t, o.pending(), o.present(t, seed, tt.shift)); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
					t.Errorf("%v, want %v", err, tt.want)
				}
			})
		}
	}
}

func TestFormatErrorsCountNothingAndWideDigitsAreDigits(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	p := o.pending()
	code := o.mail(t, p)
	for _, typed := range []string{
		"", " ", "12345", "1234567", "#" + code, code + "x", "12345o", "１２３４５", "\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff",
		"٠١٢٣٤٥", "½½½½½½", "' OR 1=1 --", strings.Repeat("1", 100000), "ABCD-EFGH-JKMN-PQRU",
	} {
		if _, err := o.Check(t.Context(), nobody, p, typed); !errors.Is(err, passcode.ErrFormat) {
			t.Errorf("%.20q: %v, want ErrFormat", typed, err)
		}
	}
	if n := o.tries(t) + int(o.Compared()); n != 0 {
		t.Errorf("%d tries counted or compared", n)
	}
	wide := width.Widen.String(code)
	if wide == code {
		t.Fatal("the digits are not wide")
	}
	if err := o.check(t, p, wide[:9]+" - "+wide[9:]); err != nil {
		t.Errorf("full-width digits: %v", err)
	}
}

// One count for all kinds of code and all sign-ins.
func TestAllKindsOfCodeShareOneCount(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.App)
	seed, codes := o.setUp(t)
	used := codes[0]
	if err := o.check(t, o.pending(), used); err != nil {
		t.Fatal(err)
	}
	for i, typed := range []string{used, wrong(o.present(t, seed, 0)), "0000-0000-0000-0000", o.present(t, seed, time.Hour)} {
		result, err := o.Check(t.Context(), nobody, o.pending(), typed)
		if !errors.Is(err, passcode.ErrWrong) || result.Left != 4-i {
			t.Errorf("wrong %d: %v with %d left, want %d", i+1, err, result.Left, 4-i)
		}
	}
	if err := o.check(t, o.pending(), used); !errors.Is(err, passcode.ErrBlocked) || !o.blocked(t) {
		t.Errorf("the fifth: %v, want ErrBlocked", err)
	}
	for name, typed := range map[string]string{"app": o.present(t, seed, 0), "recovery": codes[1]} {
		if err := o.check(t, o.pending(), typed); !errors.Is(err, passcode.ErrBlocked) {
			t.Errorf("right code of the %s afterwards: %v, want ErrBlocked", name, err)
		}
	}
}

// A right code sent twice with the last try open does not block its owner.
func TestRightCodeSentTwiceDoesNotBlock(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.New(t), account.Workforce, account.Email)
	p := o.pending()
	for round := range 10 {
		dbtest.Freeze(t, o.db, start.Add(time.Duration(round)*time.Hour))
		code := o.mail(t, p)
		for range 3 {
			_ = o.check(t, p, wrong(code))
		}
		var all sync.WaitGroup
		var right atomic.Int64
		for range 2 {
			all.Go(func() {
				if _, err := o.Check(context.Background(), nobody, p, code); err == nil {
					right.Add(1)
				}
			})
		}
		all.Wait()
		if right.Load() != 1 || o.blocked(t) {
			t.Fatalf("%d of 2 right, blocked = %v", right.Load(), o.blocked(t))
		}
	}
}

func TestOneMailedCodeAtOnceIsGoodOnce(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]account.Channel{"mailed": account.Email, "recovery": account.App} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, dbtest.New(t), account.Workforce, kind)
			p := o.pending()
			var code string
			if kind == account.App {
				_, codes := o.setUp(t)
				code = codes[0]
			} else {
				code = o.mail(t, p)
			}
			var all sync.WaitGroup
			var right atomic.Int64
			for range 32 {
				all.Go(func() {
					switch _, err := o.Check(context.Background(), nobody, p, code); {
					case err == nil:
						right.Add(1)
					case !errors.Is(err, passcode.ErrWrong) && !errors.Is(err, passcode.ErrBlocked):
						t.Error(err)
					}
				})
			}
			all.Wait()
			if right.Load() != 1 {
				t.Errorf("%d of 32 succeeded, want 1", right.Load())
			}
		})
	}
}

// A last try that a fault cut off before it could block does so with the next,
// instead of being forgotten after two hours.
func TestTryThatWasCutOffBlocksAfterAll(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	o.exec(t, `UPDATE account SET passcode_failed_at = array_fill(portal_now(), ARRAY[5]) WHERE id = $1`, o.id)
	dbtest.Advance(t, o.db, time.Minute-time.Second)
	if err := o.check(t, o.pending(), "123456"); !errors.Is(err, passcode.ErrBlocked) || o.blocked(t) {
		t.Errorf("while the last try may be under way: %v, blocked = %v", err, o.blocked(t))
	}
	dbtest.Advance(t, o.db, time.Second)
	if err := o.check(t, o.pending(), "123456"); !errors.Is(err, passcode.ErrBlocked) || !o.blocked(t) {
		t.Errorf("a minute later: %v, blocked = %v", err, o.blocked(t))
	}
	accounttest.Last(t, o.db, ring, "account.blocked", o.id)
}

func TestTwentyUnusedMailsADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	p := o.pending()
	var code string
	for i := range 20 {
		dbtest.Freeze(t, o.db, start.Add(time.Duration(i)*time.Hour))
		code = o.mail(t, p)
	}
	dbtest.Advance(t, o.db, 5*time.Minute)
	if err := o.Send(t.Context(), nobody, p); !errors.Is(err, passcode.ErrTooSoon) {
		t.Errorf("the 21st: %v, want ErrTooSoon", err)
	}
	if err := o.check(t, p, code); err != nil {
		t.Fatalf("the twentieth code, which the refusal has not ended: %v", err)
	}
	if err := o.Send(t.Context(), nobody, p); err != nil {
		t.Errorf("after one was used: %v", err)
	}
}

func TestCompleteRefusesWhoMayNotGoOn(t *testing.T) {
	t.Parallel()
	for column, want := range map[string]error{
		"blocked_at": passcode.ErrBlocked, "disabled_at": account.ErrDisabled, "disabled_inactive_at": account.ErrInactive, "removed_at": account.ErrWrong,
	} {
		o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
		o.exec(t, `UPDATE account SET `+column+` = portal_now() WHERE id = $1`, o.id)
		if _, err := o.Complete(t.Context(), nobody, o.id, account.NewMark()); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", column, err, want)
		}
		if n := o.count(t, `SELECT count(*)::int FROM device WHERE account_id = $1`, o.id); n != 0 {
			t.Errorf("%s: %d devices became known", column, n)
		}
	}
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	mark := account.NewMark()
	device, err := o.Complete(t.Context(), nobody, o.id, mark)
	if again, _ := account.FindDevice(t.Context(), o.db, o.id, mark); err != nil || device == uuid.Nil || again != device {
		t.Errorf("device %s, found %s, %v", device, again, err)
	}
	if device, err := o.Complete(t.Context(), nobody, o.id, ""); err != nil || device != uuid.Nil {
		t.Errorf("without a mark: device %s, %v", device, err)
	}
	if n := o.count(t, `SELECT count(*)::int FROM account WHERE id = $1 AND signed_in_at = portal_now()`, o.id); n != 1 {
		t.Error("the sign-in is not noted")
	}
}

func TestMailOfADeadCodeIsDropped(t *testing.T) {
	passcode.Register()
	for _, tt := range []struct {
		name string
		sent bool
		kill func(t *testing.T, o office, p passcode.Pending, code string)
	}{
		{"alive", true, func(*testing.T, office, passcode.Pending, string) {}},
		{"9:59", true, func(t *testing.T, o office, _ passcode.Pending, _ string) {
			dbtest.Advance(t, o.db, passcode.Lifetime-time.Second)
		}},
		{"expired", false, func(t *testing.T, o office, _ passcode.Pending, _ string) { dbtest.Advance(t, o.db, passcode.Lifetime) }},
		{"used", false, func(t *testing.T, o office, p passcode.Pending, code string) {
			if err := o.check(t, p, code); err != nil {
				t.Fatal(err)
			}
		}},
		{"replaced", false, func(t *testing.T, o office, p passcode.Pending, _ string) {
			dbtest.Advance(t, o.db, time.Minute)
			o.mail(t, p)
		}},
		{"blocked", false, func(t *testing.T, o office, p passcode.Pending, code string) {
			for range 5 {
				_ = o.check(t, p, wrong(code))
			}
		}},
		{"app set up", false, func(t *testing.T, o office, _ passcode.Pending, _ string) { o.setUpAs(t, o.owner()) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
			p := o.pending()
			code := o.mail(t, p)
			id := accounttest.Last(t, o.db, ring, "account.code", o.id).ID
			tt.kill(t, o, p, code)
			mails := accounttest.Deliver(t, o.db, ring, id)
			if (len(mails) == 1) != tt.sent {
				t.Errorf("%d mails, want sent = %v", len(mails), tt.sent)
			}
			if tt.sent && mails[0].Text != code {
				t.Errorf("the mail says %q, want %q", mails[0].Text, code)
			}
			if n := o.count(t, `SELECT count(*)::int FROM message WHERE id = $1 AND body IS NULL AND state IN ('sent', 'dropped')`, id); n != 1 {
				t.Error("the words of the mail are still kept")
			}
		})
	}
}

// Whoever steals the database finds no code in it, no secret of an app and no
// recovery code, neither before nor after the mail has left.
func TestNoPlainCodeIsInTheDatabase(t *testing.T) {
	passcode.Register()
	o := newOffice(t, dbtest.New(t), account.Workforce, account.Email)
	p := o.pending()
	code := o.mail(t, p)
	look := func(when string, secrets ...string) {
		t.Helper()
		dump := strings.ToUpper(accounttest.Dump(t, o.db))
		if !strings.Contains(dump, strings.ToUpper(o.id.String())) {
			t.Fatal("the dump does not hold the account: it shows nothing")
		}
		for _, s := range secrets {
			plain := regexp.MustCompile(`(^|[^0-9A-F.])` + regexp.QuoteMeta(s) + `([^0-9A-F]|$)`)
			if plain.MatchString(dump) || strings.Contains(dump, strings.ToUpper(hex.EncodeToString([]byte(s)))) {
				t.Errorf("%s: %s is in the database", when, s)
			}
		}
	}
	look("on its way", code)
	if mails := accounttest.Deliver(t, o.db, ring, accounttest.Last(t, o.db, ring, "account.code", o.id).ID); len(mails) != 1 || mails[0].Text != code {
		t.Fatalf("mails = %+v", mails)
	}
	look("sent", code)
	if err := o.check(t, p, code); err != nil {
		t.Fatal(err)
	}
	seed, codes := o.setUpAs(t, o.owner())
	all := []string{code, seed}
	for _, c := range codes {
		all = append(all, c, strings.ReplaceAll(c, "-", ""))
	}
	look("used, and the app set up", all...)
}
