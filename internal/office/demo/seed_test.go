package demo_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// copied is a training copy on a database of the test's own.
type copied struct {
	db        *postgres.DB
	seed      demo.Seed
	service   *demo.Service
	accounts  *account.Service
	passcodes *passcode.Service
}

func newCopy(t *testing.T) copied {
	t.Helper()
	db := dbtest.New(t)
	url := dbtest.OwnerURL(t, db)
	owner := own(t, url)
	if _, err := owner.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	ring := secret.NewTestRing()
	secret.Use(ring)
	audit.Use(ring)
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	hasher, members, clients := account.NewTestHasher(), membership.NewService(db, ring), client.New(db, ring)
	codes := accesscode.NewService(db, ring, members)
	accesscode.Register()
	passcodes, accounts := passcode.NewService(db, ring, hasher), account.NewService(db, ring, hasher, account.Shipped)
	return copied{
		db: db,
		seed: demo.Seed{
			Owner: owner, DB: db, Ring: ring, Sites: site.NewService(db, members), Codes: codes, Setups: setup.NewService(db, ring, hasher, codes), Passcodes: passcodes, Accounts: accounts,
			Clients: clients, Applications: application.NewService(db, ring, clients), Enrollments: enrollment.New(db, ring),
		},
		service:  demo.NewService(demo.Options{DB: db, Ring: ring, OwnerURL: url}),
		accounts: accounts, passcodes: passcodes,
	}
}

func TestSeedOfThePresent(t *testing.T) {
	t.Parallel()
	c := newCopy(t)
	began := time.Now()
	if err := c.seed.Fill(t.Context(), false, nil); err != nil {
		t.Fatal(err)
	}
	t.Logf("filled in %v", time.Since(began))
	c.clock(t, time.Time{})
	c.everybodySignsIn(t)
	c.clients(t)
	c.threeSites(t)
	c.helpsNobodyElsewhere(t)
	if seeded, err := c.seed.Owner.Make(t.Context()); err != nil || !seeded {
		t.Errorf("a second make finds the data = %v, %v", seeded, err)
	}
	if _, err := audit.Seal(t.Context(), c.db); err != nil {
		t.Error(err)
	}
}

// clock wants the portal's time to be at, and running; zero is the present.
func (c copied) clock(t *testing.T, at time.Time) {
	t.Helper()
	now, err := c.service.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if at.IsZero() {
		at = now.Present
		if n := count(t, c.db, `SELECT count(*)::int FROM clock`); n != 0 {
			t.Error("the clock of the present has a row")
		}
	}
	if off := now.Portal.Sub(at); off < 0 || off > time.Minute {
		t.Errorf("the clock shows %v, want %v", now.Portal, at)
	}
}

// threeSites wants the certifier with three sites, of whom ux.md 16 speaks.
func (c copied) threeSites(t *testing.T) {
	t.Helper()
	n := 0
	err := c.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		return tx.QueryRow(t.Context(), `
			SELECT count(*) FROM session_sites((SELECT id FROM account WHERE username = 'palermo.lead')) WHERE role = 'certifier'`).Scan(&n)
	})
	if err != nil || n != 3 {
		t.Errorf("palermo.lead certifies %d sites, %v; want 3", n, err)
	}
}

// everybodySignsIn tries the documented people by the real rules.
func (c copied) everybodySignsIn(t *testing.T) {
	t.Helper()
	workers, err := c.service.Workers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(workers) != len(demo.People) {
		t.Fatalf("%d people, want %d", len(workers), len(demo.People))
	}
	for i, w := range workers {
		if p := demo.People[i]; w.Username != p.Username || w.Password != p.Password || w.Passcode.Channel != p.Channel {
			t.Errorf("person %d = %+v, want %+v", i, w, p)
		}
		nobody := authz.Actor{Role: authz.Nobody}
		a, _, err := c.accounts.SignIn(t.Context(), nobody, account.Attempt{Name: w.Username, Password: w.Password})
		if err != nil || a.ID != w.ID {
			t.Errorf("%s: password: %v", w.Username, err)
			continue
		}
		if w.Passcode.Channel != account.App {
			continue
		}
		pending := passcode.Pending{Account: a.ID, SignIn: uuid.New()}
		if _, err := c.passcodes.Check(t.Context(), nobody, pending, w.Passcode.Code); err != nil {
			t.Errorf("%s: passcode: %v", w.Username, err)
		}
	}
	c.nextPasscode(t, workers)
}

// nextPasscode wants another code to be shown once one was used.
func (c copied) nextPasscode(t *testing.T, used []demo.Worker) {
	t.Helper()
	again, err := c.service.Workers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range again {
		if w.Passcode.Channel == account.App && w.Passcode.Code == used[i].Passcode.Code {
			t.Errorf("%s: the code that was used is shown again", w.Username)
		}
	}
}

// helpsNobodyElsewhere takes the mark away for a moment: nobody is shown and
// nobody is signed in then.
func (c copied) helpsNobodyElsewhere(t *testing.T) {
	t.Helper()
	workers, err := c.service.Workers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	url := dbtest.OwnerURL(t, c.db)
	exec(t, url, `ALTER TABLE training_mark RENAME TO set_aside; CREATE TABLE training_mark (LIKE set_aside)`)
	defer exec(t, url, `DROP TABLE training_mark; ALTER TABLE set_aside RENAME TO training_mark`)
	if shown, err := c.service.Workers(t.Context()); err != nil || len(shown) != 0 {
		t.Errorf("%d people of a database without the mark are shown (%v)", len(shown), err)
	}
	if _, err := c.service.SignIn(t.Context(), workers[0].ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("signed in without the mark: %v", err)
	}
}

func (c copied) clients(t *testing.T) {
	t.Helper()
	for _, tt := range []struct {
		what string
		sql  string
		want int
	}{
		{"certified clients", `SELECT count(*)::int FROM client WHERE starts_on IS NOT NULL`, 45},
		{"not eligible", `SELECT count(*)::int FROM client WHERE starts_on IS NULL`, 1},
		{"drafts", `SELECT count(*)::int FROM application WHERE state = 'draft'`, 2},
		{"certified twice", `SELECT count(*)::int FROM enrollment WHERE followed_on IS NOT NULL`, 2},
		{"sites of clients", `SELECT count(DISTINCT site_id)::int FROM client`, 2},
		{"sites", `SELECT count(*)::int FROM site`, 2400},
	} {
		if got := c.seen(t, tt.sql); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.what, got, tt.want)
		}
	}
	for what, sql := range map[string]string{
		"expired":        `SELECT count(*)::int FROM client WHERE ends_on < portal_now()::date - 1`,
		"ending soon":    `SELECT count(*)::int FROM client WHERE ends_on BETWEEN portal_now()::date + 1 AND portal_now()::date + 30`,
		"renewal window": `SELECT count(*)::int FROM client WHERE starts_on < portal_now()::date - 310 AND ends_on > portal_now()::date + 1`,
		"active":         `SELECT count(*)::int FROM client WHERE starts_on > portal_now()::date - 290`,
	} {
		if got := c.seen(t, sql); got < 2 {
			t.Errorf("%s: %d, want some", what, got)
		}
	}
}

func (c copied) seen(t *testing.T, sql string) int {
	t.Helper()
	n := 0
	err := c.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		var err error
		n, err = postgres.Value[int](t.Context(), tx, sql)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSeedOfTheEve(t *testing.T) {
	t.Parallel()
	c := newCopy(t)
	eve, _ := demo.LaunchEve.At(time.Time{}, time.Time{})
	if err := c.seed.Fill(t.Context(), false, &demo.Restart{At: eve}); err != nil {
		t.Fatal(err)
	}
	c.clock(t, eve)
	workers, err := c.service.Workers(t.Context())
	if err != nil || len(workers) != 2 || workers[0].Role != authz.OFP {
		t.Errorf("people = %+v, %v; want two administrators", workers, err)
	}
	if n := c.seen(t, `SELECT count(*)::int FROM site`); n != 2400 {
		t.Errorf("%d sites", n)
	}
	if n := c.seen(t, `SELECT count(*)::int FROM client`); n != 0 {
		t.Errorf("%d clients before go-live", n)
	}
}

func TestSeedOfGoLive(t *testing.T) {
	t.Parallel()
	c := newCopy(t)
	live, _ := demo.GoLive.At(time.Time{}, time.Time{})
	if err := c.seed.Fill(t.Context(), false, &demo.Restart{At: live}); err != nil {
		t.Fatal(err)
	}
	c.clock(t, live)
	c.everybodySignsIn(t)
	c.clients(t)
}

func TestSeedFromNothing(t *testing.T) {
	t.Parallel()
	c := newCopy(t)
	if err := c.seed.Fill(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	eve, _ := demo.LaunchEve.At(time.Time{}, time.Time{})
	c.clock(t, eve)
	first, err := c.seed.Invite(t.Context())
	if err != nil || first == nil || first.Until.Sub(eve) < accesscode.Lifetime {
		t.Fatalf("invitation = %+v, %v", first, err)
	}
	second, err := c.seed.Invite(t.Context())
	if err != nil || second == nil || second.Code == first.Code {
		t.Fatalf("second invitation = %+v, %v", second, err)
	}
	actor := authz.Actor{Role: authz.Nobody, Origin: authz.Origin{Session: uuid.NewString()}}
	if err := c.seed.Setups.Verify(t.Context(), actor, accesscode.Attempt{Email: first.Email, Code: first.Code}); err == nil {
		t.Error("the first code works after the second was made")
	}
	if err := c.seed.Setups.Verify(t.Context(), actor, accesscode.Attempt{Email: second.Email, Code: second.Code}); err != nil {
		t.Error("the second code:", err)
	}
	for what, sql := range map[string]string{"accounts": `SELECT count(*)::int FROM account`, "sites": `SELECT count(*)::int FROM site`} {
		if n := c.seen(t, sql); n != 0 {
			t.Errorf("%d %s, want nothing", n, what)
		}
	}
}
