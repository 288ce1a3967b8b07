package journey

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// texts stands in for the gateway of text messages, on its own HTTP.
type texts chan map[string]string

func (g texts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var got map[string]string
	if json.NewDecoder(r.Body).Decode(&got) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	g <- got
	_, _ = io.WriteString(w, `{"status": "accepted"}`)
}

var codeInText = regexp.MustCompile(`\b[0-9]{6}\b`)

// TestTextMessages is the third channel: a number is registered, and a passcode
// comes as a text message to a sign-in that asks for it.
func TestTextMessages(t *testing.T) {
	g := make(texts, 10)
	srv := httptest.NewServer(g)
	t.Cleanup(srv.Close)
	p := open(t, browsertest.Options{}, deskDay, func(c *config.Config) {
		c.TextURL, c.TextKeyFile = srv.URL, keyFile(t, "text", "%s")
	})
	received := func() string {
		got := <-g
		if got["to"] != "+15305550100" || len(got["text"]) > 160 {
			p.Errorf("text message %v", got)
		}
		return codeInText.FindString(got["text"])
	}
	var staff *person
	p.step("somebody who works at a clinic", func() { staff = p.helper("Samuel", "Ortiz") })
	p.step("a number is registered", func() {
		p.later(2 * time.Minute)
		staff.signsIn()
		staff.at("/provider/account")
		staff.Want(say(locale.AccountsPhoneTitle))
		p.later(16 * time.Minute)
		staff.reaches("/provider/account/phone")
		staff.look("account-phone")
		staff.Fill("phone", "530")
		staff.presses(locale.AccountsPhoneSubmit)
		staff.found("/provider/account/phone", 422)
		p.later(2 * time.Minute)
		staff.Fill("phone", "(530) 555-0100")
		staff.presses(locale.AccountsPhoneSubmit)
		staff.found("/provider/account/phone/code", 200)
		staff.look("account-phone-code")
		staff.Fill("code", received())
		staff.presses(locale.SignInCodeSubmit)
		staff.found("/provider/account", 200)
		staff.wants(locale.AccountsPhoneDone)
		staff.reaches("/provider/account/phone")
		staff.look("account-phone-now")
		staff.signsOut()
	})
	p.step("a passcode by text message", func() {
		p.later(2 * time.Minute)
		staff.types()
		staff.found("/sign-in/code", 200)
		staff.look("sign-in-code-other")
		p.later(2 * time.Minute)
		staff.presses(locale.SignInCodeTextIt.With("Phone", "0100"))
		staff.found("/sign-in/code", 200)
		staff.look("sign-in-code-texted")
		staff.Fill("code", received())
		staff.presses(locale.SignInCodeSubmit)
		staff.found("/provider", 200)
	})
}
