package journey

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestTraining is the path of training: it is overdue, OFP switches the gate
// on, staff cannot enroll until their certifier records it.
func TestTraining(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 14, 9, 0, 0)).trains()
}

// TestTrainingWithoutScript is the same path in a browser that runs no script.
func TestTrainingWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 14, 9, 0, 0)).trains()
}

func (p *portal) trains() {
	p.Helper()
	var admin, certifier, rahel, tomas *person
	p.step("people of a clinic", func() {
		admin = p.person("Odette", "Okafor", "odette@office.example")
		admin.creates(p.printed(admin))
		admin.signsIn()
		here, _ := p.twoClinics()
		certifier = p.joins(admin, here)
		rahel = certifier.invites("Rahel", "Sorensen", "rahel@clinic0001.example")
		tomas = certifier.invites("Tomas", "Underhill", "tomas@clinic0001.example")
	})
	p.step("training is overdue and warns", func() {
		p.longAgo()
		p.sweep()
		p.about(rahel.email, say(locale.MailTrainingOverdueSubject))
		p.about(certifier.email, say(locale.MailTrainingOverdueSubject))
		rahel.at("/provider")
		rahel.wants(locale.TrainingOverdueNotice)
		rahel.look("provider-training-overdue")
		rahel.follows(locale.TrainingOverdueLink)
		rahel.found("/provider/training", 200)
		rahel.wants(locale.TrainingWhoStaff, locale.TrainingKindOverdue)
		rahel.look("provider-training-staff")
	})
	p.step("OFP switches the gate on", func() { admin.closesGate() })
	p.step("staff cannot enroll", func() {
		rahel.asksToEnroll()
		rahel.found("/provider/enroll/", 403)
		rahel.Want("Your training is overdue: Online trainings: Administrative track.", certifier.first+" "+certifier.last)
		rahel.look("provider-training-gate")
		rahel.at("/provider/clients")
		rahel.found("/provider/clients", 200)
	})
	p.step("the certifier records it for both", func() { certifier.records(rahel, tomas) })
	p.step("staff can enroll", func() {
		rahel.asksToEnroll()
		rahel.found("/provider/applications/", 200)
	})
	p.step("the certifier corrects an entry", func() { certifier.corrects(tomas) })
	p.step("OFP imports what the certifier has done", func() { admin.importsTraining(certifier) })
	p.step("OFP changes a course", func() { admin.changesCourse() })
}

// longAgo lets everybody have begun so long ago that the 60 days of a course
// are over.
func (p *portal) longAgo() {
	p.Helper()
	_, err := p.sql.Exec(context.Background(), `UPDATE membership SET created_at = created_at - interval '62 days', joined_at = joined_at - interval '62 days' WHERE site_id IS NOT NULL`)
	if err != nil {
		p.Fatal(err)
	}
}

func (w *person) closesGate() {
	w.Helper()
	w.at("/ofp/training")
	w.wants(locale.TrainingOfficeGateOff, locale.TrainingColumnSince)
	w.look("ofp-training")
	w.reaches("/ofp/training/rules")
	w.look("ofp-training-rules")
	w.Choose("gate=on")
	w.presses(locale.TrainingRulesSave)
	w.found("/ofp/training/rules", 422)
	w.look("ofp-training-rules-error")
	w.Fill("reason", "Decided in the meeting of January")
	w.presses(locale.TrainingRulesSave)
	w.found("/ofp/training", 200)
	w.wants(locale.TrainingOfficeGateOn, locale.TrainingRulesSaved)
}

// asksToEnroll goes as far as the button that begins an application.
func (w *person) asksToEnroll() {
	w.Helper()
	w.at("/provider/enroll")
	w.seeks(single("Ines", "Jansen", "1200"))
	w.presses(locale.EnrollNobody)
	w.Choose("mode=in_person")
	w.Choose("help=language")
	w.presses(locale.EnrollStart)
}

// records notes that somebody has completed the online trainings.
func (w *person) records(staff ...*person) {
	w.Helper()
	w.at("/provider/training?state=overdue")
	w.Want("Rahel Sorensen", "Tomas Underhill")
	w.look("provider-training")
	w.presses(locale.TrainingPeopleRecord)
	w.look("provider-training-record")
	w.presses(locale.TrainingRecordSave)
	w.found("/provider/training/record", 422)
	w.look("provider-training-record-error")
	w.Select("course", "Online trainings: Administrative track")
	dated("on", "1", "10", "2025")(w)
	for _, s := range staff {
		w.Choose("people=" + w.memberOf(s))
	}
	w.presses(locale.TrainingRecordSave)
	w.found("/provider/training", 200)
	w.wants(locale.TrainingRecordSaved.With("Count", len(staff)))
}

func (w *person) memberOf(s *person) string {
	w.Helper()
	return value[string](w.portal, `SELECT id::text FROM membership WHERE email = $1`, s.email)
}

// corrects says that an entry has another date.
func (w *person) corrects(staff *person) {
	w.Helper()
	w.at("/provider/training")
	w.Follow(staff.first + " " + staff.last)
	w.look("provider-training-person")
	w.Follow(say(locale.TrainingFileCorrect))
	w.look("provider-training-correct")
	w.presses(locale.TrainingCorrectSave)
	w.found("/provider/training/completions/", 422)
	w.look("provider-training-correct-error")
	w.Choose("reason=wrong-date")
	dated("date-on", "1", "9", "2025")(w)
	w.presses(locale.TrainingCorrectSave)
	w.found("/provider/training/people/", 200)
	w.wants(locale.TrainingCorrectSaved, locale.TrainingFileWithdrawn)
	w.look("provider-training-corrected")
	w.Choose("track=clinician")
	w.presses(locale.TrainingTrackSave)
	w.Want("Online trainings: Clinician track")
}

// importsTraining records a certifier's training from a list, its faulty lines
// left out.
func (w *person) importsTraining(certifier *person) {
	w.Helper()
	file := filepath.Join(w.root.TempDir(), "completions.csv")
	list := "person,course_code,completed_on\n" + certifier.email + ",provider-orientation,2024-11-05\nnobody@clinic.example,no-such,2024-13-01\n"
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		w.Fatal(err)
	}
	w.reaches("/ofp/training/import")
	w.look("ofp-training-import")
	w.Upload("file", file)
	w.presses(locale.SitesUploadNext)
	w.found("/ofp/training/import/", 200)
	w.wants(locale.TrainingProblemPerson, locale.TrainingProblemCourse, locale.TrainingProblemDate)
	w.look("ofp-training-import-check")
	w.presses(locale.SitesCheckApply)
	w.found("/ofp/training/import/", 422)
	w.Choose("good-only=yes")
	w.presses(locale.SitesCheckApply)
	w.counted(locale.TrainingCheckAdd, "1")
	w.look("ofp-training-import-result")
	certifier.at("/provider/training")
	certifier.Want("11/05/2024")
}

func (w *person) changesCourse() {
	w.Helper()
	w.at("/ofp/training/courses/new")
	w.look("ofp-training-course-new")
	w.at("/ofp/training")
	w.Follow("Provider Staff Portal Training")
	w.look("ofp-training-course")
	w.Fill("staff-years", "3")
	w.presses(locale.TrainingCourseSave)
	w.found("/ofp/training/courses/", 422)
	w.wants(locale.TrainingCourseFromMissing)
	w.look("ofp-training-course-error")
	dated("from", "3", "1", "2025")(w)
	w.presses(locale.TrainingCourseSave)
	w.wants(locale.TrainingCourseSaved)
}
