package accesscode_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// certifier redeems a code and returns the certifier as an actor.
func (o *office) certifier(m message.Message, username string) authz.Actor {
	o.t.Helper()
	id, err := o.redeem(m, username)
	if err != nil {
		o.t.Fatal(err)
	}
	a := authz.Actor{Role: authz.Certifier, Account: id}
	o.system(func(tx *postgres.Tx) error {
		return tx.QueryRow(o.t.Context(), `SELECT site_id FROM membership WHERE account_id = $1`, id).Scan(&a.Site)
	})
	return a
}

func statusOf(t *testing.T, o *office, actor authz.Actor, id uuid.UUID) membership.Status {
	t.Helper()
	m, err := o.members.Find(t.Context(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	var now time.Time
	o.system(func(tx *postgres.Tx) error { now = tx.Now(); return nil })
	return m.Status(now)
}

func TestInviteRedeemAndRemoveStaff(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	in := membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"}
	form := sub()
	id, err := o.InviteStaff(t.Context(), certifier, form, in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.InviteStaff(t.Context(), certifier, form, in); err != nil || again != id {
		t.Errorf("the same form again = %v, %v; want %v", again, err, id)
	}
	if _, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "S", LastName: "S", Email: "SAM@clinic.example"}); !errors.Is(err, membership.ErrEmailTaken) {
		t.Errorf("the same address again = %v, want ErrEmailTaken", err)
	}
	if got := statusOf(t, o, certifier, id); got != membership.Invited {
		t.Errorf("status = %s, want invited", got)
	}
	old := staffMail(o.post())
	dbtest.Advance(t, o.db, accesscode.Lifetime)
	if got := statusOf(t, o, certifier, id); got != membership.InvitationExpired {
		t.Errorf("status = %s, want invitation-expired", got)
	}
	if _, err := o.redeem(old, "samstaff"); !errors.Is(err, accesscode.ErrExpired) {
		t.Errorf("redeem = %v, want ErrExpired", err)
	}
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ResendStaff(t.Context(), certifier, sub(), id); err != nil {
		t.Fatal(err)
	}
	mails := o.post()
	who, err := o.redeem(staffMail(mails), "samstaff")
	if err != nil {
		t.Fatal(err)
	}
	if got := statusOf(t, o, certifier, id); got != membership.Active {
		t.Errorf("status = %s, want active", got)
	}
	o.signIn(who, certifier.Site)
	form = sub()
	for range 2 {
		if _, err := o.members.RemoveStaff(t.Context(), certifier, form, id); err != nil {
			t.Fatal(err)
		}
	}
	if n := o.count(`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`, who); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
	if _, err := o.members.RemoveStaff(t.Context(), certifier, sub(), id); !errors.Is(err, membership.ErrRemoved) {
		t.Errorf("removing again = %v, want ErrRemoved", err)
	}
	for key, want := range map[string]int{"staff.invite": 2, "staff.invite-expired": 1, "staff.joined": 1, "staff.removed": 1, "account.created": 2} {
		if n := o.count(`SELECT count(*) FROM message WHERE key = $1`, key); n != want {
			t.Errorf("messages %s = %d, want %d", key, n, want)
		}
	}
	if _, err := o.InviteStaff(t.Context(), certifier, sub(), in); err != nil {
		t.Errorf("inviting somebody back: %v", err)
	}
}

func staffMail(mails []message.Message) message.Message {
	for _, m := range mails {
		if m.Key == "staff.invite" {
			return m
		}
	}
	return message.Message{}
}

func TestRevokedInvitationIsDeadAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	id, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.ResendStaff(t.Context(), certifier, sub(), id); err != nil {
		t.Fatal(err)
	}
	m := staffMail(o.post())
	if _, err := o.RevokeStaff(t.Context(), certifier, sub(), id); err != nil {
		t.Fatal(err)
	}
	var recorded int // the code that was replaced, and the one that was withdrawn
	o.system(func(tx *postgres.Tx) error {
		return tx.QueryRow(t.Context(), `
			SELECT count(*) FROM access_code c JOIN audit_entry a ON a.subject = 'access-code:' || c.id
			WHERE c.membership_id = $1 AND c.superseded_at IS NOT NULL AND a.action = 'code.supersede' AND a.account_id = $2`,
			id, certifier.Account).Scan(&recorded)
	})
	if recorded != 2 {
		t.Errorf("%d ends of codes are recorded, want 2", recorded)
	}
	var ended *accesscode.Ended
	if _, err := o.redeem(m, "samstaff"); !errors.Is(err, accesscode.ErrWithdrawn) || !errors.As(err, &ended) || ended.Advice != accesscode.AskCertifier {
		t.Errorf("redeem = %v, want ErrWithdrawn with the certifier to ask", err)
	}
}

func TestCertifierKeepsTheOwnSiteOnly(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	mails := o.mailing()
	one, two := o.certifier(mails[0], "quinn"), o.certifier(mails[1], "patdoe")
	id, err := o.InviteStaff(t.Context(), one, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"})
	if err != nil {
		t.Fatal(err)
	}
	own := mails[0].To.Membership
	for name, err := range map[string]error{
		"find":   second(o.members.Find(t.Context(), two, id)),
		"rename": second(o.members.EditName(t.Context(), two, sub(), id, "A", "B")),
		"remove": second(o.members.RemoveStaff(t.Context(), two, sub(), id)),
		"resend": second(o.ResendStaff(t.Context(), two, sub(), id)),
		"revoke": second(o.RevokeStaff(t.Context(), two, sub(), id)),
	} {
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s at another site = %v, want not found", name, err)
		}
	}
	if err := second(o.members.RemoveStaff(t.Context(), one, sub(), own)); !errors.Is(err, membership.ErrSelf) {
		t.Errorf("removing oneself = %v, want ErrSelf", err)
	}
	staff := authz.Actor{Role: authz.Staff, Account: uuid.New(), Site: one.Site}
	if err := second(o.InviteStaff(t.Context(), staff, sub(), membership.Invitee{FirstName: "A", LastName: "B", Email: "z@clinic.example"})); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("staff inviting = %v, want not found", err)
	}
	if err := second(o.InviteStaff(t.Context(), o.ofp, sub(), membership.Invitee{FirstName: "A", LastName: "B", Email: "z@clinic.example"})); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("OFP inviting = %v, want not found", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestASecondSiteJoinsTheAccountThatIsThere(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	mails := o.mailing()
	one, two := o.certifier(mails[0], "quinn"), o.certifier(mails[1], "patdoe")
	in := membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"}
	if _, err := o.InviteStaff(t.Context(), one, sub(), in); err != nil {
		t.Fatal(err)
	}
	first, err := o.redeem(staffMail(o.post()), "samstaff")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.InviteStaff(t.Context(), two, sub(), in); err != nil {
		t.Fatal(err)
	}
	m, who := staffMail(o.post()), browser()
	if err := o.ways.Verify(t.Context(), who, attempt(m)); err != nil {
		t.Fatal(err)
	}
	if err := o.ways.Confirm(t.Context(), who, "Sam", "Staff"); err != nil {
		t.Fatal(err)
	}
	if err := o.ways.SetSignIn(t.Context(), who, "other", password); !errors.Is(err, setup.ErrStep) {
		t.Errorf("choosing other sign-in details = %v, want ErrStep", err)
	}
	got, err := o.ways.Redeem(t.Context(), who, sub(), locale.English)
	if err != nil || got != first {
		t.Errorf("account = %v, %v; want %v", got, err, first)
	}
}

func TestMembershipStatusInSQLAndInGo(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	set := map[string]string{
		"active": "", "blocked": "blocked_at = now()", "disabled": "disabled_inactive_at = now()", "removed": "removed_at = now()",
	}
	for username, change := range set {
		if _, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "S", LastName: username, Email: username + "@clinic.example"}); err != nil {
			t.Fatal(err)
		}
		id, err := o.redeem(staffMail(o.post()), username+"user")
		if err != nil {
			t.Fatal(err)
		}
		if change != "" {
			o.system(func(tx *postgres.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE account SET `+change+` WHERE id = $1`, id)
				return err
			})
		}
		dbtest.Advance(t, o.db, time.Hour)
	}
	for _, email := range []string{"old@clinic.example", "new@clinic.example"} {
		if _, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "S", LastName: "T", Email: email}); err != nil {
			t.Fatal(err)
		}
		if email == "old@clinic.example" {
			o.post()
			dbtest.Advance(t, o.db, accesscode.Lifetime)
		}
	}
	var now time.Time
	o.system(func(tx *postgres.Tx) error { now = tx.Now(); return nil })
	for _, status := range membership.Statuses {
		staff, err := o.members.List(t.Context(), certifier, membership.Filter{Status: status, Size: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(staff.Members) != 1 || staff.Total != 1 || staff.Counts[status] != 1 || staff.Members[0].Status(now) != status {
			t.Errorf("%s: %d listed, counts %v", status, len(staff.Members), staff.Counts)
		}
	}
	staff, err := o.members.List(t.Context(), certifier, membership.Filter{Search: "BLOCKED@", Size: 10})
	if err != nil || len(staff.Members) != 1 {
		t.Errorf("search found %d (%v), want 1", len(staff.Members), err)
	}
}

// signIn opens a session of the account at a site.
func (o *office) signIn(id, at uuid.UUID) {
	o.t.Helper()
	o.system(func(tx *postgres.Tx) error {
		_, err := tx.Exec(o.t.Context(), `
			INSERT INTO session (digest, id, account_id, site_id, step, created_at, last_seen_at)
			VALUES ($1, $2, $3, $4, 'full', $5, $5)`, id[:], uuid.New(), id, at, tx.Now())
		return err
	})
}
