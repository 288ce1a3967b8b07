package reports_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/handler/reports"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/office/report/suppress"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
)

var first = civil.MustParse("2025-12-01")

// fake answers with its report, and remembers what was asked.
type fake struct {
	report   monthly.Report
	asked    monthly.Range
	exported int
}

func (f *fake) Read(_ context.Context, actor authz.Actor, n monthly.Name, r monthly.Range) (monthly.Report, error) {
	if !slices.Contains(monthly.For(actor.Role), n) {
		return monthly.Report{}, fault.ErrNotFound
	}
	f.asked, f.report.Name, f.report.Months = r, n, 3
	return f.report, nil
}

func (f *fake) Export(ctx context.Context, actor authz.Actor, n monthly.Name, r monthly.Range) (monthly.Report, error) {
	f.exported++
	return f.Read(ctx, actor, n, r)
}

// counter is the pages for a role, with two months of the counts.
func counter(t *testing.T, role authz.Role, counts ...[]int) (*handlertest.Counter, *fake) {
	t.Helper()
	f := &fake{report: monthly.Report{Site: "Valley Clinic", Today: civil.MustParse("2026-02-10"), Opens: civil.MustParse("2026-03-08")}}
	for i, columns := range counts {
		l := monthly.Line{Month: first.AddMonths(i)}
		for _, n := range columns {
			l.Figures = append(l.Figures, suppress.Of(n))
		}
		f.report.Lines, f.report.Told = append(f.report.Lines, l), append([]civil.Date{l.Month}, f.report.Told...)
	}
	h := reports.New(f)
	c := handlertest.NewCounter(t, authz.Actor{Role: role}, "/provider/reports", handlertest.Pages{
		"": {h.ShowList, nil}, "/{name}": {h.Show, nil}, "/{name}/figures.csv": {h.Save, nil},
	})
	c.Base = "/provider/reports"
	return c, f
}

func TestListByRole(t *testing.T) {
	t.Parallel()
	c, _ := counter(t, authz.Certifier)
	c.Wants(c.Get("", 200), "/provider/reports/enrollments", "/provider/reports/recertified", "/provider/reports/endings", "/provider/reports/staff")
	c, _ = counter(t, authz.Staff)
	if strings.Contains(c.Get("", 200), "/provider/reports/staff") {
		t.Error("staff are offered the report about staff")
	}
	c.Get("/staff", 404)
	c.Get("/nonsense", 404)
}

func TestReport(t *testing.T) {
	t.Parallel()
	c, f := counter(t, authz.Staff, []int{57}, []int{7})
	page := c.Get("/enrollments?last=2026-01&months=3", 200)
	c.Wants(page, "December 2025", "fewer than 11", "58 to 67", "&lt; 11", "Valley Clinic", "figures.csv?last=2026-01&amp;months=3")
	if f.asked != (monthly.Range{Last: civil.MustParse("2026-01-01"), Months: 3}) {
		t.Errorf("asked for %+v", f.asked)
	}
	for other := 1; other < suppress.Least; other++ {
		c, _ := counter(t, authz.Staff, []int{57}, []int{other})
		if c.Get("/enrollments?last=2026-01&months=3", 200) != page {
			t.Errorf("the page tells %d from 7", other)
		}
	}
}

// Whatever stands in an address is a range or the usual one.
func TestRangesThatThereAreNot(t *testing.T) {
	t.Parallel()
	c, f := counter(t, authz.Staff, []int{57}, []int{7})
	for _, query := range []string{"?last=2026-13&months=x", "?last=&months=", "?last=9999999999-01"} {
		c.Get("/enrollments"+query, 200)
		if !f.asked.Last.IsZero() || f.asked.Months != 0 {
			t.Errorf("%s asks for %+v", query, f.asked)
		}
	}
}

func TestShareIsToldOfWhatIsTold(t *testing.T) {
	t.Parallel()
	for want, columns := range map[string][]int{"75%": {45, 15}, "not told": {30, 4}, "100%": {12, 0}} {
		c, _ := counter(t, authz.Staff, columns)
		c.Wants(c.Get("/recertified", 200), want)
	}
}

func TestEndings(t *testing.T) {
	t.Parallel()
	c, _ := counter(t, authz.Staff, []int{0, 12, 3, 0, 40, 1}, []int{0, 11, 10, 0, 2, 1})
	c.Wants(c.Get("/endings", 200), "Code 05", "41 to 50", "2 to 20", "41+", "Not a resident of California")
}

func TestNothingToldYet(t *testing.T) {
	t.Parallel()
	c, _ := counter(t, authz.Staff)
	page := c.Get("/reaffirmations", 200)
	c.Wants(page, "March 8, 2026")
	if strings.Contains(page, "<svg viewBox") || strings.Contains(page, "figures.csv") {
		t.Error("there is a chart or a sheet of nothing")
	}
}

// A name that a spreadsheet would take for a formula is defused (security.md
// 18.4).
func TestSheet(t *testing.T) {
	t.Parallel()
	c, f := counter(t, authz.Certifier, []int{57}, []int{7})
	if got := c.Get("/enrollments/figures.csv?months=3", 200); !strings.Contains(got, "2025-12,57") || !strings.Contains(got, "2026-01,fewer than 11") || !strings.Contains(got, "58 to 67") {
		t.Errorf("the sheet is\n%s", got)
	}
	f.report.People = []monthly.Person{{Name: "=HYPERLINK()", Days: 4, Last: civil.MustParse("2026-01-30")}}
	if got := c.Get("/staff/figures.csv", 200); !strings.Contains(got, "'=HYPERLINK()") || f.exported != 2 {
		t.Errorf("the sheet is\n%s", got)
	}
	c.Wants(c.Get("/staff", 200), "=HYPERLINK()", "01/30/2026")
}
