package journey

import (
	"testing"
	"time"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/mail"
)

// TestPath is the path from a list of 2,400 clinics to a client with a HAP
// number, once, each step where the one before it ended.
func TestPath(t *testing.T) {
	p := open(t, browsertest.Options{}, pacific(2025, time.January, 11, 9, 0, 0))
	p.step("public pages", p.publicPages)
	p.walk(lists + "sites.csv")
}

// TestPathWithoutScript is the same path in a browser that runs no script,
// with the first clinics of the list.
func TestPathWithoutScript(t *testing.T) {
	p := open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 11, 9, 0, 0))
	p.walk(p.shortList(12))
}

func (p *portal) walk(list string) {
	var admin, certifier, staff *person
	var letters map[string]mail.Letter
	sites := p.sitesOf(list)
	p.step("first administrators", func() { admin = p.firstAdministrators() })
	p.step("sites are imported", func() { p.importsSites(admin, list, thousands(len(sites))) })
	p.step("a faulty list is refused", func() { p.refusesBadSites(admin) })
	p.step("launch mailing", func() {
		letters = p.launches(admin, sites)
		p.checkLaunch(sites, letters)
		p.launchedOnce(admin, len(sites))
		p.onlyThese(sites[:4])
	})
	p.step("a certifier creates an account", func() {
		certifier = p.certifierJoins(sites[0], letters[sites[0]["certifier_email"]])
	})
	p.step("the last second of a code", func() { p.lastSecond(sites[1], sites[2], letters) })
	p.step("a new code replaces the one before", func() { p.replaced(sites[2], letters) })
	p.step("staff are invited", func() {
		certifier.signsIn()
		certifier.found("/provider/access", 200)
		staff = certifier.invites("Rahel", "Sorensen", "rahel@clinic0001.example")
	})
	p.step("staff are removed", func() {
		certifier.removes(certifier.invites("Tomas", "Underhill", "tomas@clinic0001.example"))
	})
	_ = staff
}
