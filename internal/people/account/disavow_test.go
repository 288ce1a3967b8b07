package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// notice sends the owner a notice and returns the code in it.
func (g *gate) notice() (code string) {
	g.t.Helper()
	g.tx(func(tx *postgres.Tx) (err error) {
		code, err = account.DisavowalTx(g.t.Context(), tx, ring, g.id, g.email, "account.new-device")
		return err
	})
	return code
}

func (g *gate) disavow(code string) (bool, error) {
	g.t.Helper()
	return g.Disavow(g.t.Context(), nobody, code)
}

// The code of a notice works for a day, once, and for this alone (security.md
// 4.10).
func TestDisavowalLastsADay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		after time.Duration
		want  error
	}{
		"23:59:59": {24*time.Hour - time.Second, nil}, "24:00": {24 * time.Hour, account.ErrDisavowal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			code := g.notice()
			g.at(tt.after)
			_, err := g.disavow(code)
			g.want("disavow", err, tt.want)
			_, err = g.disavow(code)
			g.want("again", err, account.ErrDisavowal)
		})
	}
	g := newGate(t, dbtest.Tx(t))
	code := g.notice()
	for _, hostile := range []string{"", "-", code[1:], code + "0", "' OR true --", "\x00", strings.Repeat("A", 100000), g.id.String(), "0000-0000-0000-0000-0000-0000"} {
		if _, err := g.disavow(hostile); !errors.Is(err, account.ErrDisavowal) {
			t.Errorf("%.40q: %v", hostile, err)
		}
	}
	g.want("the code of a notice as a reset code", g.reset(code, replacement), account.ErrResetCode)
	if _, err := g.disavow(g.ask()); !errors.Is(err, account.ErrDisavowal) {
		t.Error("a reset code says that it was not me")
	}
}

// It ends every sign-in, makes no browser known, gives the password up and
// mails a code for a new one (security.md 1.4, 4.10).
func TestDisavowEndsEverythingAndStartsAReset(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	for range 2 {
		g.addSession(uuid.New())
	}
	g.exec(`INSERT INTO device (id, account_id, digest, created_at, expires_at) VALUES (gen_random_uuid(), $1, 'x', portal_now(), portal_now() + interval '90 days')`, g.id)
	other := g.notice()
	if mailed, err := g.disavow(g.notice()); err != nil || !mailed {
		t.Fatalf("disavow = %v, %v", mailed, err)
	}
	for what, sql := range map[string]string{
		"sessions": `SELECT count(*)::int FROM session WHERE account_id = $1 AND revoked_at IS NULL`,
		"devices":  `SELECT count(*)::int FROM device WHERE account_id = $1 AND expires_at > portal_now()`,
		"blocks":   `SELECT count(*)::int FROM account WHERE id = $1 AND blocked_at IS NOT NULL`,
	} {
		if n := g.count(sql, g.id); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	_, err := g.disavow(other)
	g.want("another notice's code after that", err, account.ErrDisavowal)
	g.want("the password that was given up", g.enter(password, ""), account.ErrMustChange)
	g.want("a wrong password", g.enter(mistyped, ""), account.ErrWrong)
	if n := g.count(`SELECT count(*)::int FROM message WHERE account_id = $1 AND key = 'account.reset-code'`, g.id); n != 1 {
		t.Errorf("%d reset codes, want 1: signing in sends none while one is on its way", n)
	}
	code := accounttest.Last(t, g.db, ring, "account.reset-code", g.id).Values["Code"]
	g.want("reset", g.reset(code, replacement), nil)
	g.want("the new password", g.enter(replacement, ""), nil)
}

// A new password comes from the mailbox: the right one of now mails another
// code once the first has run out.
func TestMustChangeMailsANewCode(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.exec(`UPDATE account SET must_change = true WHERE id = $1`, g.id)
	for i, at := range []time.Duration{0, time.Minute, time.Hour} {
		g.at(at)
		g.want("sign-in", g.enter(password, ""), account.ErrMustChange)
		if n, want := g.count(`SELECT count(*)::int FROM message WHERE account_id = $1 AND key = 'account.reset-code'`, g.id), []int{1, 1, 2}[i]; n != want {
			t.Errorf("after %v: %d codes, want %d", at, n, want)
		}
	}
	set("blocked_at")(g)
	g.want("a blocked account", g.enter(password, ""), account.ErrBlocked)
}

// When the address is another one by now, a mail would go to whoever changed
// it: the account is blocked instead.
func TestDisavowAfterTheAddressChanged(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	code := g.notice()
	g.exec(`UPDATE account SET email = 'thief@evil.example', email_key = 'thief@evil.example' WHERE id = $1`, g.id)
	if mailed, err := g.disavow(code); err != nil || mailed {
		t.Fatalf("disavow = %v, %v", mailed, err)
	}
	g.want("sign-in", g.enter(password, ""), account.ErrBlocked)
	if n := g.count(`SELECT count(*)::int FROM message`); n != 0 {
		t.Errorf("%d mails", n)
	}
}

// Usernames go to the address alone, and asking says nothing (security.md
// 9.1).
func TestForgottenUsername(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	second := newGate(t, g.db)
	second.exec(`UPDATE account SET email = $2, email_key = $2 WHERE id = $1`, second.id, account.Fold(g.email))
	for _, name := range []string{"nobody@clinic.example", g.name, "", "\x00", "%", strings.Repeat("a", 100000) + "@x.example"} {
		g.want("ask", g.AskUsername(t.Context(), nobody, name, civil.Date{}), nil)
	}
	accounttest.Recover(t, g.db, g.Service)
	if n := g.count(`SELECT count(*)::int FROM message`); n != 0 {
		t.Errorf("%d mails for addresses that nobody has", n)
	}
	g.want("ask", g.AskUsername(t.Context(), nobody, " "+strings.ToUpper(g.email)+" ", civil.Date{}), nil)
	accounttest.Recover(t, g.db, g.Service)
	for _, who := range []*gate{g, second} {
		if got := accounttest.Last(t, g.db, ring, "account.username", who.id).Values["Username"]; got != who.name {
			t.Errorf("username %q, want %q", got, who.name)
		}
	}
}

// requests counts those that are kept.
func (g *gate) requests(where string) (n int) {
	g.t.Helper()
	g.tx(func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](g.t.Context(), tx, `SELECT count(*)::int FROM recovery_request WHERE `+where)
		return err
	})
	return n
}

// Asking does the same work for known and unknown names: one row, one job, one
// entry; a job looks (security.md 9.2). What was typed is sealed, and gone once
// the job has looked.
func TestRequestsOfKnownAndUnknownAreAlike(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.New(t))
	count := func() [4]int {
		return [4]int{
			g.requests(`true`), g.count(`SELECT count(*)::int FROM river_job`),
			g.count(`SELECT count(*)::int FROM audit_entry`), g.count(`SELECT count(*)::int FROM message`),
		}
	}
	before := count()
	var steps [2][4]int
	for i, name := range []string{g.name, "canary-name-of-nobody"} {
		g.want("ask", g.AskReset(t.Context(), nobody, name), nil)
		after := count()
		for j := range after {
			steps[i][j] = after[j] - before[j]
		}
		before = after
	}
	if steps[0] != steps[1] || steps[0] != [4]int{1, 1, 1, 0} {
		t.Errorf("known %v, unknown %v", steps[0], steps[1])
	}
	if dump := accounttest.Dump(t, g.db); strings.Contains(dump, "canary-name") {
		t.Error("what was typed is readable")
	}
	accounttest.Recover(t, g.db, g.Service)
	if n := g.requests(`name_sealed IS NOT NULL OR done_at IS NULL`); n != 0 {
		t.Errorf("%d requests are kept", n)
	}
	g.at(25 * time.Hour)
	g.tx(func(tx *postgres.Tx) error {
		n, err := account.SweepRequestsTx(t.Context(), tx)
		if n != 2 {
			t.Errorf("%d swept, want 2", n)
		}
		return err
	})
}

// Codes of notices are kept for a week (security.md 14.7).
func TestCodesOfNoticesAreForgotten(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.notice()
	for want, after := range []time.Duration{7 * 24 * time.Hour, 7*24*time.Hour + time.Second} {
		g.at(after)
		g.tx(func(tx *postgres.Tx) error {
			n, err := account.SweepDisavowalsTx(t.Context(), tx)
			if n != int64(want) {
				t.Errorf("after %v: %d deleted, want %d", after, n, want)
			}
			return err
		})
	}
}

// A job that comes too late does nothing: nobody waits for the mail.
func TestLateRequestIsForgotten(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.want("ask", g.AskReset(t.Context(), nobody, g.name), nil)
	g.at(time.Hour)
	accounttest.Recover(t, g.db, g.Service)
	if n := g.count(`SELECT count(*)::int FROM message`); n != 0 {
		t.Errorf("%d mails an hour later", n)
	}
}
