package office_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

var envelope = membership.Invitee{FirstName: "Emergency", LastName: "Account", Email: "emergency@office.example"}

// seal makes the break-glass account as its code does.
func (b *bureau) seal() uuid.UUID {
	b.t.Helper()
	if _, _, err := b.MakeSealed(b.t.Context(), envelope); err != nil {
		b.t.Fatal(err)
	}
	var id uuid.UUID
	b.tx(func(tx *postgres.Tx) error {
		var m uuid.UUID
		if err := tx.QueryRow(b.t.Context(), `SELECT id FROM membership WHERE sealed AND removed_at IS NULL`).Scan(&m); err != nil {
			return err
		}
		var err error
		id, err = account.CreateTx(b.t.Context(), tx, account.New{Kind: account.OFP, Username: "emergency" + uuid.NewString()[:6],
			Email: envelope.Email, FirstName: "Emergency", LastName: "Account", PasswordHash: "x"})
		if err != nil {
			return err
		}
		return membership.JoinTx(b.t.Context(), tx, m, id)
	})
	return id
}

func (b *bureau) account(id uuid.UUID) (a account.Account) {
	b.t.Helper()
	b.tx(func(tx *postgres.Tx) (err error) {
		a, err = account.Find(b.t.Context(), tx, id)
		return err
	})
	return a
}

// TestBreakGlassExercise goes the whole way: sealed, asked for on the host,
// confirmed by an administrator, open for sixty minutes, shut by the time alone
// (security.md 16.6).
func TestBreakGlassExercise(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	b.tx(func(tx *postgres.Tx) error {
		return setting.PrivacyOfficer.SetTx(t.Context(), tx, authz.SystemActor, "privacy@office.example", "Exercise")
	})
	if _, err := b.AskOpen(t.Context(), "Exercise"); !errors.Is(err, office.ErrNoSealed) {
		t.Errorf("asked before there is one: %v", err)
	}
	id := b.seal()
	if _, err := b.AskOpen(t.Context(), "Exercise"); !errors.Is(err, office.ErrSealedUnready) {
		t.Errorf("asked before it was set up: %v", err)
	}
	b.set(id, "signed_in_at", now)
	if err := b.account(id).Usable(now, account.DefaultLimits); !errors.Is(err, account.ErrDisabled) {
		t.Errorf("sealed: %v", err)
	}
	later := now.AddDate(0, 4, 0) // long after everybody else's account would be inactive
	dbtest.Freeze(t, b.db, later)
	for _, a := range []authz.Actor{ada, ben} {
		b.set(a.Account, "signed_in_at", later)
	}
	if _, err := b.AskOpen(t.Context(), " "); !errors.Is(err, office.ErrNoReason) {
		t.Errorf("without a reason: %v", err)
	}
	request, err := b.AskOpen(t.Context(), "Nobody can sign in")
	if err != nil {
		t.Fatal(err)
	}
	b.mailed("office.break-glass-asked", 3)
	if err := b.account(id).Usable(later, account.DefaultLimits); !errors.Is(err, account.ErrDisabled) {
		t.Errorf("asked for and not confirmed: %v", err)
	}
	if err := b.decide(ben, request, approval.Approve); err != nil {
		t.Fatal(err)
	}
	b.mailed("office.break-glass-opened", 3)
	a := b.account(id)
	for after, want := range map[time.Duration]error{0: nil, office.OpenFor - 1: nil, office.OpenFor: account.ErrDisabled} {
		if err := a.Usable(later.Add(after), account.DefaultLimits); !errors.Is(err, want) {
			t.Errorf("%v after it was opened: %v, want %v", after, err, want)
		}
	}
	if _, err := b.AskOpen(t.Context(), "Again"); !errors.Is(err, office.ErrSealedOpen) {
		t.Errorf("asked while it is open: %v", err)
	}
	p, err := b.Find(t.Context(), ada, id)
	if err != nil || p.State != office.Open || !p.Sealed {
		t.Errorf("shown as %s, %v", p.State, err)
	}
	if _, err := b.accounts.Disable(t.Context(), ada, sub(), id, "Over"); err != nil {
		t.Errorf("ended early: %v", err)
	}
	if err := b.account(id).Usable(later, account.DefaultLimits); !errors.Is(err, account.ErrDisabled) {
		t.Errorf("ended early and usable: %v", err)
	}
}

func (b *bureau) mailed(key string, want int) {
	b.t.Helper()
	if n := b.count(`SELECT count(*) FROM message WHERE key = $1`, key); n != want {
		b.t.Errorf("%d mails %s, want %d: both administrators and the privacy officer", n, key, want)
	}
	if n := b.count(`SELECT count(*) FROM message WHERE key = $1 AND email = 'privacy@office.example'`, key); n != 1 {
		b.t.Errorf("the privacy officer got %d mails %s, want 1", n, key)
	}
}

// TestSealedAccountIsNoSecondAdministrator holds that it is neither counted nor
// the second person of anything (security.md 16.6, 16.7).
func TestSealedAccountIsNoSecondAdministrator(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	id := b.seal()
	b.set(id, "open_till", now.Add(time.Hour))
	sealed := authz.Actor{Role: authz.OFP, Account: id, Origin: authz.Origin{Sealed: true}}
	if _, err := b.accounts.Disable(t.Context(), ada, sub(), ben.Account, "x"); !errors.Is(err, account.ErrFewAdmins) {
		t.Errorf("counted as an administrator who remains: %v", err)
	}
	if err := b.decide(sealed, b.ask(ada, "rita@desk.example"), approval.Approve); !errors.Is(err, approval.ErrSealed) {
		t.Errorf("approved through it: %v", err)
	}
	if _, err := b.AskInvite(t.Context(), sealed, sub(), invitation("x@desk.example")); !errors.Is(err, approval.ErrSealed) {
		t.Errorf("asked through it: %v", err)
	}
	staff := b.person(account.Workforce, "Sam", "S")
	if _, err := b.accounts.Disable(t.Context(), sealed, sub(), staff, "Attack"); err != nil {
		t.Errorf("an emergency act: %v", err)
	}
	if n := b.count(`SELECT count(*) FROM audit_entry WHERE account_id = $1 AND role <> 'break-glass'`, id); n != 0 {
		t.Errorf("%d entries of it are not marked", n)
	}
	if n := b.count(`SELECT count(*) FROM audit_entry WHERE account_id = $1 AND role = 'break-glass' AND action = 'account.disable'`, id); n != 1 {
		t.Errorf("%d entries are marked, want 1", n)
	}
}

// TestOneSealedAccount lets a code be made anew until the account exists, and
// then nothing.
func TestOneSealedAccount(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada := b.admin("ada")
	code, end, err := b.MakeSealed(t.Context(), envelope)
	if err != nil || len(code.Reveal()) != 24 || !end.Equal(now.Add(24*time.Hour)) {
		t.Fatalf("a code of %d characters until %v, %v", len(code.Reveal()), end, err)
	}
	if n := b.count(`SELECT count(*) FROM message`); n != 0 {
		t.Errorf("%d mails carry its code", n)
	}
	id := b.seal()
	if n := b.count(`SELECT count(*) FROM access_code WHERE superseded_at IS NOT NULL`); n != 1 {
		t.Errorf("%d codes were replaced, want 1", n)
	}
	if !b.account(id).Sealed {
		t.Error("the account is not sealed")
	}
	if _, _, err := b.MakeSealed(t.Context(), envelope); !errors.Is(err, office.ErrSealedThere) {
		t.Errorf("a second one: %v", err)
	}
	b.admin("ben")
	if _, err := b.RemoveOffice(t.Context(), ada, sub(), id); err != nil {
		t.Fatalf("removing it: %v", err)
	}
	other := envelope
	other.Email = strings.Replace(other.Email, "@", "2@", 1)
	if _, _, err := b.MakeSealed(t.Context(), other); err != nil {
		t.Errorf("another after it was removed: %v", err)
	}
}

func TestBreakGlassIsNotOpenedTooLateOrDisabled(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, _ := b.admin("ada"), b.admin("ben")
	id := b.seal()
	b.set(id, "signed_in_at", now)
	request, err := b.AskOpen(t.Context(), "Exercise")
	if err != nil {
		t.Fatal(err)
	}
	b.set(id, "disabled_at", now)
	if err := b.decide(ada, request, approval.Approve); !errors.Is(err, office.ErrSealedDisabled) {
		t.Errorf("opened although disabled: %v", err)
	}
	b.set(id, "disabled_at", nil)
	dbtest.Freeze(t, b.db, now.Add(approval.Hurry))
	if err := b.decide(ada, request, approval.Approve); !errors.Is(err, approval.ErrLapsed) {
		t.Errorf("opened too late: %v", err)
	}
}
