package enrollment_test

import (
	"context"
	"slices"
	"testing"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
)

// TestSelfByEachSign lets somebody of a clinic, whose own record a colleague has
// certified under another name, try to certify themselves: by the e-mail alone,
// and by what leads to the record, which is the account, the Social Security
// number, or name and birth date. Each is X04 and stores nothing; a stranger is
// certified (portal.md 3: staff may not certify or enroll themselves).
func TestSelfByEachSign(t *testing.T) {
	t.Parallel()
	const email = "rahel@clinic.example"
	own := []applicationtest.Change{
		applicationtest.Named("Raquel", "Ibarra"), applicationtest.Born("5", "6", "1991"),
		applicationtest.Answer(question.SSN, "ssn-number", "123-45-6789"),
	}
	write := applicationtest.Answer(question.ContactWays, "contact-email", email, "contact-email-safe", "Y")
	for name, tt := range map[string]struct {
		record []applicationtest.Change // besides own
		link   bool                     // the record is of the account
		tries  []applicationtest.Change
		self   bool
	}{
		"e-mail":              {tries: []applicationtest.Change{write}, self: true},
		"account":             {link: true, tries: own, self: true},
		"SSN, another name":   {record: []applicationtest.Change{write}, tries: []applicationtest.Change{applicationtest.Named("Raquel", "Ibarra-Lund"), own[1], own[2]}, self: true},
		"name and birth date": {record: []applicationtest.Change{write}, tries: own[:2], self: true},
		"another birth date":  {record: []applicationtest.Change{write}, tries: []applicationtest.Change{own[0], applicationtest.Born("5", "7", "1961")}},
		"a stranger":          {record: []applicationtest.Change{write}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			d := newDesk(t, dbtest.New(t))
			site := clienttest.Site(t, d.db)
			rahel := authz.Actor{Role: authz.Staff, Site: site, Account: clienttest.Account(t, d.db, "Rahel", "Sorensen", email)}
			colleague := clienttest.StaffAt(t, d.db, site)
			record := d.ready(t, colleague, applicationtest.Complete(t, today, append(slices.Clone(own), tt.record...)...))
			if err := d.certify(colleague, record); err != nil {
				t.Fatal(err)
			}
			if tt.link {
				if _, err := dbtest.Superuser(t, d.db).Exec(ctx, `UPDATE client SET account_id = $1`, rahel.Account); err != nil {
					t.Fatal(err)
				}
			}
			before := count(t, d.db, "determination")
			id := d.ready(t, rahel, applicationtest.Complete(t, today, tt.tries...))
			review, err := d.enrollments.Review(ctx, rahel, id)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.Contains(review.Decision.AllReasons, eligibility.CertifiesSelf); got != tt.self {
				t.Errorf("the review has X04: %v, want %v (%v)", got, tt.self, review.Decision.AllReasons)
			}
			err = d.certify(rahel, id)
			if (err == nil) == tt.self {
				t.Errorf("certified herself: %v", err)
			}
			if tt.self && count(t, d.db, "determination") != before {
				t.Error("a refusal has stored a determination")
			}
		})
	}
}
