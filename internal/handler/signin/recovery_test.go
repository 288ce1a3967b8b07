package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/factorreset"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// seeded signs in for the first time, sets the app up and signs out.
func (b *browser) seeded() (seed string, codes []string) {
	b.d.t.Helper()
	b.goes("first sign-in", b.signIn(b.d.name, password), "/sign-in/authenticator")
	seed = b.secret()
	page := b.post("/sign-in/authenticator", url.Values{"code": {b.d.app(seed, -30*time.Second)}}).body
	for _, line := range strings.Split(page, "<li>") {
		if code, _, ok := strings.Cut(line, "</li>"); ok && len(code) == 24 {
			codes = append(codes, code)
		}
	}
	b.post("/sign-out", url.Values{})
	return seed, codes
}

// secret is the key that the set-up page shows.
func (b *browser) secret() string {
	b.d.t.Helper()
	found := seedText.FindStringSubmatch(b.get("/sign-in/authenticator").body)
	if found == nil {
		b.d.t.Fatal("the set-up page shows no key")
	}
	return strings.ReplaceAll(found[1], " ", "")
}

func (d *door) value(key, name string) string {
	d.t.Helper()
	return accounttest.Last(d.t, d.db, ring, key, d.id).Values[name]
}

// The whole way of somebody who has lost the app, through the pages (security.md
// 4.9).
func TestLostAppThroughThePages(t *testing.T) {
	d := newDoor(t, account.Workforce, account.App)
	b := d.browser()
	b.seeded()
	b.goes("password", b.signIn(d.name, password), "/sign-in/code")
	if page := b.get("/sign-in/code").body; !strings.Contains(page, `href="/sign-in/authenticator/lost"`) {
		t.Error("the page for the code does not lead to a new app")
	}
	if page := b.get("/sign-in/authenticator/lost").body; !strings.Contains(page, "d•••@clinic.example") || !strings.Contains(page, "site certifier") {
		t.Error("the page does not say how it works")
	}
	b.goes("send the code", b.post("/sign-in/authenticator/lost", url.Values{}), "/sign-in/authenticator/lost/code")
	code := d.value("account.app-code", "Code")
	if a := b.post("/sign-in/authenticator/lost/code", url.Values{"code": {wrong(code)}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("wrong code: %d", a.status)
	}
	b.goes("the code", b.post("/sign-in/authenticator/lost/code", url.Values{"code": {code}}), "/sign-in/authenticator/lost")
	if page := b.get("/sign-in/authenticator/lost").body; !strings.Contains(page, "You can set it up from Tuesday, January 14, 9:00 a.m. Pacific") {
		t.Errorf("the page does not say when:\n%s", page)
	}
	d.exec(`UPDATE factor_reset SET confirmed_at = portal_now() WHERE account_id = $1`)
	dbtest.Freeze(t, d.db, start.Add(factorreset.Wait))
	fresh := d.browser() // no sweep has run: sign-in judges by the database's clock
	fresh.goes("password", fresh.signIn(d.name, password), "/sign-in/authenticator/mailbox")
	fresh.goes("the set-up before that", fresh.get("/sign-in/authenticator"), "/sign-in/authenticator/mailbox")
	fresh.goes("a key before that", fresh.post("/sign-in/authenticator/new", url.Values{}), "/sign-in/authenticator/mailbox")
	if a := fresh.post("/sign-in/authenticator", url.Values{"code": {"123456"}}); a.to != "/sign-in/code" {
		t.Errorf("the first code before that: %d %q", a.status, a.to)
	}
	fresh.get("/sign-in/authenticator/mailbox")
	fresh.goes("the code", fresh.post("/sign-in/authenticator/mailbox", url.Values{"code": {d.value("account.app-code", "Code")}}), "/sign-in/authenticator")
	seed := fresh.secret()
	if a := fresh.post("/sign-in/authenticator", url.Values{"code": {d.app(seed, 0)}}); a.status != http.StatusOK || fresh.step() != "full" {
		t.Errorf("the new app: %d, step %s", a.status, fresh.step())
	}
}

// A notice's code stops the request, on a page that a link may open any number
// of times (security.md 15.5).
func TestCancelThroughThePage(t *testing.T) {
	for notMe, to := range map[string]string{"": "/sign-in", "yes": "/sign-in/not-me/done"} {
		d := newDoor(t, account.OFP, account.App)
		b := d.browser()
		b.seeded()
		b.signIn(d.name, password)
		b.post("/sign-in/authenticator/lost", url.Values{})
		b.post("/sign-in/authenticator/lost/code", url.Values{"code": {d.value("account.app-code", "Code")}})
		stop := d.value("account.lost-app", "Code")
		stranger := d.browser()
		for range 3 {
			stranger.get("/sign-in/authenticator/cancel")
		}
		if a := stranger.post("/sign-in/authenticator/cancel", url.Values{"code": {"0000-0000-0000-0000-0000-0000"}}); a.status != http.StatusUnprocessableEntity {
			t.Errorf("wrong code: %d", a.status)
		}
		stranger.goes("cancel", stranger.post("/sign-in/authenticator/cancel", url.Values{"code": {stop}, "not-me": {notMe}}), to)
		ended, err := postgres.Value[string](t.Context(), d.db, `SELECT password_hash FROM account WHERE must_change UNION ALL SELECT '' LIMIT 1`)
		if err != nil || (ended != "") != (notMe == "yes") {
			t.Errorf("password given up: %v, %v", ended != "", err)
		}
	}
}

// Opening the page does nothing; its button ends every sign-in and leads to a
// new password, which the old one then does as well (security.md 4.10, 1.4).
func TestNotMeThroughThePage(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	owner, thief, b := d.browser(), d.browser(), d.browser()
	for _, who := range []*browser{owner, thief} {
		who.signIn(d.name, password)
		who.code(d.mailed())
		dbtest.Advance(t, d.db, 2*time.Minute)
	}
	code := d.value("account.new-device", "NotMe")
	for range 3 {
		b.get("/sign-in/not-me")
	}
	if thief.step() != "full" {
		t.Fatal("opening the page ended a sign-in")
	}
	for typed, want := range map[string]int{"": 422, "0000-0000-0000-0000-0000-0000": 422, "nonsense": 422} {
		if a := b.post("/sign-in/not-me", url.Values{"code": {typed}}); a.status != want {
			t.Errorf("%q: %d", typed, a.status)
		}
	}
	b.goes("the code", b.post("/sign-in/not-me", url.Values{"code": {code}}), "/sign-in/not-me/done")
	if owner.step() == "full" || thief.step() == "full" {
		t.Error("a sign-in goes on")
	}
	b.goes("the password that was given up", thief.signIn(d.name, password), "/sign-in/new-password")
	b.goes("reset", b.post("/password/code", url.Values{"code": {d.value("account.reset-code", "Code")}, "password": {"quiet harbor moss 19"}}), "/sign-in")
	b.goes("the new password", b.signIn(d.name, "quiet harbor moss 19"), "/sign-in/code")
}

// The forms of recovery answer the same for known and unknown, byte for byte
// (security.md 9.1).
func TestForgottenUsernameLooksTheSame(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	known, unknown := d.browser(), d.browser()
	same(t, "username", known.post("/username/forgot", url.Values{"email": {"dana@clinic.example"}}), unknown.post("/username/forgot", url.Values{"email": {"anad@clinic.example"}}))
	same(t, "sent", known.get("/username/sent"), unknown.get("/username/sent"))
	if a := known.post("/username/forgot", url.Values{}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("nothing typed: %d", a.status)
	}
	accounttest.Recover(t, d.db, d.accounts)
	if got := d.value("account.username", "Username"); got != "dana" {
		t.Errorf("username %q", got)
	}
}

// From three tries left the page says how many, before the last one what to do
// instead, and a new code does not hide it (security.md 2.7, ux.md 7.3).
func TestTriesLeftAreSaid(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	b := d.browser()
	b.signIn(d.name, password)
	code := d.mailed()
	for i, want := range []string{"This code is not right", "You have 3 tries left", "You have 2 tries left", "You have one try left"} {
		if page := b.code(wrong(code)); page.status != http.StatusUnprocessableEntity || !strings.Contains(page.body, want) {
			t.Errorf("wrong code %d: status %d, no %q", i+1, page.status, want)
		}
	}
	dbtest.Advance(t, d.db, 61*time.Second)
	b.post("/sign-in/code/send", url.Values{})
	page := b.get("/sign-in/code").body
	for _, want := range []string{"You have 1 try left", "Send a new code", "Stop for now"} {
		if !strings.Contains(page, want) {
			t.Errorf("before the last try: no %q", want)
		}
	}
	b.goes("the last wrong one", b.code(wrong(d.mailed())), "/sign-in/blocked")
	for _, want := range []string{"(800) 906-8521", "Monday to Friday", "Have ready"} {
		if !strings.Contains(b.get("/sign-in/blocked").body, want) {
			t.Errorf("the page for a blocked account does not say %q", want)
		}
	}
}

// A key that was shown for too long is not shown again: a button makes another
// (security.md 6.3: the page itself changes nothing).
func TestKeyThatWaitedTooLong(t *testing.T) {
	d := newDoor(t, account.Desk, account.App)
	b := d.browser()
	b.signIn(d.name, password)
	first := b.secret()
	d.exec(`UPDATE authenticator SET created_at = created_at - interval '61 minutes' WHERE account_id = $1`)
	if page := b.get("/sign-in/authenticator").body; strings.Contains(page, "fp-qr") || !strings.Contains(page, `action="/sign-in/authenticator/new"`) {
		t.Error("the page shows a key, or no button for one")
	}
	b.goes("another key", b.post("/sign-in/authenticator/new", url.Values{}), "/sign-in/authenticator")
	if b.secret() == first {
		t.Error("the key is the one of an hour ago")
	}
}

// A recovery code stands in for the app.
func TestRecoveryCodeSignsIn(t *testing.T) {
	d := newDoor(t, account.OFP, account.App)
	b := d.browser()
	_, codes := b.seeded()
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes on the page", len(codes))
	}
	b.signIn(d.name, password)
	b.goes("recovery code", b.code(strings.ToLower(codes[3])), "/ofp")
}

// The other contact is offered once there is a gateway and a number, and not
// before (security.md 2.2).
func TestOtherContact(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	d.passcodes.AllowTexts()
	b := d.browser()
	b.signIn(d.name, password)
	if page := b.get("/sign-in/code").body; strings.Contains(page, "/sign-in/code/text") {
		t.Error("without a number the other contact is offered")
	}
	if a := b.post("/sign-in/code/text", url.Values{}); a.status != http.StatusNotFound {
		t.Errorf("a text message without a number: %d", a.status)
	}
	dbtest.Advance(t, d.db, 2*time.Minute)
	owner := authz.Actor{Role: authz.Staff, Account: d.id}
	step := passcode.Pending{Account: d.id, SignIn: uuid.New()}
	if err := d.passcodes.SendPhone(t.Context(), owner, step, "530 555 0100"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.passcodes.ConfirmPhone(t.Context(), owner, step, d.mailed()); err != nil {
		t.Fatal(err)
	}
	dbtest.Advance(t, d.db, 2*time.Minute)
	b.signIn(d.name, password)
	if page := b.get("/sign-in/code").body; !strings.Contains(page, "Text a code to the number that ends in 0100") || strings.Contains(page, "555") {
		t.Error("the other contact is not offered, or shown whole")
	}
	dbtest.Advance(t, d.db, 2*time.Minute)
	b.goes("text message", b.post("/sign-in/code/text", url.Values{}), "/sign-in/code")
	if page := b.get("/sign-in/code").body; !strings.Contains(page, "text message with a code to the number that ends in 0100") || !strings.Contains(page, "Mail a code to d•••@clinic.example") {
		t.Error("the page does not say where the code went, or how to have it mailed")
	}
	b.goes("the texted code", b.code(d.mailed()), "/provider")
}
