package setup_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

// A code is good at 23:59:59 and not at 24:00:01; nothing but the clock moves
// (security.md 3.3).
func TestRedeemAtTheLastSecond(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		after time.Duration
		want  error
	}{{"23:59:59", accesscode.Lifetime - time.Second, nil}, {"24:00:01", accesscode.Lifetime + time.Second, accesscode.ErrExpired}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), launch)
			o.enroll(1)
			mails := o.mailing()
			dbtest.Freeze(t, o.db, launch.Add(tt.after))
			_, err := o.redeem(mails[0], "quinn")
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Fatalf("redeem = %v, want %v", err, tt.want)
			}
			var ended *accesscode.Ended
			if tt.want != nil && (!errors.As(err, &ended) || ended.Advice != accesscode.NewCodeComes) {
				t.Errorf("advice = %+v, want %q", ended, accesscode.NewCodeComes)
			}
		})
	}
}

// A code typed in time is not lost while its owner chooses a password.
func TestCodeTypedInTimeStaysGoodForTheSetup(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	m, who := o.mailing()[0], browser()
	end := launch.Add(accesscode.Lifetime - time.Second)
	dbtest.Freeze(t, o.db, end)
	if err := o.Verify(t.Context(), who, attempt(m)); err != nil {
		t.Fatal(err)
	}
	if err := o.walk(who, "quinn"); err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, o.db, end.Add(setup.Lifetime))
	if _, err := o.Redeem(t.Context(), who, sub(), locale.English); !errors.Is(err, setup.ErrNone) {
		t.Errorf("an hour later = %v, want ErrNone", err)
	}
	dbtest.Freeze(t, o.db, end.Add(setup.Lifetime-time.Second))
	if _, err := o.Redeem(t.Context(), who, sub(), locale.English); err != nil {
		t.Errorf("just in time: %v", err)
	}
}

// Fifty people race one code over two replicas (security.md 3.5; 20, F14).
func TestFiftyRedemptionsAtOnceMakeOneAccount(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(1)
	m := o.mailing()[0]
	type place struct {
		who      authz.Actor
		username string
	}
	places := make([]place, 50)
	for i := range places {
		who := browser()
		places[i] = place{who, fmt.Sprintf("quinn%d", i)}
		o.openSetup(who, m)
		if err := o.walk(who, places[i].username); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	made, refused := make(chan uuid.UUID, 50), make(chan error, 50)
	replicas := []*setup.Service{o.Service, replica(t, o.db)}
	for i, p := range places {
		wg.Go(func() {
			id, err := replicas[i%2].Redeem(t.Context(), p.who, sub(), locale.English)
			if err == nil {
				made <- id
				return
			}
			refused <- err
		})
	}
	wg.Wait()
	close(refused)
	for err := range refused {
		if !errors.Is(err, accesscode.ErrUsed) {
			t.Errorf("refusal = %v, want ErrUsed", err)
		}
	}
	if len(made) != 1 || o.count(`SELECT count(*) FROM account WHERE kind = 'workforce'`) != 1 {
		t.Errorf("%d accounts, want 1", len(made))
	}
	if n := o.count(`SELECT count(*) FROM account_setup WHERE finished_at IS NOT NULL`); n != 1 {
		t.Errorf("%d setups finished, want 1", n)
	}
}

// openSetup is a verified code without the limit on tries in the way.
func (o *office) openSetup(who authz.Actor, m message.Message) {
	o.t.Helper()
	o.system(func(tx *postgres.Tx) error {
		_, err := tx.Exec(o.t.Context(), `
			INSERT INTO account_setup (session, code_id, verified_at) VALUES ($1, $2, $3)`,
			who.Origin.Session, strings.TrimPrefix(m.Cause, "access-code:"), tx.Now())
		return err
	})
}

// Wrong in any of the three is one and the same answer (security.md 3.7, 9.1).
func TestVerifyGivesOneAnswerToWhateverIsWrong(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	mails := o.mailing()
	good, other := attempt(mails[0]), attempt(mails[1])
	tests := []struct {
		name string
		a    accesscode.Attempt
	}{
		{"another's e-mail", accesscode.Attempt{Email: other.Email, Code: good.Code, NPI: npi}},
		{"another NPI", accesscode.Attempt{Email: good.Email, Code: good.Code, NPI: "2622066498"}},
		{"no NPI", accesscode.Attempt{Email: good.Email, Code: good.Code}},
		{"another code", accesscode.Attempt{Email: good.Email, Code: "0000-0000-0000-0000-0000-0000", NPI: npi}},
		{"no code", accesscode.Attempt{Email: good.Email, NPI: npi}},
	}
	for _, tt := range tests {
		dbtest.Advance(t, o.db, 20*time.Minute) // past the limit of the one before
		if err := o.Verify(t.Context(), browser(), tt.a); !errors.Is(err, accesscode.ErrUnknown) {
			t.Errorf("%s = %v, want ErrUnknown", tt.name, err)
		}
	}
	if n := o.count(`SELECT count(*) FROM audit_entry WHERE action = 'code.redeem' AND outcome = 'failed'`); n != len(tests) {
		t.Errorf("audited failures = %d, want %d", n, len(tests))
	}
	dbtest.Advance(t, o.db, 20*time.Minute)
	if err := o.Verify(t.Context(), browser(), good); err != nil {
		t.Errorf("wrong tries killed the code: %v", err)
	}
}

// Five tries for an e-mail in 15 minutes, 20 from an address in an hour
// (security.md 3.7).
func TestTriesAreLimitedByEmailAndByAddress(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	for i := range 6 {
		err := o.Verify(t.Context(), browser(), accesscode.Attempt{Email: "x@clinic.example", Code: "1"})
		if got := errors.Is(err, ratelimit.ErrExceeded); got != (i >= 5) {
			t.Errorf("try %d for one e-mail = %v", i+1, err)
		}
	}
	for i := 6; i < 22; i++ {
		err := o.Verify(t.Context(), browser(), accesscode.Attempt{Email: fmt.Sprintf("x%d@clinic.example", i), Code: "1"})
		if got := errors.Is(err, ratelimit.ErrExceeded); got != (i >= 21) { // the sixth try did not count for the address
			t.Errorf("try %d from one address = %v", i+1, err)
		}
	}
	known := browser()
	known.Origin.Device = uuid.New() // known for another account, which gives nothing here
	if err := o.Verify(t.Context(), known, accesscode.Attempt{Email: "y@clinic.example", Code: "1"}); !errors.Is(err, ratelimit.ErrExceeded) {
		t.Errorf("a known device = %v, want ErrExceeded", err)
	}
}

// Issuing replaces every earlier code of the membership (security.md 3.4).
func TestUsedAndReplacedCodesSaySo(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	mails := o.mailing()
	if _, err := o.redeem(mails[0], "quinn"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.redeem(mails[0], "quinn2"); !errors.Is(err, accesscode.ErrUsed) {
		t.Errorf("used = %v, want ErrUsed", err)
	}
	if _, err := o.codes.IssueByHand(t.Context(), o.ofp, sub(), mails[0].To.Membership, "lost"); !errors.Is(err, accesscode.ErrHasAccount) {
		t.Errorf("a code for somebody with an account = %v, want ErrHasAccount", err)
	}
	if _, err := o.codes.IssueByHand(t.Context(), o.ofp, sub(), mails[1].To.Membership, " "); !errors.Is(err, accesscode.ErrNoteMissing) {
		t.Errorf("without a reason = %v, want ErrNoteMissing", err)
	}
	if _, err := o.codes.IssueByHand(t.Context(), o.ofp, sub(), mails[1].To.Membership, "never arrived"); err != nil {
		t.Fatal(err)
	}
	newer := o.post()
	if _, err := o.redeem(mails[1], "patdoe"); !errors.Is(err, accesscode.ErrSuperseded) {
		t.Errorf("replaced = %v, want ErrSuperseded", err)
	}
	if _, err := o.redeem(newer[len(newer)-1], "patdoe"); err != nil {
		t.Errorf("the newer one: %v", err)
	}
}

func TestPrintedCodeRunsAtOnceAndReplacesTheOneBefore(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	var codes []secret.Text
	var end time.Time
	o.system(func(tx *postgres.Tx) error {
		id, err := membership.OfficeTx(t.Context(), tx, authz.SystemActor, authz.OFP, membership.Invitee{FirstName: "Ada", LastName: "Min", Email: "ada@office.example"})
		if err != nil {
			return err
		}
		for range 2 {
			var code secret.Text
			if code, end, err = o.codes.IssuePrintedTx(t.Context(), tx, authz.SystemActor, id); err != nil {
				return err
			}
			codes = append(codes, code)
		}
		return nil
	})
	if want := launch.Add(accesscode.Lifetime); !end.Equal(want) {
		t.Errorf("end = %v, want %v", end, want)
	}
	who := browser()
	a := accesscode.Attempt{Email: "ada@office.example", Code: secret.FormatCode(codes[0])}
	if err := o.Verify(t.Context(), who, a); !errors.Is(err, accesscode.ErrSuperseded) {
		t.Errorf("the first = %v, want ErrSuperseded", err)
	}
	a.Code = codes[1].Reveal()
	if err := o.Verify(t.Context(), who, a); err != nil {
		t.Fatal(err)
	}
	if err := o.walk(who, "adamin"); err != nil {
		t.Fatal(err)
	}
	id, err := o.Redeem(t.Context(), who, sub(), locale.English)
	if err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM account WHERE id = $1 AND kind = 'ofp' AND passcode_channel = 'app'`, id); n != 1 {
		t.Error("the account is not one of OFP with an authenticator app")
	}
	for _, action := range []string{"membership.invite", "code.supersede", "code.verify", "code.redeem"} {
		if n := o.count(`SELECT count(*) FROM audit_entry WHERE action = $1 AND outcome = 'ok'`, action); n != 1 {
			t.Errorf("%s is recorded %d times, want once", action, n)
		}
	}
}

func TestStepsCannotBeLeftOut(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	m, who := o.mailing()[0], browser()
	ctx := t.Context()
	if _, err := o.Find(ctx, who); !errors.Is(err, setup.ErrNone) {
		t.Errorf("without a code = %v, want ErrNone", err)
	}
	if err := o.Verify(ctx, who, attempt(m)); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Find(ctx, browser()); !errors.Is(err, setup.ErrNone) {
		t.Errorf("in another browser = %v, want ErrNone", err)
	}
	for name, err := range map[string]error{
		"sign-in details": o.SetSignIn(ctx, who, "quinn", password),
		"contact":         o.SetContact(ctx, who, account.Email),
		"terms":           second(o.Redeem(ctx, who, sub(), locale.English)),
	} {
		if !errors.Is(err, setup.ErrStep) {
			t.Errorf("%s first = %v, want ErrStep", name, err)
		}
	}
	if err := o.walk(who, "quinn"); err != nil {
		t.Fatal(err)
	}
	form := sub()
	for range 2 {
		if _, err := o.Redeem(ctx, who, form, locale.English); err != nil {
			t.Errorf("redeem: %v", err)
		}
	}
	if found, err := o.Find(ctx, who); err != nil || found.Next() != setup.StepDone {
		t.Errorf("afterwards = %q, %v; want done", found.Next(), err)
	}
	if n := o.count(`SELECT count(*) FROM account_setup WHERE password_hash IS NOT NULL`); n != 0 {
		t.Error("a password hash stayed in the setup")
	}
}

func TestSignInDetailsAreJudgedTogether(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	mails := o.mailing()
	if _, err := o.redeem(mails[0], "quinn"); err != nil {
		t.Fatal(err)
	}
	who := browser()
	if err := o.Verify(t.Context(), who, attempt(mails[1])); err != nil {
		t.Fatal(err)
	}
	if err := o.Confirm(t.Context(), who, "Pat", "Doe"); err != nil {
		t.Fatal(err)
	}
	err := o.SetSignIn(t.Context(), who, "QUINN", "short")
	f, ok := fault.Of(err)
	if !ok || len(f.Fields) != 2 || f.Fields[0].Name != "username" || f.Fields[1].Name != "password" {
		t.Errorf("faults = %v", err)
	}
}

// Nothing in the database holds a code once its mail was sent (security.md
// 3.2).
func TestDatabaseHoldsNoCode(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	o := open(t, db, launch)
	o.enroll(1)
	code := o.mailing()[0].Values["Code"]
	rows := everything(t, dbtest.Superuser(t, db))
	if !strings.Contains(rows, "certifier.invite") {
		t.Fatal("the messages were not read")
	}
	for _, form := range []string{code, strings.ReplaceAll(code, "-", "")} {
		if strings.Contains(strings.ToUpper(rows), form) || strings.Contains(rows, hex.EncodeToString([]byte(form))) {
			t.Error("the code stands in the database")
		}
	}
}

// everything returns all rows of all tables as text.
func everything(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	tables, err := postgres.Values[string](t.Context(), conn, `SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, table := range tables {
		rows, err := postgres.Values[string](t.Context(), conn, `SELECT x::text FROM `+table+` x`)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(strings.Join(rows, "\n"))
	}
	return all.String()
}

// When the last step fails nothing of the others stays: the code is good and
// the repeat works.
func TestRedemptionIsAllOrNothing(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	m, who := o.mailing()[0], browser()
	if err := o.Verify(t.Context(), who, attempt(m)); err != nil {
		t.Fatal(err)
	}
	if err := o.walk(who, "quinn"); err != nil {
		t.Fatal(err)
	}
	o.system(func(tx *postgres.Tx) error {
		_, err := account.CreateTx(t.Context(), tx, account.New{Kind: account.Workforce, Username: "Quinn", Email: "else@clinic.example",
			FirstName: "E", LastName: "L", PasswordHash: "x"})
		return err
	})
	form := sub()
	if _, err := o.Redeem(t.Context(), who, form, locale.English); !errors.Is(err, account.ErrUsernameTaken) {
		t.Fatalf("redeem = %v, want ErrUsernameTaken", err)
	}
	if n := o.count(`SELECT count(*) FROM access_code WHERE used_at IS NOT NULL`) + o.count(`SELECT count(*) FROM membership WHERE account_id IS NOT NULL`); n != 0 {
		t.Error("something of a failed redemption stayed")
	}
	if err := o.SetSignIn(t.Context(), who, "quinn2", password); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Redeem(t.Context(), who, form, locale.English); err != nil {
		t.Errorf("the repeat: %v", err)
	}
}

// Spent codes are kept for seven days, so that their page can say what became
// of them, and forgotten after that (decisions 25).
func TestSpentCodesAreForgotten(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	m := o.mailing()[0]
	if _, err := o.redeem(m, "quinn"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after time.Duration
		want  error
	}{{7 * 24 * time.Hour, accesscode.ErrUsed}, {time.Second, accesscode.ErrUnknown}} {
		dbtest.Advance(t, o.db, step.after)
		if err := errors.Join(o.codes.Sweep(t.Context()), o.Sweep(t.Context())); err != nil {
			t.Fatal(err)
		}
		if err := o.Verify(t.Context(), browser(), attempt(m)); !errors.Is(err, step.want) {
			t.Errorf("verify = %v, want %v", err, step.want)
		}
	}
	if n := o.count(`SELECT count(*) FROM account_setup`); n != 0 {
		t.Errorf("%d old setups stayed", n)
	}
}
