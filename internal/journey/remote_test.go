package journey

import (
	"testing"
	"time"

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
		staff.meetsFarAway(single("Paula", "Ortega", "1200"), "telephone", func() {
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
		staff.meetsFarAway(single("Vera", "Quiroga", "1300"), "video", func() {
			staff.Choose("kind=electronic")
			staff.Fill("name", "Vera Quiroga")
			staff.presses(locale.SignAct)
			staff.wants(locale.SignKeptElectronicMissing)
			staff.look("sign-distant-error")
			staff.Fill("kept-electronic", "The signing service")
		})
	})
	if n := p.count("disclosure WHERE code = 'D14'"); n != 1 {
		p.Errorf("%d consents to a recording are kept, want 1", n)
	}
	if n := p.count("disclosure WHERE code = 'D08'"); n != 2 {
		p.Errorf("the privacy statement was recited to %d, want 2", n)
	}
}

// meetsFarAway takes somebody who is not there through the application; sign
// says how the client signs.
func (w *person) meetsFarAway(a applicant, mode string, sign func()) {
	w.Helper()
	w.at("/provider/enroll")
	w.seeks(a)
	w.presses(locale.EnrollNobody)
	w.Choose("mode=" + mode)
	w.presses(locale.EnrollStart)
	w.found("/provider/applications/", 200)
	w.fills(a)
	w.presses(locale.CheckGo)
	w.Choose("language=en")
	w.Choose("agree=yes")
	sign()
	w.presses(locale.SignAct)
	w.wants(locale.SignSaved)
	w.look("told-" + mode)
	w.tells()
	w.wants(locale.ReviewOutcomeEligible)
	w.certifies(locale.ReviewCertifyEligible)
	w.wants(locale.ResultTitleEligible)
}
