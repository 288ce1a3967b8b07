package journey

import (
	"testing"
	"time"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
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
	p.Helper()
	var admin, certifier, staff *person
	var letters map[string]mail.Letter
	var byHand, newest mail.Letter
	walkIn := married(clientMail)
	sites := p.sitesOf(list)
	p.step("first administrators", func() { admin = p.firstAdministrators() })
	p.step("sites are imported", func() { p.importsSites(admin, list, locale.Number(p.root.Context(), int64(len(sites)))) })
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
	p.step("a code is issued by hand", func() { byHand = p.issuesByHand(admin, sites[2], letters) })
	p.step("the last second of a code", func() { p.lastSecond(sites[1], letters, sites[2], byHand) })
	p.step("a new code comes by itself", func() { newest = p.reissued(sites[2], byHand) })
	p.step("staff are invited", func() {
		certifier.signsIn()
		certifier.found("/provider/access", 200)
		staff = certifier.invites("Rahel", "Sorensen", "rahel@clinic0001.example")
	})
	p.step("staff are removed", func() {
		certifier.removes(certifier.invites("Tomas", "Underhill", "tomas@clinic0001.example"))
	})
	p.step("sensitive acts and rest", func() {
		certifier.asksAgain()
		staff.rests()
	})
	var number client.HAPNumber
	p.step("staff enroll a walk-in", func() {
		number = staff.enrolls(walkIn, clientMail)
		staff.record(walkIn, number)
	})
	p.step("over the limit", func() { staff.overTheLimit() })
	p.step("an answer is missing", func() { staff.answerMissing() })
	p.step("staff cannot enroll themselves", func() { staff.enrollsHerself() })
	p.step("nobody is enrolled twice", func() { staff.enrolledTwice(walkIn) })
	p.step("after the window OFP issues codes", func() { p.afterWindow(sites[2], newest) })
	p.step("ten months later", func() {
		p.tenMonths(staff)
		staff.recertified(walkIn, number)
	})
}

// clientMail is where the walk-in can be reached.
const clientMail = "mari@mail.example"

// tenMonths lets the time pass until a client can be certified again. Staff
// sign in often enough to keep their account.
func (p *portal) tenMonths(staff *person) {
	p.Helper()
	for day := pacific(2025, time.March, 5, 9, 0, 0); day.Before(renewal); day = day.AddDate(0, 0, 50) {
		p.clock(day)
		staff.signsIn()
		staff.found("/provider", 200)
	}
	p.clock(renewal)
	p.sweep()
	staff.signsIn()
}

// renewal is the first day on which the walk-in can be certified again.
var renewal = pacific(2025, time.November, 13, 10, 0, 0)
