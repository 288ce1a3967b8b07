package journey

import (
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// retroDay is after the income table of 2025 came into force, and before two of
// the three months that are asked about.
var retroDay = pacific(2025, time.May, 14, 9, 0, 0)

// TestRetro is the way of a new client who has paid for services before:
// enrolled, asked about three months, each decided by itself, the paper given
// (T08 of the program's list).
func TestRetro(t *testing.T) { open(t, browsertest.Options{}, retroDay).retro() }

// TestRetroWithoutScript is the same way in a browser that runs no script.
func TestRetroWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, retroDay).retro()
}

func (p *portal) retro() {
	p.Helper()
	if err := incometable.Load(p.root.Context(), p.app.DB); err != nil {
		p.Fatal(err)
	}
	var w *person
	var base string
	p.step("somebody of a clinic", func() {
		w = p.helper("Samuel", "Ortiz")
		w.later(2 * time.Minute) // a new code of the mailbox
		w.signsIn()
	})
	p.step("a new client who reads Spanish", func() {
		w.decided(single("Nora", "Whitfield", "2600").with(question.ContactSection, typed("language-read", "Spanish")), locale.ReviewCertifyEligible)
		w.wants(locale.ResultRetro)
		w.follows(locale.ResultRetroGo)
		base = strings.TrimPrefix(w.URL(), w.base)
	})
	p.step("the three months", func() { w.asksMonths(base) })
	p.step("signed and certified", func() { w.certifiesMonths(base) })
	p.step("the paper", func() { w.givesMonths(base) })
}

// asksMonths answers for each month: the income was another in the first, the
// second and the third were as on the form.
func (w *person) asksMonths(base string) {
	w.Helper()
	w.Want("February 2025", "March 2025", "April 2025")
	w.look("retro-start")
	w.presses(locale.RetroStart)
	w.found(base, 422)
	w.wants(locale.EnrollModeMissing)
	w.look("retro-start-error")
	w.Choose("mode=in_person")
	w.presses(locale.RetroStart)
	w.found(base+"/", 200)
	w.Want("February 2025", "$2,600.00")
	w.look("retro-month")
	w.presses(locale.RetroNext)
	w.found(base+"/", 422)
	w.wants(locale.RetroHowMissing)
	w.look("retro-month-error")
	w.Choose("how=different")
	w.Choose("parts=income")
	w.presses(locale.RetroNext)
	w.found(base+"/", 200)
	w.look("retro-answers")
	w.Fill("income-self-1-amount", "2000")
	w.presses(locale.RetroNext)
	if strings.HasSuffix(w.URL(), "/answers") {
		w.look("retro-answers-error")
		w.Choose("income-check=Y")
		w.presses(locale.RetroNext)
	}
	for _, month := range []string{"March 2025", "April 2025"} {
		w.Want(month)
		w.Choose("how=same")
		w.presses(locale.RetroNext)
	}
}

// certifiesMonths has the client sign and certifies: the limits are those of
// each month's own table.
func (w *person) certifiesMonths(base string) {
	w.Helper()
	w.found(base+"/", 200)
	w.wants(locale.RetroReviewTitle, locale.RetroReviewSign)
	w.Want("The family of 1 has $2,000.00 a month. The limit is $2,510.00 a month.",
		"The family of 1 has $2,600.00 a month. The limit is $2,510.00 a month.",
		"The family of 1 has $2,600.00 a month. The limit is $2,608.00 a month.")
	w.look("retro-sign")
	w.presses(locale.SignAct)
	w.found(base+"/", 422)
	w.look("retro-sign-error")
	w.Choose("language=es")
	w.Choose("kind=electronic")
	w.Fill("name", "Nora Whitfield")
	w.Choose("agree=yes")
	w.presses(locale.SignAct)
	w.wants(locale.SignSaved, locale.RetroStatement)
	w.look("retro-review")
	w.presses(locale.RetroCertify)
	w.found(base+"/", 422)
	w.wants(locale.RetroAgreeMissing)
	w.look("retro-review-error")
	if n := w.count("retro_month"); n != 0 {
		w.Errorf("%d months are kept before the certification", n)
	}
	w.Choose("agree=yes")
	w.presses(locale.RetroCertify)
	w.found(base+"/", 200)
	w.wants(locale.RetroResultTitle)
	w.look("retro-result")
}

// givesMonths opens and prints the paper in the client's language, and looks at
// what is left on the record.
func (w *person) givesMonths(base string) {
	w.Helper()
	says := []string{
		"Certificación de elegibilidad retroactiva (DHCS 4001)", "febrero de 2025", "marzo de 2025", "abril de 2025",
		"$2,000.00", "$2,510.00", "$2,608.00", "P.O. Box 138008", "1 de abril de 2026", "audiencia imparcial", "Samuel Ortiz",
	}
	w.follows(locale.RetroResultPaper)
	w.Want(says...)
	w.look("retro-paper")
	w.follows(locale.DocumentsPrint)
	w.Want(says...)
	w.look("retro-paper-sheet")
	record := strings.TrimSuffix(base, "/retro")
	w.at(record)
	w.Want("3 of 3 months decided", "05/14/2025 to 05/13/2026")
	w.follows(locale.RecordRetroLook)
	w.found(base, 200)
	w.wants(locale.RetroDone)
	w.look("retro-decided")
	w.at(record + "/history")
	w.wants(locale.RetroTitle, locale.RetroYes, locale.RetroNo)
	w.Want("February 2025", "April 2025")
	w.look("record-history-retro")
	w.at(record + "/notes")
	w.Want("Months before the first certification decided: 3, of them eligible: 2.")
	for action, want := range map[string]int{"retro.start": 1, "retro.save": 4, "retro.sign": 1, "retro.certify": 1} {
		if n := w.count("audit_entry WHERE action = $1", action); n != want {
			w.Errorf("%d entries %s, want %d", n, action, want)
		}
	}
}
