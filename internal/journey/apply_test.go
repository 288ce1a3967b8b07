package journey

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/applypage"
)

// TestClientApplies is how a client applies alone, a clinic goes through it with
// the client live and certifies, and the client sees what came of it (decisions
// 17).
func TestClientApplies(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.May, 6, 9, 0, 0)).applies(locale.English)
}

// TestClientAppliesInSpanishWithoutScript is the same in Spanish, in a browser
// that runs no script.
func TestClientAppliesInSpanishWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.May, 6, 9, 0, 0)).applies(locale.Spanish)
}

// aloneAtHome is a client who applies on a small phone.
type aloneAtHome struct {
	*reader
	number string // of the application
}

func (p *portal) applies(l locale.Language) {
	p.Helper()
	if err := incometable.Load(p.root.Context(), p.app.DB); err != nil {
		p.Fatal(err)
	}
	var staff *person
	who := p.person("Delphine", "Arcand", "")
	who.password = "amber lantern 42"
	c := &aloneAtHome{reader: &reader{person: who, language: l, small: true}}
	p.step("people of a clinic", func() {
		staff = p.helper("Samuel", "Ortiz")
		staff.later(2 * time.Minute) // a new code of the mailbox
		staff.signsIn()
	})
	p.step("the client opens an account", func() { who.opensAccount() })
	p.step("and applies", func() { c.appliesAlone() })
	p.step("and sends it", func() { c.sends() })
	p.step("and chooses the clinic", func() { c.choosesClinic(staff) })
	p.step("which goes through it", func() { staff.goesThrough(c.number) })
	p.step("the client sees what came of it", func() { c.seesResult() })
}

// page is an address of the client's pages in the client's language.
func (c *aloneAtHome) page(path string) string { return c.language.Prefix() + path }

// shows looks at a page, and fails when it tells in its title or address what it
// is about.
func (c *aloneAtHome) shows(name string) {
	c.Helper()
	if c.language == locale.Spanish {
		name += "-es"
	}
	c.look("apply-" + name)
	c.window(narrow, tall, "light")
	for _, word := range []string{"PACT", "HAP", "pregnan", "embaraz", "Medi-Cal", "insur", "Delphine", "birth", "1998"} {
		if strings.Contains(c.Title()+c.URL(), word) {
			c.Errorf("the title or the address tells %q: %q, %s", word, c.Title(), c.URL())
		}
	}
}

// question names the question of the page that is open, "" for another page.
func (c *aloneAtHome) question() question.ID {
	c.Helper()
	_, page, _ := strings.Cut(strings.TrimPrefix(c.URL(), c.base), applypage.Base+"/")
	page, _, _ = strings.Cut(page, "?")
	id, _ := applypage.Place.IDOf(page)
	return id
}

func (c *aloneAtHome) appliesAlone() {
	c.Helper()
	c.at(c.page("/my"))
	c.at(c.page("/my/application"))
	c.shows("start")
	c.taps(locale.ApplyStartAct)
	for range 2 * len(question.All) {
		id := c.question()
		if id == "" {
			break
		}
		c.shows(strings.ReplaceAll(string(id), "/", "-"))
		for _, give := range handedAnswers[id.Base()] {
			give(c.person)
		}
		if id == question.FullName {
			c.stops(id)
		}
		c.taps(locale.HandoverPageSave)
		if c.question() == id {
			c.Fatalf("the answer to %s is not taken: %d\n%s", id, c.Status(), c.Text("main"))
		}
	}
	c.found(c.page("/my/application/check"), 200)
	c.Want("Delphine Arcand", "1,200.00")
	c.shows("check")
}

// stops with something typed and comes back to it.
func (c *aloneAtHome) stops(id question.ID) {
	c.Helper()
	c.taps(locale.ApplyLater)
	c.found(c.page("/my/application"), 200)
	c.reads(locale.ApplySaved, locale.ApplyPartSome)
	c.shows("parts")
	c.at(c.page("/my/application/sign"))
	c.found(c.page("/my/application/check"), 200)
	c.at(c.page(applypage.Place.Page(id)))
	if got := c.Value("name-first"); got != "Delphine" {
		c.Errorf("what was typed has become %q", got)
	}
}

func (c *aloneAtHome) sends() {
	c.Helper()
	c.taps(locale.HandoverCheckGo)
	c.found(c.page("/my/application/sign"), 200)
	c.taps(locale.HandoverSignAct)
	c.found(c.page("/my/application/sign"), 422)
	c.shows("sign-error")
	c.Fill("name", "Delphine Arcand")
	c.Choose("agree=yes")
	c.taps(locale.HandoverSignAct)
	c.found(c.page("/my/application/sent"), 200)
	c.reads(locale.ApplySentTitle, locale.ApplySentStepLive)
	c.shows("sent")
	c.number = value[string](c.portal, `SELECT number FROM application WHERE state = 'submitted'`)
	c.Want(c.number)
	if n := c.count("determination"); n != 0 {
		c.Errorf("%d determinations before a clinic went through it", n)
	}
}

func (c *aloneAtHome) choosesClinic(staff *person) {
	c.Helper()
	type place struct {
		id  uuid.UUID
		zip string
	}
	s := place{
		value[uuid.UUID](c.portal, `SELECT m.site_id FROM membership m JOIN account a ON a.id = m.account_id WHERE a.username = $1`, staff.username),
		value[string](c.portal, `SELECT s.zip FROM site s JOIN membership m ON m.site_id = s.id JOIN account a ON a.id = m.account_id WHERE a.username = $1`, staff.username),
	}
	c.Follow(c.says(locale.ApplySentFinish))
	c.found(c.page("/my/finish"), 200)
	c.Want(c.number)
	c.shows("finish")
	c.taps(locale.ApplyFinishLook)
	c.found(c.page("/my/finish"), 422)
	c.shows("finish-error")
	c.Fill("place", s.zip[:5])
	c.taps(locale.ApplyFinishLook)
	c.found(c.page("/my/finish"), 200)
	c.shows("finish-clinics")
	c.Choose("clinic=" + s.id.String())
	c.taps(locale.ApplyFinishSave)
	c.reads(locale.ApplyFinishSaved)
	c.shows("finish-chosen")
}

// goesThrough finds the application on the list and takes it to the result.
func (w *person) goesThrough(number string) {
	w.Helper()
	w.at("/provider")
	w.wants(locale.ProviderTileSent)
	w.at("/provider/search")
	w.follows(locale.ClaimLink)
	w.look("claim")
	w.presses(locale.ClaimAct)
	w.found("/provider/claim", 422)
	w.look("claim-error")
	w.at("/provider/work/sent")
	w.Want(number)
	w.look("sent")
	w.follows(locale.SentTake)
	w.look("take")
	w.presses(locale.TakeAct)
	w.found("/provider/work/sent/", 422)
	w.look("take-error")
	w.Choose("mode=in_person")
	w.presses(locale.TakeAct)
	w.found("/provider/applications/", 200)
	w.wants(locale.HandoverStartAct)
	w.look("application-check-sent")
	w.signs(single("Delphine", "Arcand", "1200"))
	w.certifies(locale.ReviewCertifyEligible)
	w.wants(locale.ResultTitleEligible)
	if got := client.FoldHAPNumber(w.Text(".fp-number")); !got.Valid() {
		w.Errorf("the HAP number %q is not one", got)
	}
}

func (c *aloneAtHome) seesResult() {
	c.Helper()
	c.at(c.page("/my/application"))
	c.Want(c.number)
	c.shows("result")
	c.at(c.page("/my"))
	c.found(c.page("/my"), 200)
	if n := value[int](c.portal, `SELECT count(*)::int FROM client WHERE account_id IS NOT NULL`); n != 1 {
		c.Errorf("%d records belong to an account, want 1", n)
	}
	c.at(c.page("/my/card"))
	c.Want("Delphine Arcand")
}
