package journey

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// TestServiceDesk is the work of the service center: calls of somebody who is
// blocked, who forgot the password, who was away for long, and of an
// administrator, for whom it takes two.
func TestServiceDesk(t *testing.T) {
	open(t, browsertest.Options{}, deskDay).serves()
}

// TestServiceDeskWithoutScript is the same in a browser that runs no script.
func TestServiceDeskWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, deskDay).serves()
}

var deskDay = pacific(2025, time.February, 4, 9, 0, 0)

// deskSite is the clinic that calls.
const (
	deskSite = "Harbor Test Clinic"
	deskNPI  = "2681797371"
)

func (p *portal) serves() {
	p.Helper()
	var admin, rita, ada, staff *person
	p.step("people of both offices and of a clinic", func() {
		admin = p.administrator("Odette", "Okafor")
		rita, ada = p.representative("Rita", "Moss"), p.representative("Ada", "Bell")
		staff = p.helper("Samuel", "Ortiz")
	})
	p.step("a representative looks around", func() { rita.looksAround() })
	p.step("a staff person is blocked and calls", func() {
		staff.blocked(5)
		rita.unblocks(staff)
		staff.later(2 * time.Minute)
		staff.signsIn()
		staff.found("/provider", 200)
	})
	p.step("somebody forgot the password", func() { rita.resets(staff) })
	p.step("somebody was away for sixty days", func() { p.enables(staff, rita, ada, admin) })
	p.step("it takes two for an administrator", func() {
		admin.signsIn()
		admin.signsOut()
		admin.blocked(3)
		p.together(rita, ada, admin)
	})
	p.step("what was done", func() {
		rita.at("/desk/history")
		rita.found("/desk/history", 200)
		rita.wants(locale.DeskHistoryDid, locale.DeskHistoryAsked, locale.DeskProgressDone)
		rita.look("desk-history")
	})
	p.step("nothing else is there", func() {
		for _, path := range []string{"/provider", "/ofp", "/ofp/sites", "/provider/clients", "/provider/search"} {
			rita.at(path)
			rita.found(path, 404)
		}
		rita.look("desk-not-found")
	})
}

// administrator makes an account at OFP and signs in.
func (p *portal) administrator(first, last string) *person {
	p.Helper()
	w := p.person(first, last, strings.ToLower(first)+"@office.example")
	w.creates(p.printed(w))
	w.signsIn()
	w.found("/ofp", 200)
	return w
}

// representative makes an account at the service center and signs in: it leads
// to the search.
func (p *portal) representative(first, last string) *person {
	p.Helper()
	w := p.person(first, last, strings.ToLower(first)+"@office.example")
	in := membership.Invitee{FirstName: first, LastName: last, Email: w.email}
	err := p.app.DB.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := p.app.Codes.InviteOfficeTx(context.Background(), tx, authz.SystemActor, authz.Desk, in)
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	w.creates(p.accessCode(p.about(w.email, say(locale.MailWorkforceInviteSubject))))
	w.signsIn()
	w.found("/desk", 200)
	return w
}

// helper makes a clinic with its certifier, who invites somebody.
func (p *portal) helper(first, last string) *person {
	p.Helper()
	by := authz.Actor{Role: authz.Certifier, Site: uuid.Must(uuid.NewV7()), Account: uuid.Must(uuid.NewV7())}
	for _, sql := range []string{`
		INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
		VALUES ($1, $3, 'T1', $4, 'Solo', 'private', '1 Test Street', 'Fresno', '93701', '10', '(555) 555-0123', '2020-01-01', portal_now(), portal_now())`, `
		INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash, password_set_at, passcode_channel, created_at)
		VALUES ($2, 'workforce', 'dana', 'dana', 'Dana', 'Reyes', 'dana@clinic.example', 'dana@clinic.example', '-', portal_now(), 'email', portal_now())`, `
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, credential, created_at, joined_at)
		VALUES (gen_random_uuid(), $1, 'certifier', $2, 'Dana', 'Reyes', 'dana@clinic.example', 'dana@clinic.example', 'MD', portal_now(), portal_now())`,
	} {
		sql = strings.NewReplacer("$1", "'"+by.Site.String()+"'", "$2", "'"+by.Account.String()+"'", "$3", "'"+deskNPI+"'", "$4", "'"+deskSite+"'").Replace(sql)
		if _, err := p.sql.Exec(context.Background(), sql); err != nil {
			p.Fatal(err)
		}
	}
	w := p.person(first, last, strings.ToLower(first)+"@clinic.example")
	form := idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("invite")}
	if _, err := p.app.Codes.InviteStaff(context.Background(), by, form, membership.Invitee{FirstName: first, LastName: last, Email: w.email}); err != nil {
		p.Fatal(err)
	}
	w.creates(p.accessCode(p.about(w.email, say(locale.MailStaffInviteSubject))))
	w.signsIn()
	w.found("/provider", 200)
	w.signsOut()
	return w
}

// blocked types so many wrong one-time codes.
func (w *person) blocked(tries int) {
	w.Helper()
	w.later(2 * time.Minute)
	w.at("/sign-in")
	w.Fill("name", w.username)
	w.Fill("password", w.password)
	w.Choose("device=own")
	w.presses(locale.SignInSubmit)
	for range tries {
		w.found("/sign-in/code", w.Status())
		w.Fill("code", "000000")
		w.presses(locale.SignInCodeSubmit)
	}
	w.found("/sign-in/blocked", w.Status())
	if w.email != "" {
		w.about(w.email, say(locale.MailAccountBlockedSubject))
	}
}

// looksAround opens every page of the desk while there is nothing on it.
func (w *person) looksAround() {
	w.Helper()
	w.at("/desk")
	w.look("desk")
	w.presses(locale.DeskSearchGo)
	w.found("/desk", 422)
	w.wants(locale.DeskSearchMissing)
	w.look("desk-error")
	w.Fill("search", "nobody at all")
	w.presses(locale.DeskSearchGo)
	w.found("/desk/results/", 200)
	w.wants(locale.DeskResultsNoneTitle)
	w.look("desk-results-none")
	for _, page := range []string{"guide", "history", "waiting"} {
		w.at("/desk/" + page)
		w.found("/desk/"+page, 200)
		w.look("desk-" + page + "-first")
	}
	w.at("/desk/account")
	w.found("/desk/account", 200)
	w.look("desk-account-own")
}

// calls finds the account that the words find alone and opens it.
func (w *person) calls(of *person, search string) {
	w.Helper()
	w.at("/desk")
	w.Fill("search", search)
	w.presses(locale.DeskSearchGo)
	w.found("/desk/results/", 200)
	w.look("desk-results")
	w.Follow(of.first + " " + of.last)
	w.found("/desk/accounts/", 200)
}

// checks ticks two things that the caller has proved, after ticking too few.
func (w *person) checks(one, other string) {
	w.Helper()
	w.Choose("items=" + one)
	w.presses(locale.DeskCheckSave)
	w.found("/desk/accounts/", 422)
	w.wants(locale.DeskCheckTooFew)
	w.look("desk-account-check-error")
	w.Choose("items=" + other)
	w.presses(locale.DeskCheckSave)
	w.found("/desk/accounts/", 200)
	w.wants(locale.DeskCheckSaved)
}

// acts does one of the three things for somebody whose caller was checked, and
// forgets the reason first.
func (w *person) acts(of *person, act locale.Key, button locale.Key, reason, page string) {
	w.Helper()
	w.Follow(say(act) + " " + of.first + " " + of.last)
	path := strings.TrimPrefix(w.URL(), w.base)
	if strings.HasPrefix(path, "/sign-in") { // the sign-in was longer ago than an act allows
		w.Fill("password", w.password)
		w.presses(locale.SignInCodeSubmit)
		w.proves()
	}
	w.found("/desk/accounts/", 200)
	w.look(page)
	w.presses(button)
	w.found("/desk/accounts/", 422)
	w.wants(locale.DeskReasonMissing)
	w.look(page + "-error")
	w.Choose("reason=" + reason)
	w.presses(button)
	w.found("/desk/accounts/", 200)
}

// unblocks helps somebody who typed too many wrong codes. The address is hidden
// until the caller has proved who it is.
func (w *person) unblocks(of *person) {
	w.Helper()
	w.later(20 * time.Minute) // since the representative signed in
	w.reaches("/desk")
	w.calls(of, of.username)
	w.wants(locale.DeskStateBlocked, locale.DeskAccountEmailMasked)
	if w.Has(of.email) {
		w.Error("the address is shown before the caller was checked")
	}
	w.look("desk-account")
	w.checks("npi", "certifier")
	w.Want(of.email)
	w.look("desk-account-checked")
	w.acts(of, locale.DeskActUnblock, locale.DeskActUnblock, "mistyped-codes", "desk-unblock")
	w.wants(locale.DeskActUnblockDone, locale.DeskStateActive)
	w.look("desk-account-done")
	l := w.about(of.email, say(locale.MailAccountUnblockedSubject))
	if !strings.Contains(l.Text, say(locale.MailAccountUnblockedText)) {
		w.Errorf("the mail does not say what was done:\n%s", l.Text)
	}
}

// resets sends somebody a code, with which they set a new password and sign in
// with a passcode as ever.
func (w *person) resets(of *person) {
	w.Helper()
	of.signsOut()
	w.later(20 * time.Minute)
	w.reaches("/desk")
	w.calls(of, deskNPI)
	w.checks("certifier", "call-back")
	w.acts(of, locale.DeskActReset, locale.DeskActReset, "forgot-password", "desk-reset")
	w.wants(locale.DeskActResetDone)
	l := w.about(of.email, say(locale.MailAccountResetCodeSubject))
	if w.Has(w.accessCode(l)) {
		w.Error("the representative sees the code")
	}
	of.at("/password/code")
	of.Fill("code", of.accessCode(l))
	of.password = "eight quiet lamps for sam"
	of.Fill("password", of.password)
	of.presses(locale.PasswordNewSubmit)
	of.later(2 * time.Minute)
	of.signsIn()
	of.found("/provider", 200)
	of.signsOut()
}

// enables helps somebody who has not signed in for sixty days; the people of
// the offices have, and the first of them helps.
func (p *portal) enables(staff, rita *person, others ...*person) {
	p.Helper()
	p.later(40 * 24 * time.Hour)
	for _, w := range append(others, rita) {
		w.signsIn()
	}
	p.later(21 * 24 * time.Hour)
	p.sweep()
	staff.at("/sign-in")
	staff.Fill("name", staff.username)
	staff.Fill("password", staff.password)
	staff.Choose("device=own")
	staff.presses(locale.SignInSubmit)
	staff.found("/sign-in/disabled", staff.Status())
	rita.signsIn()
	rita.calls(staff, staff.email)
	rita.wants(locale.DeskStateInactive)
	rita.look("desk-account-inactive")
	rita.checks("npi", "call-back")
	rita.acts(staff, locale.DeskActEnable, locale.DeskActEnable, "was-away", "desk-enable")
	rita.wants(locale.DeskActEnableDone, locale.DeskStateActive)
	l := p.about(staff.email, say(locale.MailAccountEnabledSubject))
	if !strings.Contains(l.Text, say(locale.MailAccountEnabledText)) {
		p.Errorf("the mail does not say what was done:\n%s", l.Text)
	}
	staff.signsIn()
	staff.found("/provider", 200)
}

var requestID = regexp.MustCompile(`/desk/waiting/[0-9a-f-]{36}`)

// together unblocks an account of OFP: one asks, another confirms.
func (p *portal) together(rita, ada, admin *person) {
	p.Helper()
	rita.calls(admin, admin.username)
	rita.look("desk-account-office")
	rita.checks("username", "call-back")
	rita.acts(admin, locale.DeskActUnblock, locale.DeskActAsk, "other-person-tried", "desk-ask")
	rita.wants(locale.DeskActAsked, locale.DeskStateBlocked)
	rita.look("desk-account-asked")
	rita.at("/desk/waiting")
	path := requestID.FindString(browsertest.Eval[string](rita.Page, "document.documentElement.outerHTML"))
	rita.reaches(path)
	rita.wants(locale.DeskRequestYours)
	rita.look("desk-request-own")
	ada.signsIn()
	ada.found("/desk", 200)
	ada.look("desk-waiting-some")
	ada.at("/desk/waiting")
	ada.look("desk-waiting")
	ada.reaches(path)
	ada.look("desk-request")
	ada.presses(locale.DeskRequestConfirm)
	ada.found("/desk/waiting", 200)
	ada.wants(locale.DeskRequestConfirmed, locale.DeskWaitingNoneTitle)
	p.about(admin.email, say(locale.MailAccountUnblockedSubject))
	admin.later(2 * time.Minute)
	admin.signsIn()
	admin.found("/ofp", 200)
	ada.reaches(path)
	ada.look("desk-request-done")
}
