package journey

import (
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// person is somebody at a browser of their own.
type person struct {
	*browsertest.Page
	*portal
	first, last string
	email       string
	npi         string // of a certifier's site
	username    string
	password    string
	app         authenticator // "": gets passcodes by mail
}

// person opens a browser for somebody.
func (p *portal) person(first, last, email string) *person {
	p.Helper()
	username := strings.ToLower(strings.ReplaceAll(first+"."+last, " ", ""))
	w := &person{
		Page: browsertest.Tab(p.stage, p.browser), portal: p, first: first, last: last, email: email,
		username: username, password: "seven quiet lamps for " + username[:3],
	}
	p.people = append(p.people, w)
	p.Cleanup(w.leaves)
	return w
}

// at opens a page of the portal.
func (w *person) at(path string) {
	w.Page.Goto(w.base + path)
}

// found fails unless the page is the one at the path, with the status.
func (w *person) found(path string, status int) {
	w.Helper()
	got := strings.TrimPrefix(w.URL(), w.base)
	if !strings.HasPrefix(got, path) || w.Status() != status {
		w.Fatalf("got %d at %s, want %d at %s\n%s", w.Status(), got, status, path, w.Text("main"))
	}
}

// presses presses the button with a text of the catalogue.
func (w *person) presses(text locale.Phrase) {
	w.Helper()
	w.Press(say(text))
}

// follows follows the link with a text of the catalogue.
func (w *person) follows(text locale.Phrase) {
	w.Helper()
	w.Follow(say(text))
}

// wants fails for every text of the catalogue that the page does not show.
func (w *person) wants(texts ...locale.Phrase) {
	w.Helper()
	for _, text := range texts {
		w.Want(say(text))
	}
}

// enters types an access code on the page for it.
func (w *person) enters(code string) {
	w.Helper()
	w.at("/create-account/code")
	w.Fill("email", w.email)
	w.Fill("code", code)
	if w.npi != "" {
		w.Fill("npi", w.npi)
	}
	w.presses(locale.RegisterCodeContinue)
}

// creates makes an account with an access code: from the mail's link to the
// page that says what is next.
func (w *person) creates(code string) {
	w.Helper()
	w.at("/create-account")
	w.look("create-account")
	w.presses(locale.RegisterStartBegin)
	w.look("create-account-code")
	w.enters(code)
	w.finishes()
}

// finishes goes from the confirmation to the account.
func (w *person) finishes() {
	w.Helper()
	office := w.npi == "" && strings.HasSuffix(w.email, "@office.example")
	w.found("/create-account/confirm", 200)
	w.look("create-account-confirm")
	w.Fill("first-name", w.first)
	w.Fill("last-name", w.last)
	w.presses(locale.RegisterConfirmYes)
	w.found("/create-account/sign-in-details", 200)
	w.look("create-account-sign-in-details")
	w.Fill("username", w.username)
	w.Fill("password", w.password)
	w.presses(locale.RegisterSignInSave)
	w.found("/create-account/contact", 200)
	if office {
		w.look("create-account-contact-office")
	} else {
		w.look("create-account-contact")
		w.Choose("channel=email")
	}
	w.presses(locale.RegisterContactSave)
	w.found("/create-account/terms", 200)
	w.look("create-account-terms")
	w.Choose("agree=yes")
	w.presses(locale.RegisterTermsCreate)
	w.found("/create-account/done", 200)
	w.look("create-account-done")
	w.wants(locale.RegisterDoneTitle)
	w.Want(w.username)
}

// signsIn goes through the password and the passcode.
func (w *person) signsIn() {
	w.Helper()
	w.at("/sign-in")
	w.look("sign-in")
	w.Fill("name", w.username)
	w.Fill("password", w.password)
	w.Choose("device=own")
	w.presses(locale.SignInSubmit)
	w.proves()
}

// proves gives the passcode that is asked for.
func (w *person) proves() {
	w.Helper()
	switch path := strings.TrimPrefix(w.URL(), w.base); {
	case path == "/sign-in/authenticator":
		w.look("sign-in-authenticator")
		w.app = authenticator{secret: strings.ReplaceAll(w.Text("code.fp-code"), " ", "")}
		w.Fill("code", w.app.code(w))
		w.presses(locale.SignInAppSubmit)
		w.wants(locale.SignInRecoveryTitle)
		w.look("sign-in-recovery")
		w.presses(locale.SignInRecoveryContinue)
	case path == "/sign-in/code" && w.app.secret != "":
		w.look("sign-in-code-app")
		w.Fill("code", w.app.code(w))
		w.presses(locale.SignInCodeSubmit)
	case path == "/sign-in/code":
		w.look("sign-in-code")
		w.Fill("code", w.passcode(w.email))
		w.presses(locale.SignInCodeSubmit)
	default:
		w.found("/sign-in/code", 200)
	}
}

// reaches opens a page that needs the password after rest, or both again.
func (w *person) reaches(path string) {
	w.Helper()
	w.at(path)
	for range 2 {
		switch strings.TrimPrefix(w.URL(), w.base) {
		case "/sign-in":
			w.Fill("password", w.password)
			w.presses(locale.SignInResumeSubmit)
		case "/sign-in/again":
			w.Fill("password", w.password)
			w.presses(locale.SignInCodeSubmit)
			w.proves()
		}
	}
	w.found(path, 200)
}

// signsOut leaves.
func (w *person) signsOut() {
	w.Helper()
	w.presses(locale.LayoutWhoSignOut)
	w.found("/sign-out", 200)
	w.look("sign-out")
}

// authenticator is the app on somebody's phone.
type authenticator struct {
	secret string
	step   uint64 // of the last code
}

const appPeriod = 30 // seconds

// code returns a code that has not been used. The portal takes each code once
// and those of the step before and after the present one; somebody who needs
// more within a minute would wait, so the steps used so far are forgotten.
func (a *authenticator) code(w *person) string {
	w.Helper()
	now := uint64(time.Now().Unix()) / appPeriod
	if a.step >= now+1 {
		w.forgetSteps()
		a.step = 0
	}
	a.step = max(a.step+1, now)
	code, err := hotp.GenerateCodeCustom(a.secret, a.step, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		w.Fatal(err)
	}
	return code
}

func (w *person) forgetSteps() {
	w.Helper()
	if _, err := w.sql.Exec(w.Context(), `UPDATE authenticator SET last_step = 0 WHERE account_id = (SELECT id FROM account WHERE email = $1)`, w.email); err != nil {
		w.Fatal(err)
	}
}
