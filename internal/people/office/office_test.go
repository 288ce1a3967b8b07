package office_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/office"
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

var now = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.New(), Digest: []byte("x")}
}

// bureau is the program office on a database of its own.
type bureau struct {
	*office.Service
	t        *testing.T
	db       *postgres.DB
	accounts *account.Service
	codes    *accesscode.Service
}

func open(t *testing.T, db *postgres.DB) *bureau {
	t.Helper()
	dbtest.Freeze(t, db, now)
	members := membership.NewService(db, ring)
	b := &bureau{t: t, db: db}
	b.accounts = account.NewService(db, ring, account.NewTestHasher(), account.Shipped)
	b.codes = accesscode.NewService(db, ring, members)
	b.Service = office.NewService(db, ring, b.codes, b.accounts)
	return b
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

// person makes an account of the office or, with a site, of the workforce.
func (b *bureau) person(kind account.Kind, first, last string) uuid.UUID {
	b.t.Helper()
	var id uuid.UUID
	b.tx(func(tx *postgres.Tx) error {
		ctx := b.t.Context()
		name := first + "." + uuid.NewString()[:8]
		var err error
		id, err = account.CreateTx(ctx, tx, account.New{Kind: kind, Username: name, Email: name + "@office.example",
			FirstName: first, LastName: last, PasswordHash: "x"})
		if err != nil || !kind.Privileged() {
			return err
		}
		m, err := membership.OfficeTx(ctx, tx, authz.SystemActor, authz.Role(kind),
			membership.Invitee{FirstName: first, LastName: last, Email: name + "@office.example"})
		if err != nil {
			return err
		}
		return membership.JoinTx(ctx, tx, m, id)
	})
	return id
}

func (b *bureau) admin(first string) authz.Actor {
	b.t.Helper()
	return authz.Actor{Role: authz.OFP, Account: b.person(account.OFP, first, "Admin")}
}

func invitation(email string) office.Invitation {
	return office.Invitation{Role: authz.Desk, Reason: "New at the service center",
		Invitee: membership.Invitee{FirstName: "Rita", LastName: "Representative", Email: email}}
}

func (b *bureau) ask(actor authz.Actor, email string) uuid.UUID {
	b.t.Helper()
	id, err := b.AskInvite(b.t.Context(), actor, sub(), invitation(email))
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *bureau) decide(actor authz.Actor, id uuid.UUID, d approval.Decision) error {
	b.t.Helper()
	_, err := b.Decide(b.t.Context(), actor, sub(), id, d)
	return err
}

// TestInvitationNeedsASecondAdministrator holds that the code is mailed when
// somebody else has confirmed, and not before (security.md 16.5, 16.7).
func TestInvitationNeedsASecondAdministrator(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	id := b.ask(ada, "rita@desk.example")
	mails := func() int {
		return b.count(`SELECT count(*) FROM message WHERE key = 'workforce.invite' AND email = 'rita@desk.example'`)
	}
	if n := mails(); n != 0 {
		t.Fatalf("%d codes mailed before anybody confirmed", n)
	}
	if err := b.decide(ada, id, approval.Approve); !errors.Is(err, approval.ErrOwn) {
		t.Errorf("own request approved: %v", err)
	}
	if err := b.decide(ben, id, approval.Approve); err != nil {
		t.Fatal(err)
	}
	if n := mails(); n != 1 {
		t.Errorf("%d codes mailed, want 1", n)
	}
	got, err := b.FindRequest(t.Context(), ada, id)
	if err != nil || len(got.Waiting) != 1 {
		t.Fatal(got, err)
	}
	r := got.Waiting[0]
	if r.State(now) != approval.Done || r.MembershipID == nil || r.Asker != "ada Admin" || r.Decider != "ben Admin" || r.Role != authz.Desk || !r.Own(ada.Account) {
		t.Errorf("request = %+v", r)
	}
	if n := b.count(`SELECT count(*) FROM membership WHERE id = $1 AND role = 'desk' AND site_id IS NULL`, r.MembershipID); n != 1 {
		t.Error("the membership is not one of the desk")
	}
	for _, action := range []string{"approval.ask", "approval.approve", "approval.spend"} {
		if n := b.count(`SELECT count(*) FROM audit_entry WHERE subject = $1 AND action = $2`, approval.Subject(id), action); n != 1 {
			t.Errorf("%d entries %s, want 1", n, action)
		}
	}
}

func TestInvitationIsChecked(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada := b.admin("ada")
	ask := func(actor authz.Actor, in office.Invitation) error {
		_, err := b.AskInvite(t.Context(), actor, sub(), in)
		return err
	}
	if err := ask(ada, invitation("rita@desk.example")); !errors.Is(err, office.ErrAlone) {
		t.Errorf("with nobody to confirm: %v", err)
	}
	ben := b.admin("ben")
	b.ask(ben, "asked@desk.example")
	if err := b.decide(ada, b.ask(ben, "there@desk.example"), approval.Approve); err != nil {
		t.Fatal(err)
	}
	certifier := invitation("c@desk.example")
	certifier.Role = authz.Certifier
	for _, tt := range []struct {
		name  string
		in    office.Invitation
		field []string
	}{
		{"nothing", office.Invitation{}, []string{"role", "first-name", "last-name", "email", "reason"}},
		{"a role of a site", certifier, []string{"role"}},
		{"an address that is asked for", invitation("Asked@desk.example "), []string{"email"}},
		{"an address that is in use", invitation("THERE@desk.example"), []string{"email"}},
		{"an address of nobody", invitation("rita"), []string{"email"}},
	} {
		tt.in.Email = trim(tt.in.Email)
		f, ok := fault.Of(ask(ada, tt.in))
		if !ok || len(f.Fields) != len(tt.field) {
			t.Errorf("%s: %+v", tt.name, f)
			continue
		}
		for i, want := range tt.field {
			if f.Fields[i].Name != want {
				t.Errorf("%s: field %s, want %s", tt.name, f.Fields[i].Name, want)
			}
		}
	}
	for _, role := range []authz.Role{authz.Desk, authz.Certifier, authz.Staff, authz.Client, authz.Nobody} {
		if err := ask(authz.Actor{Role: role, Account: ada.Account}, invitation("r@desk.example")); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("by %s: %v", role, err)
		}
	}
}

func trim(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// TestAddressTakenMeanwhile approves two requests for one address, asked at
// the same time: the second is refused and makes nothing.
func TestAddressTakenMeanwhile(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	first, second := b.ask(ada, "a@desk.example"), b.ask(ada, "b@desk.example")
	b.exec(`UPDATE office_invitation SET email = 'a@desk.example', email_key = 'a@desk.example' WHERE approval_id = $1`, second)
	if err := b.decide(ben, first, approval.Approve); err != nil {
		t.Fatal(err)
	}
	if err := b.decide(ben, second, approval.Approve); !errors.Is(err, office.ErrTaken) {
		t.Errorf("second approval: %v", err)
	}
	if err := b.decide(ben, second, approval.Refuse); err != nil {
		t.Errorf("refusing it: %v", err)
	}
}

// TestApproveAndWithdrawAtOnce mails a code only when the approval came first.
func TestApproveAndWithdrawAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.New(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	for range 10 {
		email := uuid.NewString()[:8] + "@desk.example"
		id := b.ask(ada, email)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { errs[0] = b.decide(ben, id, approval.Approve) })
		wg.Go(func() { errs[1] = b.decide(ada, id, approval.Withdraw) })
		wg.Wait()
		mailed := b.count(`SELECT count(*) FROM message WHERE email = $1`, email)
		if (errs[0] == nil) == (errs[1] == nil) || (errs[0] == nil) != (mailed == 1) {
			t.Errorf("approve: %v, withdraw: %v, %d mails", errs[0], errs[1], mailed)
		}
	}
}

func TestRequestsWaitOldestFirst(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	var ids []uuid.UUID
	for i := range 4 {
		dbtest.Freeze(t, b.db, now.Add(time.Duration(i)*time.Hour))
		ids = append(ids, b.ask(ada, string(rune('a'+i))+"@desk.example"))
	}
	if err := b.decide(ben, ids[1], approval.Refuse); err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, b.db, now.Add(approval.Patience))
	got, err := b.Requests(t.Context(), ben)
	if err != nil || len(got.Waiting) != 2 || len(got.Over) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Waiting[0].ID != ids[2] || got.Waiting[1].ID != ids[3] || got.Over[0].ID != ids[1] || got.Over[1].ID != ids[0] {
		t.Errorf("in another order: %v, %v", got.Waiting, got.Over)
	}
	if err := b.decide(ben, ids[0], approval.Approve); !errors.Is(err, approval.ErrLapsed) {
		t.Errorf("approved too late: %v", err)
	}
}

// invited returns the membership of somebody at the desk without an account.
func (b *bureau) invited(asker, other authz.Actor, email string) uuid.UUID {
	b.t.Helper()
	id := b.ask(asker, email)
	if err := b.decide(other, id, approval.Approve); err != nil {
		b.t.Fatal(err)
	}
	got, err := b.FindRequest(b.t.Context(), asker, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return *got.Waiting[0].MembershipID
}

func TestResendAndWithdrawAnInvitation(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	id := b.invited(ada, ben, "rita@desk.example")
	live := func() int {
		return b.count(`SELECT count(*) FROM access_code WHERE membership_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, id)
	}
	if _, err := b.Resend(t.Context(), ben, sub(), id); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM access_code WHERE membership_id = $1`, id); n != 2 || live() != 1 {
		t.Errorf("%d codes, %d live; want 2 and 1", n, live())
	}
	if _, err := b.Withdraw(t.Context(), ben, sub(), id); err != nil {
		t.Fatal(err)
	}
	if live() != 0 {
		t.Error("the code is good after the invitation was withdrawn")
	}
	if _, err := b.Withdraw(t.Context(), ben, sub(), id); !errors.Is(err, membership.ErrRemoved) {
		t.Errorf("withdrawn twice: %v", err)
	}
	var joined uuid.UUID
	b.tx(func(tx *postgres.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT id FROM membership WHERE account_id = $1`, ada.Account).Scan(&joined)
	})
	if _, err := b.Withdraw(t.Context(), ben, sub(), joined); !errors.Is(err, accesscode.ErrHasAccount) {
		t.Errorf("withdrawn from somebody with an account: %v", err)
	}
	if n := b.count(`SELECT count(*) FROM membership WHERE id = $1 AND removed_at IS NULL`, joined); n != 1 {
		t.Error("a refusal ended the membership")
	}
	if _, err := b.Resend(t.Context(), authz.Actor{Role: authz.Desk}, sub(), id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("by the desk: %v", err)
	}
}

// TestRemoveOffice ends account, membership and sign-ins, and leaves two
// administrators (security.md 16.7).
func TestRemoveOffice(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	desk, staff := b.person(account.Desk, "Rita", "R"), b.person(account.Workforce, "Sam", "S")
	remove := func(id uuid.UUID) error {
		_, err := b.RemoveOffice(t.Context(), ada, sub(), id)
		return err
	}
	for name, tt := range map[string]struct {
		id   uuid.UUID
		want error
	}{
		"oneself": {ada.Account, account.ErrOwnAccount}, "one of two": {ben.Account, account.ErrFewAdmins}, "staff": {staff, fault.ErrNotFound},
	} {
		if err := remove(tt.id); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	b.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at)
		VALUES ('x', $1, $2, 'full', portal_now(), portal_now())`, uuid.New(), desk)
	if err := remove(desk); err != nil {
		t.Fatal(err)
	}
	if err := remove(desk); !errors.Is(err, account.ErrGone) {
		t.Errorf("removed twice: %v", err)
	}
	for what, sql := range map[string]string{
		"account": `SELECT count(*) FROM account WHERE id = $1 AND removed_at IS NULL`,
		"place":   `SELECT count(*) FROM membership WHERE account_id = $1 AND removed_at IS NULL`,
		"sign-in": `SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`,
	} {
		if n := b.count(sql, desk); n != 0 {
			t.Errorf("%d %s left", n, what)
		}
	}
	accounttest.Last(t, b.db, ring, "workforce.removed", desk)
	b.admin("cyd")
	if err := remove(ben.Account); err != nil {
		t.Errorf("one of three: %v", err)
	}
}

// TestRemoveAndDisableAtOnce has two of three administrators end each other's
// accounts in different ways.
func TestRemoveAndDisableAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.New(t))
	ada, ben := b.admin("ada"), b.admin("ben")
	b.admin("cyd")
	errs := make([]error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { _, errs[0] = b.RemoveOffice(context.Background(), ada, sub(), ben.Account) })
	wg.Go(func() { _, errs[1] = b.accounts.Disable(context.Background(), ben, sub(), ada.Account, "x") })
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("remove: %v, disable: %v; want exactly one", errs[0], errs[1])
	}
	if n := b.count(`SELECT count(*) FROM account WHERE kind = 'ofp' AND removed_at IS NULL AND disabled_at IS NULL`); n != 2 {
		t.Errorf("%d administrators remain, want 2", n)
	}
}
