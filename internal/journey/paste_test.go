package journey

import (
	"testing"
	"time"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestPasting creates an account, signs in, loses the password and changes it,
// with every password and every code pasted from the clipboard (security.md
// 1.2).
func TestPasting(t *testing.T) {
	open(t, browsertest.Options{}, deskDay).pasting()
}

// TestPastingWithoutScript is the same in a browser that runs no script.
func TestPastingWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, deskDay).pasting()
}

func (p *portal) pasting() {
	p.Helper()
	w := p.person("Odette", "Okafor", "odette@office.example")
	w.password = "niebla über 17 barcas, señora"
	p.step("an access code and a first password", func() { w.pastesCode(p.printed(w)) })
	p.step("a password and a passcode", w.pastesSignIn)
	p.step("a reset code and a new password", w.pastesReset)
	p.step("another password", w.pastesChange)
}

// pastes fails when the field holds something else afterwards.
func (w *person) pastes(field, text string) {
	w.Helper()
	w.Paste(field, text)
	if got := w.Value(field); got != text {
		w.Errorf("%s: pasted %q, the field holds %q", w.URL(), text, got)
	}
}

func (w *person) pastesCode(code string) {
	w.at("/create-account/code")
	w.pastes("email", w.email)
	w.pastes("code", "  "+code+" ")
	w.presses(locale.RegisterCodeContinue)
	w.found("/create-account/confirm", 200)
	w.Fill("first-name", w.first)
	w.Fill("last-name", w.last)
	w.presses(locale.RegisterConfirmYes)
	w.pastes("username", w.username)
	w.pastes("password", w.password)
	w.presses(locale.RegisterSignInSave)
	w.presses(locale.RegisterContactSave)
	w.Choose("agree=yes")
	w.presses(locale.RegisterTermsCreate)
	w.found("/create-account/done", 200)
}

func (w *person) pastesSignIn() {
	w.signsIn() // sets up the app
	w.signsOut()
	w.later(5 * time.Minute)
	w.at("/sign-in")
	w.pastes("name", w.username)
	w.pastes("password", w.password)
	w.Choose("device=own")
	w.presses(locale.SignInSubmit)
	w.found("/sign-in/code", 200)
	w.pastes("code", w.app.code(w))
	w.presses(locale.SignInCodeSubmit)
	w.found("/ofp", 200)
	w.signsOut()
}

func (w *person) pastesReset() {
	w.at("/password/forgot")
	w.pastes("name", w.username)
	w.presses(locale.PasswordForgotSubmit)
	w.found("/password/code", 200)
	w.pastes("code", w.mailed(locale.MailAccountResetCodeSubject, codeInMail))
	w.password = "quiet harbor moss 19"
	w.pastes("password", w.password)
	w.presses(locale.PasswordNewSubmit)
	w.found("/sign-in", 200)
	w.later(5 * time.Minute)
	w.signsIn()
	w.found("/ofp", 200)
}

func (w *person) pastesChange() {
	w.reaches("/ofp/account/password")
	w.pastes("current", w.password)
	w.password = "seven copper kettles 23"
	w.pastes("password", w.password)
	w.presses(locale.AccountsChangeSubmit)
	w.found("/ofp/account", 200)
}
