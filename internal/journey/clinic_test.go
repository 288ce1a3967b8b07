package journey

import (
	"context"
	"strings"
	"time"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
)

// certifier opens a browser for the certifier of a site.
func (p *portal) certifier(s site) *person {
	p.Helper()
	w := p.person(s["certifier_first_name"], s["certifier_last_name"], s["certifier_email"])
	w.npi = s["npi"]
	return w
}

// onlyThese lets all other clinics leave the program, so that the new codes
// of the next days go to these and not to two thousand more.
func (p *portal) onlyThese(sites []site) {
	p.Helper()
	var ids []string
	for _, s := range sites {
		ids = append(ids, s["site_id"])
	}
	if _, err := p.sql.Exec(context.Background(), `UPDATE site SET status = 'suspended' WHERE NOT site_code = ANY ($1)`, ids); err != nil {
		p.Fatal(err)
	}
}

// certifierJoins makes the account of a certifier before go-live, when only
// that is possible, and returns the person at the dashboard on the first day.
func (p *portal) certifierJoins(s site, letter mail.Letter) *person {
	p.Helper()
	w := p.certifier(s)
	w.at("/create-account/code")
	w.presses(locale.RegisterCodeContinue)
	w.found("/create-account/code", 422)
	w.wants(locale.RegisterCodeEmailMissing, locale.RegisterCodeCodeMissing)
	w.look("create-account-code-error")
	w.enters("0000-0000-0000-0000-0000-0000")
	w.found("/create-account/code", 422)
	w.wants(locale.CodeUnknown)
	w.look("create-account-code-unknown")
	p.clock(launch.Add(time.Hour))
	w.creates(p.accessCode(letter))
	p.about(w.email, say(locale.MailAccountCreatedSubject))
	w.signsIn()
	w.found("/provider/access", 503)
	w.Want("January 13, 2025")
	w.look("provider-closed")
	return w
}

// issuesByHand gives a certifier another code ten minutes past an hour, and
// returns its mail. The one before it stops working.
func (p *portal) issuesByHand(admin *person, late site, letters map[string]mail.Letter) mail.Letter {
	p.Helper()
	p.clock(launch.Add(70 * time.Minute))
	id := value[string](p, `SELECT id::text FROM membership WHERE email = $1`, late["certifier_email"])
	admin.reaches("/ofp/codes/issue/" + id)
	admin.look("ofp-codes-issue")
	admin.presses(locale.CodesIssueYes)
	admin.found("/ofp/codes/issue/", 422)
	admin.Fill("reason", "Called: the mail never arrived")
	admin.presses(locale.CodesIssueYes)
	admin.found("/ofp/sites/", 200)
	admin.look("ofp-site")
	w := p.certifier(late)
	l := p.about(w.email, invitation)
	w.enters(p.accessCode(letters[w.email]))
	w.found("/create-account/code", 410)
	w.wants(locale.RegisterEndedReplacedTitle)
	w.look("create-account-code-replaced")
	return l
}

// lastSecond enters the code of the launch in the last second of its 24 hours,
// and another one a second after the end of them.
func (p *portal) lastSecond(inTime site, letters map[string]mail.Letter, late site, byHand mail.Letter) {
	p.Helper()
	p.clock(launch.Add(accesscode.Lifetime - time.Second))
	w := p.certifier(inTime)
	w.enters(p.accessCode(letters[w.email]))
	w.finishes()
	w.enters(p.accessCode(letters[w.email]))
	w.found("/create-account/code", 409)
	w.wants(locale.RegisterEndedUsedTitle)
	w.look("create-account-code-used")

	end := launch.Add(70*time.Minute + accesscode.Lifetime)
	p.clock(end.Add(-time.Second))
	p.swept()
	p.clock(end.Add(time.Second))
	w = p.certifier(late)
	w.enters(p.accessCode(byHand))
	w.found("/create-account/code", 410)
	w.wants(locale.RegisterEndedExpiredTitle)
	w.Want("a new code is on its way to the same e-mail address")
	w.look("create-account-code-ended-in-window")
}

// reissued waits for the code that comes by itself inside the window, and
// enters the one before it.
func (p *portal) reissued(late site, byHand mail.Letter) mail.Letter {
	p.Helper()
	p.sweep()
	w := p.certifier(late)
	newest := p.about(w.email, invitation)
	w.enters(p.accessCode(byHand))
	w.found("/create-account/code", 410)
	w.wants(locale.RegisterEndedReplacedTitle)
	return newest
}

// afterWindow enters the last code of somebody when the time of new codes is
// over: then OFP helps.
func (p *portal) afterWindow(late site, newest mail.Letter) {
	p.Helper()
	p.clock(pacific(2025, time.February, 4, 9, 0, 0))
	w := p.certifier(late)
	w.enters(p.accessCode(newest))
	w.found("/create-account/code", 410)
	w.wants(locale.RegisterEndedExpiredTitle)
	w.Want("Ask the Office of Family Planning for a new code: (916) 650-0414")
	w.look("create-account-code-ended-after-window")
}

// invites gives somebody access to the certifier's site and returns them,
// signed in.
func (w *person) invites(first, last, email string) *person {
	w.Helper()
	w.at("/provider/access")
	w.Want("Access Management Dashboard")
	w.look("provider-access")
	w.presses(locale.AccessAdd)
	w.found("/provider/access/new", 200)
	w.look("provider-access-new")
	w.presses(locale.AccessNewSend)
	w.found("/provider/access/new", 422)
	w.look("provider-access-new-error")
	w.Fill("first-name", first)
	w.Fill("last-name", last)
	w.Fill("email", email)
	w.presses(locale.AccessNewSend)
	w.found("/provider/access/", 200)
	w.wants(locale.AccessStatusInvited)
	w.look("provider-access-member")

	staff := w.person(first, last, email)
	staff.creates(w.accessCode(w.about(email, say(locale.MailStaffInviteSubject))))
	w.about(w.email, say(locale.MailStaffJoinedSubject))
	staff.signsIn()
	staff.found("/provider", 200)
	w.at("/provider/access")
	w.wants(locale.AccessStatusActive)
	w.look("provider-access-list")
	return staff
}

// removes takes somebody's access away: their next click leads nowhere.
func (w *person) removes(staff *person) {
	w.Helper()
	staff.at("/provider")
	staff.found("/provider", 200)
	w.at("/provider/access")
	w.Follow(say(locale.AccessActRemove) + " of " + staff.first + " " + staff.last)
	w.look("provider-access-remove")
	w.presses(locale.AccessRemoveYes)
	w.Want(say(locale.AccessRemoveDone.With("Name", staff.first+" "+staff.last)))
	w.look("provider-access-removed")
	staff.at("/provider/search")
	staff.found("/sign-in", 200)
	w.about(staff.email, say(locale.MailStaffRemovedSubject))
	w.later(2 * time.Minute)
	staff.signsIn()
	staff.found("/sign-in/code", 403)
	staff.look("sign-in-no-access")
}

// asksAgain waits until a sensitive act needs password and passcode anew, and
// looks at the pages of one's own account.
func (w *person) asksAgain() {
	w.Helper()
	w.later(16 * time.Minute)
	w.at("/provider/access/new")
	w.found("/sign-in/again", 200)
	w.look("sign-in-again")
	w.presses(locale.SignInCodeSubmit)
	w.found("/sign-in/again", 422)
	w.Fill("password", w.password)
	w.presses(locale.SignInCodeSubmit)
	w.proves()
	w.found("/provider/access/new", 200)
	for _, page := range []string{"", "/password", "/authenticator"} {
		w.at("/provider/account" + page)
		w.found("/provider/account"+page, 200)
		w.look("provider-account" + strings.ReplaceAll(page, "/", "-"))
	}
}

// rests long enough for the screen to be covered; the password alone brings
// back the page, and signing out ends it.
func (w *person) rests() {
	w.Helper()
	w.later(31 * time.Minute)
	w.at("/provider/search")
	w.found("/sign-in", 200)
	w.wants(locale.SignInResumeTitle)
	w.look("sign-in-resume")
	w.Fill("password", w.password)
	w.presses(locale.SignInResumeSubmit)
	w.found("/provider/search", 200)
	w.signsOut()
	w.at("/provider/search")
	w.found("/sign-in", 200)
	w.signsIn()
	w.found("/provider/search", 200)
}
