package journey

import (
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestRegistration is how clients make an account of their own: an adult by
// mail, somebody of sixteen with an app, in English and in Spanish.
func TestRegistration(t *testing.T) {
	open(t, browsertest.Options{}, registrationDay).registers()
}

// TestRegistrationWithoutScript is the same in a browser that runs no script.
func TestRegistrationWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, registrationDay).registers()
}

var registrationDay = pacific(2025, time.May, 6, 9, 0, 0)

// willowMail is an address that is nobody's with an account elsewhere.
const willowMail = "willow@mail.example"

func (p *portal) registers() {
	p.Helper()
	var adult *person
	p.step("an adult by mail", func() {
		adult = p.person("Willow", "Quisenberry", "")
		adult.password = "copper kettle 19"
		adult.registersByMail()
	})
	p.step("somebody of sixteen with an app", func() {
		young := p.person("Zephyr", "Ashgrove", "")
		young.password = "amber lantern 42"
		young.registersByApp()
	})
	p.step("the same address again", func() {
		p.person("Lindqvist", "Varnhagen", "").isToldByMailAlone()
	})
	p.step("given up", func() { p.person("Maple", "Undercliffe", "").givesUp() })
	p.step("the adult signs in", adult.isAtHome)
}

// startsAlone gives the first answer and name and birth date, with the mistakes that
// people make.
func (w *person) startsAlone(mail, day, month, year string) {
	w.Helper()
	w.at("/sign-in")
	w.follows(locale.SignInRegister)
	w.found("/register", 200)
	w.look("register")
	w.presses(locale.RegistrationContinue)
	w.found("/register", 422)
	w.look("register-missing")
	w.Choose("mail=" + mail)
	w.presses(locale.RegistrationContinue)
	w.found("/register/about-you", 200)
	w.look("register-about-you")
	w.Fill("first-name", w.first)
	w.presses(locale.RegistrationContinue)
	w.found("/register/about-you", 422)
	w.look("register-about-you-missing")
	if got := w.Value("first-name"); got != w.first {
		w.Errorf("the first name has become %q", got)
	}
	w.Fill("last-name", w.last)
	w.Fill("birth-date-month", month)
	w.Fill("birth-date-day", day)
	w.Fill("birth-date-year", year)
	w.presses(locale.RegistrationContinue)
}

// choosesName goes through username and password.
func (w *person) choosesName() {
	w.Helper()
	w.found("/register/sign-in-details", 200)
	w.look("register-sign-in-details")
	w.Fill("username", w.username)
	w.Fill("password", w.first)
	w.presses(locale.RegistrationContinue)
	w.found("/register/sign-in-details", 422)
	w.look("register-sign-in-details-wrong")
	w.Fill("password", w.password)
	w.presses(locale.RegistrationContinue)
}

func (w *person) registersByMail() {
	w.startsAlone("codes", "14", "3", "1998")
	w.found("/register/email", 200)
	w.look("register-email")
	w.at("/register/terms") // a step left out
	w.found("/register/email", 200)
	w.Fill("email", "willow@mail")
	w.presses(locale.RegistrationContinue)
	w.found("/register/email", 422)
	w.look("register-email-wrong")
	w.Fill("email", willowMail)
	w.presses(locale.RegistrationContinue)
	w.choosesName()
	w.found("/register/code", 200)
	w.look("register-code")
	code := w.codeTo(willowMail, locale.MailRegisterCodeSubject)
	w.Fill("code", otherCode(code))
	w.presses(locale.RegistrationContinue)
	w.found("/register/code", 422)
	w.look("register-code-wrong")
	w.presses(locale.RegistrationCodeAgain)
	w.found("/register/code/send", 422)
	w.look("register-code-too-soon")
	w.Fill("code", code)
	w.presses(locale.RegistrationContinue)
	w.agrees()
}

// agrees goes from the terms to the account.
func (w *person) agrees() {
	w.Helper()
	w.found("/register/terms", 200)
	w.look("register-terms")
	w.presses(locale.RegistrationTermsCreate)
	w.found("/register/terms", 422)
	w.look("register-terms-missing")
	w.Choose("agree=yes")
	w.presses(locale.RegistrationTermsCreate)
	w.found("/register/done", 200)
	w.look("register-done")
	for _, title := range []string{"PACT", "Family"} {
		if strings.Contains(w.Title(), title) {
			w.Errorf("the title %q says %q", w.Title(), title)
		}
	}
}

func (w *person) registersByApp() {
	w.startsAlone("none", "23", "7", "2008")
	w.choosesName()
	w.found("/register/authenticator", 200)
	w.look("register-authenticator")
	w.app = authenticator{secret: strings.ReplaceAll(w.Text("code.fp-code"), " ", "")}
	w.Fill("code", "12")
	w.presses(locale.RegistrationContinue)
	w.found("/register/authenticator", 422)
	w.look("register-authenticator-wrong")
	w.Fill("code", w.app.code(w))
	w.presses(locale.RegistrationContinue)
	w.look("register-recovery-codes")
	if n := len(w.Texts("ul.fp-code li")); n != 10 {
		w.Errorf("%d recovery codes, want 10", n)
	}
	w.presses(locale.SignInRecoveryContinue)
	w.agrees()
	if n := w.count(`message WHERE account_id = (SELECT id FROM account WHERE passcode_channel = 'app' AND kind = 'client')`); n != 0 {
		w.Errorf("%d messages to somebody who wants none", n)
	}
}

// isToldByMailAlone registers with an address that an account has: the pages
// are the same, and the mail says so.
func (w *person) isToldByMailAlone() {
	w.at("/es/register")
	w.look("registro")
	w.Choose("mail=codes")
	w.Press("Continuar")
	w.found("/es/register/about-you", 200)
	w.look("registro-datos")
	w.Fill("first-name", w.first)
	w.Choose("no-last-name=yes")
	w.Fill("birth-date-month", "1")
	w.Fill("birth-date-day", "2")
	w.Fill("birth-date-year", "1990")
	w.Press("Continuar")
	w.look("registro-correo")
	w.Fill("email", strings.ToUpper(willowMail))
	w.Press("Continuar")
	w.look("registro-acceso")
	w.Fill("username", w.username)
	w.Fill("password", "velvet compass 77")
	w.Press("Continuar")
	w.found("/es/register/code", 200)
	w.look("registro-codigo")
	if l := w.about(strings.ToUpper(willowMail), "Su cuenta"); passcodeInMail.FindString(l.Text) == "" {
		w.Errorf("the mail lets nobody go on:\n%s", l.Text)
	}
}

// givesUp stops in the middle: nothing stays.
func (w *person) givesUp() {
	before := w.count(`registration`)
	w.at("/register")
	w.Choose("mail=all")
	w.presses(locale.RegistrationContinue)
	if w.count(`registration`) != before+1 {
		w.Error("nothing was begun")
	}
	w.presses(locale.RegistrationStop)
	w.found("/register/stopped", 200)
	w.look("register-stopped")
	if w.count(`registration`) != before {
		w.Error("something stays")
	}
}

// isAtHome signs in with the new account.
func (w *person) isAtHome() {
	w.later(5 * time.Minute)
	w.at("/sign-in")
	w.Fill("name", w.username)
	w.Fill("password", w.password)
	w.Choose("device=own")
	w.presses(locale.SignInSubmit)
	w.found("/sign-in/code", 200)
	w.Fill("code", w.codeTo(willowMail, locale.MailAccountCodeSubject))
	w.presses(locale.SignInCodeSubmit)
	w.found("/my", 200)
}

// codeTo returns the code of the newest mail to an address with the subject.
func (w *person) codeTo(address string, subject locale.Phrase) string {
	w.Helper()
	l := w.about(address, say(subject))
	found := passcodeInMail.FindStringSubmatch(l.Text)
	if found == nil {
		w.Fatalf("no code in the mail %q:\n%s", l.Subject, l.Text)
	}
	return found[1] + found[2]
}

// otherCode is a code that is not the one given.
func otherCode(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}
