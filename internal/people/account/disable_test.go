package account_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

// bureau is a database with administrators and somebody of a site.
type bureau struct {
	*account.Service
	t  *testing.T
	db *postgres.DB
}

func openBureau(t *testing.T, db *postgres.DB) *bureau {
	t.Helper()
	dbtest.Freeze(t, db, start)
	return &bureau{account.NewService(db, ring, account.NewTestHasher(), account.Shipped), t, db}
}

func (b *bureau) tx(fn func(tx *postgres.Tx) error) {
	b.t.Helper()
	if err := b.db.InTx(b.t.Context(), authz.SystemActor, fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bureau) exec(sql string, args ...any) {
	b.t.Helper()
	b.tx(func(tx *postgres.Tx) error {
		_, err := tx.Exec(b.t.Context(), sql, args...)
		return err
	})
}

func (b *bureau) count(sql string, args ...any) (n int) {
	b.t.Helper()
	b.tx(func(tx *postgres.Tx) error { return tx.QueryRow(b.t.Context(), sql, args...).Scan(&n) })
	return n
}

func (b *bureau) add(kind account.Kind) uuid.UUID {
	b.t.Helper()
	var id uuid.UUID
	b.tx(func(tx *postgres.Tx) (err error) {
		name := "p" + uuid.NewString()[:12]
		id, err = account.CreateTx(b.t.Context(), tx, account.New{Kind: kind, Username: name, Email: name + "@office.example",
			FirstName: "Pat", LastName: "Person", PasswordHash: "x"})
		return err
	})
	return id
}

func (b *bureau) admin() authz.Actor {
	b.t.Helper()
	id := b.add(account.OFP)
	b.tx(func(tx *postgres.Tx) error {
		m, err := membership.OfficeTx(b.t.Context(), tx, authz.SystemActor, authz.OFP,
			membership.Invitee{FirstName: "Pat", LastName: "Person", Email: uuid.NewString() + "@office.example"})
		if err != nil {
			return err
		}
		return membership.JoinTx(b.t.Context(), tx, m, id)
	})
	return authz.Actor{Role: authz.OFP, Account: id}
}

func newSub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.New(), Digest: []byte("x")}
}

func (b *bureau) disable(actor authz.Actor, id uuid.UUID) error {
	b.t.Helper()
	_, err := b.Disable(b.t.Context(), actor, newSub(), id, " Shared the password ")
	return err
}

// TestDisableEndsEverySignIn and mails the owner; lifting ends the disablement
// alone (security.md 4.6).
func TestDisableEndsEverySignIn(t *testing.T) {
	t.Parallel()
	b := openBureau(t, dbtest.Tx(t))
	ada, id := b.admin(), b.add(account.Workforce)
	for range 3 {
		b.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at)
			VALUES (uuid_send($1), $1, $2, 'full', portal_now(), portal_now())`, uuid.New(), id)
	}
	if err := b.disable(ada, id); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`, id); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
	if n := b.count(`SELECT count(*) FROM account WHERE id = $1 AND disabled_at = $2 AND disabled_by = $3 AND disabled_reason = 'Shared the password'`,
		id, start, ada.Account); n != 1 {
		t.Error("when, by whom and why is not kept")
	}
	if err := b.disable(ada, id); !errors.Is(err, account.ErrWasDisabled) {
		t.Errorf("disabled twice: %v", err)
	}
	b.exec(`UPDATE account SET blocked_at = portal_now(), disabled_inactive_at = portal_now() WHERE id = $1`, id)
	if _, err := b.Lift(t.Context(), ada, newSub(), id); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM account WHERE id = $1 AND disabled_at IS NULL AND disabled_by IS NULL AND disabled_reason IS NULL
		AND blocked_at IS NOT NULL AND disabled_inactive_at IS NOT NULL`, id); n != 1 {
		t.Error("lifting did more or less than end the disablement")
	}
	if _, err := b.Lift(t.Context(), ada, newSub(), id); !errors.Is(err, account.ErrNotDisabled) {
		t.Errorf("lifted a block: %v", err)
	}
	if n := b.count(`SELECT count(*) FROM message WHERE account_id = $1 AND key IN ('workforce.disabled', 'workforce.lifted')`, id); n != 2 {
		t.Errorf("%d mails, want 2", n)
	}
	for _, action := range []string{"account.disable", "account.lift"} {
		if n := b.count(`SELECT count(*) FROM audit_entry WHERE subject = $1 AND action = $2`, "account:"+id.String(), action); n != 1 {
			t.Errorf("%d entries %s, want 1", n, action)
		}
	}
}

// TestWhoMayDisableWhom holds that an administrator never acts on the own
// account, that two remain, and that nobody else may (security.md 8.2, 16.7).
func TestWhoMayDisableWhom(t *testing.T) {
	t.Parallel()
	b := openBureau(t, dbtest.Tx(t))
	ada, ben := b.admin(), b.admin()
	staff := b.add(account.Workforce)
	gone := b.add(account.Desk)
	b.exec(`UPDATE account SET removed_at = portal_now() WHERE id = $1`, gone)
	for _, tt := range []struct {
		name  string
		actor authz.Actor
		id    uuid.UUID
		want  error
	}{
		{"oneself", ada, ada.Account, account.ErrOwnAccount},
		{"one of two", ada, ben.Account, account.ErrFewAdmins},
		{"somebody removed", ada, gone, account.ErrGone},
		{"nobody", ada, uuid.New(), fault.ErrNotFound},
		{"by a representative", authz.Actor{Role: authz.Desk, Account: ada.Account}, staff, fault.ErrNotFound},
		{"by a certifier", authz.Actor{Role: authz.Certifier, Account: ada.Account}, staff, fault.ErrNotFound},
		{"by somebody who is no administrator any more", authz.Actor{Role: authz.OFP, Account: staff}, gone, fault.ErrNotFound},
		{"a representative", ada, b.add(account.Desk), nil},
		{"staff", ben, staff, nil},
	} {
		if err := b.disable(tt.actor, tt.id); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	cyd := b.admin()
	b.exec(`UPDATE account SET blocked_at = portal_now() WHERE id = $1`, cyd.Account)
	if err := b.disable(ada, ben.Account); !errors.Is(err, account.ErrFewAdmins) {
		t.Errorf("the second who can act, beside one who is blocked: %v", err)
	}
	b.exec(`UPDATE account SET blocked_at = NULL, created_at = $2 WHERE id = $1`, cyd.Account, start.AddDate(0, 0, -60))
	if err := b.disable(ada, ben.Account); !errors.Is(err, account.ErrFewAdmins) {
		t.Errorf("the second who can act, beside one who is inactive: %v", err)
	}
	b.exec(`UPDATE account SET created_at = $2 WHERE id = $1`, cyd.Account, start.AddDate(0, 0, -59))
	if err := b.disable(ada, ben.Account); err != nil {
		t.Errorf("one of three: %v", err)
	}
	if _, err := b.Lift(t.Context(), ben, newSub(), ben.Account); !errors.Is(err, account.ErrOwnAccount) {
		t.Errorf("one's own disablement lifted: %v", err)
	}
}

func TestDisableNeedsAReason(t *testing.T) {
	t.Parallel()
	b := openBureau(t, dbtest.Tx(t))
	ada, id := b.admin(), b.add(account.Workforce)
	for reason, want := range map[string]error{
		" \n": account.ErrDisableMissing, strings.Repeat("ü", account.MaxDisableReason+1): account.ErrDisableLong,
		strings.Repeat("ü", account.MaxDisableReason): nil,
	} {
		if _, err := b.Disable(t.Context(), ada, newSub(), id, reason); !errors.Is(err, want) {
			t.Errorf("%d characters: %v, want %v", len([]rune(reason)), err, want)
		}
	}
}

// TestTwoAdministratorsDisableEachOther at the same moment, with a third: one
// does, the other is refused, and two remain (security.md 16.7).
func TestTwoAdministratorsDisableEachOther(t *testing.T) {
	t.Parallel()
	b := openBureau(t, dbtest.New(t))
	for range 10 {
		b.exec(`UPDATE account SET removed_at = portal_now() WHERE removed_at IS NULL`)
		ada, ben := b.admin(), b.admin()
		b.admin()
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { errs[0] = b.disable(ada, ben.Account) })
		wg.Go(func() { errs[1] = b.disable(ben, ada.Account) })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("disabled each other: %v, %v", errs[0], errs[1])
		}
		if n := b.count(`SELECT count(*) FROM account WHERE kind = 'ofp' AND removed_at IS NULL AND disabled_at IS NULL`); n != 2 {
			t.Errorf("%d administrators remain, want 2", n)
		}
	}
}

func TestEndAllSessions(t *testing.T) {
	t.Parallel()
	b := openBureau(t, dbtest.Tx(t))
	ada, id := b.admin(), b.add(account.Workforce)
	b.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at)
		VALUES ('x', $1, $2, 'full', portal_now(), portal_now())`, uuid.New(), id)
	if _, err := b.EndAllSessions(t.Context(), ada, newSub(), ada.Account); !errors.Is(err, account.ErrOwnAccount) {
		t.Errorf("one's own: %v", err)
	}
	if _, err := b.EndAllSessions(t.Context(), authz.Actor{Role: authz.Desk}, newSub(), id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("by the desk: %v", err)
	}
	if _, err := b.EndAllSessions(t.Context(), ada, newSub(), id); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`, id); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
}

// TestSealedAccountIsOpenForATime holds the break-glass account shut but for
// the time set, to the moment (security.md 16.6).
func TestSealedAccountIsOpenForATime(t *testing.T) {
	t.Parallel()
	last, till := start.AddDate(-1, 0, 0), start.Add(time.Hour)
	for _, tt := range []struct {
		name string
		a    account.Account
		at   time.Time
		want error
	}{
		{"first sign-in, to set up the authenticator", account.Account{}, start, nil},
		{"sealed", account.Account{SignedInAt: &last}, start, account.ErrDisabled},
		{"open, last moment, a year after its last use", account.Account{SignedInAt: &last, OpenTill: &till}, till.Add(-1), nil},
		{"open, at its end", account.Account{SignedInAt: &last, OpenTill: &till}, till, account.ErrDisabled},
		{"open and disabled", account.Account{SignedInAt: &last, OpenTill: &till, DisabledAt: &last}, start, account.ErrDisabled},
		{"open and blocked", account.Account{SignedInAt: &last, OpenTill: &till, BlockedAt: &last}, start, account.ErrBlocked},
	} {
		tt.a.Sealed, tt.a.Kind = true, account.OFP
		if err := tt.a.Usable(tt.at, account.DefaultLimits); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}
