package journey

import (
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestOverride is the path of a weekend on which the portal was closed (B8 of
// domain/portal.md 33): the program office registers the outage, a clinic
// types in a paper form of it and asks for its day, the office approves what
// lies in the outage together, and the period begins on that day.
func TestOverride(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 20, 9, 0, 0)).override()
}

// TestOverrideWithoutScript is the same path in a browser that runs no script.
func TestOverrideWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 20, 9, 0, 0)).override()
}

func (p *portal) override() {
	p.Helper()
	var admin, staff *person
	var record string
	a := single("Paula", "Ortega", "1200").with(question.ContactSection, typed("language-read", "Spanish"))
	p.step("people of a clinic", func() {
		admin = p.person("Odette", "Okafor", "odette@office.example")
		admin.creates(p.printed(admin))
		admin.signsIn()
		here, _ := p.twoClinics()
		staff = p.joins(admin, here).invites("Rahel", "Sorensen", "rahel@clinic0001.example")
	})
	p.step("no outage, no paper form", func() { staff.hasNoOutage() })
	p.step("the office registers the outage", func() { admin.registersOutage() })
	p.step("a paper form is typed in", func() { record = staff.typesPaper(a) })
	p.step("the day of the paper is asked for", func() { staff.asksForDay(record) })
	p.step("the office approves what lies in the outage", func() { admin.approvesTogether() })
	p.step("the period has moved", func() { staff.findsMoved(record) })
}

// hasNoOutage finds that paper forms need a registered outage.
func (w *person) hasNoOutage() {
	w.Helper()
	w.at("/provider/paper")
	w.wants(locale.EnrollPaperNoneTitle)
	w.look("paper-none")
	w.at("/provider/work/overrides")
	w.wants(locale.OverrideListEmptyTitle)
	w.look("overrides-site-empty")
}

// registersOutage registers the weekend, and says later that it was over
// earlier than announced.
func (w *person) registersOutage() {
	w.Helper()
	w.reaches("/ofp/outages")
	w.wants(locale.OutagesEmptyTitle)
	w.look("outages-empty")
	w.reaches("/ofp/outages/new")
	w.look("outages-new")
	w.presses(locale.OutagesRegister)
	w.found("/ofp/outages/new", 422)
	w.wants(locale.OutageKindMissing, locale.OutageAffectsMissing, locale.OutageStartsMissing, locale.OutageTextEnMissing, locale.OutageTextEsMissing)
	w.look("outages-new-error")
	w.Choose("kind=planned")
	w.Choose("affects=all")
	dated("starts", "1", "17", "2025")(w)
	w.Fill("starts-time", "10 p.m.")
	dated("ends", "1", "19", "2025")(w)
	w.Fill("ends-time", "8:00 PM")
	w.Fill("text-en", "The portal is closed from Friday 10 p.m. to Sunday 8 p.m. Use the paper form meanwhile.")
	w.Fill("text-es", "El portal está cerrado del viernes a las 10 p. m. al domingo a las 8 p. m. Use el formulario de papel mientras tanto.")
	w.presses(locale.OutagesRegister)
	w.found("/ofp/outages/", 200)
	w.wants(locale.OutagesRegistered, locale.OutagesStateOver)
	w.Want("01/17/2025, 10:00 p.m.", "01/19/2025, 8:00 p.m.")
	w.look("outage")
	w.announced()
	w.follows(locale.OutagesClose)
	w.look("outage-close")
	w.Fill("ends-time", "7 p.m.")
	w.presses(locale.OutagesClose)
	w.wants(locale.OutagesClosed)
	w.Want("01/19/2025, 7:00 p.m.")
	w.at("/ofp/outages")
	w.Want("01/17/2025, 10:00 p.m.")
	w.look("outages")
}

// typesPaper types in a form that was signed on the Saturday, and returns the
// record.
func (w *person) typesPaper(a applicant) string {
	w.Helper()
	w.at("/provider/paper")
	w.look("paper")
	w.follows(locale.EnrollPaperFind)
	w.seeks(a)
	w.presses(locale.EnrollNobody)
	w.follows(locale.EnrollPaperLink)
	w.look("paper-start")
	w.presses(locale.EnrollPaperStart)
	w.found("/provider/enroll/", 422)
	w.wants(locale.PaperOutageMissing, locale.PaperSignedMissing, locale.PaperKeptMissing, locale.PaperOnFileMissing)
	w.look("paper-start-error")
	w.Choose("outage=" + value[string](w.portal, `SELECT id::text FROM outage`))
	dated("signed", "1", "18", "2025")(w)
	w.Fill("kept", "Binder 3, front desk")
	w.Choose("on-file=yes")
	w.presses(locale.EnrollPaperStart)
	w.found("/provider/applications/", 200)
	w.Want("January 18, 2025", "Binder 3, front desk")
	w.look("paper-section")
	w.fills(a)
	w.presses(locale.CheckGo)
	w.look("paper-sign")
	w.Choose("language=es")
	w.Choose("agree=yes")
	w.presses(locale.SignAct)
	w.wants(locale.SignSaved)
	w.look("paper-told")
	w.tells()
	w.wants(locale.ReviewOutcomeEligible)
	w.look("paper-review")
	w.certifies(locale.ReviewCertifyEligible)
	w.wants(locale.ResultTitleEligible, locale.ResultPaperTitle)
	w.Want("01/20/2025 to 01/19/2026")
	w.look("paper-result")
	here := strings.TrimPrefix(w.URL(), w.base)
	w.isGivenSpanish("Paula Ortega", locale.PaperFormPaper, "Binder 3, front desk")
	w.at(here)
	return "/provider/clients/" + value[string](w.portal, `SELECT client_id::text FROM application WHERE mode = 'paper'`)
}

// asksForDay sends the request that the paper prepares.
func (w *person) asksForDay(record string) {
	w.Helper()
	w.follows(locale.ResultPaperAct)
	w.found(record+"/override", 200)
	w.wants(locale.OverridePrepared)
	w.look("override")
	w.presses(locale.OverrideAskSend)
	w.found(record+"/override", 422)
	w.wants(locale.OverrideOnFileMissing)
	w.look("override-error")
	w.Choose("on-file=yes")
	w.presses(locale.OverrideAskSend)
	w.found(record+"/override", 200)
	w.wants(locale.OverrideAskSent, locale.OverrideOpen, locale.OverrideStateSubmitted)
	w.look("override-sent")
	w.at("/provider/work/overrides")
	w.wants(locale.OverrideStateSubmitted)
	w.look("overrides-site")
	w.at(record)
	w.Want("01/20/2025 to 01/19/2026")
}

// approvesTogether looks at the request beside the record and approves it with
// all that lie in the outage.
func (w *person) approvesTogether() {
	w.Helper()
	w.reaches("/ofp")
	w.wants(locale.OfpTileOverrides)
	w.look("ofp-overrides")
	w.reaches("/ofp/overrides")
	w.wants(locale.OverridesWithin)
	w.look("overrides")
	request := value[string](w.portal, `SELECT id::text FROM override_request`)
	w.reaches("/ofp/overrides/" + request)
	w.wants(locale.OverrideThenQualified)
	w.Want("Paula Ortega", "Binder 3, front desk", "January 18, 2025", "January 17, 2026")
	w.look("overrides-request")
	w.presses(locale.OverridesDecide)
	w.found("/ofp/overrides/", 422)
	w.wants(locale.OverridesDecisionMissing)
	w.Choose("decision=denied")
	w.presses(locale.OverridesDecide)
	w.wants(locale.OverrideAnswerMissing)
	w.look("overrides-request-error")
	w.at("/ofp/overrides?outage=" + value[string](w.portal, `SELECT id::text FROM outage`))
	w.look("overrides-outage")
	w.follows(locale.OverridesTogether)
	w.look("overrides-together")
	w.presses(locale.OverridesTogetherAct)
	w.found("/ofp/overrides", 200)
	w.Want("1 request was approved")
	w.wants(locale.OverridesEmptyTitle)
	w.look("overrides-done")
	w.reaches("/ofp/overrides/" + request)
	w.wants(locale.OverrideStateApproved)
	w.look("overrides-decided")
}

// findsMoved finds the period at the day of the paper.
func (w *person) findsMoved(record string) {
	w.Helper()
	w.at(record)
	w.Want("01/18/2025 to 01/17/2026")
	w.look("record-moved")
	w.at(record + "/override")
	w.wants(locale.OverrideStateApproved, locale.OverrideMoved)
	w.look("override-approved")
	w.at(record + "/notes")
	w.Want("the period begins on January 18, 2025 instead of January 20, 2025")
	l := w.about(w.email, say(locale.MailOverrideSubject))
	if strings.Contains(l.Text+l.HTML, "Ortega") || strings.Contains(l.Text+l.HTML, "approved") {
		w.Errorf("the mail about the request says too much:\n%s", l.Text)
	}
	if n := w.count("message WHERE key LIKE 'client.%'"); n != 0 {
		w.Errorf("a client who wants no contact was sent %d mails", n)
	}
}

// announced looks at the page that everybody sees about an outage that goes
// on, in both languages.
func (w *person) announced() {
	w.Helper()
	here := strings.TrimPrefix(w.URL(), w.base)
	now := value[time.Time](w.portal, `SELECT portal_now()`)
	w.clock(pacific(2025, time.January, 18, 9, 0, 0))
	w.at("/status")
	w.Want("Use the paper form meanwhile.")
	w.look("status-outage")
	w.at("/es/status")
	w.Want("Use el formulario de papel mientras tanto.")
	w.look("status-outage-es")
	w.clock(now)
	w.at(here)
}
