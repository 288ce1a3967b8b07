package linkcode_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/linkcode"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring  = clienttest.Ring()
	noon  = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
	today = civil.Of(noon)
	born  = civil.MustParse("1998-03-14")
)

// clinic is a database with a clinic that has enrolled somebody.
type clinic struct {
	*testing.T
	db      *postgres.DB
	service *linkcode.Service
	staff   authz.Actor
	client  uuid.UUID
}

func newClinic(t *testing.T, changes ...applicationtest.Change) *clinic {
	t.Helper()
	db := dbtest.New(t)
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	staff := clienttest.Staff(t, db)
	return &clinic{
		T: t, db: db, service: linkcode.New(db, ring), staff: staff,
		client: enrollmenttest.Enroll(t, db, ring, staff, today, changes...),
	}
}

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("test")}
}

// person opens an account of a client.
func (c *clinic) person() authz.Actor {
	c.Helper()
	id := clienttest.Account(c.T, c.db, "Test", "Client", uuid.NewString()+"@mail.example")
	c.do(func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), `
			UPDATE account SET kind = 'client', username = NULL, first_name = NULL, last_name = NULL, email = NULL, email_key = NULL WHERE id = $1`, id)
		return err
	})
	return authz.Actor{Role: authz.Client, Account: id, Origin: authz.Origin{Request: "test", Address: "192.0.2." + id.String()[:2], Session: id.String()}}
}

func (c *clinic) do(fn func(tx *postgres.Tx) error) {
	c.Helper()
	if err := c.db.InTx(context.Background(), authz.SystemActor, fn); err != nil {
		c.Fatal(err)
	}
}

func (c *clinic) value(sql string, args ...any) (n int) {
	c.Helper()
	c.do(func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](context.Background(), tx, sql, args...)
		return err
	})
	return n
}

func (c *clinic) record() (r client.Record) {
	c.Helper()
	c.do(func(tx *postgres.Tx) (err error) {
		r, err = client.FindTx(context.Background(), tx, ring, c.client)
		return err
	})
	return r
}

func (c *clinic) makes() secret.Text {
	c.Helper()
	made, err := c.service.Make(context.Background(), c.staff, sub(), c.client)
	if err != nil {
		c.Fatal(err)
	}
	return made.Code
}

func (c *clinic) joined(a authz.Actor) bool {
	c.Helper()
	return c.value(`SELECT count(*) FROM client WHERE account_id = $1`, a.Account) == 1
}

func byCode(code secret.Text) linkcode.Claim {
	return linkcode.Claim{Code: secret.FormatCode(code), BirthOn: born}
}

// TestCodeIsShownOnceAndKeptAsDigest: a form that is sent again shows nothing,
// what is stored does not hold the code, and a new code ends the one before.
func TestCodeIsShownOnceAndKeptAsDigest(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := newClinic(t)
	form := sub()
	first, err := c.service.Make(ctx, c.staff, form, c.client)
	if err != nil || len(first.Code) != secret.CodeLength {
		t.Fatalf("%v, %d letters", err, len(first.Code))
	}
	if again, err := c.service.Make(ctx, c.staff, form, c.client); !errors.Is(err, linkcode.ErrShown) || again.Code != "" {
		t.Errorf("sent again: %v", err)
	}
	if n := c.value(`SELECT count(*) FROM link_code l WHERE l::text ILIKE '%' || $1 || '%' OR position(convert_to($1, 'UTF8') IN l.digest) > 0`, first.Code.Reveal()); n != 0 {
		t.Error("the code is stored")
	}
	st, err := c.service.Standing(ctx, c.staff, c.client)
	if err != nil || st.Code == nil || st.HasAccount || !st.Code.EndsAt.Equal(noon.Add(linkcode.Lifetime)) {
		t.Fatalf("%+v, %v", st, err)
	}
	second := c.makes()
	if err := c.service.Redeem(ctx, c.person(), sub(), byCode(first.Code)); !errors.Is(err, linkcode.ErrWrong) {
		t.Errorf("the code before: %v", err)
	}
	if err := c.service.Revoke(ctx, c.staff, sub(), c.client); err != nil {
		t.Fatal(err)
	}
	if err := c.service.Redeem(ctx, c.person(), sub(), byCode(second)); !errors.Is(err, linkcode.ErrWrong) {
		t.Errorf("a code that was taken back: %v", err)
	}
	if st, err = c.service.Standing(ctx, c.staff, c.client); err != nil || st.Code != nil {
		t.Errorf("%+v, %v", st, err)
	}
}

// TestCodesAreOfTheClinicThatSeesTheRecord: another clinic, a client and OFP
// find nothing.
func TestCodesAreOfTheClinicThatSeesTheRecord(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := newClinic(t)
	for name, actor := range map[string]authz.Actor{
		"another clinic": clienttest.Staff(t, c.db), "a client": c.person(), "OFP": {Role: authz.OFP, Account: c.staff.Account, Origin: c.staff.Origin},
	} {
		if _, err := c.service.Standing(ctx, actor, c.client); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s looks: %v", name, err)
		}
		if _, err := c.service.Make(ctx, actor, sub(), c.client); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s makes: %v", name, err)
		}
		if err := c.service.Revoke(ctx, actor, sub(), c.client); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s revokes: %v", name, err)
		}
	}
	if err := c.service.Redeem(ctx, c.staff, sub(), byCode(c.makes())); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("staff redeems: %v", err)
	}
}

// TestRedeem joins by code and by number, with the boundaries of time, and
// gives everything that is wrong one answer.
func TestRedeem(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		claim func(c *clinic, code secret.Text) linkcode.Claim
		after time.Duration
		want  error
	}{
		{"code", func(_ *clinic, code secret.Text) linkcode.Claim { return byCode(code) }, 0, nil},
		{"code in small letters", func(_ *clinic, code secret.Text) linkcode.Claim {
			return linkcode.Claim{Code: strings.ToLower(code.Reveal()), BirthOn: born}
		}, linkcode.Lifetime - time.Second, nil},
		{"code at its end", func(_ *clinic, code secret.Text) linkcode.Claim { return byCode(code) }, linkcode.Lifetime, linkcode.ErrWrong},
		{"another code", func(*clinic, secret.Text) linkcode.Claim { return byCode(secret.NewCode()) }, 0, linkcode.ErrWrong},
		{"no code at all", func(*clinic, secret.Text) linkcode.Claim { return linkcode.Claim{Code: "?", BirthOn: born} }, 0, linkcode.ErrWrong},
		{"another birth date", func(_ *clinic, code secret.Text) linkcode.Claim {
			return linkcode.Claim{Code: code.Reveal(), BirthOn: born.AddDays(1)}
		}, 0, linkcode.ErrWrong},
		{"number and ZIP", number(linkcode.ZIP, func(r client.Record) string { return r.Address.ZIP }), 0, nil},
		{"number and another ZIP", number(linkcode.ZIP, func(client.Record) string { return "90001" }), 0, linkcode.ErrWrong},
		{"number and no ZIP", number(linkcode.ZIP, func(client.Record) string { return "" }), 0, linkcode.ErrWrong},
		{"number and no fact", number("", func(client.Record) string { return "" }), 0, linkcode.ErrWrong},
		{"number and a fact that the record lacks", number(linkcode.SSNEnd, func(client.Record) string { return "" }), 0, linkcode.ErrWrong},
		{"another number", func(c *clinic, _ secret.Text) linkcode.Claim {
			return linkcode.Claim{Number: string(client.NewHAPNumber(97000000, today)), BirthOn: born, Fact: linkcode.ZIP, Value: c.record().Address.ZIP}
		}, 0, linkcode.ErrWrong},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t)
			who := c.person()
			claim := tt.claim(c, c.makes())
			dbtest.Freeze(t, c.db, noon.Add(tt.after))
			err := c.service.Redeem(context.Background(), who, sub(), claim)
			if !errors.Is(err, tt.want) || (tt.want == nil) != (err == nil) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			if got := c.joined(who); got != (tt.want == nil) {
				t.Errorf("joined: %t", got)
			}
			if n := c.value(`SELECT count(*) FROM audit_entry WHERE action = 'client.link'`); n != 1 {
				t.Errorf("%d entries, want one", n)
			}
		})
	}
}

func number(f linkcode.Fact, value func(client.Record) string) func(*clinic, secret.Text) linkcode.Claim {
	return func(c *clinic, _ secret.Text) linkcode.Claim {
		r := c.record()
		return linkcode.Claim{Number: strings.ToLower(r.HAP.Groups()), BirthOn: r.BirthOn, Fact: f, Value: value(r)}
	}
}

// TestPrivateRecordsNeedACode: who asked for privacy is not found by what
// somebody at home knows.
func TestPrivateRecordsNeedACode(t *testing.T) {
	t.Parallel()
	c := newClinic(t, applicationtest.Answer(question.SafeContact, "safe-contact", "Y"))
	if !c.record().Contact.Confidential {
		t.Fatal("the client did not ask for privacy")
	}
	who := c.person()
	claim := number(linkcode.ZIP, func(r client.Record) string { return r.Address.ZIP })(c, "")
	if err := c.service.Redeem(context.Background(), who, sub(), claim); !errors.Is(err, linkcode.ErrWrong) {
		t.Errorf("by number: %v", err)
	}
	if err := c.service.Redeem(context.Background(), who, sub(), byCode(c.makes())); err != nil || !c.joined(who) {
		t.Errorf("by code: %v", err)
	}
}

// TestNewAccountEndsTheOld: a record that has an account is joined with a code
// alone; then the old account ends with its sign-ins, and the record has one
// account (decisions 26).
func TestNewAccountEndsTheOld(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := newClinic(t)
	old, again := c.person(), c.person()
	if err := c.service.Redeem(ctx, old, sub(), byCode(c.makes())); err != nil {
		t.Fatal(err)
	}
	claim := number(linkcode.ZIP, func(r client.Record) string { return r.Address.ZIP })(c, "")
	if err := c.service.Redeem(ctx, again, sub(), claim); !errors.Is(err, linkcode.ErrWrong) {
		t.Errorf("by number: %v", err)
	}
	if st, err := c.service.Standing(ctx, c.staff, c.client); err != nil || !st.HasAccount {
		t.Errorf("%+v, %v", st, err)
	}
	code := c.makes()
	if err := c.service.Redeem(ctx, old, sub(), byCode(code)); !errors.Is(err, linkcode.ErrJoined) {
		t.Errorf("the account that has it: %v", err)
	}
	if err := c.service.Redeem(ctx, again, sub(), byCode(code)); err != nil {
		t.Fatal(err)
	}
	if c.joined(old) || !c.joined(again) {
		t.Error("the record is not the new account's")
	}
	if n := c.value(`SELECT count(*) FROM account WHERE removed_at IS NOT NULL AND id = $1`, old.Account); n != 1 {
		t.Error("the old account goes on")
	}
	if n := c.value(`SELECT count(*) FROM account WHERE removed_at IS NOT NULL`); n != 1 {
		t.Errorf("%d accounts have ended", n)
	}
	if err := c.service.Redeem(ctx, old, sub(), byCode(c.makes())); !errors.Is(err, fault.ErrNotFound) || c.joined(old) {
		t.Errorf("an account that has ended, with a right code: %v", err)
	}
	if n := c.value(`SELECT count(*) FROM inbox_item WHERE cause LIKE 'link:%'`); n != 2 {
		t.Errorf("%d messages tell of it, want one each time", n)
	}
}

// TestTwoRedeemAtOnce: of many who type one code at one moment one is let in,
// and the others get the answer of a wrong code (as security.md 3.5).
func TestTwoRedeemAtOnce(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	code := c.makes()
	const many = 8
	people, results := make([]authz.Actor, many), make([]error, many)
	for i := range people {
		people[i] = c.person()
	}
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() { results[i] = c.service.Redeem(context.Background(), people[i], sub(), byCode(code)) })
	}
	wg.Wait()
	in := 0
	for i, err := range results {
		switch {
		case err == nil:
			in++
		case !errors.Is(err, linkcode.ErrWrong):
			t.Errorf("%v", err)
		}
		if c.joined(people[i]) != (err == nil) {
			t.Errorf("told %v, joined %t", err, c.joined(people[i]))
		}
	}
	if in != 1 {
		t.Errorf("%d were let in", in)
	}
	if n := c.value(`SELECT count(*) FROM account WHERE removed_at IS NOT NULL`); n != 0 {
		t.Errorf("%d accounts have ended", n)
	}
}

// TestGuessingEndsByRate: an account has five tries, and a number ten by
// whomever; the right answer is refused then, too (security.md 3.7).
func TestGuessingEndsByRate(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := newClinic(t)
	code, who := c.makes(), c.person()
	for range 5 {
		if err := c.service.Redeem(ctx, who, sub(), byCode(secret.NewCode())); !errors.Is(err, linkcode.ErrWrong) {
			t.Fatal(err)
		}
	}
	if err := c.service.Redeem(ctx, who, sub(), byCode(code)); !errors.Is(err, ratelimit.ErrExceeded) {
		t.Errorf("the sixth try: %v", err)
	}
	claim := number(linkcode.ZIP, func(r client.Record) string { return r.Address.ZIP })(c, "")
	right := claim
	claim.BirthOn = born.AddDays(1)
	for range 10 {
		if err := c.service.Redeem(ctx, c.person(), sub(), claim); !errors.Is(err, linkcode.ErrWrong) {
			t.Fatal(err)
		}
	}
	if err := c.service.Redeem(ctx, c.person(), sub(), right); !errors.Is(err, ratelimit.ErrExceeded) {
		t.Errorf("the eleventh try of a number: %v", err)
	}
}

// TestSpentCodesAreForgotten a week after their end (security.md 14.7).
func TestSpentCodesAreForgotten(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.makes()
	for _, tt := range []struct {
		after time.Duration
		want  int
	}{{8 * 24 * time.Hour, 1}, {8*24*time.Hour + time.Second, 0}} {
		dbtest.Freeze(t, c.db, noon.Add(tt.after))
		if err := linkcode.Sweep(context.Background(), c.db); err != nil {
			t.Fatal(err)
		}
		if n := c.value(`SELECT count(*) FROM link_code`); n != tt.want {
			t.Errorf("after %v there are %d, want %d", tt.after, n, tt.want)
		}
	}
}
