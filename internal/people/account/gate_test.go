package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

const mistyped = "grape lantern eleven"

// gate is a database with one account, and the service on it.
type gate struct {
	*account.Service
	t      *testing.T
	db     *postgres.DB
	hasher *account.Hasher
	id     uuid.UUID
	name   string
	email  string
}

func newGate(t *testing.T, db *postgres.DB) *gate {
	t.Helper()
	g := &gate{t: t, db: db, hasher: account.NewTestHasher(), name: "Quinn-" + uuid.NewString()[:8]}
	g.Service = account.NewService(db, ring, g.hasher, account.Shipped)
	g.email = g.name + "@clinic.example"
	g.at(0)
	hash, err := g.hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	g.tx(func(tx *postgres.Tx) error {
		g.id, err = account.CreateTx(t.Context(), tx, account.New{
			Kind: account.Workforce, Username: g.name, Email: g.email, FirstName: "Quinn", LastName: "Doe", PasswordHash: hash,
		})
		return err
	})
	return g
}

// at stops the clock so long after the start.
func (g *gate) at(after time.Duration) {
	g.t.Helper()
	dbtest.Freeze(g.t, g.db, start.Add(after))
}

func (g *gate) tx(fn func(tx *postgres.Tx) error) {
	g.t.Helper()
	if err := g.db.InTx(g.t.Context(), authz.SystemActor, fn); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gate) exec(sql string, args ...any) {
	g.t.Helper()
	g.tx(func(tx *postgres.Tx) error {
		n, err := postgres.Changed(g.t.Context(), tx, sql, args...)
		if err == nil && n == 0 {
			err = errors.New("nothing changed: " + sql)
		}
		return err
	})
}

func (g *gate) count(sql string, args ...any) int {
	g.t.Helper()
	n, err := postgres.Value[int](g.t.Context(), g.db, sql, args...)
	if err != nil {
		g.t.Fatal(err)
	}
	return n
}

// enter tries to sign in from the browser with the mark.
func (g *gate) enter(typed, mark string) error {
	g.t.Helper()
	a, _, err := g.SignIn(g.t.Context(), nobody, account.Attempt{Name: g.name, Password: typed, Mark: mark})
	if errors.Is(err, account.ErrWrong) && (a.ID != uuid.Nil || a.Name() != "") {
		g.t.Errorf("a refused sign-in returns an account: %+v", a)
	}
	if err == nil && a.ID != g.id {
		g.t.Errorf("signed in as %s, want %s", a.ID, g.id)
	}
	return err
}

// fail types so many wrong passwords.
func (g *gate) fail(n int, mark string) {
	g.t.Helper()
	for range n {
		g.want("a wrong password", g.enter(mistyped, mark), account.ErrWrong)
	}
}

func (g *gate) want(what string, err, want error) {
	g.t.Helper()
	if !errors.Is(err, want) || (err == nil) != (want == nil) {
		g.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// know makes the browser with the mark a known one.
func (g *gate) know(mark string) {
	g.t.Helper()
	g.tx(func(tx *postgres.Tx) error {
		_, _, err := account.KnowDeviceTx(g.t.Context(), tx, g.id, mark)
		return err
	})
}

func TestEveryAttemptCostsOneHash(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		prepare  func(g *gate)
		username string // empty: the account's
		password string
		want     error
	}{
		{name: "right", password: password},
		{name: "by e-mail", username: "email", password: password},
		{name: "in capital letters with spaces", username: "shouted", password: password},
		{name: "wrong", password: mistyped, want: account.ErrWrong},
		{name: "no password", want: account.ErrWrong},
		{name: "longest password", password: strings.Repeat("é", 30000), want: account.ErrWrong},
		{name: "unknown", username: "nobody-here", password: password, want: account.ErrWrong},
		{name: "no name", username: " ", password: password, want: account.ErrWrong},
		{name: "name with a NUL", username: "quinn\x00", password: password, want: account.ErrWrong},
		{name: "name that is no text", username: "quinn\xff", password: password, want: account.ErrWrong},
		{name: "name that is a statement", username: "' OR true --", password: password, want: account.ErrWrong},
		{name: "longest name", username: strings.Repeat("ﷺ", 20000), password: password, want: account.ErrWrong},
		{name: "soft lock", prepare: func(g *gate) { g.fail(5, "") }, password: password, want: account.ErrWrong},
		{name: "blocked, wrong", prepare: set("blocked_at"), password: mistyped, want: account.ErrWrong},
		{name: "blocked, right", prepare: set("blocked_at"), password: password, want: account.ErrBlocked},
		{name: "disabled, wrong", prepare: set("disabled_at"), password: mistyped, want: account.ErrWrong},
		{name: "disabled, right", prepare: set("disabled_at"), password: password, want: account.ErrDisabled},
		{name: "inactive, wrong", prepare: set("disabled_inactive_at"), password: mistyped, want: account.ErrWrong},
		{name: "inactive, right", prepare: set("disabled_inactive_at"), password: password, want: account.ErrInactive},
		{name: "removed", prepare: set("removed_at"), password: password, want: account.ErrWrong},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			if tt.prepare != nil {
				tt.prepare(g)
			}
			name := map[string]string{"": g.name, "email": g.email, "shouted": "  " + strings.ToUpper(g.name) + " "}[tt.username]
			if name == "" {
				name = tt.username
			}
			const trail = `SELECT count(*)::int FROM audit_entry WHERE action = 'sign-in.password'`
			before, entries := g.hasher.Count(), g.count(trail)
			_, _, err := g.SignIn(t.Context(), nobody, account.Attempt{Name: name, Password: tt.password, Mark: "unknown"})
			g.want("sign-in", err, tt.want)
			if n := g.hasher.Count() - before; n != 1 {
				t.Errorf("%d hashes, want 1", n)
			}
			if n := g.count(trail) - entries; n != 1 {
				t.Errorf("%d audit entries, want 1", n)
			}
		})
	}
}

func set(column string) func(g *gate) {
	return func(g *gate) { g.exec(`UPDATE account SET `+column+` = portal_now() WHERE id = $1`, g.id) }
}

// An e-mail that two accounts have names neither.
func TestSharedEmailNamesNobody(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.tx(func(tx *postgres.Tx) error {
		_, err := account.CreateTx(t.Context(), tx, account.New{
			Kind: account.OFP, Username: "other-" + uuid.NewString()[:8], Email: g.email, FirstName: "O", LastName: "P", PasswordHash: "-",
		})
		return err
	})
	_, _, err := g.SignIn(t.Context(), nobody, account.Attempt{Name: g.email, Password: password})
	g.want("by the e-mail of two", err, account.ErrWrong)
	g.want("by username", g.enter(password, ""), nil)
}

func TestSoftLock(t *testing.T) {
	t.Parallel()
	type step struct {
		at    time.Duration
		wrong int
		right error // of a right password then, ErrWrong for refused
		ask   bool
	}
	refused := account.ErrWrong
	tests := []struct {
		name  string
		steps []step
	}{
		{"four wrong", []step{{wrong: 4, ask: true}}},
		{"five wrong", []step{{wrong: 5, ask: true, right: refused}}},
		{"59:59 later", []step{{wrong: 5}, {at: time.Hour - time.Second, ask: true, right: refused}}},
		{"60:00 later", []step{{wrong: 5}, {at: time.Hour, ask: true}}},
		{"five within 119:59", []step{{wrong: 4}, {at: 2*time.Hour - time.Second, wrong: 1, ask: true, right: refused}}},
		{"five within 120:00", []step{{wrong: 4}, {at: 2 * time.Hour, wrong: 1, ask: true}}},
		{"refused attempts do not prolong it", []step{
			{wrong: 5}, {at: 30 * time.Minute, wrong: 7, ask: true, right: refused}, {at: time.Hour - time.Second, wrong: 9}, {at: time.Hour, ask: true},
		}},
		{"it heals to a fresh count", []step{{wrong: 5}, {at: time.Hour, wrong: 4, ask: true}}},
		{"and locks again at five", []step{{wrong: 5}, {at: time.Hour, wrong: 5, ask: true, right: refused}}},
		{"a right password takes the count back", []step{{wrong: 4, ask: true}, {at: time.Minute, wrong: 4, ask: true}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			for _, s := range tt.steps {
				g.at(s.at)
				g.fail(s.wrong, "")
				if s.ask {
					g.want("right password after "+s.at.String(), g.enter(password, ""), s.right)
				}
			}
		})
	}
}

// Strangers cannot lock the owner out, nor what the owner mistypes at home the
// strangers.
func TestKnownDeviceIsCountedApart(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	home, work := account.NewMark(), account.NewMark()
	g.know(home)
	g.know(work)
	for i := range 1000 {
		g.at(time.Duration(i) * 10 * time.Second)
		g.fail(1, "")
	}
	g.want("from an unknown browser", g.enter(password, ""), account.ErrWrong)
	g.want("from the known browser", g.enter(password, home), nil)
	g.want("from an unknown browser still", g.enter(password, ""), account.ErrWrong)
	g.fail(5, home)
	g.want("from the browser locked itself", g.enter(password, home), account.ErrWrong)
	g.want("from another known browser", g.enter(password, work), nil)
	g.want("from the browser locked itself still", g.enter(password, home), account.ErrWrong)
}

func TestMarkIsOfOneAccountAndNinetyDays(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	mark := account.NewMark()
	g.know(mark)
	other := newGate(t, g.db)
	other.fail(5, mark)
	other.want("with another account's mark", other.enter(password, mark), account.ErrWrong)
	for _, tt := range []struct {
		after time.Duration
		known bool
	}{{account.DeviceLife - time.Second, true}, {account.DeviceLife, false}} {
		g.at(tt.after)
		id, err := account.FindDevice(t.Context(), g.db, g.id, mark)
		if err != nil || (id != uuid.Nil) != tt.known {
			t.Errorf("after %s: device %s, %v; want known = %v", tt.after, id, err, tt.known)
		}
	}
}

// hundred is 100 wrong passwords in a row, five an hour.
func (g *gate) hundred() (hours time.Duration) {
	g.t.Helper()
	for range 20 {
		g.at(hours)
		g.fail(5, "")
		hours += time.Hour
	}
	g.at(hours)
	return hours
}

func TestHundredInARowCloseUnknownDevices(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	mark := account.NewMark()
	g.know(mark)
	g.hundred()
	g.want("the right password from an unknown browser", g.enter(password, ""), account.ErrWrong)
	g.want("from the known one", g.enter(password, mark), nil)
	g.want("from an unknown one after that", g.enter(password, ""), account.ErrWrong)
	confirm := authz.Actor{Role: authz.Staff, Account: g.id}
	g.want("confirming on an unknown one", g.Confirm(t.Context(), confirm, g.id, password), account.ErrPassword)
	g.at(100 * 24 * time.Hour / 2)
	g.want("weeks later", g.enter(password, ""), account.ErrWrong)
}

func TestNinetyNineInARowDoNot(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.hundred()
	g.exec(`UPDATE password_failure SET in_a_row = 99 WHERE account_id = $1`, g.id)
	g.want("the hundredth is right", g.enter(password, ""), nil)
	if n := g.count(`SELECT in_a_row FROM password_failure WHERE account_id = $1`, g.id); n != 0 {
		t.Errorf("%d in a row after a success, want 0", n)
	}
}

func TestInactivityNeedsNoJob(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	tests := []struct {
		name  string
		used  bool // signed in completely after ten days
		after time.Duration
		want  error
	}{
		{"never used, 59 days", false, 60*day - time.Second, nil},
		{"never used, 60 days", false, 60 * day, account.ErrInactive},
		{"never used, 61 days", false, 61 * day, account.ErrInactive},
		{"used, 60 days after", true, 70*day - time.Second, nil},
		{"used, 61 days after", true, 71 * day, account.ErrInactive},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, dbtest.Tx(t))
			if tt.used {
				g.exec(`UPDATE account SET signed_in_at = $2 WHERE id = $1`, g.id, start.Add(10*day))
			}
			g.at(tt.after)
			g.want("a wrong password", g.enter(mistyped, ""), account.ErrWrong)
			g.want("the right password", g.enter(password, ""), tt.want)
			marked := g.count(`SELECT count(*)::int FROM account WHERE id = $1 AND disabled_inactive_at IS NOT NULL`, g.id) == 1
			if marked != (tt.want != nil) {
				t.Errorf("marked as inactive = %v", marked)
			}
		})
	}
}

func TestOutdatedHashIsMadeAnew(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	old, err := account.NewOutdatedHasher().Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	g.exec(`UPDATE account SET password_hash = $2 WHERE id = $1`, g.id, old)
	kept := func() string {
		text, err := postgres.Value[string](t.Context(), g.db, `SELECT password_hash FROM account WHERE id = $1`, g.id)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	g.fail(1, "")
	if kept() != old {
		t.Error("a wrong password changed the hash")
	}
	g.want("right password", g.enter(password, ""), nil)
	fresh := kept()
	if fresh == old || !strings.Contains(fresh, "m=64,") {
		t.Errorf("hash = %s, want one with the parameters of today", fresh)
	}
	g.want("right password again", g.enter(password, ""), nil)
	if kept() != fresh {
		t.Error("the new hash was replaced as well")
	}
}

func TestConfirmCountsLikeSignIn(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	who := authz.Actor{Role: authz.Staff, Account: g.id}
	confirm := func(typed string) error { return g.Confirm(t.Context(), who, g.id, typed) }
	g.want("right", confirm(password), nil)
	for range 4 {
		g.want("wrong", confirm(mistyped), account.ErrPassword)
	}
	g.fail(1, "")
	before := g.hasher.Count()
	g.want("right during the lock", confirm(password), account.ErrPassword)
	if n := g.hasher.Count() - before; n != 1 {
		t.Errorf("%d hashes, want 1", n)
	}
	g.want("signing in during the lock", g.enter(password, ""), account.ErrWrong)
	g.at(time.Hour)
	g.want("right when it has healed", confirm(password), nil)
}

func TestSweepKeepsCountsOfAccounts(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.fail(5, "")
	for range 3 {
		_, _, err := g.SignIn(t.Context(), nobody, account.Attempt{Name: "nobody-" + g.name, Password: password})
		g.want("unknown", err, account.ErrWrong)
	}
	sweep := func() (n int64) {
		g.tx(func(tx *postgres.Tx) error {
			var err error
			n, err = account.SweepTx(t.Context(), tx)
			return err
		})
		return n
	}
	g.at(24 * time.Hour)
	if n := sweep(); n != 0 {
		t.Errorf("%d counts swept on the day, want none", n)
	}
	g.at(24*time.Hour + time.Second)
	if n := sweep(); n != 1 {
		t.Errorf("%d counts swept, want that of the unknown name", n)
	}
	if n := g.count(`SELECT count(*)::int FROM password_failure WHERE account_id = $1`, g.id); n != 1 {
		t.Errorf("%d counts of the account, want 1", n)
	}
}
