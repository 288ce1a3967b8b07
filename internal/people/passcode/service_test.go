package passcode_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

var start = time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)

// office is a database with one account and the service on it.
type office struct {
	*passcode.Service
	db *postgres.DB
	id uuid.UUID
}

func newOffice(t *testing.T, db *postgres.DB, kind account.Kind, channel account.Channel) office {
	t.Helper()
	dbtest.Freeze(t, db, start)
	o := office{Service: passcode.NewService(db, ring, account.NewTestHasher()), db: db}
	o.id = addAccount(t, db, kind, channel)
	return o
}

func addAccount(t *testing.T, db *postgres.DB, kind account.Kind, channel account.Channel) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	inTx(t, db, func(tx *postgres.Tx) error {
		var err error
		id, err = account.CreateTx(t.Context(), tx, account.New{
			Kind: kind, Username: "p-" + uuid.NewString()[:12], Email: uuid.NewString()[:8] + "@clinic.example",
			FirstName: "Ana", LastName: "Ruiz", PasswordHash: "-", PasscodeChannel: channel,
		})
		return err
	})
	return id
}

func inTx(t *testing.T, db *postgres.DB, fn func(tx *postgres.Tx) error) {
	t.Helper()
	if err := db.InTx(t.Context(), authz.SystemActor, fn); err != nil {
		t.Fatal(err)
	}
}

var nobody = authz.Actor{Role: authz.Nobody}

func (o office) pending() passcode.Pending {
	return passcode.Pending{Account: o.id, SignIn: uuid.Must(uuid.NewV7())}
}

// mail sends a passcode and returns it as the mail has it.
func (o office) mail(t *testing.T, p passcode.Pending) string {
	t.Helper()
	if err := o.Send(t.Context(), nobody, p); err != nil {
		t.Fatal(err)
	}
	return o.lastMailed(t)
}

func (o office) lastMailed(t *testing.T) string {
	t.Helper()
	type mail struct {
		ID   uuid.UUID
		Body []byte
	}
	m, err := postgres.One[mail](t.Context(), o.db, `
		SELECT id, body FROM message WHERE key = 'account.code' AND account_id = $1 ORDER BY id DESC LIMIT 1`, o.id)
	if err != nil {
		t.Fatal(err)
	}
	text, err := ring.Open(secret.Cell{Table: "message", Column: "body", Row: m.ID}, m.Body)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]string
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		t.Fatal(err)
	}
	return values["Code"]
}

func (o office) check(t *testing.T, p passcode.Pending, typed string) error {
	t.Helper()
	_, err := o.Check(t.Context(), nobody, p, typed)
	return err
}

func (o office) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	n, err := postgres.Value[int](t.Context(), o.db, sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (o office) blocked(t *testing.T) bool {
	t.Helper()
	return o.count(t, `SELECT count(*)::int FROM account WHERE id = $1 AND blocked_at IS NOT NULL`, o.id) == 1
}

// wrong returns six digits that are not the code.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestMailedCodeLastsTenMinutes(t *testing.T) {
	tests := []struct {
		name  string
		after time.Duration
		want  error
	}{
		{"at once", 0, nil},
		{"9:59", 10*time.Minute - time.Second, nil},
		{"10:00", 10 * time.Minute, passcode.ErrExpired},
		{"10:01", 10*time.Minute + time.Second, passcode.ErrExpired},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
			p := o.pending()
			code := o.mail(t, p)
			dbtest.Freeze(t, o.db, start.Add(tt.after))
			if err := o.check(t, p, code); !errors.Is(err, tt.want) {
				t.Errorf("after %v: %v, want %v", tt.after, err, tt.want)
			}
		})
	}
}

func TestMailedCodeIsOfOneSignInAndOneUse(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	first, second := o.pending(), o.pending()
	code := o.mail(t, first)
	if err := o.check(t, second, code); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("in another sign-in: %v, want ErrWrong", err)
	}
	dbtest.Advance(t, o.db, time.Minute)
	again := o.mail(t, first)
	if err := o.check(t, first, code); code != again && !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("the code before the last: %v, want ErrWrong", err)
	}
	if err := o.check(t, first, again); err != nil {
		t.Errorf("the last code: %v", err)
	}
	if err := o.check(t, first, again); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("the same code again: %v, want ErrWrong", err)
	}
	stored, err := postgres.Value[string](t.Context(), o.db, `SELECT string_agg(encode(digest, 'hex'), ' ') FROM passcode_challenge`)
	if err != nil || strings.Contains(stored, fmt.Sprintf("%x", again)) {
		t.Errorf("the code is in its table: %v", err)
	}
}

func TestRightCodeTakesTheCountBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	p := o.pending()
	code := o.mail(t, p)
	for want := 4; want >= 1; want-- {
		result, err := o.Check(t.Context(), nobody, p, wrong(code))
		if !errors.Is(err, passcode.ErrWrong) || result.Left != want {
			t.Fatalf("%v with %d left, want %d", err, result.Left, want)
		}
	}
	if err := o.check(t, p, "12345"); !errors.Is(err, passcode.ErrFormat) {
		t.Errorf("five digits: %v, want ErrFormat", err)
	}
	if err := o.check(t, p, code); err != nil {
		t.Fatalf("the fifth try is right: %v", err)
	}
	dbtest.Advance(t, o.db, time.Minute)
	code = o.mail(t, p)
	if result, err := o.Check(t.Context(), nobody, p, wrong(code)); !errors.Is(err, passcode.ErrWrong) || result.Left != 4 {
		t.Errorf("after a right one: %v with %d left, want 4", err, result.Left)
	}
}

func TestFailuresOfTwoHoursBlock(t *testing.T) {
	tests := []struct {
		name    string
		kind    account.Kind
		tries   int
		spread  time.Duration
		blocked bool
	}{
		{"workforce, 4", account.Workforce, 4, 0, false},
		{"workforce, 5", account.Workforce, 5, 0, true},
		{"workforce, 5 within 120 minutes", account.Workforce, 5, 29 * time.Minute, true},
		{"workforce, 5 in just 120 minutes", account.Workforce, 5, 30 * time.Minute, false},
		{"OFP, 2", account.OFP, 2, 0, false},
		{"OFP, 3", account.OFP, 3, 0, true},
		{"desk, 3", account.Desk, 3, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, dbtest.Tx(t), tt.kind, account.Email)
			p := o.pending()
			for i := range tt.tries {
				dbtest.Freeze(t, o.db, start.Add(time.Duration(i)*tt.spread))
				_ = o.check(t, p, "000000")
			}
			if got := o.blocked(t); got != tt.blocked {
				t.Errorf("blocked = %v, want %v", got, tt.blocked)
			}
		})
	}
}

func TestBlockEndsSignInsAndTellsTheOwner(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	inTx(t, o.db, func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at)
			VALUES ('\x01', $1, $2, 'full', $3, $3)`, uuid.New(), o.id, tx.Now())
		return err
	})
	p := o.pending()
	code := o.mail(t, p)
	for range 5 {
		_ = o.check(t, p, wrong(code))
	}
	if err := o.check(t, p, code); !errors.Is(err, passcode.ErrBlocked) {
		t.Errorf("the right code of a blocked account: %v, want ErrBlocked", err)
	}
	if n := o.count(t, `SELECT count(*)::int FROM session WHERE account_id = $1 AND revoked_at IS NULL`, o.id); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
	if n := o.count(t, `SELECT count(*)::int FROM message WHERE key = 'account.blocked' AND account_id = $1`, o.id); n != 1 {
		t.Errorf("%d mails to the owner, want 1", n)
	}
	dbtest.Advance(t, o.db, 30*24*time.Hour)
	if err := o.check(t, p, code); !errors.Is(err, passcode.ErrBlocked) {
		t.Errorf("a month later: %v, want ErrBlocked", err)
	}
	if err := o.Send(t.Context(), nobody, p); err == nil {
		t.Error("a blocked account gets a code")
	}
}

// A count that a transaction kept and lost with its error would let all pass.
func TestParallelWrongCodesAreComparedFiveTimes(t *testing.T) {
	o := newOffice(t, dbtest.New(t), account.Workforce, account.Email)
	second := passcode.NewService(o.db, ring, account.NewTestHasher()) // another replica
	p := o.pending()
	code := o.mail(t, p)
	var all sync.WaitGroup
	var wrongs, blocked atomic.Int64
	for i := range 64 {
		all.Go(func() {
			s := []*passcode.Service{o.Service, second}[i%2]
			_, err := s.Check(context.Background(), nobody, p, wrong(code))
			switch {
			case errors.Is(err, passcode.ErrWrong):
				wrongs.Add(1)
			case errors.Is(err, passcode.ErrBlocked):
				blocked.Add(1)
			default:
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	all.Wait()
	if n := o.Compared() + second.Compared(); n > 5 {
		t.Errorf("%d codes were compared, want at most 5", n)
	}
	if wrongs.Load() > 4 || wrongs.Load()+blocked.Load() != 64 || !o.blocked(t) {
		t.Errorf("%d wrong, %d blocked, account blocked = %v", wrongs.Load(), blocked.Load(), o.blocked(t))
	}
	if err := o.check(t, p, code); !errors.Is(err, passcode.ErrBlocked) {
		t.Errorf("the right code afterwards: %v, want ErrBlocked", err)
	}
}

func TestParallelResendsMailOnce(t *testing.T) {
	o := newOffice(t, dbtest.New(t), account.Workforce, account.Email)
	p := o.pending()
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if err := o.Send(context.Background(), nobody, p); err != nil && !errors.Is(err, passcode.ErrTooSoon) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := o.count(t, `SELECT count(*)::int FROM message WHERE key = 'account.code'`); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

func TestLimitsOfSending(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	p := o.pending()
	send := func(at time.Duration, want error) {
		t.Helper()
		dbtest.Freeze(t, o.db, start.Add(at))
		if err := o.Send(t.Context(), nobody, p); !errors.Is(err, want) {
			t.Errorf("after %v: %v, want %v", at, err, want)
		}
	}
	send(0, nil)
	send(59*time.Second, passcode.ErrTooSoon)
	for i := 1; i <= 4; i++ {
		send(time.Duration(i)*time.Minute, nil)
	}
	send(5*time.Minute, passcode.ErrTooSoon)
	send(15*time.Minute, nil) // the first has left the quarter of an hour
	for i := 1; i <= 14; i++ {
		send(time.Duration(i)*time.Hour, nil)
	}
	send(20*time.Hour, passcode.ErrTooSoon) // twenty unused ones in a day
	if err := o.check(t, p, o.lastMailed(t)); !errors.Is(err, passcode.ErrExpired) {
		t.Errorf("a code of six hours ago: %v, want ErrExpired", err)
	}
	send(24*time.Hour+time.Second, nil)
}

// present is what the app shows now, by the database's own clock.
func (o office) present(t *testing.T, seed string, shift time.Duration) string {
	t.Helper()
	at, err := postgres.Value[time.Time](t.Context(), o.db, `SELECT now()`)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(seed, at.Add(shift))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// setUp gives the account an authenticator, confirmed with the code before the
// present one.
func (o office) setUp(t *testing.T) (seed string, recovery []string) {
	t.Helper()
	return o.setUpAs(t, nobody)
}

// owner is the account's owner, signed in with password and passcode.
func (o office) owner() authz.Actor { return authz.Actor{Role: authz.Staff, Account: o.id} }

func (o office) setUpAs(t *testing.T, actor authz.Actor) (seed string, recovery []string) {
	t.Helper()
	setup, err := o.Prepare(t.Context(), actor, passcode.Pending{Account: o.id})
	if err != nil {
		t.Fatal(err)
	}
	recovery, _, err = o.Confirm(t.Context(), actor, passcode.Pending{Account: o.id}, o.present(t, setup.Secret, -30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return setup.Secret, recovery
}

// The portal's clock stands in 2025; the app's code is of today all the same.
func TestAppCodeWorksOnceAndForwardOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.OFP, account.App)
	seed, _ := o.setUp(t)
	p := o.pending()
	before, now, next := o.present(t, seed, -30*time.Second), o.present(t, seed, 0), o.present(t, seed, 30*time.Second)
	if err := o.check(t, p, before); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("the code that confirmed the set-up: %v, want ErrWrong", err)
	}
	if err := o.check(t, p, next); err != nil {
		t.Fatalf("the next code: %v", err)
	}
	if err := o.check(t, p, next); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("the same code again: %v, want ErrWrong", err)
	}
	if err := o.check(t, p, now); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("an older valid code after a newer one: %v, want ErrWrong", err)
	}
}

func TestParallelUsesOfOneAppCode(t *testing.T) {
	o := newOffice(t, dbtest.New(t), account.Workforce, account.App)
	seed, _ := o.setUp(t)
	code := o.present(t, seed, 0)
	var all sync.WaitGroup
	var right atomic.Int64
	for range 32 {
		all.Go(func() {
			if _, err := o.Check(context.Background(), nobody, o.pending(), code); err == nil {
				right.Add(1)
			}
		})
	}
	all.Wait()
	if right.Load() != 1 {
		t.Errorf("%d of 32 succeeded, want 1", right.Load())
	}
}

func TestAppAccountsGetNoMail(t *testing.T) {
	t.Parallel()
	for _, kind := range []account.Kind{account.Workforce, account.OFP, account.Desk} {
		o := newOffice(t, dbtest.Tx(t), kind, account.App)
		if err := o.Send(t.Context(), nobody, o.pending()); !errors.Is(err, passcode.ErrNoMail) {
			t.Errorf("%s: %v, want ErrNoMail", kind, err)
		}
	}
}

// A mail that was sent before the app was set up is dead with the set-up.
func TestSettingUpTheAppEndsMailedCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	p := o.pending()
	code := o.mail(t, p)
	o.setUpAs(t, o.owner())
	if err := o.check(t, p, code); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("%v, want ErrWrong", err)
	}
}

// Whoever knows the password alone must not bring an app of their own.
func TestOnlyTheFirstAppIsSetUpBeforeThePasscode(t *testing.T) {
	t.Parallel()
	mailed := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	settled := newOffice(t, dbtest.Tx(t), account.OFP, account.App)
	settled.setUp(t)
	for name, o := range map[string]office{"e-mail": mailed, "app in use": settled} {
		for _, actor := range []authz.Actor{nobody, {Role: authz.Staff, Account: uuid.New()}} {
			if _, err := o.Prepare(t.Context(), actor, passcode.Pending{Account: o.id}); !errors.Is(err, passcode.ErrNoSetup) {
				t.Errorf("%s, prepared by %s: %v, want ErrNoSetup", name, actor.Role, err)
			}
		}
	}
	owner := authz.Actor{Role: authz.Staff, Account: mailed.id}
	setup, err := mailed.Prepare(t.Context(), owner, passcode.Pending{Account: mailed.id})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := mailed.Prepare(t.Context(), owner, passcode.Pending{Account: mailed.id}); err != nil || again != setup {
		t.Errorf("prepared again: another secret, or %v", err)
	}
	entries, err := audit.About(t.Context(), mailed.db, "account:"+mailed.id.String())
	if err != nil || len(entries) != 1 || entries[0].Action != "authenticator.prepare" || *entries[0].AccountID != mailed.id {
		t.Errorf("recorded %+v, %v; want the one secret that was made", entries, err)
	}
	_, _, err = mailed.Confirm(t.Context(), nobody, passcode.Pending{Account: mailed.id}, mailed.present(t, setup.Secret, 0))
	if !errors.Is(err, passcode.ErrNoSetup) {
		t.Errorf("what its owner has begun, confirmed by nobody: %v, want ErrNoSetup", err)
	}
}

func TestRecoveryCodesWorkOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.OFP, account.App)
	_, codes := o.setUp(t)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes, want 10", len(codes))
	}
	p := o.pending()
	if err := o.check(t, p, strings.ToLower(codes[3])); err != nil {
		t.Fatalf("in lower case: %v", err)
	}
	if result, err := o.Check(t.Context(), nobody, p, codes[3]); !errors.Is(err, passcode.ErrWrong) || result.Left != 2 {
		t.Errorf("again: %v with %d left; want ErrWrong, counted", err, result.Left)
	}
	if err := o.check(t, p, codes[4]); err != nil {
		t.Errorf("another: %v", err)
	}
	other := office{Service: o.Service, db: o.db, id: addAccount(t, o.db, account.OFP, account.App)}
	if err := other.check(t, other.pending(), codes[5]); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("of another account: %v, want ErrWrong", err)
	}
}

func TestSecretIsSealedForItsRow(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.OFP, account.App)
	seed, _ := o.setUp(t)
	other := office{Service: o.Service, db: o.db, id: addAccount(t, o.db, account.OFP, account.App)}
	other.setUp(t)
	inTx(t, o.db, func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), `
			UPDATE authenticator SET secret_sealed = (SELECT secret_sealed FROM authenticator WHERE account_id = $1) WHERE account_id = $2`, o.id, other.id)
		return err
	})
	if err := other.check(t, other.pending(), o.present(t, seed, 0)); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("with somebody else's secret: %v, want ErrSealed", err)
	}
}

func TestNewDeviceIsToldOnceInHalfAnHour(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	known := account.NewMark()
	tests := []struct {
		name  string
		after time.Duration
		mark  string
		mails int
	}{
		{"the first sign-in of all", 0, known, 0},
		{"the same browser", time.Minute, known, 0},
		{"a shared device", 2 * time.Minute, "", 1},
		{"another within half an hour", 3 * time.Minute, account.NewMark(), 1},
		{"another later", 40 * time.Minute, account.NewMark(), 2},
		{"the known browser after that", 90 * time.Minute, known, 2},
	}
	for _, tt := range tests {
		dbtest.Freeze(t, o.db, start.Add(tt.after))
		if _, err := o.Complete(t.Context(), nobody, o.id, tt.mark); err != nil {
			t.Fatal(err)
		}
		if n := o.count(t, `SELECT count(*)::int FROM message WHERE key = 'account.new-device' AND account_id = $1`, o.id); n != tt.mails {
			t.Errorf("%s: %d mails, want %d", tt.name, n, tt.mails)
		}
	}
}
