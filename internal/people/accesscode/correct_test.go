package accesscode_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
)

// wrongNames would break the head of a mail or hide what follows.
var wrongNames = []string{
	"Sam\r\nBcc: everybody@clinic.example", "Sam\nSubject: hello", "Sam\rTo: x", "Sam\x00", "Sam\u2028x", "Sam\u202egnihtemos", " ", "",
}

// A wrong address of an invitation is corrected in place: the code that went to
// the one before is dead, the new address is invited, in one transaction
// (security.md 3.4, 15.2).
func TestEmailOfAnInvitationIsCorrected(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	codes := o.mailing()
	certifier, other := o.certifier(codes[0], "quinn"), o.certifier(codes[1], "rosa")
	invite := func(first, email string) uuid.UUID {
		id, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: first, LastName: "Staff", Email: email})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := invite("Sam", "smaatclinic@clinic.example")
	before := staffMail(o.post())
	invite("Toni", "toni@clinic.example")
	o.post()
	for name, tt := range map[string]struct {
		actor authz.Actor
		email string
		want  error
	}{
		"the same":                 {certifier, "SMAATclinic@clinic.example", membership.ErrSameEmail},
		"somebody else's":          {certifier, "toni@clinic.example", membership.ErrEmailTaken},
		"by another site":          {other, "sam@clinic.example", fault.ErrNotFound},
		"by OFP":                   {o.ofp, "sam@clinic.example", fault.ErrNotFound},
		"two addresses":            {certifier, "a@clinic.example, b@clinic.example", nil},
		"a further head of a mail": {certifier, "a@clinic.example\r\nBcc: b@clinic.example", nil},
		"nothing":                  {certifier, "", nil},
		"a display name before it": {certifier, "Sam <a@clinic.example>", nil},
	} {
		if _, err := o.CorrectEmail(t.Context(), tt.actor, sub(), id, tt.email); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if _, err := o.CorrectEmail(t.Context(), certifier, sub(), id, "sam@clinic.example"); err != nil {
		t.Fatal(err)
	}
	after := staffMail(o.post())
	if after.To.Email != "sam@clinic.example" || after.To.Membership != id {
		t.Errorf("invited %s (%s)", after.To.Email, after.To.Membership)
	}
	if _, err := o.redeem(before, "thief"); err == nil {
		t.Error("the code that went to the wrong address still works")
	}
	if _, err := o.redeem(after, "samstaff"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.CorrectEmail(t.Context(), certifier, sub(), id, "sam2@clinic.example"); !errors.Is(err, accesscode.ErrHasAccount) {
		t.Errorf("somebody with an account: %v", err)
	}
}

// A certifier corrects the name of somebody who works at no other site, and with
// it that of the account; for others OFP does (domain/portal.md 6.3). A name
// that would break a mail is refused (security.md 15.3).
func TestNameIsCorrectedByTheCertifier(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.several()
	o.enroll(2)
	certifier := o.certifier(o.mailing()[0], "quinn")
	id, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sma", LastName: "Staff", Email: "sam@clinic.example"})
	if err != nil {
		t.Fatal(err)
	}
	who, err := o.redeem(staffMail(o.post()), "samstaff")
	if err != nil {
		t.Fatal(err)
	}
	o.post()
	for _, name := range wrongNames {
		if _, err := o.members.EditName(t.Context(), certifier, sub(), id, name, "Staff"); err == nil {
			t.Errorf("first name %q is taken", name)
		}
		if _, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "A", LastName: name, Email: "a@clinic.example"}); err == nil {
			t.Errorf("last name %q is invited", name)
		}
	}
	if _, err := o.members.EditName(t.Context(), certifier, sub(), id, " Sam ", "Staff"); err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM account WHERE id = $1 AND first_name = 'Sam'`:                                           1,
		`SELECT count(*) FROM membership WHERE account_id = $1 AND first_name = 'Sam'`:                                1,
		`SELECT count(*) FROM message WHERE account_id = $1 AND key = 'workforce.renamed' AND state = 'queued'`:       1,
		`SELECT count(*) FROM audit_entry WHERE subject = 'account:' || $1::uuid::text AND action = 'account.rename'`: 1,
	} {
		if n := o.count(sql, who); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
	o.count(`WITH x AS (INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
		SELECT gen_random_uuid(), $2, 'staff', id, first_name, last_name, email, email_key, portal_now(), portal_now() FROM account WHERE id = $1
		RETURNING 1) SELECT count(*) FROM x`, who, o.siteOf(2))
	m, err := o.members.Find(t.Context(), certifier, id)
	if err != nil || !m.Elsewhere {
		t.Errorf("works elsewhere = %v, %v", m.Elsewhere, err)
	}
	if _, err := o.members.EditName(t.Context(), certifier, sub(), id, "Samuel", "Staff"); !errors.Is(err, membership.ErrElsewhere) {
		t.Errorf("somebody of two sites: %v", err)
	}
}
