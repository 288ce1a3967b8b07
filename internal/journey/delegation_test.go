package journey

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
)

// TestDelegation is the path of who may work where: a certifier gets a further
// site and takes somebody along, is replaced at the one and leaves the other
// without a certifier.
func TestDelegation(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 14, 9, 0, 0)).delegation()
}

// TestDelegationWithoutScript is the same path in a browser that runs no
// script.
func TestDelegationWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 14, 9, 0, 0)).delegation()
}

func (p *portal) delegation() {
	p.Helper()
	var admin, certifier, staff *person
	var here, there place
	p.step("two clinics with one certifier", func() {
		admin = p.person("Odette", "Okafor", "odette@office.example")
		admin.creates(p.printed(admin))
		admin.signsIn()
		here, there = p.twoClinics()
		certifier = p.joins(admin, here)
	})
	p.step("an invitation is withdrawn", func() { certifier.withdraws() })
	p.step("staff are invited", func() { staff = certifier.invites("Rahel", "Sorensen", "rahel@clinic0001.example") })
	p.step("an approval is recorded", func() { admin.recordsApproval(here) })
	p.step("a further site", func() {
		admin.names(there, certifier.first, certifier.last, certifier.email)
		certifier.getsFurther(there)
		certifier.choosesSite(there, here)
	})
	p.step("staff are added to it", func() { certifier.takesAlong(staff, there) })
	p.step("the certifier is replaced", func() { admin.replaces(certifier, staff, here) })
	p.step("a site without a certifier", func() { admin.leavesAlone(staff, there) })
	p.step("a site is suspended and disenrolled", func() { admin.closes(staff, here) })
}

// place is a site of the path.
type place struct {
	site
	id string
}

func (s place) page() string { return "/ofp/sites/" + s.id }

// twoClinics brings in two clinics of a kind that may share a certifier, where
// the program lets them.
func (p *portal) twoClinics() (here, there place) {
	p.Helper()
	list := p.shortList(2)
	raw, err := os.ReadFile(list)
	if err != nil {
		p.Fatal(err)
	}
	if _, _, err := p.app.Sites.ImportAll(context.Background(), authz.SystemActor, raw, false); err != nil {
		p.Fatal(err)
	}
	for _, sql := range []string{
		`UPDATE site SET provider_type = 'FQHC'`,
		`INSERT INTO setting (name, value, reason, changed_at) VALUES ('multi_site', 'on', 'test', portal_now())`,
	} {
		if _, err := p.sql.Exec(context.Background(), sql); err != nil {
			p.Fatal(err)
		}
	}
	sites := p.sitesOf(list)
	id := func(s site) string {
		return value[string](p, `SELECT id::text FROM site WHERE site_code = $1`, s["site_id"])
	}
	return place{sites[0], id(sites[0])}, place{sites[1], id(sites[1])}
}

// joins lets the certifier of a site create the account and sign in.
func (p *portal) joins(admin *person, s place) *person {
	p.Helper()
	w := p.certifier(s.site)
	by := value[uuid.UUID](p, `SELECT id FROM account WHERE email = $1`, admin.email)
	of := value[uuid.UUID](p, `SELECT id FROM membership WHERE email = $1`, w.email)
	sub := idempotency.Submission{Key: uuid.New(), Digest: []byte("test")}
	if _, err := p.app.Codes.IssueByHand(context.Background(), authz.Actor{Role: authz.OFP, Account: by}, sub, of, "test"); err != nil {
		p.Fatal(err)
	}
	w.creates(p.accessCode(p.about(w.email, invitation)))
	w.signsIn()
	return w
}

// withdraws takes back an invitation that nobody has accepted.
func (w *person) withdraws() {
	w.Helper()
	w.reaches("/provider/access/new")
	w.Fill("first-name", "Tomas")
	w.Fill("last-name", "Underhill")
	w.Fill("email", "tomas@clinic0001.example")
	w.presses(locale.AccessNewSend)
	w.found("/provider/access/", 200)
	code := w.accessCode(w.about("tomas@clinic0001.example", say(locale.MailStaffInviteSubject)))
	w.Follow(say(locale.AccessActRevoke) + " of Tomas Underhill")
	w.look("provider-access-revoke")
	w.presses(locale.AccessRevokeYes)
	w.Want(say(locale.AccessRevokeDone.With("Name", "Tomas Underhill")))
	tomas := w.person("Tomas", "Underhill", "tomas@clinic0001.example")
	tomas.enters(code)
	tomas.found("/create-account/code", 410)
}

// recordsApproval records that the certifier of a site may have further ones.
func (w *person) recordsApproval(s place) {
	w.Helper()
	w.reaches(s.page())
	w.look("ofp-site-certified")
	w.reaches(s.page() + "/approval")
	w.look("ofp-site-approval")
	w.presses(locale.SitesApprovalYes)
	w.found(s.page()+"/approval", 422)
	w.look("ofp-site-approval-error")
	w.Fill("number", "4475-0001")
	w.Fill("approved-month", "1")
	w.Fill("approved-day", "10")
	w.Fill("approved-year", "2025")
	w.Choose("basis=community")
	w.presses(locale.SitesApprovalYes)
	w.found(s.page(), 200)
	w.wants(locale.SitesApprovalDone, locale.SitesApprovalInForce)
	w.reaches(s.page() + "/approval/end")
	w.look("ofp-site-approval-end")
}

// names makes somebody the certifier of a site.
func (w *person) names(s place, first, last, email string) {
	w.Helper()
	w.reaches(s.page() + "/certifier")
	w.look("ofp-site-certifier")
	w.presses(locale.SitesCertifierYes)
	w.found(s.page()+"/certifier", 422)
	w.look("ofp-site-certifier-error")
	w.Fill("first-name", first)
	w.Fill("last-name", last)
	w.Fill("email", email)
	w.Select("credential", "CNP")
	w.Fill("reason", "The certifier before retired")
	w.Choose("confirm=yes")
	w.presses(locale.SitesCertifierYes)
	w.found(s.page(), 200)
	w.wants(locale.SitesCertifierDone.With("Name", first+" "+last))
	w.look("ofp-site-certifier-changed")
}

// getsFurther links a further site to the account by the code of its mail.
func (w *person) getsFurther(s place) {
	w.Helper()
	code := w.accessCode(w.about(w.email, invitation))
	w.npi = s.site["npi"]
	w.enters(code)
	w.found("/create-account/confirm", 200)
	w.Want(s.site["site_name"])
	w.presses(locale.RegisterConfirmYes)
	w.found("/create-account/terms", 200)
	w.Choose("agree=yes")
	w.presses(locale.RegisterTermsAdd)
	w.found("/create-account/done", 200)
	w.look("create-account-site-added")
	w.about(w.email, say(locale.MailCertifierSiteAddedSubject))
}

// choosesSite is sent to the choice, chooses the one and then the other by the
// link in the head of the page.
func (w *person) choosesSite(first, then place) {
	w.Helper()
	w.at("/provider/clients")
	w.found("/provider/site", 200)
	w.look("provider-site")
	w.presses(locale.ProviderSiteYes)
	w.found("/provider/site", 422)
	w.look("provider-site-error")
	w.Choose("site=" + first.id)
	w.presses(locale.ProviderSiteYes)
	w.found("/provider/clients", 200)
	w.Want(say(locale.ProviderSiteDone.With("Site", first.site["site_name"])))
	if got := w.Text(".fp-site b"); got != first.site["site_name"] {
		w.Errorf("the head of the page names %q, want %q", got, first.site["site_name"])
	}
	w.follows(locale.LayoutSiteSwitch)
	w.found("/provider/site", 200)
	w.look("provider-site-again")
	w.Choose("site=" + then.id)
	w.presses(locale.ProviderSiteYes)
	w.found("/provider", 200)
	if got := w.Text(".fp-site b"); got != then.site["site_name"] {
		w.Errorf("the head of the page names %q, want %q", got, then.site["site_name"])
	}
}

// takesAlong adds somebody to the certifier's other site; they choose at their
// next click.
func (w *person) takesAlong(staff *person, s place) {
	w.Helper()
	staff.at("/provider")
	staff.found("/provider", 200)
	w.at("/provider/access")
	w.Follow(say(locale.AccessActOpen) + " of " + staff.first + " " + staff.last)
	w.Follow(say(locale.AccessActLink) + " of " + staff.first + " " + staff.last)
	w.look("provider-access-link")
	w.presses(locale.AccessLinkYes)
	w.look("provider-access-link-error")
	w.Choose("site=" + s.id)
	w.presses(locale.AccessLinkYes)
	w.found("/provider/access/", 200)
	w.Want(say(locale.AccessLinkDone.With("Name", staff.first+" "+staff.last, "Site", s.site["site_name"])))
	w.about(staff.email, say(locale.MailStaffSiteAddedSubject))
	staff.at("/provider/search")
	staff.found("/provider/site", 200)
	staff.Choose("site=" + s.id)
	staff.presses(locale.ProviderSiteYes)
	staff.found("/provider/search", 200)
}

// replaces names another certifier: the old one is out with the next click,
// the staff go on.
func (w *person) replaces(old, staff *person, s place) {
	w.Helper()
	old.at("/provider/access")
	old.found("/provider/access", 200)
	w.names(s, "Nora", "Newell", "nora@clinic0001.example")
	old.at("/provider/access")
	old.found("/sign-in", 200)
	w.about(old.email, say(locale.MailCertifierReplacedSubject))
	staff.at("/provider/search")
	staff.found("/provider/search", 200)
	nora := w.person("Nora", "Newell", "nora@clinic0001.example")
	nora.npi = s.site["npi"]
	nora.creates(w.accessCode(w.about(nora.email, invitation)))
	nora.signsIn()
	nora.found("/provider", 200)
	nora.at("/provider/access")
	nora.Want(staff.first + " " + staff.last)
	w.at(s.page())
	w.Want("May 14, 2025") // the 120th day
}

// leavesAlone ends the certifier of a site with nobody named instead: the
// staff go on for thirty days and are told how long.
func (w *person) leavesAlone(staff *person, s place) {
	w.Helper()
	w.reaches(s.page() + "/certifier/end")
	w.look("ofp-site-certifier-end")
	w.presses(locale.SitesCertifierEndYes)
	w.found(s.page()+"/certifier/end", 422)
	w.Choose("confirm=yes")
	w.presses(locale.SitesCertifierEndYes)
	w.found(s.page(), 200)
	w.wants(locale.SitesCertifierEnded)
	w.look("ofp-site-uncertified")
	staff.at("/provider")
	staff.Want("Staff can go on for 31 more days, today included, until February 13, 2025.")
	staff.look("provider-uncertified")
	w.clock(pacific(2025, time.February, 13, 9, 0, 0))
	staff.signsIn()
	staff.found("/provider", 200)
	staff.Want("Today is the last day")
	w.clock(pacific(2025, time.February, 14, 9, 0, 0))
	staff.signsIn()
	staff.wants(locale.SiteClosedUncertified)
	staff.look("provider-read-only")
	staff.at("/provider/clients")
	staff.found("/provider/clients", 200)
	staff.startsNothing()
}

// startsNothing looks for somebody new and is refused the application.
func (w *person) startsNothing() {
	w.Helper()
	w.at("/provider/enroll")
	w.Choose("by=name")
	for name, text := range map[string]string{
		"first": "Paz", "last": "Quintero", "birth-month": "3", "birth-day": "14", "birth-year": "1998",
	} {
		w.Fill(name, text)
	}
	w.presses(locale.SearchGo)
	w.at(strings.TrimPrefix(w.URL(), w.base) + "/start")
	w.Choose("mode=video")
	w.presses(locale.EnrollStart)
	if w.Status() != 503 {
		w.Errorf("an application at a site that is read-only: %d, want 503", w.Status())
	}
	w.wants(locale.SiteClosedUncertified)
	w.look("provider-read-only-refused")
}

// closes suspends a site, where work stops, and disenrolls it, where everybody
// is out.
func (w *person) closes(staff *person, s place) {
	w.Helper()
	staff.at("/provider/site")
	staff.Choose("site=" + s.id)
	staff.presses(locale.ProviderSiteYes)
	w.signsIn()
	w.reaches(s.page() + "/status")
	w.look("ofp-site-status")
	w.presses(locale.SitesStatusYes)
	w.found(s.page()+"/status", 422)
	w.look("ofp-site-status-error")
	w.sets("suspended")
	staff.at("/provider")
	staff.found("/provider", 200)
	staff.wants(locale.SiteClosedSuspended)
	staff.look("provider-suspended")
	w.reaches(s.page() + "/status")
	w.sets("disenrolled")
	w.look("ofp-site-disenrolled")
	staff.at("/provider")
	staff.found("/sign-in", 200)
}

func (w *person) sets(status string) {
	w.Helper()
	w.Choose("status=" + status)
	w.Select("reason", "no_claims")
	w.Choose("confirm=yes")
	w.presses(locale.SitesStatusYes)
	w.wants(locale.SitesStatusDone)
}
