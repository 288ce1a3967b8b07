package passcode_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// withCodes is an office whose account has an app and recovery codes, and the
// hasher that keeps them.
func withCodes(t *testing.T, db *postgres.DB) (office, *account.Hasher, []string) {
	t.Helper()
	o := newOffice(t, db, account.Workforce, account.App)
	hasher := account.NewTestHasher()
	o.Service = passcode.NewService(db, ring, hasher)
	_, codes := o.setUp(t)
	return o, hasher, codes
}

// Ten codes of 80 bits, kept as argon2id hashes (security.md 2.9); trying one
// costs one hash, whatever is wrong with it, and counts as a failure.
func TestRecoveryCodesCostOneHash(t *testing.T) {
	t.Parallel()
	o, hasher, codes := withCodes(t, dbtest.New(t))
	if len(codes) != 10 || hasher.Count() != 10 {
		t.Fatalf("%d codes for %d hashes, want 10 each", len(codes), hasher.Count())
	}
	if n := o.count(t, `SELECT count(*)::int FROM recovery_code WHERE hash LIKE '$argon2id$%' AND length(selector) = 4 AND digest IS NULL`); n != 10 {
		t.Errorf("%d of them are kept as slow hashes", n)
	}
	dump := strings.ToUpper(accounttest.Dump(t, o.db))
	for _, c := range codes {
		if strings.Contains(dump, c[5:]) || strings.Contains(dump, strings.ReplaceAll(c[5:], "-", "")) {
			t.Error("a recovery code is in the database")
		}
	}
	p := o.pending()
	tests := []struct {
		name  string
		typed string
		want  error
	}{
		{"right selector, wrong rest", codes[0][:5] + "0000-0000-0000-0000", passcode.ErrWrong},
		{"right rest, wrong selector", "0000" + codes[0][4:], passcode.ErrWrong},
		{"the rest of another", codes[0][:4] + codes[1][4:], passcode.ErrWrong},
		{"right, in small letters and spaces", strings.ToLower(strings.ReplaceAll(codes[0], "-", " ")), nil},
		{"used", codes[0], passcode.ErrWrong},
	}
	for _, tt := range tests {
		before := hasher.Count()
		if err := o.check(t, p, tt.typed); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if n := hasher.Count() - before; n != 1 {
			t.Errorf("%s: %d hashes, want 1", tt.name, n)
		}
	}
	if n := o.count(t, `SELECT cardinality(passcode_failed_at) FROM account WHERE id = $1`, o.id); n != 1 {
		t.Errorf("%d failures, want the one after the right code", n)
	}
	before := hasher.Count()
	if _, err := o.Check(t.Context(), nobody, p, "12345"); !errors.Is(err, passcode.ErrFormat) || hasher.Count() != before {
		t.Error("what can be no code costs a hash")
	}
}

func TestRecoveryCodeWorksOnce(t *testing.T) {
	t.Parallel()
	o, _, codes := withCodes(t, dbtest.New(t))
	for _, code := range codes[:5] {
		var all sync.WaitGroup
		var right atomic.Int64
		for range 4 {
			all.Go(func() {
				switch _, err := o.Check(t.Context(), nobody, o.pending(), code); {
				case err == nil:
					right.Add(1)
				case !errors.Is(err, passcode.ErrWrong):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := right.Load(); n != 1 {
			t.Fatalf("%d times, want once", n)
		}
		o.exec(t, `UPDATE account SET passcode_failed_at = '{}'`)
	}
}

// Codes that people printed before the slow hash go on working.
func TestOldRecoveryCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.App)
	inTx(t, o.db, func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO recovery_code (id, account_id, digest, created_at) VALUES ($1, $2, $3, portal_now())`,
			uuid.New(), o.id, ring.MAC("recovery-code", []byte("ABCDEFGHJKMNPQRS")))
		return err
	})
	if err := o.check(t, o.pending(), "abcd-efgh-jkmn-pqrs"); err != nil {
		t.Errorf("an old code: %v", err)
	}
	if err := o.check(t, o.pending(), "abcd-efgh-jkmn-pqrs"); !errors.Is(err, passcode.ErrWrong) {
		t.Errorf("again: %v", err)
	}
}

// A failed second step after a right password is told once in half an hour,
// with a code to say that it was somebody else (security.md 4.10).
func TestFailedStepIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	steps := []struct {
		after time.Duration
		mails int
	}{{0, 1}, {time.Minute, 1}, {30*time.Minute - time.Second, 1}, {30 * time.Minute, 2}}
	for _, s := range steps {
		dbtest.Freeze(t, o.db, start.Add(s.after))
		if err := o.check(t, o.pending(), "000000"); !errors.Is(err, passcode.ErrWrong) {
			t.Fatal(err)
		}
		if n := o.count(t, `SELECT count(*)::int FROM message WHERE key = 'account.failed-code' AND account_id = $1`, o.id); n != s.mails {
			t.Errorf("after %v: %d mails, want %d", s.after, n, s.mails)
		}
	}
	if len(accounttest.Last(t, o.db, ring, "account.failed-code", o.id).Values["NotMe"]) != 29 {
		t.Error("the notice has no code")
	}
	client := newOffice(t, dbtest.Tx(t), account.Workforce, account.App)
	inTx(t, client.db, func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE account SET kind = 'client', username = NULL, first_name = NULL, last_name = NULL, email = NULL WHERE id = $1`, client.id)
		return err
	})
	if err := client.check(t, client.pending(), "123456"); !errors.Is(err, passcode.ErrWrong) {
		t.Fatal(err)
	}
	if n := client.count(t, `SELECT count(*)::int FROM message`); n != 0 {
		t.Errorf("%d mails to a client who chose none", n)
	}
}

// Wrong and expired have different words; what is told of an expired one does
// not depend on what was typed (ux.md 7.3).
func TestExpiredIsNotWrong(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t), account.Workforce, account.Email)
	p := o.pending()
	code := o.mail(t, p)
	dbtest.Freeze(t, o.db, start.Add(11*time.Minute))
	for i, typed := range []string{code, wrong(code)} {
		result, err := o.Check(t.Context(), nobody, p, typed)
		if !errors.Is(err, passcode.ErrExpired) || result.Left != 4-i {
			t.Errorf("%v with %d tries left", err, result.Left)
		}
	}
	st, err := o.Stand(t.Context(), p)
	if err != nil || st.Left != 3 {
		t.Errorf("%+v, %v: want three tries left", st, err)
	}
	fresh := o.mail(t, p)
	if st, err = o.Stand(t.Context(), p); err != nil || st.Left != 3 {
		t.Errorf("a new code resets the tries silently: %+v, %v", st, err)
	}
	if err := o.check(t, p, fresh); err != nil {
		t.Errorf("the new code: %v", err)
	}
}
