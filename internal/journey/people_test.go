package journey

import (
	"context"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/secret"
)

// TestPeople is what administrators do about people: one invites and another
// confirms, somebody is disabled and it is lifted, and the break-glass account
// is tried out (security.md 16.6, 16.7).
func TestPeople(t *testing.T) {
	open(t, browsertest.Options{}, deskDay).staffs()
}

// TestPeopleWithoutScript is the same in a browser that runs no script.
func TestPeopleWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, deskDay).staffs()
}

func (p *portal) staffs() {
	p.Helper()
	var ada, ben, staff *person
	p.step("two administrators and somebody of a clinic", func() {
		ada, ben = p.administrator("Ada", "Bell"), p.administrator("Ben", "Cole")
		staff = p.helper("Samuel", "Ortiz")
	})
	p.step("one invites, the other confirms", func() {
		rita := p.person("Rita", "Moss", "rita@office.example")
		request := ada.asksFor(rita)
		ben.approves(request)
		rita.creates(p.accessCode(p.about(rita.email, say(locale.MailWorkforceInviteSubject))))
		rita.signsIn()
		rita.found("/desk", 200)
	})
	p.step("somebody is disabled at work", func() {
		staff.later(2 * time.Minute)
		staff.signsIn()
		staff.found("/provider", 200)
		ada.disables(staff)
		staff.at("/provider")
		staff.found("/sign-in", 200)
		staff.refused()
	})
	p.step("it is lifted", func() {
		ada.lifts(staff)
		staff.later(2 * time.Minute)
		staff.signsIn()
		staff.found("/provider", 200)
	})
	p.step("two administrators remain", func() {
		ada.opens(ben)
		ada.follows(locale.PeopleActDisable)
		ada.Fill("reason", "Exercise")
		ada.presses(locale.PeopleDisableYes)
		ada.found("/ofp/people/", 403)
		ada.wants(locale.AccountOfficeFew)
		ada.look("ofp-people-few")
	})
	p.step("the emergency account", func() { p.breaksGlass(ada, staff) })
}

// asksFor asks that somebody is let in at the service center and returns the
// address of the request.
func (w *person) asksFor(of *person) string {
	w.Helper()
	w.reaches("/ofp/people/new")
	w.look("ofp-people-new")
	w.presses(locale.PeopleNewAsk)
	w.found("/ofp/people/new", 422)
	w.look("ofp-people-new-error")
	w.Choose("role=desk")
	w.Fill("first-name", of.first)
	w.Fill("last-name", of.last)
	w.Fill("email", of.email)
	w.Fill("reason", "New at the service center")
	w.presses(locale.PeopleNewAsk)
	w.found("/ofp/people/requests/", 200)
	w.wants(locale.PeopleRequestOwn, locale.PeopleRequestWithdraw)
	w.look("ofp-people-request-own")
	return strings.TrimPrefix(w.URL(), w.base)
}

// approves approves the request at the address.
func (w *person) approves(request string) {
	w.Helper()
	w.at("/ofp/people")
	w.found("/ofp/people", 200)
	w.look("ofp-people")
	w.follows(locale.PeopleWaitingOpen)
	w.found("/ofp/people/requests", 200)
	w.look("ofp-people-requests")
	w.reaches(request)
	w.look("ofp-people-request")
	w.presses(locale.PeopleRequestApprove)
	w.found(request, 200)
	w.wants(locale.PeopleRequestDoneApproved, locale.PeopleRequestStateDone)
	w.look("ofp-people-request-done")
}

// opens finds somebody by name and opens their page.
func (w *person) opens(of *person) {
	w.Helper()
	w.at("/ofp/people")
	w.Fill("search", of.last)
	w.presses(locale.PeopleFilterShow)
	w.found("/ofp/people?", 200)
	w.look("ofp-people-found")
	w.Follow(of.first + " " + of.last)
	w.found("/ofp/people/", 200)
}

func (w *person) disables(of *person) {
	w.Helper()
	w.opens(of)
	w.look("ofp-person")
	page := strings.TrimPrefix(w.URL(), w.base)
	w.reaches(page + "/disable")
	w.presses(locale.PeopleDisableYes)
	w.found(page+"/disable", 422)
	w.wants(locale.AccountOfficeReasonMissing)
	w.look("ofp-person-disable-error")
	w.Fill("reason", "The password was shared")
	w.presses(locale.PeopleDisableYes)
	w.found(page, 200)
	w.wants(locale.PeopleStateDisabled)
	w.Want("The password was shared")
	w.look("ofp-person-disabled")
	w.about(of.email, say(locale.MailWorkforceDisabledSubject))
}

// refused signs in with the right password and is told whom to ask.
func (w *person) refused() {
	w.Helper()
	w.at("/sign-in")
	w.Fill("name", w.username)
	w.Fill("password", w.password)
	w.presses(locale.SignInSubmit)
	w.found("/sign-in/disabled/office", w.Status())
}

func (w *person) lifts(of *person) {
	w.Helper()
	w.opens(of)
	page := strings.TrimPrefix(w.URL(), w.base)
	w.reaches(page + "/lift")
	w.look("ofp-person-lift")
	w.presses(locale.PeopleLiftYes)
	w.found(page, 200)
	w.wants(locale.PeopleStateActive)
	w.about(of.email, say(locale.MailWorkforceLiftedSubject))
}

// breaksGlass makes the break-glass account, shows that it is sealed, opens it
// with an administrator and lets the hour pass.
func (p *portal) breaksGlass(admin, staff *person) {
	p.Helper()
	w := p.person("Emergency", "Reserve", "emergency@office.example")
	code, _, err := p.app.Office.MakeSealed(context.Background(), membership.Invitee{FirstName: w.first, LastName: w.last, Email: w.email})
	if err != nil {
		p.Fatal(err)
	}
	w.creates(secret.FormatCode(code))
	w.signsIn()
	w.found("/sign-in", 200)
	w.later(2 * time.Minute)
	w.refused()
	id, err := p.app.Office.AskOpen(context.Background(), "Nobody else can sign in")
	if err != nil {
		p.Fatal(err)
	}
	p.about(admin.email, say(locale.MailOfficeBreakGlassAskedSubject))
	admin.reaches("/ofp/people/requests/" + id.String())
	admin.look("ofp-people-request-emergency")
	admin.presses(locale.PeopleRequestApprove)
	admin.wants(locale.PeopleRequestDoneApproved)
	p.about(admin.email, say(locale.MailOfficeBreakGlassOpenedSubject))
	w.later(2 * time.Minute)
	w.signsIn()
	w.found("/ofp", 200)
	w.signsOff(staff)
	w.later(office.OpenFor - 2*time.Minute)
	w.at("/ofp")
	w.found("/sign-in", 200)
	p.marked(w)
}

// signsOff ends every sign-in of somebody.
func (w *person) signsOff(of *person) {
	w.Helper()
	w.opens(of)
	page := strings.TrimPrefix(w.URL(), w.base)
	w.reaches(page + "/end-sessions")
	w.look("ofp-person-end-sessions")
	w.presses(locale.PeopleEndSessionsYes)
	w.found(page, 200)
	w.wants(locale.PeoplePersonSessionsNone)
	of.at("/provider")
	of.found("/sign-in", 200)
}

// marked fails for every entry of the audit record of somebody that does not
// say that it was done through the break-glass account.
func (p *portal) marked(w *person) {
	p.Helper()
	var marked, others int
	err := p.sql.QueryRow(context.Background(), `
		SELECT count(*) FILTER (WHERE e.role = 'break-glass'), count(*) FILTER (WHERE e.role <> 'break-glass')
		FROM audit_entry e JOIN account a ON a.id = e.account_id WHERE a.email = $1`, w.email).Scan(&marked, &others)
	if err != nil || marked == 0 || others != 0 {
		p.Errorf("%d entries are marked and %d are not, %v", marked, others, err)
	}
}
