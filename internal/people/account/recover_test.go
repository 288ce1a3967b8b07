package account_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/width"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
)

const replacement = "nine violet lanterns 42"

// ask asks for a reset code and returns it as the mail has it.
func (g *gate) ask() string {
	g.t.Helper()
	if err := g.AskReset(g.t.Context(), nobody, g.name); err != nil {
		g.t.Fatal(err)
	}
	accounttest.Recover(g.t, g.db, g.Service)
	return accounttest.Last(g.t, g.db, ring, "account.reset-code", g.id).Values["Code"]
}

func (g *gate) reset(code, chosen string) error {
	g.t.Helper()
	return g.Reset(g.t.Context(), nobody, code, chosen)
}

func TestResetCodeLastsAnHour(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		after time.Duration
		want  error
	}{
		{"at once", 0, nil},
		{"59:59", time.Hour - time.Second, nil},
		{"60:00", time.Hour, account.ErrResetCode},
		{"60:01", time.Hour + time.Second, account.ErrResetCode},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			code := g.ask()
			g.at(tt.after)
			g.want("reset", g.reset(code, replacement), tt.want)
			old, fresh := error(account.ErrWrong), error(nil)
			if tt.want != nil {
				old, fresh = fresh, old
			}
			g.want("the old password", g.enter(password, ""), old)
			g.want("the new password", g.enter(replacement, ""), fresh)
		})
	}
}

func TestResetCodeIsForOneUseAndTheNewestCounts(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	first := g.ask()
	second := g.ask()
	g.want("the first after a second", g.reset(first, replacement), account.ErrResetCode)
	g.want("the second", g.reset(second, replacement), nil)
	g.want("the second again", g.reset(second, "eleven quiet harbors 7"), account.ErrResetCode)
	g.want("the password that was set", g.enter(replacement, ""), nil)
}

func TestResetRefusesAWeakPasswordAndKeepsTheCode(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	code := g.ask()
	for _, weak := range []string{"", "short", "qwertyuiopasdfgh", "family pact portal", strings.Repeat("a long word ", 20), g.name + " " + g.name} {
		var f *fault.Fault
		if err := g.reset(code, weak); !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != "password" {
			t.Errorf("password %q: %v, want a fault of the field", weak, err)
		}
	}
	g.want("a good one", g.reset(code, replacement), nil)
}

func TestResetCodeAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	good := map[string]func(string) string{
		"lower case":        strings.ToLower,
		"without dashes":    func(c string) string { return strings.ReplaceAll(c, "-", "") },
		"spaces for dashes": func(c string) string { return " " + strings.ReplaceAll(c, "-", " ") + "\n" },
		"O for 0, l for 1":  func(c string) string { return strings.NewReplacer("0", "O", "1", "l").Replace(c) },
	}
	for name, typed := range good {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			g.want("reset", g.reset(typed(g.ask()), replacement), nil)
		})
	}
	g := newGate(t, dbtest.Tx(t))
	code := g.ask()
	for _, hostile := range []string{
		"", " ", "-", code[1:], code + "0", code[:28] + "U", "' OR true --", "\x00", "\xff\xfe", strings.Repeat("A", 100000),
		width.Widen.String(code), g.id.String(), "%" + code, "0000-0000-0000-0000-0000-0000",
	} {
		before := g.hasher.Count()
		if len(hostile) > 40 {
			g.want("a long text", g.reset(hostile, replacement), account.ErrResetCode)
		} else {
			g.want("code "+hostile, g.reset(hostile, replacement), account.ErrResetCode)
		}
		if g.hasher.Count() != before {
			t.Error("a code that is none cost a hash")
		}
	}
	g.want("the code itself afterwards", g.reset(code, replacement), nil)
}

// A reset ends every session, open sign-ins too, and the soft lock, and says
// so in a mail.
func TestResetEndsSessionsAndSoftLock(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	for i, step := range []string{"full", "password"} {
		g.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at) VALUES ($1, $2, $3, $4, portal_now(), portal_now())`,
			[]byte{byte(i)}, uuid.New(), g.id, step)
	}
	g.fail(5, "")
	g.want("during the lock", g.enter(password, ""), account.ErrWrong)
	g.want("reset", g.reset(g.ask(), replacement), nil)
	if n := g.count(`SELECT count(*)::int FROM session WHERE account_id = $1 AND revoked_at IS NULL`, g.id); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
	g.want("right after the reset", g.enter(replacement, ""), nil)
	accounttest.Last(t, g.db, ring, "account.password-changed", g.id)
}

func TestResetOpensAHundredInARow(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.hundred()
	g.want("after a hundred", g.enter(password, ""), account.ErrWrong)
	g.want("reset", g.reset(g.ask(), replacement), nil)
	g.want("after the reset", g.enter(replacement, ""), nil)
}

func TestResetLiftsNoState(t *testing.T) {
	t.Parallel()
	for column, want := range map[string]error{
		"blocked_at": account.ErrBlocked, "disabled_at": account.ErrDisabled, "disabled_inactive_at": account.ErrInactive,
	} {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			set(column)(g)
			g.want("reset", g.reset(g.ask(), replacement), nil)
			g.want("sign-in", g.enter(replacement, ""), want)
		})
	}
	t.Run("61 days", func(t *testing.T) {
		t.Parallel()
		g := newGate(t, dbtest.Tx(t))
		g.at(61 * 24 * time.Hour)
		g.want("reset", g.reset(g.ask(), replacement), nil)
		g.want("sign-in", g.enter(replacement, ""), account.ErrInactive)
	})
	t.Run("removed since", func(t *testing.T) {
		t.Parallel()
		g := newGate(t, dbtest.Tx(t))
		code := g.ask()
		set("removed_at")(g)
		g.want("reset", g.reset(code, replacement), account.ErrResetCode)
	})
}

func TestAskResetSaysTheSameOfUnknownNames(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	removed := newGate(t, g.db)
	set("removed_at")(removed)
	for _, name := range []string{
		"nobody-here", "", " ", "\x00", "\xff", "' OR true --", removed.name, strings.Repeat("ﷺ", 20000), g.id.String(), "%",
	} {
		if err := g.AskReset(t.Context(), nobody, name); err != nil {
			t.Errorf("asking for %.20q: %v, want nil", name, err)
		}
	}
	accounttest.Recover(t, g.db, g.Service)
	if n := g.count(`SELECT (SELECT count(*) FROM message)::int + (SELECT count(*) FROM password_reset)::int`); n != 0 {
		t.Errorf("%d mails and codes for names that nobody has", n)
	}
	for _, name := range []string{g.name, strings.ToUpper(g.email)} {
		if err := g.AskReset(t.Context(), nobody, name); err != nil {
			t.Errorf("asking for the account: %v, want nil", err)
		}
	}
	accounttest.Recover(t, g.db, g.Service)
	if n := g.count(`SELECT count(*)::int FROM message WHERE key = 'account.reset-code'`); n != 2 {
		t.Errorf("%d mails, want 2", n)
	}
}

func TestSentResetCodeIsNowhere(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.New(t))
	code := g.ask()
	folded := strings.ReplaceAll(code, "-", "")
	look := func(when string) {
		t.Helper()
		dump := strings.ToUpper(accounttest.Dump(t, g.db))
		if !strings.Contains(dump, strings.ToUpper(g.email)) {
			t.Fatal("the dump does not hold the account: it shows nothing")
		}
		for _, text := range []string{code, folded, hexOf(code), hexOf(folded), strings.ToUpper(password), strings.ToUpper(replacement)} {
			if strings.Contains(dump, text) {
				t.Errorf("%s: %s is in the database", when, text)
			}
		}
	}
	look("on its way")
	mails := accounttest.Deliver(t, g.db, ring, accounttest.Last(t, g.db, ring, "account.reset-code", g.id).ID)
	if len(mails) != 1 || mails[0].Text != code || mails[0].To != g.email {
		t.Fatalf("mails = %+v", mails)
	}
	look("sent")
	if n := g.count(`SELECT count(*)::int FROM message WHERE key = 'account.reset-code' AND body IS NOT NULL`); n != 0 {
		t.Error("the words of the mail are still kept")
	}
	g.want("reset", g.reset(code, replacement), nil)
	look("used")
}

func hexOf(text string) string { return strings.ToUpper(hex.EncodeToString([]byte(text))) }
