package journey

import (
	"context"
	"os"
	"testing"
	"time"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
)

// TestCodes is the first days of the codes: a mailing that nobody presses, a
// code that ran out, the question where one's code is, and codes for several
// certifiers at once.
func TestCodes(t *testing.T) { open(t, browsertest.Options{}, launch.Add(-time.Hour)).codes() }

// TestCodesWithoutScript is the same in a browser that runs no script.
func TestCodesWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, launch.Add(-time.Hour)).codes()
}

// mailed is when the codes leave: past the full hour, so that they run out
// between two sweeps.
var mailed = launch.Add(10 * time.Minute)

func (p *portal) codes() {
	p.Helper()
	list := p.shortList(5)
	sites := p.sitesOf(list)
	letters := map[string]mail.Letter{}
	var admin *person
	p.step("the launch mailing leaves by the calendar", func() {
		admin = p.administrator("Odette", "Okafor")
		p.imports(list)
		p.clock(mailed)
		p.sweep()
		for range sites {
			l := p.post.Next(p)
			letters[l.To] = l
		}
	})
	p.step("a code has run out", func() { p.ranOut(sites[0], letters) })
	p.step("where is my code", func() { p.asksWhere(sites[1]) })
	p.step("several codes at once", func() { p.issuesSeveral(admin, sites[1:3]) })
}

func (p *portal) imports(list string) {
	p.Helper()
	content, err := os.ReadFile(list)
	if err != nil {
		p.Fatal(err)
	}
	if _, _, err := p.app.Sites.ImportAll(context.Background(), authz.SystemActor, content, false); err != nil {
		p.Fatal(err)
	}
}

// ranOut enters a code after its end, inside the window: the next one is on its
// way, and works.
func (p *portal) ranOut(s site, letters map[string]mail.Letter) {
	p.Helper()
	end := mailed.Add(accesscode.Lifetime)
	p.clock(end.Add(-time.Second))
	p.swept()
	p.clock(end.Add(time.Second))
	w := p.certifier(s)
	w.enters(p.accessCode(letters[w.email]))
	w.found("/create-account/code", 410)
	w.wants(locale.RegisterEndedExpiredTitle)
	w.Want("a new code is on its way to the same e-mail address")
	newest := p.about(w.email, invitation)
	w.enters(p.accessCode(newest))
	w.finishes()
}

// asksWhere asks by mail where a code is: the page is the same for everybody.
func (p *portal) asksWhere(s site) {
	p.Helper()
	p.sweep()
	w := p.certifier(s)
	p.about(w.email, invitation)
	w.at("/providers/my-code")
	w.look("my-code")
	w.presses(locale.PublicMyCodeFormSend)
	w.found("/providers/my-code", 422)
	w.look("my-code-error")
	w.Fill("email", w.email)
	w.Fill("npi", w.npi)
	w.presses(locale.PublicMyCodeFormSend)
	w.found("/providers/my-code/sent", 200)
	w.look("my-code-sent")
	p.about(w.email, say(locale.MailCodeWhereSubject))
}

// issuesSeveral chooses certifiers in the list of codes and issues each a code.
func (p *portal) issuesSeveral(admin *person, to []site) {
	p.Helper()
	admin.signsIn()
	admin.at("/ofp/codes")
	admin.look("ofp-codes-choose")
	admin.presses(locale.CodesSelectIssue)
	admin.found("/ofp/codes/selection", 422)
	admin.look("ofp-codes-choose-error")
	for _, s := range to {
		admin.Choose("member=" + value[string](p, `SELECT id::text FROM membership WHERE email = $1`, s["certifier_email"]))
	}
	admin.presses(locale.CodesSelectIssue)
	admin.found("/ofp/codes/selection/", 200)
	admin.look("ofp-codes-selection")
	admin.presses(locale.CodesSelectionStart)
	admin.found("/ofp/codes/selection/", 422)
	admin.look("ofp-codes-selection-error")
	admin.Fill("reason", "Their mail server was down")
	admin.presses(locale.CodesSelectionStart)
	admin.found("/ofp/codes/selection/", 200)
	for tries := 0; tries < 50 && !admin.Has(say(locale.CodesSelectionDone)); tries++ {
		admin.presses(locale.CodesLaunchAgain) // the job may still be at it
	}
	admin.wants(locale.CodesSelectionDone)
	admin.look("ofp-codes-selection-done")
	admin.reaches("/ofp/codes/export")
	admin.look("ofp-codes-export")
	for _, s := range to {
		p.about(s["certifier_email"], invitation)
	}
}
