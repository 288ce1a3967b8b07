package journey

import (
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestOwnPrivacy is how somebody without a record finds the account: nothing
// leaves it until it was called safe, others see nothing, and it can be closed.
func TestOwnPrivacy(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.May, 6, 9, 0, 0)).ownPrivacy()
}

// TestOwnPrivacyWithoutScript is the same in a browser that runs no script.
func TestOwnPrivacyWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.May, 6, 9, 0, 0)).ownPrivacy()
}

func (p *portal) ownPrivacy() {
	p.Helper()
	who := p.person("Wisteria", "Halloran", "")
	who.password = "amber lantern 42"
	p.step("a client opens an account", func() { who.opensAccount() })
	p.step("and finds its home", func() { who.findsHome() })
	p.step("chooses what is safe", func() { who.choosesWays() })
	p.step("looks at the account", func() { who.looksAtAccount() })
	p.step("closes it", func() { who.closesAccount() })
}

func (w *person) findsHome() {
	w.Helper()
	w.wants(locale.MyHomeNone, locale.MyHomeTodo)
	w.look("my-home")
	if main := w.Text("main"); strings.Contains(main, "PACT") || strings.Contains(w.Title(), "PACT") {
		w.Errorf("the home names the program: %s %s", w.Title(), main)
	}
	w.at("/es/my")
	w.Want("Cosas por hacer")
	w.look("my-home-es")
}

func (w *person) choosesWays() {
	w.Helper()
	w.at("/my/privacy")
	w.wants(locale.MyPrivacyAlways, locale.MyPrivacyOff)
	w.look("my-privacy")
	w.at("/my/privacy/email")
	w.wants(locale.MyWayLead, locale.MailClientNewMessageSubject)
	w.look("my-privacy-email")
	w.presses(locale.MyWaySubmit)
	w.found("/my/privacy/email", 422)
	w.wants(locale.MyWayMissing)
	w.look("my-privacy-email-error")
	w.Choose("safe=yes")
	w.presses(locale.MyWaySubmit)
	w.found("/my/privacy/email", 422)
	w.wants(locale.MyWayNoEmail)
	w.Choose("safe=no")
	w.presses(locale.MyWaySubmit)
	w.found("/my/privacy", 200)
	w.wants(locale.MyWayDone)
	w.at("/es/my/privacy/email")
	w.look("my-privacy-email-es")
	w.at("/my/privacy/access")
	w.wants(locale.MyAccessNone)
	w.look("my-privacy-access")
}

func (w *person) looksAtAccount() {
	w.Helper()
	w.at("/my/account")
	w.Want(w.first + " " + w.last)
	w.wants(locale.AccountsEmailNone)
	w.look("my-account")
	w.at("/es/my/account")
	w.look("my-account-es")
}

func (w *person) closesAccount() {
	w.Helper()
	w.at("/my/privacy/close")
	if strings.HasPrefix(strings.TrimPrefix(w.URL(), w.base), "/sign-in/again") {
		w.Fill("password", w.password)
		w.presses(locale.SignInCodeSubmit)
		w.later(time.Minute)
		w.Fill("code", w.app.code(w))
		w.presses(locale.SignInCodeSubmit)
	}
	w.found("/my/privacy/close", 200)
	w.look("my-privacy-close")
	w.presses(locale.MyCloseSubmit)
	w.found("/my/privacy/close", 422)
	w.Choose("sure=yes")
	w.presses(locale.MyCloseSubmit)
	w.found("/sign-out", 200)
	w.at("/my")
	w.found("/sign-in", 200)
	w.Fill("name", w.username)
	w.Fill("password", w.password)
	w.Choose("device=own")
	w.presses(locale.SignInSubmit)
	w.found("/sign-in", 422)
}
