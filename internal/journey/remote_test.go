package journey

import (
	"testing"
	"time"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestRemote is the path of two clients who are met live and not at the
// clinic: one on the telephone, whose signature is spoken and recorded, one on
// video, who signs electronically from home (domain/portal.md 12.2, 12.3).
func TestRemote(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 20, 9, 0, 0)).remote()
}

// TestRemoteWithoutScript is the same path in a browser that runs no script.
func TestRemoteWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 20, 9, 0, 0)).remote()
}

func (p *portal) remote() {
	p.Helper()
	var staff *person
	p.step("people of a clinic", func() {
		admin := p.person("Odette", "Okafor", "odette@office.example")
		admin.creates(p.printed(admin))
		admin.signsIn()
		here, _ := p.twoClinics()
		staff = p.joins(admin, here).invites("Rahel", "Sorensen", "rahel@clinic0001.example")
	})
	p.step("on the telephone", func() {
		staff.meetsFarAway(single("Paula", "Ortega", "1200"), "telephone", locale.English, func() {
			staff.Choose("kind=oral")
			staff.presses(locale.SignAct)
			staff.wants(locale.SignConsentMissing, locale.SignKeptOralMissing)
			staff.look("sign-oral-error")
			staff.Choose("consent=yes")
			staff.Choose("whole=yes")
			staff.Fill("kept-oral", "Recordings, tape 4")
		})
	})
	p.step("on video", func() {
		staff.meetsFarAway(single("Vera", "Quiroga", "1300"), "video", locale.English, func() {
			staff.Choose("kind=electronic")
			staff.Fill("name", "Vera Quiroga")
			staff.presses(locale.SignAct)
			staff.wants(locale.SignKeptElectronicMissing)
			staff.look("sign-distant-error")
			staff.Fill("kept-electronic", "The signing service")
		})
	})
	p.step("on the telephone, in Spanish", func() {
		a := single("Luisa", "Barragan", "1100").with(question.ContactSection, typed("language-read", "Spanish"))
		staff.meetsFarAway(a, "telephone", locale.Spanish, func() {
			staff.Choose("kind=oral")
			staff.Choose("consent=yes")
			staff.Fill("kept-oral", "Recordings, tape 5")
		})
		staff.isGivenSpanish("Luisa Barragan", locale.PaperFormOral, "Recordings, tape 5")
	})
	if n := p.count("disclosure WHERE code = 'D14'"); n != 2 {
		p.Errorf("%d consents to a recording are kept, want 2", n)
	}
	if n := p.count("disclosure WHERE code = 'D08'"); n != 3 {
		p.Errorf("the privacy statement was recited to %d, want 3", n)
	}
}

// isGivenSpanish looks at the papers of somebody who has signed in Spanish: the
// declaration, the form and the letter are in the client's language.
func (w *person) isGivenSpanish(name string, how locale.Key, kept string) {
	w.Helper()
	es := locale.WithLanguage(w.root.Context(), locale.Spanish)
	w.follows(locale.DocumentsResult)
	w.given(locale.DocumentsKindForm, name, locale.SignStatement.In(es), how.In(es), kept, locale.PaperFormProvider.In(es))
	w.given(locale.DocumentsKindNotice, locale.NoticeEligibleTitle.In(es), "8H")
}

// meetsFarAway takes somebody who is not there through the application; sign
// says how the client signs, in the language.
func (w *person) meetsFarAway(a applicant, mode string, l locale.Language, sign func()) {
	w.Helper()
	w.at("/provider/enroll")
	w.seeks(a)
	w.presses(locale.EnrollNobody)
	w.Choose("mode=" + mode)
	w.presses(locale.EnrollStart)
	w.found("/provider/applications/", 200)
	w.fills(a)
	w.look("check-" + mode)
	w.presses(locale.CheckGo)
	w.look("sign-" + mode)
	w.Want(locale.SignStatement.In(locale.WithLanguage(w.root.Context(), l)))
	w.Choose("language=" + string(l))
	w.Choose("agree=yes")
	sign()
	w.presses(locale.SignAct)
	w.wants(locale.SignSaved)
	w.look("told-" + mode)
	w.tells()
	w.wants(locale.ReviewOutcomeEligible)
	w.look("review-" + mode)
	w.certifies(locale.ReviewCertifyEligible)
	w.wants(locale.ResultTitleEligible)
	w.look("result-" + mode)
}
