package factorreset_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/factorreset"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

var (
	start  = time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)
	nobody = authz.Actor{Role: authz.Nobody}
)

const password = "grape lantern seven"

// clinic is a database with two sites, their people and an office.
type clinic struct {
	t         *testing.T
	db        *postgres.DB
	hasher    *account.Hasher
	accounts  *account.Service
	passcodes *passcode.Service
	resets    *factorreset.Service
	seeds     map[uuid.UUID]string

	site, other             uuid.UUID
	staff, certifier, admin authz.Actor
	second, stranger        authz.Actor
}

func newClinic(t *testing.T, db *postgres.DB) *clinic {
	t.Helper()
	dbtest.Freeze(t, db, start)
	c := &clinic{t: t, db: db, hasher: account.NewTestHasher(), seeds: map[uuid.UUID]string{}}
	c.accounts = account.NewService(db, ring, c.hasher, account.Shipped)
	c.passcodes = passcode.NewService(db, ring, c.hasher)
	c.resets = factorreset.NewService(db, ring, c.accounts, c.passcodes)
	c.site, c.other = c.newSite(), c.newSite()
	c.staff = c.person(authz.Staff, c.site)
	c.certifier = c.person(authz.Certifier, c.site)
	c.stranger = c.person(authz.Certifier, c.other)
	c.admin, c.second = c.person(authz.OFP, uuid.Nil), c.person(authz.OFP, uuid.Nil)
	return c
}

func (c *clinic) exec(sql string, args ...any) {
	c.t.Helper()
	err := c.db.InTx(c.t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(c.t.Context(), sql, args...)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *clinic) count(sql string, args ...any) (n int) {
	c.t.Helper()
	err := c.db.InTx(c.t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](c.t.Context(), tx, sql, args...)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

func (c *clinic) newSite() uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	c.exec(`INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
		VALUES ($1, '1234567893', $2, 'Test Clinic', 'Clinic', 'private', '1 Main', 'Davis', '95616', '57', '5305550100', '2020-01-01', portal_now(), portal_now())`,
		id, "S-"+id.String()[24:])
	return id
}

// person makes somebody with an app.
func (c *clinic) person(role authz.Role, site uuid.UUID) authz.Actor {
	c.t.Helper()
	kind := map[authz.Role]account.Kind{authz.OFP: account.OFP, authz.Desk: account.Desk}[role]
	if kind == "" {
		kind = account.Workforce
	}
	hash, err := c.hasher.Hash(c.t.Context(), password)
	if err != nil {
		c.t.Fatal(err)
	}
	email := uuid.NewString()[:8] + "@clinic.example"
	var id uuid.UUID
	err = c.db.InTx(c.t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		id, err = account.CreateTx(c.t.Context(), tx, account.New{
			Kind: kind, Username: "p-" + uuid.NewString()[:12], Email: email, FirstName: "Ana", LastName: "Ruiz",
			PasswordHash: hash, PasscodeChannel: account.App,
		})
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.member(id, role, site, email)
	actor := authz.Actor{Role: role, Account: id, Site: site}
	c.setUp(nobody, passcode.Pending{Account: id, SignIn: uuid.New()})
	c.exec(`UPDATE account SET signed_in_at = portal_now() WHERE id = $1`, id)
	return actor
}

func (c *clinic) member(id uuid.UUID, role authz.Role, site uuid.UUID, email string) {
	c.t.Helper()
	c.exec(`INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, credential, email, email_key, created_at, joined_at)
		VALUES ($1, nullif($2, '00000000-0000-0000-0000-000000000000'::uuid), $3, $4, 'Ana', 'Ruiz', CASE $3 WHEN 'certifier' THEN 'MD' END, $5, $5, portal_now(), portal_now())`,
		uuid.Must(uuid.NewV7()), site, role, id, email)
}

// setUp sets up an app and keeps its secret.
func (c *clinic) setUp(actor authz.Actor, p passcode.Pending) {
	c.t.Helper()
	s, err := c.passcodes.Prepare(c.t.Context(), actor, p)
	if err != nil {
		c.t.Fatal(err)
	}
	c.seeds[p.Account] = s.Secret
	if _, _, err := c.passcodes.Confirm(c.t.Context(), actor, p, c.app(p.Account, -30*time.Second)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clinic) app(id uuid.UUID, shift time.Duration) string {
	c.t.Helper()
	at, err := postgres.Value[time.Time](c.t.Context(), c.db, `SELECT now()`)
	if err != nil {
		c.t.Fatal(err)
	}
	code, err := totp.GenerateCode(c.seeds[id], at.Add(shift))
	if err != nil {
		c.t.Fatal(err)
	}
	return code
}

func signIn(a authz.Actor) passcode.Pending {
	return passcode.Pending{Account: a.Account, SignIn: uuid.Must(uuid.NewV7())}
}

func (c *clinic) code(key string, a authz.Actor) string {
	c.t.Helper()
	return accounttest.Last(c.t, c.db, ring, key, a.Account).Values["Code"]
}

// ask asks for a new app and returns the code to cancel it.
func (c *clinic) ask(a authz.Actor) string {
	c.t.Helper()
	p := signIn(a)
	c.want("send the code", c.resets.SendCode(c.t.Context(), nobody, p), nil)
	_, err := c.resets.Ask(c.t.Context(), nobody, p, c.code("account.app-code", a))
	c.want("ask", err, nil)
	return c.code("account.lost-app", a)
}

func (c *clinic) waiting(by, of authz.Actor) (factorreset.Reset, error) {
	return c.resets.Waiting(c.t.Context(), by, of.Account)
}

func (c *clinic) confirm(by, of authz.Actor) error {
	c.t.Helper()
	r, err := c.waiting(authz.SystemActor, of)
	if err != nil {
		c.t.Fatal(err)
	}
	_, err = c.resets.Confirm(c.t.Context(), by, idempotency.Submission{Key: uuid.New(), Digest: []byte{1}}, r.ID)
	return err
}

func (c *clinic) after(d time.Duration) { c.t.Helper(); dbtest.Freeze(c.t, c.db, start.Add(d)) }

func (c *clinic) sweep() { c.t.Helper(); c.want("sweep", c.resets.Sweep(c.t.Context()), nil) }

func (c *clinic) hasApp(a authz.Actor) bool {
	c.t.Helper()
	has, err := c.passcodes.HasAuthenticator(c.t.Context(), a.Account)
	if err != nil {
		c.t.Fatal(err)
	}
	return has
}

func (c *clinic) want(what string, got, want error) {
	c.t.Helper()
	if !errors.Is(got, want) {
		c.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// The whole way: asked with password and mailed code, confirmed, in effect
// after a day, then the next sign-in proves the mailbox and sets up a new app
// (security.md 4.9).
func TestLostAuthenticator(t *testing.T) {
	t.Parallel()
	for name, swept := range map[string]bool{"by the sweep": true, "at sign-in, without one": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, dbtest.Tx(t))
			c.ask(c.staff)
			c.want("confirm", c.confirm(c.certifier, c.staff), nil)
			settle := func() {
				if swept {
					c.sweep()
				} else {
					c.want("settle", c.resets.Settle(t.Context(), c.staff.Account), nil)
				}
			}
			c.after(factorreset.Wait - time.Second)
			settle()
			if !c.hasApp(c.staff) {
				t.Fatal("in effect a second too early")
			}
			c.after(factorreset.Wait)
			settle()
			if c.hasApp(c.staff) {
				t.Fatal("not in effect after a day")
			}
			accounttest.Last(t, c.db, ring, "account.lost-app.done", c.staff.Account)
			c.newApp()
		})
	}
}

// newApp sets up the new app: the password alone is not enough for it, nor is
// the proof of another sign-in.
func (c *clinic) newApp() {
	c.t.Helper()
	p, thief := signIn(c.staff), signIn(c.staff)
	if needed, err := c.resets.NeedsProof(c.t.Context(), p); err != nil || !needed {
		c.t.Errorf("needs proof = %v, %v", needed, err)
	}
	_, err := c.passcodes.Prepare(c.t.Context(), nobody, p)
	c.want("set up with the password alone", err, passcode.ErrNoSetup)
	c.want("send proof", c.resets.SendProof(c.t.Context(), nobody, p), nil)
	code := c.code("account.app-code", c.staff)
	_, err = c.resets.Prove(c.t.Context(), nobody, thief, code)
	c.want("the code in another sign-in", err, passcode.ErrWrong)
	_, err = c.resets.Prove(c.t.Context(), nobody, p, code)
	c.want("prove", err, nil)
	_, err = c.passcodes.Prepare(c.t.Context(), nobody, thief)
	c.want("set up in another sign-in", err, passcode.ErrNoSetup)
	c.setUp(nobody, p)
	_, err = c.passcodes.Check(c.t.Context(), nobody, p, c.app(c.staff.Account, 0))
	c.want("the new app", err, nil)
	if needed, err := c.resets.NeedsProof(c.t.Context(), signIn(c.staff)); err != nil || needed {
		c.t.Errorf("afterwards needs proof = %v, %v", needed, err)
	}
}

func TestNothingHappensUnconfirmed(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	c.ask(c.staff)
	c.after(factorreset.Lapse - time.Second)
	c.sweep()
	if _, err := c.waiting(c.certifier, c.staff); err != nil || !c.hasApp(c.staff) {
		t.Fatalf("before a week: %v", err)
	}
	c.after(factorreset.Lapse)
	_, err := c.waiting(c.certifier, c.staff)
	c.want("after a week", err, fault.ErrNotFound)
	c.sweep()
	if n := c.count(`SELECT count(*)::int FROM factor_reset WHERE end_reason = 'lapsed'`); n != 1 || !c.hasApp(c.staff) {
		t.Errorf("%d lapsed", n)
	}
	c.ask(c.staff) // and another one can be asked for
}

// Who confirms for whom (security.md 4.9, 8.2).
func TestWhoConfirms(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	desk := c.person(authz.Desk, uuid.Nil)
	both := c.person(authz.Staff, c.site) // staff here, certifier of a third site
	c.member(both.Account, authz.Certifier, c.newSite(), "both@clinic.example")
	for _, a := range []authz.Actor{c.staff, c.certifier, c.admin, desk, both} {
		c.ask(a)
	}
	tests := []struct {
		name   string
		by, of authz.Actor
		want   error
	}{
		{"OFP for staff", c.admin, c.staff, fault.ErrNotFound},
		{"another site's certifier for staff", c.stranger, c.staff, fault.ErrNotFound},
		{"staff for a certifier", c.staff, c.certifier, fault.ErrNotFound},
		{"the certifier for themselves", c.certifier, c.certifier, fault.ErrNotFound},
		{"the desk for staff", desk, c.staff, fault.ErrNotFound},
		{"nobody", nobody, c.staff, fault.ErrNotFound},
		{"a certifier for who certifies elsewhere", c.certifier, both, fault.ErrNotFound},
		{"an administrator for themselves", c.admin, c.admin, factorreset.ErrSelf},
		{"certifier for staff", c.certifier, c.staff, nil},
		{"again", c.certifier, c.staff, factorreset.ErrConfirmed},
		{"OFP for a certifier", c.admin, c.certifier, nil},
		{"OFP for who certifies elsewhere", c.admin, both, nil},
		{"a second administrator", c.second, c.admin, nil},
		{"OFP for the desk", c.admin, desk, nil},
	}
	for _, tt := range tests {
		c.want(tt.name, c.confirm(tt.by, tt.of), tt.want)
		if tt.want == fault.ErrNotFound { //nolint:errorlint // the variable itself
			_, err := c.waiting(tt.by, tt.of)
			c.want(tt.name+" sees it", err, fault.ErrNotFound)
		}
	}
	accounttest.Last(t, c.db, ring, "workforce.lost-app", c.certifier.Account)
	accounttest.Last(t, c.db, ring, "workforce.lost-app", c.second.Account)
	if n := c.count(`SELECT count(*)::int FROM message WHERE key = 'workforce.lost-app' AND account_id = $1`, c.stranger.Account); n != 0 {
		t.Errorf("%d mails to a stranger", n)
	}
}

func TestNoticesAtOnceAndAtTwelveHours(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	first := c.ask(c.staff)
	mails := func() int {
		return c.count(`SELECT count(*)::int FROM message WHERE key = 'account.lost-app.reminder' AND account_id = $1`, c.staff.Account)
	}
	for _, at := range []struct {
		after time.Duration
		want  int
	}{{factorreset.RemindAfter - time.Second, 0}, {factorreset.RemindAfter, 1}, {factorreset.RemindAfter + time.Hour, 1}} {
		c.after(at.after)
		c.sweep()
		if n := mails(); n != at.want {
			t.Errorf("after %v: %d reminders, want %d", at.after, n, at.want)
		}
	}
	later := c.code("account.lost-app.reminder", c.staff)
	if later == first {
		t.Error("the second notice has the first one's code")
	}
	c.want("cancel with the second code", c.resets.Cancel(t.Context(), nobody, later, false), nil)
	c.want("the first code after that", c.resets.Cancel(t.Context(), nobody, first, false), factorreset.ErrCancel)
}

// The code of either notice cancels until the effect; the mail alone leads to
// a page (security.md 15.5).
func TestCancel(t *testing.T) {
	t.Parallel()
	t.Run("before the effect", func(t *testing.T) {
		t.Parallel()
		c := newClinic(t, dbtest.Tx(t))
		code := c.ask(c.staff)
		c.want("confirm", c.confirm(c.certifier, c.staff), nil)
		for _, hostile := range []string{"", " ", "\x00", code[1:], code + "0", "0000-0000-0000-0000-0000-0000", "' OR true --"} {
			c.want("hostile code", c.resets.Cancel(t.Context(), nobody, hostile, true), factorreset.ErrCancel)
		}
		c.after(factorreset.Wait - time.Second)
		c.want("cancel", c.resets.Cancel(t.Context(), nobody, code, false), nil)
		c.want("again", c.resets.Cancel(t.Context(), nobody, code, false), factorreset.ErrCancel)
		c.after(factorreset.Wait)
		c.sweep()
		if !c.hasApp(c.staff) {
			t.Error("in effect although cancelled")
		}
		if n := c.count(`SELECT count(*)::int FROM account WHERE id = $1 AND must_change`, c.staff.Account); n != 0 {
			t.Error("the password is given up although nobody said so")
		}
	})
	t.Run("due, though no sweep ran", func(t *testing.T) {
		t.Parallel()
		c := newClinic(t, dbtest.Tx(t))
		code := c.ask(c.staff)
		c.want("confirm", c.confirm(c.certifier, c.staff), nil)
		c.after(factorreset.Wait)
		c.want("cancel", c.resets.Cancel(t.Context(), nobody, code, false), factorreset.ErrCancel)
	})
	t.Run("it was somebody else", func(t *testing.T) {
		t.Parallel()
		c := newClinic(t, dbtest.Tx(t))
		c.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at) VALUES ('x', gen_random_uuid(), $1, 'full', portal_now(), portal_now())`, c.staff.Account)
		c.want("cancel", c.resets.Cancel(t.Context(), nobody, c.ask(c.staff), true), nil)
		if n := c.count(`SELECT count(*)::int FROM session WHERE account_id = $1 AND revoked_at IS NULL`, c.staff.Account); n != 0 {
			t.Errorf("%d sessions go on", n)
		}
		accounttest.Last(t, c.db, ring, "account.reset-code", c.staff.Account)
	})
}

// Whoever has found the app signs in with it, which takes the request back;
// so does a recovery code.
func TestSignInWithTheAppCancels(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	c.ask(c.staff)
	_, err := c.passcodes.Check(t.Context(), nobody, signIn(c.staff), c.app(c.staff.Account, 0))
	c.want("sign-in", err, nil)
	_, err = c.waiting(c.certifier, c.staff)
	c.want("the request", err, fault.ErrNotFound)
	accounttest.Last(t, c.db, ring, "account.lost-app.stopped", c.staff.Account)
}

func TestAskingTwiceAndWithoutAnApp(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	c.ask(c.staff)
	c.after(2 * time.Minute)
	p := signIn(c.staff)
	c.want("send", c.resets.SendCode(t.Context(), nobody, p), nil)
	_, err := c.resets.Ask(t.Context(), nobody, p, c.code("account.app-code", c.staff))
	c.want("ask again", err, factorreset.ErrAsked)
	if n := c.count(`SELECT cardinality(passcode_failed_at) FROM account WHERE id = $1`, c.staff.Account); n != 0 {
		t.Errorf("%d failures after a right code", n)
	}
	c.exec(`UPDATE account SET passcode_channel = 'email' WHERE id = $1`, c.certifier.Account)
	c.want("an account with mailed codes", c.resets.SendCode(t.Context(), nobody, signIn(c.certifier)), passcode.ErrNoMail)
}

// The mailed code is for asking alone, and its guesses count with those at the
// app: a right one does not take them back (security.md 2.5).
func TestMailedCodeIsNoPasscode(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	p := signIn(c.staff)
	c.want("send", c.resets.SendCode(t.Context(), nobody, p), nil)
	code := c.code("account.app-code", c.staff)
	_, err := c.passcodes.Check(t.Context(), nobody, p, code)
	c.want("sign in with it", err, passcode.ErrWrong)
	_, err = c.resets.Prove(t.Context(), nobody, p, code)
	c.want("prove the mailbox with it", err, passcode.ErrWrong)
	_, err = c.resets.Ask(t.Context(), nobody, signIn(c.staff), code)
	c.want("ask in another sign-in", err, passcode.ErrWrong)
	_, err = c.resets.Ask(t.Context(), nobody, p, code)
	c.want("ask", err, nil)
	if n := c.count(`SELECT cardinality(passcode_failed_at) FROM account WHERE id = $1`, c.staff.Account); n != 3 {
		t.Errorf("%d failures, want the three wrong ones", n)
	}
	_, err = c.resets.Ask(t.Context(), nobody, p, code)
	c.want("the same code again", err, passcode.ErrWrong)
	_, err = c.resets.Ask(t.Context(), nobody, p, code)
	c.want("a fifth wrong one", err, passcode.ErrBlocked)
}

// Cancelling races the effect: one of them wins and nothing is in between.
func TestCancelRacesEffect(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	for range 10 {
		who := c.person(authz.Staff, c.site)
		code := c.ask(who)
		c.want("confirm", c.confirm(c.certifier, who), nil)
		c.after(factorreset.Wait - time.Millisecond)
		var all sync.WaitGroup
		var cancelled error
		all.Go(func() { cancelled = c.resets.Cancel(t.Context(), nobody, code, false) })
		all.Go(func() { dbtest.Freeze(t, c.db, start.Add(factorreset.Wait)) })
		all.Go(func() { _ = c.resets.Settle(t.Context(), who.Account) })
		all.Wait()
		c.want("settle", c.resets.Settle(t.Context(), who.Account), nil)
		if has := c.hasApp(who); has != (cancelled == nil) {
			t.Fatalf("cancelled %v, and the app is there: %v", cancelled, has)
		}
		c.after(0)
	}
}

func TestTwoConfirmationsAtOnce(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	for range 10 {
		who := c.person(authz.Desk, uuid.Nil)
		c.ask(who)
		r, err := c.waiting(authz.SystemActor, who)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var done atomic.Int64
		for _, by := range []authz.Actor{c.admin, c.second, c.admin, c.second} {
			all.Go(func() {
				_, err := c.resets.Confirm(t.Context(), by, idempotency.Submission{Key: uuid.New(), Digest: []byte{1}}, r.ID)
				if err == nil {
					done.Add(1)
				} else if !errors.Is(err, factorreset.ErrConfirmed) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := done.Load(); n != 1 {
			t.Fatalf("%d confirmations", n)
		}
	}
}
