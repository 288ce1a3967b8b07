package journey

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/handoverpage"
)

// TestHandOver is the path of a device that staff hand to a client: question by
// question to the signature, back with the staff's password, and certified.
func TestHandOver(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 14, 9, 0, 0)).handsOver(locale.English)
}

// TestHandOverWithoutScript is the same path in a browser that runs no script.
func TestHandOverWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 14, 9, 0, 0)).handsOver(locale.English)
}

// TestHandOverInSpanish is the same path in Spanish on a small phone.
func TestHandOverInSpanish(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 14, 9, 0, 0)).handsOver(locale.Spanish)
}

// TestHandOverInSpanishWithoutScript is the same path in a browser that runs no
// script.
func TestHandOverInSpanishWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 14, 9, 0, 0)).handsOver(locale.Spanish)
}

// reader is a client with a device of the clinic in the hand.
type reader struct {
	*person
	language locale.Language
	small    bool
}

func (p *portal) handsOver(l locale.Language) {
	p.Helper()
	var staff *person
	p.step("people of a clinic", func() {
		admin := p.person("Odette", "Okafor", "odette@office.example")
		admin.creates(p.printed(admin))
		here, _ := p.twoClinics()
		staff = p.joins(admin, here)
	})
	c := &reader{person: staff, language: l, small: l == locale.Spanish}
	p.step("staff hand the device over", func() { c.isHanded() })
	p.step("nothing else opens", func() { c.isKeptIn() })
	p.step("the client answers", func() { c.answersAll() })
	p.step("the screen is cleared", func() { c.restsTooLong() })
	if !p.browser.NoScript {
		p.step("the page clears itself", func() { c.clearsItself() })
	}
	p.step("an answer is changed", func() { c.changes() })
	p.step("the client signs", func() { c.signsIt() })
	p.step("staff take it back", func() { c.givesBack() })
	p.step("staff certify", func() { c.isCertified() })
}

// says is a text of the catalogue in the client's language.
func (c *reader) says(text locale.Phrase) string {
	return text.In(locale.WithLanguage(context.Background(), c.language))
}

func (c *reader) taps(text locale.Phrase) {
	c.Helper()
	c.Press(c.says(text))
}

// reads fails for every text that the page does not show in the client's
// language.
func (c *reader) reads(texts ...locale.Phrase) {
	c.Helper()
	for _, text := range texts {
		c.Want(c.says(text))
	}
}

// path is an address of the client's pages in the client's language.
func (c *reader) path(path string) string { return c.language.Prefix() + handoverpage.Base + path }

// sees looks at a page, in Spanish under a name of its own, and fails when it
// tells in its title or address what it is about.
func (c *reader) sees(name string) {
	c.Helper()
	if c.small {
		name += "-es"
	}
	c.look("handover-" + name)
	if c.small {
		c.window(narrow, tall, "light")
	}
	for _, word := range []string{"PACT", "HAP", "pregnan", "embaraz", "Medi-Cal", "insur", "Delphine", "birth", "clinic", "1998"} {
		if strings.Contains(c.Title()+c.URL(), word) {
			c.Errorf("the title or the address tells %q: %q, %s", word, c.Title(), c.URL())
		}
	}
}

func (c *reader) isHanded() {
	c.Helper()
	c.at("/provider/enroll")
	c.seeks(single("Delphine", "Arcand", "1200"))
	c.presses(locale.EnrollNobody)
	c.Choose("mode=in_person")
	c.Choose("help=client")
	c.look("enroll-mode-handover")
	c.presses(locale.EnrollStart)
	c.found("/provider/applications/", 200)
	c.wants(locale.HandoverStartRest)
	c.look("handover-start")
	c.presses(locale.HandoverStartAct)
	c.found("/provider/applications/", 422)
	c.wants(locale.HandoverStartLanguageMissing)
	c.look("handover-start-error")
	c.Choose("language=" + string(c.language))
	c.Choose("help=disability")
	other := &person{Page: c.Another(c.stage, c.browser), portal: c.portal}
	other.at("/provider/search")
	other.found("/provider/search", 200)
	c.presses(locale.HandoverStartAct)
	c.found(c.path(""), 200)
	c.followed(other)
	c.reads(locale.HandoverWelcomeTitle, locale.HandoverWelcomeLeave)
	c.sees("welcome")
}

// followed waits until the staff's page in another tab has gone, which the page
// of the client sees to. Without script it goes with the next click.
func (c *reader) followed(other *person) {
	c.Helper()
	if c.browser.NoScript {
		other.at("/provider/search")
	}
	for range 50 {
		if strings.HasSuffix(other.URL(), "/handover") {
			return
		}
		value[string](c.portal, `SELECT pg_sleep(0.1)::text`)
	}
	c.Errorf("the other tab is still at %s", other.URL())
}

// isKeptIn tries what staff have, in this tab and in another one.
func (c *reader) isKeptIn() {
	c.Helper()
	for _, path := range []string{"/provider", "/provider/clients", "/provider/account", "/eligibility", "/sign-in", "/contact"} {
		c.at(path)
		c.found("/handover", 200)
	}
	for _, word := range []string{c.first, c.last, "PACT"} {
		if strings.Contains(c.Text("header"), word) {
			c.Errorf("the head of the page shows %q", word)
		}
	}
	other := &person{Page: c.Another(c.stage, c.browser), portal: c.portal}
	other.at("/provider/search")
	other.found("/handover", 200)
	c.at(c.path("/sign"))
	c.found(c.path("/check"), 200)
	c.at(c.path("/question/q9"))
	c.found(c.path("/question/q1"), 200)
}

// handedAnswers are the answers of somebody who lives alone, by question.
var handedAnswers = map[question.ID][]answer{
	question.SafeContact: {chosen("safe-contact", "N")},
	question.ContactWays: {chosen("contact-none", "yes")},
	question.Language: {
		typed("language-speak", "English"), typed("language-read", "English"), chosen("language-interpreter", "N"),
	},
	question.FullName:  {typed("name-first", "Delphine"), typed("name-last", "Arcand")},
	question.BirthDate: {dated("birth-date", "3", "14", "1998")},
	question.HomeAddress: {
		typed("address-street", "2 Elm Street"), typed("address-city", "Fresno"), typed("address-state", "CA"),
		typed("address-zip", "93701"), chosen("address-mail", "N"),
	},
	question.County: {typed("county", "Fresno")}, question.SSN: {chosen("ssn-reason", "03")},
	question.Marital: {chosen("marital", "SINGLE")}, question.Gender: {chosen("gender", "FEMALE")},
	question.Orientation: {chosen("orientation", "DECLINED")}, question.SexAtBirth: {chosen("sex-birth", "F")},
	question.Ethnicity: {chosen("ethnicity", "R20")}, question.Resident: {chosen("resident", "Y")},
	question.Need: {chosen("need", "Y")}, question.Pregnant: {chosen("pregnant", "NOT_PREGNANT")},
	question.MediCal: {chosen("medi-cal", "N")}, question.Insurance: {chosen("insurance", "N")},
	question.Institution: {chosen("institution", "N")}, question.Tax: {chosen("tax", "FILER")},
	question.Family: {typed("household-size", "1")},
	question.IncomeOf: {
		typed("income-self-1-amount", "1200"), chosen("income-self-1-often", "MONTH"), picked("income-self-1-source", "W01"),
	},
	question.IncomeCheck: {chosen("income-check", "Y")},
	question.Notices: {
		chosen("notices-privacy", "RECEIVED"), chosen("notices-nondiscrimination", "RECEIVED"),
		chosen("notices-rights", "RECEIVED"), chosen("notices-insurance", "DECLINED"),
	},
}

// asks names the question of the page that is open, "" for another page.
func (c *reader) asks() question.ID {
	c.Helper()
	_, page, _ := strings.Cut(strings.TrimPrefix(c.URL(), c.base), "/question/")
	page, _, _ = strings.Cut(page, "?")
	id, _ := handoverpage.Place.IDOf(page)
	return id
}

func (c *reader) answersAll() {
	c.Helper()
	c.at(c.path(""))
	c.taps(locale.HandoverWelcomeStart)
	for range 2 * len(question.All) {
		id := c.asks()
		if id == "" {
			break
		}
		c.answersOne(id)
	}
	c.found(c.path("/check"), 200)
	c.reads(locale.HandoverCheckTitle, locale.QPartHousehold)
	c.Want("Delphine Arcand", "1,200.00")
	c.sees("check")
}

func (c *reader) answersOne(id question.ID) {
	c.Helper()
	name := strings.ReplaceAll(string(id), "/", "-")
	c.sees(name)
	if id == question.BirthDate {
		c.switches()
	}
	for _, give := range handedAnswers[id.Base()] {
		give(c.person)
	}
	c.taps(locale.HandoverPageSave)
	if c.asks() == id {
		c.Fatalf("the answer to %s is not taken: %d\n%s", id, c.Status(), c.Text("main"))
	}
	if id == question.BirthDate {
		c.goesBack()
	}
}

// switches changes the language there and back with something typed.
func (c *reader) switches() {
	c.Helper()
	page := strings.TrimPrefix(c.URL(), c.base)
	there := *c
	if c.language == locale.Spanish {
		there.language = locale.English
	} else {
		there.language = locale.Spanish
	}
	dated("birth-date", "13", "40", "1998")(c.person)
	c.taps(locale.HandoverPageSave)
	c.found(page, 422)
	c.sees("birth-date-error")
	c.Press(string(map[locale.Language]locale.Key{locale.English: "English", locale.Spanish: "Español"}[there.language]))
	there.reads(locale.HandoverPageSave)
	if got := c.Value("birth-date-day"); got != "40" {
		c.Errorf("after the change of language the day is %q", got)
	}
	if c.Text(".govuk-error-summary") == "" {
		c.Errorf("after the change of language the page no longer says what is wrong")
	}
	c.Press(string(map[locale.Language]locale.Key{locale.English: "English", locale.Spanish: "Español"}[c.language]))
}

// goesBack looks at the answer before and goes on again.
func (c *reader) goesBack() {
	c.Helper()
	c.Follow(c.says(locale.UiBack))
	if id := c.asks(); id != question.BirthDate {
		c.Errorf("back leads to %s", id)
	}
	if got := c.Value("birth-date-year"); got != "1998" {
		c.Errorf("the year of birth is %q", got)
	}
	c.taps(locale.HandoverPageSave)
}

// restsTooLong does nothing for three minutes and a second.
func (c *reader) restsTooLong() {
	c.Helper()
	c.later(2*time.Minute + 59*time.Second)
	c.at(c.path("/check"))
	c.found(c.path("/check"), 200)
	c.later(3*time.Minute + time.Second)
	c.at(c.path("/check"))
	c.found(c.path("/rest"), 200)
	c.reads(locale.HandoverRestTitle)
	c.sees("rest")
	if strings.Contains(c.Text("body"), "Delphine") {
		c.Errorf("the cleared screen shows the name")
	}
	dated("birth-date", "3", "15", "1998")(c.person)
	c.taps(locale.HandoverRestAct)
	c.found(c.path("/rest"), 422)
	c.reads(locale.HandoverRestBirthWrong.With("Count", 4))
	c.sees("rest-error")
	c.at(c.path("/question/q1"))
	c.found(c.path("/rest"), 200)
	c.isThere()
}

// isThere gives the birth date on a cleared screen and goes on.
func (c *reader) isThere() {
	c.Helper()
	dated("birth-date", "3", "14", "1998")(c.person)
	c.taps(locale.HandoverRestAct)
	c.found(c.path(""), 200)
	c.taps(locale.HandoverWelcomeGoOn)
	c.found(c.path("/check"), 200)
}

// clearsItself lets the browser's clock pass the rest with something typed and
// not sent: the page clears itself, and what was typed is there afterwards.
func (c *reader) clearsItself() {
	c.Helper()
	page := strings.TrimPrefix(handoverpage.Page(question.FullName), handoverpage.Base) + "?from=check"
	c.at(c.path(page))
	c.Fill("name-preferred", "Del")
	for n := range 10 { // the window may still be moving: that is an act, too
		browsertest.Eval[bool](c.Page, fmt.Sprintf(`(Date.now = () => performance.timeOrigin + %d + performance.now(), true)`, (n+1)*200_000))
		value[string](c.portal, `SELECT pg_sleep(1.2)::text`)
		if strings.HasSuffix(c.URL(), "/rest") {
			break
		}
	}
	c.at(c.path("/check"))
	c.found(c.path("/rest"), 200)
	c.isThere()
	c.at(c.path(page))
	if got := c.Value("name-preferred"); got != "Del" {
		c.Errorf("of what was typed before the rest, %q is left", got)
	}
	c.taps(locale.HandoverPageSave)
	c.found(c.path("/check"), 200)
}

// changes says that there is an insurance after all: what follows from it is
// asked, and then the check page is back.
func (c *reader) changes() {
	c.Helper()
	insurance, ok := question.Find(question.Insurance, question.Answers{})
	if !ok {
		c.Fatal("no question about insurance")
	}
	c.Follow(c.says(locale.QChangeAnswer) + " " + c.says(insurance.Short))
	if id := c.asks(); id != question.Insurance {
		c.Fatalf("changing leads to %q at %s", id, c.URL())
	}
	for _, give := range []answer{
		chosen("insurance", "Y"), chosen("insurance-covers", "COVERS_CONTRACEPTION"), chosen("insurance-cost", "NONE"), chosen("insurance-student", "N"),
	} {
		give(c.person)
	}
	c.taps(locale.HandoverPageSave)
	if id := c.asks(); id != question.Barrier {
		c.Fatalf("after the change comes %q at %s", id, c.URL())
	}
	c.sees("barrier")
	c.Choose("barrier=Y")
	c.taps(locale.HandoverPageSave)
	c.found(c.path("/check"), 200)
}

func (c *reader) signsIt() {
	c.Helper()
	c.taps(locale.HandoverCheckGo)
	c.found(c.path("/sign"), 200)
	c.reads(locale.SignStatement)
	c.sees("sign")
	c.taps(locale.HandoverSignAct)
	c.found(c.path("/sign"), 422)
	c.reads(locale.HandoverSignNameMissing, locale.HandoverSignAgreeMissing)
	c.sees("sign-error")
	c.Fill("name", "Delphine Arcand")
	c.Choose("agree=yes")
	c.taps(locale.HandoverSignAct)
	c.found(c.path("/done"), 200)
	c.sees("done")
	for _, path := range []string{"", "/check", "/sign", "/question/q4"} {
		c.at(c.path(path))
		c.found(c.path("/done"), 200)
	}
}

func (c *reader) givesBack() {
	c.Helper()
	c.taps(locale.HandoverDoneAct)
	c.found(c.path("/return"), 200)
	c.sees("return")
	c.Fill("password", "not the one of anybody")
	c.taps(locale.HandoverReturnAct)
	c.found(c.path("/return"), 422)
	c.reads(locale.HandoverReturnWrong)
	c.sees("return-error")
	c.at("/provider")
	c.found("/handover", 200)
	c.at(c.path("/return"))
	c.Fill("password", c.password)
	c.taps(locale.HandoverReturnAct)
	c.found("/provider/applications/", 200)
	if got := c.section(); got != "told" {
		c.Errorf("taken back, it goes on with %q", got)
	}
	c.at("/handover/check")
	c.found("/provider/work/drafts", 200)
	c.Back()
	if strings.Contains(c.Text("body"), "•••") || strings.Contains(c.URL(), handoverpage.Base) {
		c.Errorf("after giving back, Back shows %s", c.URL())
	}
}

func (c *reader) isCertified() {
	c.Helper()
	c.window(wide, high, "light")
	c.at("/provider/work/drafts")
	c.Follow("Arcand, Delphine")
	c.tells()
	c.wants(locale.ReviewOutcomeEligible)
	c.Want("Filled in and signed by the client, in person", say(locale.EnrollHelpDisability))
	c.look("application-review-handover")
	c.certifies(locale.ReviewCertifyEligible)
	c.wants(locale.ResultTitleEligible)
	for action, want := range map[string]int{"handover.start": 0, "application.save": 20, "application.sign": 1, "handover.end": 1, "handover.go-on": 2} {
		if n := c.count("audit_entry WHERE action = $1 AND role = 'handed-over'", action); n < want {
			c.Errorf("%d entries for %s on the device that was handed over, want %d", n, action, want)
		}
	}
	if n := c.count("audit_entry WHERE role = 'handed-over' AND action = 'enrollment.certify'"); n != 0 {
		c.Errorf("%d certifications on a device that was handed over", n)
	}
}
