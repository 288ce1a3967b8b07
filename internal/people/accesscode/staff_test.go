package accesscode_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
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
	o.bouncedStaff(certifier)
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

// bouncedStaff invites somebody whose mailbox does not exist.
func (o *office) bouncedStaff(certifier authz.Actor) uuid.UUID {
	o.t.Helper()
	o.post()
	o.refusal = &mail.Refusal{Code: 550, Permanent: true}
	id, err := o.InviteStaff(o.t.Context(), certifier, sub(), membership.Invitee{FirstName: "Bo", LastName: "Unreached", Email: "wrong@clinic.example"})
	if err != nil {
		o.t.Fatal(err)
	}
	o.post()
	o.refusal = nil
	return id
}

// An invitation that could not be delivered is shown to whoever sent it, and
// another code ends that (security.md 15.2).
func TestBouncedInvitationIsShownToTheCertifier(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	id := o.bouncedStaff(certifier)
	if got := statusOf(t, o, certifier, id); got != membership.Undeliverable {
		t.Errorf("status = %s, want undeliverable", got)
	}
	dbtest.Advance(t, o.db, 2*accesscode.Lifetime)
	o.sweeps()
	if got := statusOf(t, o, certifier, id); got != membership.Undeliverable {
		t.Errorf("status two days later = %s, want undeliverable", got)
	}
	if _, err := o.ResendStaff(t.Context(), certifier, sub(), id); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"on its way", "accepted"} {
		if got := statusOf(t, o, certifier, id); got != membership.Invited {
			t.Errorf("status of the next code, %s = %s, want invited", when, got)
		}
		o.post()
	}
}

// The dashboard judges disuse by the time and the setting, as sign-in does,
// before any sweep (security.md 4.5).
func TestDashboardJudgesDisuseAsSignInDoes(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	id, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"})
	if err != nil {
		t.Fatal(err)
	}
	who, err := o.redeem(staffMail(o.post()), "samstaff")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, o.db, instant(time.April, 1, 12, 0, 0)) // the days cross the change to daylight saving time
	steps := []struct {
		name, change string
		want         membership.Status
	}{
		{"its last moment", `UPDATE account SET created_at = portal_now() - interval '1440 hours' + interval '1 microsecond', signed_in_at = NULL WHERE id = $1`, membership.Active},
		{"its end", `UPDATE account SET created_at = portal_now() - interval '1440 hours' WHERE id = $1`, membership.Disabled},
		{"used since", `UPDATE account SET signed_in_at = portal_now() - interval '1440 hours' + interval '1 microsecond' WHERE id = $1`, membership.Active},
		{"used, to its end", `UPDATE account SET signed_in_at = portal_now() - interval '1440 hours' WHERE id = $1`, membership.Disabled},
		{"enabled by the desk", `UPDATE account SET enabled_at = portal_now() - interval '720 hours' WHERE id = $1`, membership.Active},
		{"a shorter limit", `INSERT INTO setting (name, value, reason, changed_at) SELECT 'inactive_days_staff', '30', 'test', portal_now() FROM account WHERE id = $1`, membership.Disabled},
	}
	for _, step := range steps {
		o.system(func(tx *postgres.Tx) error {
			_, err := tx.Exec(t.Context(), step.change, who)
			return err
		})
		o.judged(certifier, id, who, step.name, step.want)
	}
}

// judged compares what the page of a person, the filter, the counts and
// sign-in say of an account.
func (o *office) judged(certifier authz.Actor, id, who uuid.UUID, name string, want membership.Status) {
	o.t.Helper()
	if got := statusOf(o.t, o, certifier, id); got != want {
		o.t.Errorf("%s: status = %s, want %s", name, got, want)
	}
	staff, err := o.members.List(o.t.Context(), certifier, membership.Filter{Status: want, Size: 10})
	if err != nil || len(staff.Members) != 1 || staff.Counts[want] != 1 || staff.Members[0].Status(staff.Now) != want {
		o.t.Errorf("%s: %d listed as %s, counts %v (%v)", name, len(staff.Members), want, staff.Counts, err)
	}
	o.system(func(tx *postgres.Tx) error {
		limits, err := account.ReadLimits(o.t.Context(), tx)
		if err != nil {
			return err
		}
		a, err := account.Find(o.t.Context(), tx, who)
		if refused := a.Usable(tx.Now(), limits) != nil; refused != (want == membership.Disabled) {
			o.t.Errorf("%s: sign-in refused = %t, dashboard %s", name, refused, want)
		}
		return err
	})
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
