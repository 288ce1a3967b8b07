package account_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

const day = 24 * time.Hour

// told lists the mails about disuse to the account, the oldest first.
func (g *gate) told(id uuid.UUID) []string {
	g.t.Helper()
	list, err := postgres.Values[string](g.t.Context(), g.db, `SELECT key || ' ' || channel FROM message
		WHERE account_id = $1 AND key IN ('account.inactive-soon', 'account.disabled') ORDER BY queued_at, id`, id)
	if err != nil {
		g.t.Fatal(err)
	}
	return list
}

func (g *gate) sweepInactive() {
	g.t.Helper()
	for range 2 { // a repeat changes nothing
		if err := g.SweepInactive(g.t.Context()); err != nil {
			g.t.Fatal(err)
		}
	}
}

const (
	soon = "account.inactive-soon email"
	over = "account.disabled email"
)

// TestInactivityIsTold lets the sweep run at different moments: one second
// before and at each limit, and late (security.md 4.5).
func TestInactivityIsTold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		runs []time.Duration // after the account was created
		want []string
	}{
		{"a second before the first warning", []time.Duration{46*day - time.Second}, nil},
		{"at the first warning", []time.Duration{46 * day}, []string{soon}},
		{"again the day after", []time.Duration{46 * day, 47 * day}, []string{soon}},
		{"a second before the second", []time.Duration{46 * day, 57*day - time.Second}, []string{soon}},
		{"both", []time.Duration{46 * day, 57 * day}, []string{soon, soon}},
		{"a second before the end", []time.Duration{46 * day, 57 * day, 60*day - time.Second}, []string{soon, soon}},
		{"everything in time", []time.Duration{46 * day, 57 * day, 60 * day}, []string{soon, soon, over}},
		{"three days late for the first", []time.Duration{49 * day}, []string{soon}},
		{"late for both: one", []time.Duration{58 * day, 59 * day}, []string{soon}},
		{"three days late for the end", []time.Duration{46 * day, 57 * day, 63 * day, 64 * day}, []string{soon, soon, over}},
		{"only after the end", []time.Duration{70 * day}, []string{over}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			for _, at := range tt.runs {
				g.at(at)
				g.sweepInactive()
			}
			if got := g.told(g.id); !slices.Equal(got, tt.want) {
				t.Errorf("told %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLateWarningNamesTheEnd reads the one warning of a sweep that ran late.
func TestLateWarningNamesTheEnd(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.at(58 * day)
	g.sweepInactive()
	got := accounttest.Last(t, g.db, ring, "account.inactive-soon", g.id).Values["Deadline"]
	if want := "Friday, March 14, 10:00 a.m. Pacific"; got != want {
		t.Errorf("the warning says %q, want %q", got, want)
	}
}

// TestInactiveIsDisabledAndTold looks at the account, its sessions and the
// record, whether the sweep came first or the owner (security.md 4.5).
func TestInactiveIsDisabledAndTold(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(g *gate){
		"the sweep": (*gate).sweepInactive,
		"sign-in":   func(g *gate) { g.want("sign-in", g.enter(password, ""), account.ErrInactive) },
		"sign-in with a wrong password, then the sweep": func(g *gate) {
			g.want("sign-in", g.enter(mistyped, ""), account.ErrWrong)
			g.sweepInactive()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			g.at(61 * day)
			g.addSession(uuid.New())
			act(g)
			g.want("sign-in afterwards", g.enter(password, ""), account.ErrInactive)
			g.sweepInactive()
			if got := g.told(g.id); !slices.Equal(got, []string{over}) {
				t.Errorf("told %q", got)
			}
			if n := g.count(`SELECT count(*)::int FROM account WHERE id = $1 AND disabled_inactive_at = portal_now()`, g.id); n != 1 {
				t.Error("the account is not marked as disabled")
			}
			if n := g.count(`SELECT count(*)::int FROM session WHERE account_id = $1 AND revoked_at IS NULL`, g.id); n != 0 {
				t.Errorf("%d sessions go on", n)
			}
			entries, err := audit.About(t.Context(), g.db, "account:"+g.id.String())
			n := 0
			for _, e := range entries {
				if e.Action == "account.disable-inactive" {
					n++
				}
			}
			if n != 1 || err != nil {
				t.Errorf("recorded %d times, %v", n, err)
			}
		})
	}
}

// TestSignInBeginsAnew signs in after a warning: the count begins anew, and so
// do the warnings. The desk's enabling does the same.
func TestSignInBeginsAnew(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(g *gate){
		"sign-in": func(g *gate) {
			g.exec(`UPDATE account SET signed_in_at = portal_now(), inactivity_warnings = 0, inactivity_warned_at = NULL WHERE id = $1`, g.id)
		},
		"enabled": func(g *gate) {
			g.tx(func(tx *postgres.Tx) error {
				_, err := account.EnableTx(t.Context(), tx, g.id)
				return err
			})
		},
	} {
		g := newGate(t, dbtest.Tx(t))
		g.at(58 * day)
		g.sweepInactive()
		act(g)
		for _, at := range []time.Duration{60 * day, (58 + 46) * day, (58+60)*day - time.Second} {
			g.at(at)
			g.sweepInactive()
			g.want(fmt.Sprintf("%s: %s", name, at), g.enter(password, ""), nil)
		}
		if got := g.told(g.id); !slices.Equal(got, []string{soon, soon, soon}) {
			t.Errorf("%s: told %q", name, got)
		}
		g.at((58 + 60) * day)
		g.want(name+": 60 days later", g.enter(password, ""), account.ErrInactive)
	}
}

// TestClientsAreToldInsideThePortal: a client has 15 months, and nothing leaves
// by a way that was not chosen (security.md 14.1).
func TestClientsAreToldInsideThePortal(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	client := uuid.Must(uuid.NewV7())
	g.exec(`INSERT INTO account (id, kind, username_key, email_key, email_sealed, password_hash, password_set_at, passcode_channel, created_at)
		VALUES ($1::uuid, 'client', $1::text, $1::text, '\x00', '-', portal_now(), 'email', portal_now())`, client)
	end := start.AddDate(0, 15, 0)
	for _, at := range []time.Time{end.AddDate(0, 0, -14).Add(-time.Second), end.AddDate(0, 0, -14), end.AddDate(0, 0, -3), end.Add(-time.Second), end} {
		dbtest.Freeze(t, g.db, at)
		g.sweepInactive()
	}
	want := []string{"account.inactive-soon portal", "account.inactive-soon portal", "account.disabled portal"}
	if got := g.told(client); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// TestSettingsOfInactivity shortens the time: sweep and sign-in go by it.
func TestSettingsOfInactivity(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	for name, value := range map[string]string{"inactive_days_staff": "30", "inactive_warn_days": "2"} {
		g.exec(`INSERT INTO setting (name, value, reason, changed_at) VALUES ($1, $2, 'test', portal_now())`, name, value)
	}
	g.at(27 * day)
	g.sweepInactive()
	g.at(28 * day)
	g.sweepInactive()
	if got := g.told(g.id); !slices.Equal(got, []string{soon}) {
		t.Errorf("told %q", got)
	}
	g.at(30*day - time.Second)
	g.want("a second before", g.enter(password, ""), nil)
	g.at(30 * day)
	g.want("at the end", g.enter(password, ""), account.ErrInactive)
}

func TestNotDisabledForDisuse(t *testing.T) {
	t.Parallel()
	for _, state := range []string{
		"removed_at = portal_now()", "disabled_at = portal_now(), disabled_reason = 'test'",
		"kind = 'ofp', passcode_channel = 'app', sealed = true",
	} {
		g := newGate(t, dbtest.Tx(t))
		g.exec(`UPDATE account SET `+state+` WHERE id = $1`, g.id)
		g.at(90 * day)
		g.sweepInactive()
		if got := g.told(g.id); len(got) != 0 {
			t.Errorf("%s: told %q", state, got)
		}
	}
	g := newGate(t, dbtest.Tx(t))
	g.exec(`UPDATE account SET blocked_at = portal_now() WHERE id = $1`, g.id)
	g.at(58 * day)
	g.sweepInactive()
	if got := g.told(g.id); len(got) != 0 {
		t.Errorf("blocked: told %q to keep an account by signing in", got)
	}
}

// TestDeviceMarks brings marks that were never issued: they are no marks
// (security.md 4.1).
func TestDeviceMarks(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	mark := g.IssueMark()
	other := account.NewService(g.db, ring, g.hasher, account.Shipped)
	if !g.Issued(mark) || !other.Issued(mark) {
		t.Error("a mark of ours is not known as one")
	}
	for _, forged := range []string{
		"", ".", "x", account.NewMark(), account.NewMark() + ".", mark + "x", "x" + mark, mark[:len(mark)-1],
		mark[:43] + "." + account.NewMark(), account.NewMark() + mark[43:],
	} {
		if g.Issued(forged) {
			t.Errorf("%q passes as a mark of ours", forged)
		}
	}
}

// TestChangePasswordTwice sends one form twice, at once and later, and again
// with another password (security.md 19.2).
func TestChangePasswordTwice(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	me, form := authz.Actor{Role: authz.Staff, Account: g.id}, sub()
	for range 2 {
		if err := g.Change(t.Context(), me, form, uuid.Nil, password, replacement); err != nil {
			t.Fatal(err)
		}
	}
	if n := g.count(`SELECT count(*)::int FROM message WHERE account_id = $1 AND key = 'account.password-changed'`, g.id); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	g.want("the same form with another password", g.Change(t.Context(), me, form, uuid.Nil, replacement, "quiet harbor moss and fern"), idempotency.ErrChanged)
	g.want("the new password", g.enter(replacement, ""), nil)
	digest, err := postgres.Value[[]byte](t.Context(), g.db, `SELECT digest FROM submission WHERE key = $1`, form.Key)
	if err != nil || !ring.CheckMAC("submission", nil, digest) {
		t.Errorf("a quick digest of what was typed is kept: %x, %v", digest, err)
	}
}

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("typed")}
}
