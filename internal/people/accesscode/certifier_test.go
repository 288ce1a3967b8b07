package accesscode_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// several switches to the regime in which one certifier may have several
// sites.
func (o *office) several() {
	o.t.Helper()
	o.system(func(tx *postgres.Tx) error { return setting.MultiSite.SetTx(o.t.Context(), tx, o.ofp, true, "test") })
}

// siteOf returns the id of the nth imported site.
func (o *office) siteOf(n int) (id uuid.UUID) {
	o.t.Helper()
	o.system(func(tx *postgres.Tx) error {
		return tx.QueryRow(o.t.Context(), `SELECT id FROM site WHERE site_code = $1`, fmt.Sprint("S", n)).Scan(&id)
	})
	return id
}

// certifierOf returns the membership of a site's certifier.
func (o *office) certifierOf(siteID uuid.UUID) (id uuid.UUID) {
	o.t.Helper()
	o.system(func(tx *postgres.Tx) error {
		return tx.QueryRow(o.t.Context(), `SELECT id FROM membership WHERE site_id = $1 AND role = 'certifier' AND removed_at IS NULL`, siteID).Scan(&id)
	})
	return id
}

// clinicType makes every site one that may share its certifier.
func (o *office) clinicType() {
	o.t.Helper()
	o.system(func(tx *postgres.Tx) error {
		_, err := tx.Exec(o.t.Context(), `UPDATE site SET provider_type = 'FQHC'`)
		return err
	})
}

func (o *office) approve(siteID uuid.UUID) {
	o.t.Helper()
	_, err := o.sites.RecordApproval(o.t.Context(), o.ofp, sub(), siteID, site.Declaration{
		Number: "4475-1", ApprovedOn: civil.Of(launch), Basis: site.Community,
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func newcomer(instead uuid.UUID) membership.NewCertifier {
	return membership.NewCertifier{FirstName: "Nora", LastName: "New", Email: "nora@clinic.example", Credential: "CNP", Instead: instead}
}

func mailOf(mails []message.Message, key string) message.Message {
	for _, m := range mails {
		if m.Key == key {
			return m
		}
	}
	return message.Message{}
}

// domain/portal.md 6.2, security.md 5.2, 8.8: the old certifier is out at once,
// the new one has a code, the staff stay, everybody is told.
func TestCertifierIsReplaced(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	old := o.certifier(o.mailing()[0], "quinn")
	if _, err := o.InviteStaff(t.Context(), old, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"}); err != nil {
		t.Fatal(err)
	}
	staff, err := o.redeem(staffMail(o.post()), "samstaff")
	if err != nil {
		t.Fatal(err)
	}
	o.signIn(old.Account, old.Site)
	o.signIn(staff, old.Site)
	first := o.certifierOf(old.Site)
	form := sub()
	id, err := o.ChangeCertifier(t.Context(), o.ofp, form, old.Site, newcomer(first), "retired")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.ChangeCertifier(t.Context(), o.ofp, form, old.Site, newcomer(first), "retired"); err != nil || again != id {
		t.Errorf("the same form again = %v, %v; want %v", again, err, id)
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`:                                  0,
		`SELECT count(*) FROM session_sites($1)`:                                                                     0,
		`SELECT count(*) FROM audit_entry WHERE action = 'membership.replace' AND account_id <> $1`:                  1,
		`SELECT count(*) FROM message WHERE key = 'certifier.replaced' AND account_id = $1`:                          1,
		`SELECT count(*) FROM site WHERE uncertified_on IS NULL AND $1::uuid IS NOT NULL`:                            1,
		`SELECT count(*) FROM membership WHERE orientation_due_on = '2025-05-12' AND $1::uuid IS NOT NULL`:           1,
		`SELECT count(*) FROM access_code WHERE note = 'retired' AND reason = 'manual_ofp' AND $1::uuid IS NOT NULL`: 1,
	} {
		if n := o.count(sql, old.Account); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
	if n := o.count(`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`, staff); n != 1 {
		t.Errorf("%d sessions of the staff go on, want 1", n)
	}
	if _, err := o.InviteStaff(t.Context(), old, sub(), membership.Invitee{FirstName: "A", LastName: "B", Email: "a@clinic.example"}); err == nil {
		t.Error("the old certifier still lets people in")
	}
	mails := o.post()
	who, err := o.redeem(mailOf(mails, "certifier.invite"), "noranew")
	if err != nil {
		t.Fatal(err)
	}
	now := authz.Actor{Role: authz.Certifier, Account: who, Site: old.Site}
	if list, err := o.members.List(t.Context(), now, membership.Filter{Size: 25}); err != nil || len(list.Members) != 1 {
		t.Errorf("the new certifier has %d staff, %v; want 1", len(list.Members), err)
	}
}

// The orientation counts for two years (domain/portal.md 6.2).
func TestOrientationOfANewCertifier(t *testing.T) {
	t.Parallel()
	today := civil.MustParse("2025-03-01")
	for attended, due := range map[string]string{
		"": "2025-06-29", "2023-02-28": "2025-06-29", "2023-03-01": "", "2025-03-01": "",
	} {
		var on civil.Date
		if attended != "" {
			on = civil.MustParse(attended)
		}
		got := membership.Orientation(today, on, 120)
		if got.IsZero() != (due == "") || due != "" && got != civil.MustParse(due) {
			t.Errorf("attended %q: due %v, want %q", attended, got, due)
		}
	}
}

// One who works at the site becomes its certifier: as staff they are out, and
// the code links the account that is there.
func TestStaffBecomesCertifier(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	old := o.certifier(o.mailing()[0], "quinn")
	if _, err := o.InviteStaff(t.Context(), old, sub(), membership.Invitee{FirstName: "Nora", LastName: "New", Email: "nora@clinic.example"}); err != nil {
		t.Fatal(err)
	}
	nora, err := o.redeem(staffMail(o.post()), "noranew")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.ChangeCertifier(t.Context(), o.ofp, sub(), old.Site, newcomer(o.certifierOf(old.Site)), "promoted"); err != nil {
		t.Fatal(err)
	}
	who := browser()
	m := mailOf(o.post(), "certifier.invite")
	if err := errors.Join(o.ways.Verify(t.Context(), who, attempt(m)), o.ways.Confirm(t.Context(), who, "Nora", "New")); err != nil {
		t.Fatal(err)
	}
	if got, err := o.ways.Redeem(t.Context(), who, sub(), "en"); err != nil || got != nora {
		t.Errorf("account = %v, %v; want %v", got, err, nora)
	}
	if n := o.count(`SELECT count(*) FROM session_sites($1) WHERE role = 'certifier'`, nora); n != 1 {
		t.Errorf("certifies %d sites, want 1", n)
	}
}

// security.md 3.12, decisions 18, domain/portal.md B1: off, the address of
// another site's certifier is refused with both sites named; on, it needs an
// approval, and the further code links the site to the account that is there.
func TestOneCertifierForSeveralSites(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	o.clinicType()
	mails := o.mailing()
	one := o.certifier(mails[0], "quinn")
	first, second := o.siteOf(1), o.siteOf(2)
	quinn := newcomer(o.certifierOf(second))
	quinn.Email = "C1@clinic.example"
	refusal := func(want string) {
		t.Helper()
		_, err := o.ChangeCertifier(t.Context(), o.ofp, sub(), second, quinn, "retired")
		if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != "email" || f.Fields[0].Text.In(t.Context()) != want {
			t.Errorf("change = %v %+v, want %q about the e-mail", err, f, want)
		}
	}
	refusal("already used by site S1 (Clinic 1); site S2 needs an address of its own")
	o.several()
	refusal("already certifies site S1 (Clinic 1), and no approval of several locations (DHCS 4475) is recorded for it")
	o.approve(first)
	if _, err := o.ChangeCertifier(t.Context(), o.ofp, sub(), second, quinn, "retired"); err != nil {
		t.Fatal(err)
	}
	m, who := mailOf(o.post(), "certifier.invite"), browser()
	if err := errors.Join(o.ways.Verify(t.Context(), who, attempt(m)), o.ways.Confirm(t.Context(), who, "Quinn", "Doe")); err != nil {
		t.Fatal(err)
	}
	got, err := o.ways.Redeem(t.Context(), who, sub(), "en")
	if err != nil || got != one.Account {
		t.Errorf("account = %v, %v; want %v", got, err, one.Account)
	}
	found, err := o.ways.Find(t.Context(), who)
	if err != nil || !found.Added() {
		t.Errorf("added = %v, %v; want a site added to the account", found.Added(), err)
	}
	choices, err := o.members.Sites(t.Context(), one)
	if err != nil || len(choices) != 2 {
		t.Errorf("%d sites to choose from, %v; want 2", len(choices), err)
	}
	if mailOf(o.post(), "certifier.site-added").Values["Site"] != "Clinic 2" {
		t.Error("no mail says that the site was added")
	}
}

// A code that was out when the regime was switched off, or the approval
// withdrawn, links no further site (security.md 3.12).
func TestCodeLinksNothingThatIsNotAllowedAnyMore(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	o.clinicType()
	one := o.certifier(o.mailing()[0], "quinn")
	o.several()
	o.approve(o.siteOf(1))
	quinn := newcomer(o.certifierOf(o.siteOf(2)))
	quinn.Email = "c1@clinic.example"
	if _, err := o.ChangeCertifier(t.Context(), o.ofp, sub(), o.siteOf(2), quinn, "retired"); err != nil {
		t.Fatal(err)
	}
	m, who := mailOf(o.post(), "certifier.invite"), browser()
	if err := errors.Join(o.ways.Verify(t.Context(), who, attempt(m)), o.ways.Confirm(t.Context(), who, "Quinn", "Doe")); err != nil {
		t.Fatal(err)
	}
	if _, err := o.sites.EndApproval(t.Context(), o.ofp, sub(), o.siteOf(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ways.Redeem(t.Context(), who, sub(), "en"); !errors.Is(err, membership.ErrOneSite) {
		t.Errorf("redeem = %v, want ErrOneSite", err)
	}
	if n := o.count(`SELECT count(*) FROM membership WHERE account_id = $1`, one.Account); n != 1 {
		t.Errorf("%d memberships, want 1", n)
	}
}

// security.md 8.8: with nobody named, staff go on for 30 days; a new certifier
// opens the site again.
func TestSiteWithoutCertifier(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	at := certifier.Site
	if _, err := o.EndCertifier(t.Context(), o.ofp, sub(), at, uuid.New()); !errors.Is(err, membership.ErrCertifierChanged) {
		t.Errorf("ending somebody else = %v, want ErrCertifierChanged", err)
	}
	if _, err := o.EndCertifier(t.Context(), o.ofp, sub(), at, o.certifierOf(at)); err != nil {
		t.Fatal(err)
	}
	if _, err := o.EndCertifier(t.Context(), o.ofp, sub(), at, uuid.Nil); !errors.Is(err, membership.ErrNoCertifier) {
		t.Errorf("ending again = %v, want ErrNoCertifier", err)
	}
	work := func() (err error) {
		o.system(func(tx *postgres.Tx) error { err = site.OpenForWorkTx(t.Context(), tx, at); return nil })
		return err
	}
	if err := work(); err != nil {
		t.Errorf("on the day: %v", err)
	}
	dbtest.Advance(t, o.db, 30*24*time.Hour)
	if err := work(); err != nil {
		t.Errorf("on the thirtieth day: %v", err)
	}
	dbtest.Advance(t, o.db, 24*time.Hour)
	if err := work(); !errors.Is(err, site.ErrNoCertifier) {
		t.Errorf("after it: %v, want ErrNoCertifier", err)
	}
	if _, err := o.ChangeCertifier(t.Context(), o.ofp, sub(), at, newcomer(uuid.Nil), "found"); err != nil {
		t.Fatal(err)
	}
	if err := work(); err != nil {
		t.Errorf("with a new certifier: %v", err)
	}
}

func TestChangeOfCertifierIsCheckedAllAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	_, err := o.ChangeCertifier(t.Context(), o.ofp, sub(), o.siteOf(1), membership.NewCertifier{
		FirstName: "N\r\nBcc: x@y", Email: "x", Credential: "RN", OrientedOn: civil.Of(launch).AddDays(1),
	}, " ")
	f, _ := fault.Of(err)
	var fields []string
	if f != nil {
		for _, x := range f.Fields {
			fields = append(fields, x.Name)
		}
	}
	if got := fmt.Sprint(fields); got != "[first-name last-name email credential oriented reason]" {
		t.Errorf("faults at %s", got)
	}
	for _, who := range []authz.Actor{{Role: authz.Certifier, Account: uuid.New(), Site: o.siteOf(1)}, {Role: authz.Desk, Account: uuid.New()}, {}} {
		if _, err := o.ChangeCertifier(t.Context(), who, sub(), o.siteOf(1), newcomer(o.certifierOf(o.siteOf(1))), "x"); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q names a certifier: %v", who, err)
		}
		if _, err := o.EndCertifier(t.Context(), who, sub(), o.siteOf(1), o.certifierOf(o.siteOf(1))); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q ends a certifier: %v", who, err)
		}
	}
}

// Any code that is out for somebody who was removed is dead.
func TestReplacedBeforeJoining(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	m := o.mailing()[0]
	if _, err := o.ChangeCertifier(t.Context(), o.ofp, sub(), o.siteOf(1), newcomer(o.certifierOf(o.siteOf(1))), "moved"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.redeem(m, "quinn"); err == nil {
		t.Error("the code of who was replaced still works")
	}
	if n := o.count(`SELECT count(*) FROM access_code WHERE used_at IS NULL AND superseded_at IS NULL`); n != 1 {
		t.Errorf("%d codes are out, want 1", n)
	}
}
