package journey

import (
	"testing"
	"time"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

// TestReports is the path of a site's reports: nothing told in the running
// month, figures when the month is closed, small ones hidden.
func TestReports(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.January, 14, 9, 0, 0)).reports()
}

// TestReportsWithoutScript is the same path in a browser that runs no script.
func TestReportsWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.January, 14, 9, 0, 0)).reports()
}

// lastNames are those of the clients of the first month; one more than a small
// count.
var lastNames = []string{"Abrego", "Bautista", "Cisneros", "Dueñas", "Escamilla", "Figueroa", "Galindo", "Huerta", "Ibarra", "Jaimes", "Lozano"}

func (p *portal) reports() {
	p.Helper()
	var w *person
	p.step("a month of a clinic", func() {
		w = p.helper("Samuel", "Ortiz")
		for _, last := range lastNames {
			enrollmenttest.Enroll(w, p.app.DB, p.app.Ring, w.actor(), civil.MustParse("2025-01-14"), applicationtest.Named("Ana", last))
		}
		p.clock(pacific(2025, time.January, 31, 9, 0, 0))
		p.sweep()
		w.signsIn()
	})
	p.step("a month that runs is not told", func() {
		w.follows(locale.MenuReports)
		w.found("/provider/reports", 200)
		w.look("reports")
		w.follows(locale.ReportsEnrollments)
		w.found("/provider/reports/enrollments", 200)
		w.wants(locale.ReportsNone)
		w.look("report-none")
		w.signsOut()
	})
	p.step("months that are closed", func() {
		p.clock(pacific(2025, time.February, 10, 9, 0, 0))
		enrollmenttest.Enroll(w, p.app.DB, p.app.Ring, w.actor(), civil.MustParse("2025-02-10"), applicationtest.Named("Ana", "Medrano"))
		p.clock(pacific(2025, time.March, 8, 9, 0, 0))
		p.sweep()
		w.signsIn()
		w.at("/provider/reports/enrollments")
		w.wants(locale.Words("February 2025"), locale.ChartFewer, locale.ReportsFigure.With("Least", 12, "Most", 21))
		w.look("report")
		w.Select(say(locale.ReportsRangeMonths), "1 month")
		w.presses(locale.ReportsRangeGo)
		w.found("/provider/reports/enrollments?last=2025-02&months=1", 200)
		w.wants(locale.ChartFewer)
		w.Select(say(locale.ReportsRangeLast), "January 2025")
		w.presses(locale.ReportsRangeGo)
		w.found("/provider/reports/enrollments?last=2025-01&months=1", 200)
		w.wants(locale.Words("11"))
	})
	p.step("on the dashboard", func() {
		w.at("/provider")
		w.wants(locale.ProviderAct, locale.ProviderDoing)
		w.look("dashboard-months")
		w.follows(locale.ClientsShowEnding60)
		w.found("/provider/clients?show=ending-60", 200)
		w.at("/provider")
		w.follows(locale.ProviderDoingLink)
		w.found("/provider/reports", 200)
	})
	p.step("the others", func() {
		for name, title := range map[string]locale.Key{
			"recertified": locale.ReportsRecertified, "reaffirmations": locale.ReportsReaffirmations, "endings": locale.ReportsEndings,
		} {
			w.at("/provider/reports")
			w.follows(title)
			w.found("/provider/reports/"+name, 200)
			w.look("report-" + name)
		}
		w.at("/provider/reports/staff")
		w.found("/provider/reports/staff", 404)
	})
}
