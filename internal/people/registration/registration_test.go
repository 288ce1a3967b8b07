package registration_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/registration"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	registration.Register()
	dbtest.Main(m)
}

const (
	username = "river.stone"
	password = "copper kettle 19"
	email    = "willow@mail.example"
)

var noon = time.Date(2025, 5, 6, 19, 0, 0, 0, time.UTC)

var willow = registration.Person{First: "Willow", Last: "Quist", BornOn: civil.MustParse("1998-03-14")}

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.New(), Digest: []byte("x")}
}

func browser() authz.Actor {
	return authz.Actor{Role: authz.Nobody, Origin: authz.Origin{Session: uuid.NewString(), Address: "192.0.2.1"}}
}

// desk is the service on a database, with a mailbox.
type desk struct {
	*registration.Service
	t       *testing.T
	db      *postgres.DB
	courier *message.Courier
	mu      sync.Mutex
	mails   []message.Message
}

func open(t *testing.T, db *postgres.DB) *desk {
	t.Helper()
	d := &desk{t: t, db: db}
	hasher := account.NewTestHasher()
	d.Service = registration.NewService(db, ring, hasher, passcode.NewService(db, ring, hasher))
	d.courier = message.NewCourier(db, ring, d, d.render, time.Millisecond)
	dbtest.Freeze(t, db, noon)
	return d
}

func (d *desk) render(_ context.Context, m message.Message) (mail.Mail, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mails = append(d.mails, m)
	return mail.Mail{}, nil
}

// Send accepts every mail.
func (d *desk) Send(context.Context, mail.Mail) error { return nil }

func (d *desk) system(fn func(tx *postgres.Tx) error) {
	d.t.Helper()
	if err := d.db.InTx(d.t.Context(), authz.SystemActor, fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) count(sql string, args ...any) int {
	d.t.Helper()
	n := 0
	d.system(func(tx *postgres.Tx) error { return tx.QueryRow(d.t.Context(), sql, args...).Scan(&n) })
	return n
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// work does the jobs that mail codes, twice each as a job may be done, and
// returns the mails that left.
func (d *desk) work() []message.Message {
	d.t.Helper()
	var asks, queued []uuid.UUID
	d.system(func(tx *postgres.Tx) (err error) {
		asks, err = postgres.Values[uuid.UUID](d.t.Context(), tx, `SELECT ask_id FROM registration WHERE ask_id IS NOT NULL ORDER BY id`)
		return err
	})
	for _, ask := range append(asks, asks...) {
		d.must(d.MailCode(d.t.Context(), ask))
	}
	d.system(func(tx *postgres.Tx) (err error) {
		queued, err = postgres.Values[uuid.UUID](d.t.Context(), tx, `SELECT id FROM message WHERE state = 'queued' ORDER BY id`)
		return err
	})
	d.mails = nil
	for _, id := range queued {
		if _, err := d.courier.Deliver(d.t.Context(), id); err != nil {
			d.t.Fatal(err)
		}
	}
	return d.mails
}

// walk goes with mail up to the code.
func (d *desk) walk(who authz.Actor, name, address string) {
	d.t.Helper()
	ctx := d.t.Context()
	d.must(d.Begin(ctx, who, registration.Codes, locale.Spanish))
	d.must(d.Told(ctx, who, willow))
	d.must(d.SetEmail(ctx, who, address))
	d.must(d.SetSignIn(ctx, who, name, password))
	d.must(d.AskCode(ctx, who))
}

// prove walks up to the terms.
func (d *desk) prove(who authz.Actor, name, address string) {
	d.t.Helper()
	d.walk(who, name, address)
	mails := d.work()
	d.must(d.CheckCode(d.t.Context(), who, mails[len(mails)-1].Values["Code"]))
}

func (d *desk) app(who authz.Actor) (seed string) {
	d.t.Helper()
	found, err := d.Find(d.t.Context(), who)
	d.must(err)
	return found.Secret
}

func codeOf(t *testing.T, seed string) string {
	t.Helper()
	code, err := totp.GenerateCodeCustom(seed, time.Now(), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestByMail(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.New(t))
	who := browser()
	d.prove(who, username, email)
	if n := strings.Count(accounttest.Dump(t, d.db), "Willow"); n != 0 {
		t.Errorf("the name is readable %d times", n)
	}
	form := sub()
	id, err := d.Create(t.Context(), who, form)
	d.must(err)
	if again, err := d.Create(t.Context(), who, form); err != nil || again != id {
		t.Errorf("sent twice: %v, %v; want the same account", again, err)
	}
	if n := d.count(`SELECT count(*) FROM account WHERE id = $1 AND kind = 'client' AND passcode_channel = 'email' AND language = 'es'`, id); n != 1 {
		t.Error("no account as it was asked for")
	}
	if n := d.count(`SELECT count(*) FROM audit_entry WHERE action = 'account.create' AND subject = 'account:' || $1::text`, id); n != 1 {
		t.Errorf("%d entries of the account, want 1", n)
	}
	if n := d.count(`SELECT count(*) FROM acceptance WHERE account_id = $1`, id); n != 2 {
		t.Errorf("%d texts agreed to, want terms and privacy", n)
	}
	if n := d.count(`SELECT count(*) FROM registration WHERE num_nonnulls(answers_sealed, password_hash, code_digest::text::bytea) = 0`); n != 1 {
		t.Error("something that was typed stays")
	}
	found, err := d.Find(t.Context(), who)
	if err != nil || found.Next() != registration.StepDone || found.Person.First != "" {
		t.Errorf("afterwards %+v, %v", found, err)
	}
}

// A client who wants no mail registers with the app, and no mail is sent
// (security.md 14.1).
func TestByAppSendsNothing(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.New(t))
	who, ctx := browser(), t.Context()
	d.must(d.Begin(ctx, who, registration.Nothing, locale.English))
	minor := registration.Person{First: "Ash", BornOn: civil.MustParse("2009-05-05")}
	d.must(d.Told(ctx, who, minor))
	if err := d.SetEmail(ctx, who, email); !errors.Is(err, registration.ErrStep) {
		t.Errorf("an address = %v, want that there is no such step", err)
	}
	d.must(d.SetSignIn(ctx, who, username, password))
	seed := d.app(who)
	if _, err := d.ConfirmApp(ctx, who, "12345"); !errors.Is(err, passcode.ErrFormat) {
		t.Errorf("five digits = %v", err)
	}
	code := codeOf(t, seed)
	shown, err := d.ConfirmApp(ctx, who, code)
	d.must(err)
	if len(shown) != 10 {
		t.Errorf("%d recovery codes", len(shown))
	}
	if _, err := d.ConfirmApp(ctx, who, code); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("the same code again = %v, want wrong (security.md 2.3)", err)
	}
	dump := accounttest.Dump(t, d.db)
	for _, s := range append(shown, seed) {
		if strings.Contains(dump, s) {
			t.Error("a secret is readable")
		}
	}
	id, err := d.Create(ctx, who, sub())
	d.must(err)
	if n := d.count(`SELECT count(*) FROM account a JOIN authenticator x ON x.account_id = a.id
		WHERE a.id = $1 AND a.passcode_channel = 'app' AND x.confirmed_at IS NOT NULL AND x.last_step > 0 AND a.email_sealed IS NULL`, id); n != 1 {
		t.Error("no account with its app")
	}
	if n := d.count(`SELECT count(*) FROM recovery_code WHERE account_id = $1`, id); n != 10 {
		t.Errorf("%d recovery codes kept", n)
	}
	if n := d.count(`SELECT count(*) FROM message`); n != 0 {
		t.Errorf("%d messages, want none", n)
	}
}

// Known and unknown addresses cost the same and get the same: one job, one line
// in the trail, one code; the mail alone tells its owner (security.md 9.1, 9.2,
// 9.3).
func TestKnownAndUnknownAddressesAreAlike(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.New(t))
	first := browser()
	d.prove(first, username, email)
	if _, err := d.Create(t.Context(), first, sub()); err != nil {
		t.Fatal(err)
	}
	const row = `SELECT count(*) FROM registration WHERE ask_id IS NOT NULL AND code_digest IS NOT NULL AND asks = 1 AND tries = 0`
	for i, tt := range []struct{ address, key string }{
		{" WILLOW@mail.example"[1:], "client.register-known"}, {"nobody@mail.example", "client.register-code"},
	} {
		who := browser()
		entries, jobs := d.count(`SELECT count(*) FROM audit_entry`), d.count(`SELECT count(*) FROM river_job`)
		d.walk(who, username+strings.Repeat("x", i+1), tt.address)
		if e, j := d.count(`SELECT count(*) FROM audit_entry`)-entries, d.count(`SELECT count(*) FROM river_job`)-jobs; e != 2 || j != 1 {
			t.Errorf("%s: %d entries, %d jobs; want 2 and 1", tt.address, e, j)
		}
		mails := d.work()
		if len(mails) != 1 || mails[0].Key != tt.key || !mails[0].To.Sealed || mails[0].To.Language != locale.Spanish {
			t.Errorf("%s: mails = %+v, want %s", tt.address, mails, tt.key)
		}
		if n := d.count(row); n != i+1 {
			t.Errorf("%s: %d rows that look alike, want %d", tt.address, n, i+1)
		}
		if err := d.CheckCode(t.Context(), who, wrong(mails[0].Values["Code"])); !errors.Is(err, passcode.ErrWrong) {
			t.Errorf("%s: a wrong code = %v", tt.address, err)
		}
		d.system(func(tx *postgres.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE registration SET tries = 0`)
			return err
		})
	}
}

// wrong is another code.
func wrong(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func TestCodeByTheMinute(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		after time.Duration
		want  error
	}{{"in time", 10*time.Minute - time.Second, nil}, {"late", 10 * time.Minute, passcode.ErrExpired}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, dbtest.Tx(t))
			who := browser()
			d.walk(who, username, email)
			code := d.work()[0].Values["Code"]
			dbtest.Advance(t, d.db, tt.after)
			if err := d.CheckCode(t.Context(), who, code); !errors.Is(err, tt.want) {
				t.Errorf("code = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestTriesAndMailsAreCounted(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.Tx(t))
	who, ctx := browser(), t.Context()
	d.walk(who, username, email)
	code := d.work()[0].Values["Code"]
	for range 5 {
		if err := d.CheckCode(ctx, who, wrong(code)); !errors.Is(err, passcode.ErrWrong) {
			t.Fatalf("wrong code = %v", err)
		}
	}
	if err := d.CheckCode(ctx, who, code); !errors.Is(err, registration.ErrTries) {
		t.Errorf("the sixth, right = %v, want too many", err)
	}
	if err := d.AskCode(ctx, who); !errors.Is(err, registration.ErrTooSoon) {
		t.Errorf("another at once = %v", err)
	}
	for i := 1; i < 5; i++ {
		dbtest.Advance(t, d.db, time.Minute)
		d.must(d.AskCode(ctx, who))
		if mails := d.work(); len(mails) != 1 {
			t.Fatalf("mail %d: %d mails", i+1, len(mails))
		}
	}
	if err := d.CheckCode(ctx, who, code); err == nil {
		t.Error("the first code is good after others")
	}
	dbtest.Advance(t, d.db, time.Minute)
	if err := d.AskCode(ctx, who); !errors.Is(err, registration.ErrMost) {
		t.Errorf("the sixth mail = %v", err)
	}
}

// Two browsers choose one username: one gets it, the other is told at that
// step and goes on with another.
func TestTwoBrowsersRaceForOneUsername(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.New(t))
	for round := range 10 {
		name := username + string(rune('a'+round))
		a, b := browser(), browser()
		d.prove(a, name, "a@mail.example")
		d.prove(b, strings.ToUpper(name), "b@mail.example")
		var errs [2]error
		var wg sync.WaitGroup
		wg.Go(func() { _, errs[0] = d.Create(t.Context(), a, sub()) })
		wg.Go(func() { _, errs[1] = d.Create(t.Context(), b, sub()) })
		wg.Wait()
		loser := b
		if errs[0] != nil {
			errs[0], errs[1], loser = errs[1], errs[0], a
		}
		if errs[0] != nil || !errors.Is(errs[1], account.ErrUsernameTaken) {
			t.Fatalf("errors = %v; want one winner and one that is told", errs)
		}
		d.must(d.SetSignIn(t.Context(), loser, name+"2", password))
		if _, err := d.Create(t.Context(), loser, sub()); err != nil {
			t.Errorf("the other, with another name: %v", err)
		}
	}
}

// The same registration sent at once by two tabs makes one account.
func TestSentAtOnceMakesOneAccount(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.New(t))
	who := browser()
	d.prove(who, username, email)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _, _ = d.Create(t.Context(), who, sub()) })
	}
	wg.Wait()
	if n := d.count(`SELECT count(*) FROM account WHERE kind = 'client'`); n != 1 {
		t.Errorf("%d accounts, want 1", n)
	}
}

func TestStepsInTheirOrder(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.Tx(t))
	who, ctx := browser(), t.Context()
	if err := d.Told(ctx, who, willow); !errors.Is(err, registration.ErrNone) {
		t.Errorf("before the first answer = %v", err)
	}
	d.must(d.Begin(ctx, who, registration.Messages, locale.English))
	_, created := d.Create(ctx, who, sub())
	for i, err := range []error{d.SetEmail(ctx, who, email), d.SetSignIn(ctx, who, username, password), d.AskCode(ctx, who), d.CheckCode(ctx, who, "123456"), created} {
		if !errors.Is(err, registration.ErrStep) {
			t.Errorf("step %d left out = %v", i, err)
		}
	}
	if _, err := d.Find(ctx, browser()); !errors.Is(err, registration.ErrNone) {
		t.Errorf("another browser = %v", err)
	}
	dbtest.Advance(t, d.db, registration.Lifetime-time.Second)
	d.must(d.Told(ctx, who, willow))
	dbtest.Advance(t, d.db, time.Second)
	if err := d.SetEmail(ctx, who, email); !errors.Is(err, registration.ErrNone) {
		t.Errorf("after an hour = %v", err)
	}
}

// Another answer or another address is proved anew.
func TestWhatWasProvedBelongsToItsAddress(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.Tx(t))
	who, ctx := browser(), t.Context()
	d.prove(who, username, email)
	d.must(d.SetEmail(ctx, who, "other@mail.example"))
	if _, err := d.Create(ctx, who, sub()); !errors.Is(err, registration.ErrStep) {
		t.Errorf("with another address = %v", err)
	}
	d.must(d.Begin(ctx, who, registration.Nothing, locale.English))
	found, err := d.Find(ctx, who)
	if err != nil || found.Next() != registration.StepApp || found.Email != "" {
		t.Errorf("without mail: %+v, %v; want the app", found, err)
	}
}

// Nothing stays of one that was given up, by a button or by its time.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.Tx(t))
	one, two := browser(), browser()
	d.walk(one, username, email)
	d.walk(two, username+"2", email)
	d.must(d.Stop(t.Context(), one))
	d.must(d.Stop(t.Context(), one))
	if n := d.count(`SELECT count(*) FROM registration`); n != 1 {
		t.Errorf("%d after one stopped, want 1", n)
	}
	sweep := func() {
		d.system(func(tx *postgres.Tx) error { _, err := registration.SweepTx(t.Context(), tx); return err })
	}
	dbtest.Advance(t, d.db, registration.Lifetime-time.Second)
	sweep()
	if n := d.count(`SELECT count(*) FROM registration`); n != 1 {
		t.Error("swept before its time")
	}
	dbtest.Advance(t, d.db, time.Second)
	sweep()
	if n := d.count(`SELECT count(*) FROM registration`); n != 0 {
		t.Error("stays after its time")
	}
	if mails := d.work(); len(mails) != 0 {
		t.Errorf("%d mails for what was given up", len(mails))
	}
}

func TestWhatMayBeTyped(t *testing.T) {
	t.Parallel()
	d := open(t, dbtest.Tx(t))
	who, ctx := browser(), t.Context()
	accounttest.Client(t, d.db, ring, account.ClientAccount{Username: "taken.name"})
	d.must(d.Begin(ctx, who, registration.Codes, locale.English))
	day := civil.MustParse
	for _, tt := range []struct {
		person registration.Person
		fields string
	}{
		{registration.Person{BornOn: day("2025-05-06")}, "first-name birth-date"},
		{registration.Person{First: "A", BornOn: day("2025-05-05")}, ""},
		{registration.Person{First: "A", BornOn: day("1904-05-06")}, "birth-date"},
		{registration.Person{First: strings.Repeat("é", 60), Last: strings.Repeat("é", 61), BornOn: day("1990-01-01")}, "last-name"},
		{registration.Person{First: strings.Repeat("é", 60), Last: strings.Repeat("é", 60), BornOn: day("1990-01-01")}, ""},
		{willow, ""},
	} {
		if got := fields(d.Told(ctx, who, tt.person)); got != tt.fields {
			t.Errorf("%+v: faults of %q, want %q", tt.person, got, tt.fields)
		}
	}
	for _, address := range []string{"", "x", "a@b", "Willow <a@b.example>", "a@b.example,c@d.example", "a b@c.example"} {
		if got := fields(d.SetEmail(ctx, who, address)); got != "email" {
			t.Errorf("%q: faults of %q", address, got)
		}
	}
	d.must(d.SetEmail(ctx, who, email))
	for _, tt := range []struct{ username, password, fields string }{
		{"abc", "short", "username password"},
		{"TAKEN.name", "copper kettl", "username"},
		{username, "copper kettl", ""},
		{username, "copper kett", "password"},
		{username, "WillowQuist1998", "password"},
		{username, "river.stone 12", "password"},
		{username, "passwordpassword", "password"},
		{username, strings.Repeat("a b c d ", 16) + "e", "password"},
	} {
		if got := fields(d.SetSignIn(ctx, who, tt.username, tt.password)); got != tt.fields {
			t.Errorf("%q %q: faults of %q, want %q", tt.username, tt.password, got, tt.fields)
		}
	}
}

// fields are the names of the fields that are wrong.
func fields(err error) string {
	var names []string
	if f, ok := fault.Of(err); ok {
		for _, field := range f.Fields {
			names = append(names, field.Name)
		}
	} else if err != nil {
		return err.Error()
	}
	return strings.Join(names, " ")
}
