package journey

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

// TestActs is the path of what staff do to a client who is enrolled: reaffirm,
// discontinue and undo, report a change that the client does not survive, and
// reactivate (B2, B3 and B4 of domain/portal.md 33).
func TestActs(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 14, 9, 0, 0)).acts()
}

// TestActsWithoutScript is the same path in a browser that runs no script.
func TestActsWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 14, 9, 0, 0)).acts()
}

func (p *portal) acts() {
	p.Helper()
	var certifier, staff *person
	var record string
	p.step("people of a clinic", func() {
		admin := p.person("Odette", "Okafor", "odette@office.example")
		admin.creates(p.printed(admin))
		admin.signsIn()
		here, _ := p.twoClinics()
		certifier = p.joins(admin, here)
		staff = certifier.invites("Rahel", "Sorensen", "rahel@clinic0001.example")
		record = "/provider/clients/" + staff.knows().String()
	})
	p.step("reaffirm in three clicks from the search", func() { staff.reaffirms(record) })
	p.step("pregnancy: discontinued, and undone", func() { staff.discontinues(record) })
	p.step("two people at once", func() { staff.comesSecond(certifier, record) })
	p.step("a change of contact", func() { staff.changesLanguage(record) })
	p.step("a change that breaks the limit", func() { staff.changesIncome(record) })
	p.step("reactivate", func() { staff.reactivates(record) })
}

// knows enrolls somebody at the person's site and returns the client.
func (w *person) knows() uuid.UUID {
	w.Helper()
	actor := authz.Actor{
		Role:    authz.Staff,
		Account: value[uuid.UUID](w.portal, `SELECT id FROM account WHERE email = $1`, w.email),
		Site:    value[uuid.UUID](w.portal, `SELECT site_id FROM membership WHERE email = $1`, w.email),
	}
	return enrollmenttest.Enroll(w, w.portal.app.DB, w.portal.app.Ring, actor, civil.MustParse("2025-01-14"),
		applicationtest.Answer(question.SafeContact, "safe-contact", "Y"))
}

// reaffirms opens the record from a search, goes through the answers and
// reaffirms: three clicks, and the tick.
func (w *person) reaffirms(record string) {
	w.Helper()
	w.at("/provider/search")
	w.seeks(single("Rosa", "Delgado", ""))
	w.follows(locale.SearchOpen)
	w.found(record, 200)
	w.wants(locale.RecordFlag, locale.RecordChange, locale.RecordDiscontinue)
	w.look("record-active")
	w.follows(locale.RecordReaffirm)
	w.look("reaffirm")
	if w.browser.NoScript {
		w.presses(locale.RecordReaffirm)
		w.found(record+"/reaffirm", 422)
		w.wants(locale.ReaffirmAgreeMissing)
		w.look("reaffirm-error")
	} else if got := w.Attribute("button[data-attested]", "aria-disabled"); got != "true" {
		w.Errorf("the button is not held back until the box is ticked: %q", got)
	}
	w.Choose("agree=yes")
	w.presses(locale.RecordReaffirm)
	w.found(record, 200)
	if say(locale.ReaffirmDone) != "Client eligibility reaffirmed" {
		w.Errorf("the message is %q", say(locale.ReaffirmDone))
	}
	w.wants(locale.ReaffirmDone, locale.RecordReaffirmed)
	w.look("record-reaffirmed")
	w.at(record + "/notes")
	w.wants(locale.NoteReaffirmed)
	w.at(record + "/reaffirm")
	w.wants(locale.ReaffirmAgain)
	w.look("reaffirm-again")
}

// discontinues ends the enrollment for a pregnancy and takes it back.
func (w *person) discontinues(record string) {
	w.Helper()
	w.at(record)
	w.follows(locale.RecordDiscontinue)
	w.look("discontinue")
	w.presses(locale.DiscontinueNext)
	w.found(record+"/discontinue", 422)
	w.wants(locale.DiscontinueCauseMissing)
	w.look("discontinue-error")
	w.Choose("cause=pregnant")
	w.Fill("note", "Found at the visit.")
	w.presses(locale.DiscontinueNext)
	w.found(record+"/discontinue", 200)
	w.wants(locale.DiscontinueCheckTitle, locale.DiscontinueCausePregnant)
	w.Want("January 15, 2025")
	w.look("discontinue-check")
	w.presses(locale.DiscontinueEdit)
	if !w.has("cause", "pregnant") {
		w.Errorf("what was chosen is lost")
	}
	w.presses(locale.DiscontinueNext)
	w.presses(locale.DiscontinueConfirm)
	w.found(record+"/discontinue/result", 200)
	w.wants(locale.ResultHearing, locale.DiscontinueDoneNextPregnant)
	w.look("discontinue-result")
	w.follows(locale.RecordUndo)
	w.look("discontinue-undo")
	w.presses(locale.UndoGo)
	w.found(record, 200)
	w.wants(locale.UndoDone, locale.ClientStatusActive)
	w.at(record + "/reactivate")
	w.found(record+"/reactivate", 409)
	w.wants(locale.ActNotInactive)
}

// comesSecond has the page open while somebody else discontinues: the second
// sees what has happened.
func (w *person) comesSecond(first *person, record string) {
	w.Helper()
	ends := func(who *person) {
		who.at(record + "/discontinue")
		who.Choose("cause=number")
		who.Choose("why=request")
		who.presses(locale.DiscontinueNext)
	}
	ends(w)
	first.reaches(record)
	ends(first)
	first.presses(locale.DiscontinueConfirm)
	first.found(record+"/discontinue/result", 200)
	w.presses(locale.DiscontinueConfirm)
	w.found(record+"/discontinue", 409)
	w.wants(locale.ActNotActive, locale.ClientStatusDeactivated, locale.RecordReactivate)
	w.look("act-not-now")
	w.follows(locale.RecordReactivate)
	w.look("reactivate")
	w.follows(locale.RecordUndo)
	w.presses(locale.UndoGo)
	w.wants(locale.UndoDone)
}

// chooses begins a change of a section.
func (w *person) chooses(record string, s question.Section) {
	w.Helper()
	w.at(record)
	w.follows(locale.RecordChange)
	w.look("change")
	w.presses(locale.ChangeStart)
	w.found(record+"/change", 422)
	w.wants(locale.ChangeSectionsMissing)
	w.look("change-error")
	w.Choose("sections=" + string(s))
	w.Choose("mode=in_person")
	w.presses(locale.ChangeStart)
	w.found(record+"/change/", 200)
	w.look("change-" + string(s))
}

// changesLanguage reports what decides nothing: no signature.
func (w *person) changesLanguage(record string) {
	w.Helper()
	w.chooses(record, question.ContactSection)
	w.Fill("language-read", "Spanish")
	w.presses(locale.ChangeStart)
	w.found(record+"/change/", 200)
	w.wants(locale.ChangeReviewTitle, locale.ChangeReviewPlain)
	w.look("change-review-plain")
	w.presses(locale.ChangeReviewRecord)
	w.wants(locale.ChangeResultTitle)
	w.look("change-result")
	w.at(record)
	w.wants(locale.ClientStatusActive)
}

// changesIncome reports an income over the limit: code 02 is proposed, the
// client signs, the enrollment ends, and the hearing rights are shown.
func (w *person) changesIncome(record string) {
	w.Helper()
	w.chooses(record, question.HouseholdSection)
	w.Fill("income-self-1-amount", "4000")
	w.presses(locale.ChangeStart)
	if strings.Contains(w.URL(), "/section/") {
		w.Choose("income-check=Y")
		w.presses(locale.ChangeStart)
	}
	w.found(record+"/change/", 200)
	w.wants(locale.ChangeReviewTitle, locale.ResultHearing)
	w.Want("code 02", "$4,000.00")
	w.look("change-sign")
	w.presses(locale.SignAct)
	w.look("change-sign-error")
	w.Choose("language=en")
	w.Choose("kind=electronic")
	w.Fill("name", "Rosa Delgado")
	w.Choose("agree=yes")
	w.presses(locale.SignAct)
	w.wants(locale.SignSaved)
	w.look("change-review")
	w.presses(locale.ChangeReviewRecordEnds)
	w.wants(locale.CertifyAgreeMissing)
	w.Choose("agree=yes")
	w.presses(locale.ChangeReviewRecordEnds)
	w.wants(locale.ChangeResultTitleEnds, locale.ResultHearing, locale.ReasonI02)
	w.look("change-result-ends")
	w.at(record)
	w.wants(locale.ClientStatusDeactivated)
	w.look("record-inactive")
}

// reactivates begins a new form: what a signed form has ended is not undone.
func (w *person) reactivates(record string) {
	w.Helper()
	w.follows(locale.RecordReactivate)
	w.wants(locale.ReactivateWrongLate)
	w.look("reactivate-late")
	w.follows(locale.ReactivateNew)
	w.found(record+"/recertify", 200)
}
