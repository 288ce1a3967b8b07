package accesscode_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// twoSites is a certifier of the first two of three sites.
func (o *office) twoSites() authz.Actor {
	o.t.Helper()
	o.enroll(3)
	o.clinicType()
	one := o.certifier(o.mailing()[0], "quinn")
	o.several()
	o.approve(o.siteOf(1))
	quinn := newcomer(o.certifierOf(o.siteOf(2)))
	quinn.Email = "c1@clinic.example"
	if _, err := o.ChangeCertifier(o.t.Context(), o.ofp, sub(), o.siteOf(2), quinn, "retired"); err != nil {
		o.t.Fatal(err)
	}
	m, who := mailOf(o.post(), "certifier.invite"), browser()
	err := errors.Join(o.ways.Verify(o.t.Context(), who, attempt(m)), o.ways.Confirm(o.t.Context(), who, "Quinn", "Doe"),
		second(o.ways.Redeem(o.t.Context(), who, sub(), "en")))
	if err != nil {
		o.t.Fatal(err)
	}
	return one
}

// A person with an account is added to another of the certifier's sites at
// once (domain/portal.md 5, 9.3): with an entry that names that site, and a
// mail.
func TestLinkStaffToAnotherOfMySites(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	certifier := o.twoSites()
	first, other, third := o.siteOf(1), o.siteOf(2), o.siteOf(3)
	id, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"})
	if err != nil {
		t.Fatal(err)
	}
	link := func(who authz.Actor, to uuid.UUID) error {
		return second(o.members.LinkStaff(t.Context(), who, sub(), id, to))
	}
	if err := link(certifier, other); !errors.Is(err, membership.ErrNotJoined) {
		t.Errorf("somebody without an account = %v, want ErrNotJoined", err)
	}
	sam, err := o.redeem(staffMail(o.post()), "samstaff")
	if err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]uuid.UUID{"none": uuid.Nil, "this one": first, "somebody else's": third, "no site": uuid.New()} {
		if err := link(certifier, to); !errors.Is(err, membership.ErrNotMySite) {
			t.Errorf("%s = %v, want ErrNotMySite", name, err)
		}
	}
	for _, who := range []authz.Actor{{Role: authz.Staff, Account: sam, Site: first}, {Role: authz.Certifier, Account: uuid.New(), Site: third}, o.ofp} {
		if err := link(who, other); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q links: %v, want not found", who, err)
		}
	}
	if _, sites, err := o.members.FindForLink(t.Context(), certifier, id); err != nil || len(sites) != 1 || sites[0].SiteID != other {
		t.Errorf("offered %+v, %v; want the other site alone", sites, err)
	}
	form := sub()
	there, err := o.members.LinkStaff(t.Context(), certifier, form, id, other)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.members.LinkStaff(t.Context(), certifier, form, id, other); err != nil || again != there {
		t.Errorf("the same form again = %v, %v; want %v", again, err, there)
	}
	if err := link(certifier, other); !errors.Is(err, membership.ErrThereAlready) {
		t.Errorf("a second time = %v, want ErrThereAlready", err)
	}
	if n := o.count(`SELECT count(*) FROM session_sites($1) WHERE role = 'staff'`, sam); n != 2 {
		t.Errorf("works at %d sites, want 2", n)
	}
	if n := o.count(`SELECT count(*) FROM audit_entry WHERE action = 'membership.link' AND site_id = $1`, other); n != 1 {
		t.Errorf("%d entries for the site, want 1", n)
	}
	if mailOf(o.post(), "staff.site-added").Values["Site"] != "Clinic 2" {
		t.Error("no mail names the site")
	}
	if _, err := o.members.RemoveStaff(t.Context(), certifier, sub(), id); err != nil {
		t.Fatal(err)
	}
	if err := link(certifier, other); !errors.Is(err, membership.ErrRemoved) {
		t.Errorf("somebody who was removed here = %v, want ErrRemoved", err)
	}
}

// security.md 5.3, 8.2: somebody with several sites chooses among their own,
// and the choice is remembered.
func TestChooseSite(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	certifier := o.twoSites()
	first, other, third := o.siteOf(1), o.siteOf(2), o.siteOf(3)
	choices, err := o.members.Sites(t.Context(), certifier)
	if err != nil || len(choices) != 2 || choices[0].SiteID != first || choices[1].SiteID != other || choices[1].Role != authz.Certifier {
		t.Fatalf("sites = %+v, %v", choices, err)
	}
	firstOf := func() uuid.UUID {
		sites, err := session.Sites(t.Context(), o.db, certifier.Account)
		if err != nil || len(sites) != 2 {
			t.Fatalf("%d sites, %v", len(sites), err)
		}
		return *sites[0].SiteID
	}
	if firstOf() != first {
		t.Error("without a choice the oldest site does not come first")
	}
	for name, to := range map[string]uuid.UUID{"somebody else's": third, "none": uuid.New()} {
		if _, err := o.members.ChooseSite(t.Context(), certifier, sub(), to); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s = %v, want not found", name, err)
		}
	}
	if _, err := o.members.ChooseSite(t.Context(), certifier, sub(), other); err != nil {
		t.Fatal(err)
	}
	if firstOf() != other {
		t.Error("the site that was chosen does not come first")
	}
	for _, who := range []authz.Actor{o.ofp, {Role: authz.Desk, Account: uuid.New()}, {}} {
		if _, err := o.members.Sites(t.Context(), who); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q sees sites: %v", who, err)
		}
	}
	if n := o.count(`SELECT count(*) FROM audit_entry WHERE action = 'session.switch-site' AND subject = 'site:' || $1::uuid`, other); n != 1 {
		t.Errorf("%d entries of the switch, want 1", n)
	}
}

// Work at a suspended site stops at once; at one that is disenrolled nobody is
// signed in any more (domain/portal.md 4).
func TestStatusOfASite(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	certifier := o.twoSites()
	at := certifier.Site
	o.signIn(certifier.Account, at)
	set := func(to site.Status, reason string) error {
		return second(o.sites.SetStatus(t.Context(), o.ofp, sub(), at, site.StatusChange{Status: to, Reason: reason, Confirmed: true}))
	}
	look := func() (sessions, sites int, work error) {
		o.system(func(tx *postgres.Tx) error { work = site.OpenForWorkTx(t.Context(), tx, at); return nil })
		return o.count(`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`, certifier.Account),
			o.count(`SELECT count(*) FROM session_sites($1)`, certifier.Account), work
	}
	if err := set(site.Suspended, "no_claims"); err != nil {
		t.Fatal(err)
	}
	if sessions, sites, work := look(); !errors.Is(work, site.ErrSuspended) || sessions != 1 || sites != 2 {
		t.Errorf("suspended: work %v, %d sessions, %d sites", work, sessions, sites)
	}
	if err := set(site.Suspended, "other"); !errors.Is(err, site.ErrSameStatus) {
		t.Errorf("suspending again = %v, want ErrSameStatus", err)
	}
	if err := set(site.Disenrolled, "investigation"); err != nil {
		t.Fatal(err)
	}
	if sessions, sites, work := look(); !errors.Is(work, site.ErrDisenrolled) || sessions != 0 || sites != 1 {
		t.Errorf("disenrolled: work %v, %d sessions, %d sites", work, sessions, sites)
	}
	if n := o.count(`SELECT count(*) FROM session_member($1, $2)`, certifier.Account, at); n != 0 {
		t.Error("a session that got away still acts for the site")
	}
	if err := set(site.Enrolled, "ignored"); err != nil {
		t.Fatal(err)
	}
	if _, sites, work := look(); work != nil || sites != 2 {
		t.Errorf("enrolled again: work %v, %d sites", work, sites)
	}
	if n := o.count(`SELECT count(*) FROM audit_entry WHERE subject = 'site:' || $1::uuid AND (action, reason) IN
		(('site.suspend', 'no_claims'), ('site.disenroll', 'investigation'), ('site.reinstate', ''))`, at); n != 3 {
		t.Errorf("%d entries, want 3", n)
	}
	err := second(o.sites.SetStatus(t.Context(), o.ofp, sub(), at, site.StatusChange{Status: "x", Reason: "y"}))
	if f, ok := fault.Of(err); !ok || len(f.Fields) != 3 {
		t.Errorf("a wrong form = %v, want three faults", err)
	}
	if err := second(o.sites.SetStatus(t.Context(), certifier, sub(), at, site.StatusChange{Status: site.Enrolled, Confirmed: true})); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a certifier sets the status: %v", err)
	}
}

// OFP removes staff of any site, and nobody else's certifier that way
// (security.md 8.2).
func TestOFPRemovesStaffOfAnySite(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	certifier := o.twoSites()
	in := membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"}
	id, err := o.InviteStaff(t.Context(), certifier, sub(), in)
	if err != nil {
		t.Fatal(err)
	}
	sam, err := o.redeem(staffMail(o.post()), "samstaff")
	if err != nil {
		t.Fatal(err)
	}
	o.signIn(sam, certifier.Site)
	if _, err := o.members.RemoveStaff(t.Context(), o.ofp, sub(), id); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`, sam); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
	if id, err = o.InviteStaff(t.Context(), certifier, sub(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := o.RevokeStaff(t.Context(), o.ofp, sub(), id); err != nil {
		t.Errorf("OFP withdraws an invitation: %v", err)
	}
	if _, err := o.members.RemoveStaff(t.Context(), o.ofp, sub(), o.certifierOf(certifier.Site)); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("OFP removes a certifier like staff: %v", err)
	}
}
