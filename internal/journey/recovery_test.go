package journey

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestRecovery is the way back in: a forgotten username, a lost authenticator,
// and a sign-in that was somebody else's.
func TestRecovery(t *testing.T) {
	open(t, browsertest.Options{}, deskDay).recovers()
}

// TestRecoveryWithoutScript is the same in a browser that runs no script.
func TestRecoveryWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, deskDay).recovers()
}

func (p *portal) recovers() {
	p.Helper()
	var one, two *person
	p.step("two administrators", func() {
		one, two = p.administrator("Odette", "Okafor"), p.administrator("Piers", "Palmgren")
		one.signsOut()
	})
	p.step("pages that help", one.isHelped)
	p.step("a forgotten username", one.forgetsName)
	p.step("a lost authenticator is asked for", one.losesApp)
	p.step("a second administrator confirms", func() { two.vouchesFor(one) })
	p.step("a new app a day later", one.setsUpNewApp)
	p.step("it was somebody else", one.disowns)
}

func (w *person) isHelped() {
	w.at("/sign-in")
	w.follows(locale.SignInHelp)
	w.found("/sign-in/help", 200)
	w.look("sign-in-help")
	for path, name := range map[string]string{
		"/sign-in/blocked": "sign-in-blocked", "/sign-in/new-password": "sign-in-new-password", "/sign-in/not-me/blocked": "not-me-blocked",
	} {
		w.at(path)
		w.found(path, 200)
		w.look(name)
	}
}

func (w *person) forgetsName() {
	w.at("/sign-in")
	w.follows(locale.SignInForgotUsername)
	w.found("/username/forgot", 200)
	w.look("username-forgot")
	w.presses(locale.UsernameForgotSubmit)
	w.found("/username/forgot", 422)
	w.look("username-forgot-missing")
	w.Fill("email", strings.ToUpper(w.email))
	w.presses(locale.UsernameForgotSubmit)
	w.found("/username/sent", 200)
	w.look("username-sent")
	if l := w.about(w.email, say(locale.MailAccountUsernameSubject)); !strings.Contains(l.Text, w.username) {
		w.Errorf("the mail does not say the username:\n%s", l.Text)
	}
}

// types gives the password and goes to where it leads.
func (w *person) types() {
	w.Helper()
	w.at("/sign-in")
	w.Fill("name", w.username)
	w.Fill("password", w.password)
	w.Choose("device=shared")
	w.presses(locale.SignInSubmit)
}

// mailed returns the code of the newest mail with the subject.
func (w *person) mailed(subject locale.Phrase, pattern *regexp.Regexp) string {
	w.Helper()
	l := w.about(w.email, say(subject))
	found := pattern.FindStringSubmatch(l.Text)
	if found == nil {
		w.Fatalf("no code in the mail %q:\n%s", l.Subject, l.Text)
	}
	return strings.Join(found[1:], "")
}

func (w *person) losesApp() {
	w.later(5 * time.Minute)
	w.types()
	w.found("/sign-in/code", 200)
	w.at("/sign-in/authenticator/lost")
	w.found("/sign-in/authenticator/lost", 200)
	w.look("lost-app")
	w.presses(locale.LostAppSend)
	w.found("/sign-in/authenticator/lost/code", 200)
	w.look("lost-app-code")
	w.Fill("code", w.mailed(locale.MailAccountAppCodeSubject, passcodeInMail))
	w.presses(locale.LostAppCodeSubmit)
	w.found("/sign-in/authenticator/lost", 200)
	w.wants(locale.LostAppWaitingTitle)
	w.look("lost-app-waiting")
	w.mailed(locale.MailLostAppSubject, codeInMail)
	w.at("/sign-in/authenticator/cancel")
	w.look("lost-app-cancel")
	w.Fill("code", "0000-0000-0000-0000-0000-0000")
	w.presses(locale.LostAppCancelSubmit)
	w.found("/sign-in/authenticator/cancel", 422)
	w.look("lost-app-cancel-wrong")
}

// vouchesFor says that somebody else has asked.
func (w *person) vouchesFor(of *person) {
	w.about(w.email, say(locale.MailLostAppConfirmSubject))
	id := value[uuid.UUID](w.portal, `SELECT id FROM account WHERE email = $1`, of.email)
	w.later(16 * time.Minute)
	w.reaches("/ofp/people/" + id.String() + "/authenticator")
	w.Want(of.first + " " + of.last)
	w.look("lost-app-confirm")
	w.presses(locale.LostAppConfirmSubmit)
	w.found("/ofp/people/"+id.String()+"/authenticator", 422)
	w.look("lost-app-confirm-missing")
	w.Choose("sure=yes")
	w.presses(locale.LostAppConfirmSubmit)
	w.found("/ofp/people/"+id.String(), 200)
	w.reaches("/ofp/people/" + id.String() + "/authenticator")
	w.wants(locale.LostAppConfirmBy)
	w.look("lost-app-confirmed")
}

func (w *person) setsUpNewApp() {
	w.later(24 * time.Hour)
	w.types()
	w.found("/sign-in/authenticator/mailbox", 200)
	w.look("lost-app-mailbox")
	w.Fill("code", w.mailed(locale.MailAccountAppCodeSubject, passcodeInMail))
	w.presses(locale.SignInCodeSubmit)
	w.found("/sign-in/authenticator", 200)
	w.app = authenticator{}
	w.proves()
	w.found("/ofp", 200)
}

func (w *person) disowns() {
	code := ""
	for code == "" { // the notice of the new app, after those of the request
		l := w.about(w.email, say(locale.MailAccountChangedSubject))
		if strings.Contains(l.Text, say(locale.MailAccountNewAppText)) {
			code = w.accessCode(l)
		}
	}
	w.at("/sign-in/not-me")
	w.look("not-me")
	w.presses(locale.NotMeSubmit)
	w.found("/sign-in/not-me", 422)
	w.look("not-me-missing")
	w.Fill("code", code)
	w.presses(locale.NotMeSubmit)
	w.found("/sign-in/not-me/done", 200)
	w.wants(locale.NotMeDone)
	w.look("not-me-done")
	w.at("/ofp")
	w.found("/sign-in", 200)
	w.types()
	w.found("/sign-in/new-password", 200)
	w.follows(locale.SignInMustChangeNext)
	w.found("/password/code", 200)
	w.Fill("code", w.mailed(locale.MailAccountResetCodeSubject, codeInMail))
	w.password = "quiet harbor moss 19"
	w.Fill("password", w.password)
	w.presses(locale.PasswordNewSubmit)
	w.found("/sign-in", 200)
	w.signsIn()
	w.found("/ofp", 200)
}
