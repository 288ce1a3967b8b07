package journey

import (
	"context"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestOwnAccount is what somebody does about their own account: a new address,
// an end to a sign-in elsewhere, a form that came too late, a sign-in at a
// fourth place, terms that have changed.
func TestOwnAccount(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 14, 9, 0, 0)).ownAccount()
}

// TestOwnAccountWithoutScript is the same in a browser that runs no script.
func TestOwnAccountWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 14, 9, 0, 0)).ownAccount()
}

func (p *portal) ownAccount() {
	p.Helper()
	var certifier *person
	p.step("a certifier", func() {
		admin := p.person("Odette", "Okafor", "odette@office.example")
		admin.creates(p.printed(admin))
		here, _ := p.twoClinics()
		certifier = p.joins(admin, here)
		certifier.found("/provider/access", 200)
	})
	p.step("another address", func() { certifier.moves("moved@clinic0001.example") })
	p.step("a sign-in elsewhere is ended", func() { certifier.endsElsewhere() })
	p.step("history and language", func() { certifier.looksBack() })
	p.step("a form comes too late", func() { certifier.sendsTooLate() })
	p.step("a fourth place", func() { certifier.fourPlaces() })
	p.step("the terms have changed", func() { certifier.agreesAgain() })
}

// moves changes the address of the account.
func (w *person) moves(to string) {
	w.Helper()
	w.at("/provider/account")
	w.found("/provider/account", 200)
	w.look("provider-account-own")
	w.reaches("/provider/account/email")
	w.look("provider-account-email")
	w.presses(locale.AccountsEmailSubmit)
	w.found("/provider/account/email", 422)
	w.look("provider-account-email-error")
	w.Fill("email", to)
	w.presses(locale.AccountsEmailSubmit)
	w.found("/provider/account/email/code", 200)
	w.look("provider-account-email-code")
	code := w.accessCode(w.about(to, say(locale.MailAccountContactCodeSubject)))
	w.Fill("code", "0000-0000-0000-0000-0000-0000")
	w.presses(locale.AccountsEmailCodeSubmit)
	w.found("/provider/account/email/code", 422)
	w.wants(locale.AccountsEmailCodeWrong)
	w.at("/provider/account")
	w.wants(locale.AccountsEmailPendingEnter)
	w.look("provider-account-email-pending")
	w.follows(locale.AccountsEmailPendingEnter)
	w.Fill("code", code)
	w.presses(locale.AccountsEmailCodeSubmit)
	w.found("/provider/account", 200)
	w.wants(locale.AccountsEmailDone)
	w.Want(to)
	for _, address := range []string{w.email, to} {
		if l := w.about(address, say(locale.MailAccountChangedSubject)); !strings.Contains(l.Text, say(locale.MailAccountContactChangedText)) {
			w.Errorf("the mail to %s says %q", address, l.Text)
		}
	}
	w.email = to
}

// elsewhere opens another browser in which the same person signs in.
func (w *person) elsewhere() *person {
	w.Helper()
	w.later(2 * time.Minute) // between two passcodes
	other := w.person(w.first, w.last, w.email)
	other.username, other.password = w.username, w.password
	other.signsIn()
	other.found("/provider/access", 200)
	return other
}

// endsElsewhere ends a sign-in in another browser, which is out at once.
func (w *person) endsElsewhere() {
	w.Helper()
	other := w.elsewhere()
	w.at("/provider/account")
	w.look("provider-account-two-places")
	device := locale.AccountsDevice.With("Browser", "Chrome", "System", "Linux")
	w.Press(say(locale.AccountsSessionsAct) + " " + say(locale.AccountsSessionsActHidden.With("Device", device)))
	w.found("/provider/account", 200)
	w.wants(locale.AccountsSessionsOneEnded)
	other.at("/provider")
	other.found("/sign-in", 200)
}

// looksBack reads the sign-ins of the last 90 days and chooses a language.
func (w *person) looksBack() {
	w.Helper()
	w.at("/provider/account/history")
	w.found("/provider/account/history", 200)
	w.Want("Chrome on Linux")
	w.look("provider-account-history")
	w.at("/provider/account/language")
	w.look("provider-account-language")
	w.Choose("language=en")
	w.presses(locale.AccountsLanguageSubmit)
	w.found("/provider/account", 200)
	w.wants(locale.AccountsLanguageDone)
}

// sendsTooLate fills in a form, rests for too long and sends it: after the
// password what was typed is in its place.
func (w *person) sendsTooLate() {
	w.Helper()
	w.reaches("/provider/access/new")
	w.Fill("first-name", "Belatedly")
	w.Fill("last-name", "Sent")
	w.Fill("email", "belated@clinic0001.example")
	w.later(31 * time.Minute)
	w.presses(locale.AccessNewSend)
	w.found("/sign-in", 200)
	w.wants(locale.SignInResumeTitle)
	w.reachesAgain()
	w.found("/provider/access/new", 200)
	w.wants(locale.SessionKeptHere)
	w.look("provider-access-new-kept")
	for name, want := range map[string]string{"first-name": "Belatedly", "last-name": "Sent", "email": "belated@clinic0001.example"} {
		if got := w.Value(name); got != want {
			w.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if n := w.count("membership WHERE first_name = 'Belatedly'"); n != 0 {
		w.Errorf("%d people are invited before the form is sent again", n)
	}
	w.presses(locale.AccessNewSend)
	w.found("/provider/access/", 200)
	w.wants(locale.AccessStatusInvited)
	if n := w.count("kept_form"); n != 0 {
		w.Errorf("%d forms are still kept", n)
	}
}

// reachesAgain gives the password, and both again where the page asks for it.
func (w *person) reachesAgain() {
	w.Helper()
	w.Fill("password", w.password)
	w.presses(locale.SignInResumeSubmit)
	if strings.HasSuffix(w.URL(), "/sign-in/again") {
		w.Fill("password", w.password)
		w.presses(locale.SignInCodeSubmit)
		w.proves()
	}
}

// fourPlaces signs in at three more places: the first is ended and says so.
func (w *person) fourPlaces() {
	w.Helper()
	for range 3 {
		w.later(5 * time.Minute)
		w.elsewhere()
	}
	w.at("/provider/search")
	w.found("/session/expired", 200)
	w.wants(locale.SignInExpiredSurplus)
	w.look("session-expired-surplus")
	w.later(5 * time.Minute)
	w.signsIn()
	w.found("/provider/search", 200)
}

// agreesAgain is asked to agree once more, before anything else.
func (w *person) agreesAgain() {
	w.Helper()
	if _, err := w.sql.Exec(context.Background(), `UPDATE acceptance SET version = '2024-01' WHERE text = 'terms'`); err != nil {
		w.Fatal(err)
	}
	w.at("/provider/clients")
	w.found("/sign-in/terms", 200)
	w.look("sign-in-terms")
	w.presses(locale.TermsSubmit)
	w.found("/sign-in/terms", 422)
	w.look("sign-in-terms-error")
	w.Choose("agree=yes")
	w.presses(locale.TermsSubmit)
	w.found("/provider/clients", 200)
}
