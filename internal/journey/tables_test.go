package journey

import (
	"strconv"
	"testing"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestTables is how OFP brings new income limits into force, and takes them
// back because they came too early.
func TestTables(t *testing.T) {
	open(t, browsertest.Options{}, deskDay).tables()
}

// TestTablesWithoutScript is the same in a browser that runs no script.
func TestTablesWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, deskDay).tables()
}

func (p *portal) tables() {
	p.Helper()
	if err := incometable.Load(p.root.Context(), p.app.DB); err != nil {
		p.Fatal(err)
	}
	var admin *person
	p.step("an administrator", func() { admin = p.administrator("Odette", "Okafor") })
	p.step("what is in force when", func() {
		admin.follows(locale.MenuTables)
		admin.found("/ofp/tables", 200)
		admin.wants(locale.TablesStateInForce, locale.TablesStateScheduled, locale.TablesSourceDerived)
		admin.look("ofp-tables")
	})
	p.step("new limits, with a slip", func() { admin.typesTable() })
	p.step("a month later", func() {
		admin.follows(locale.TablesDates)
		admin.look("ofp-tables-dates")
		admin.Fill("from-month", "5")
		admin.presses(locale.TablesDatesSave)
		admin.wants(locale.TablesDatesDone, locale.TablesOne.With("From", "May 1, 2031"))
	})
	p.step("published", func() {
		admin.follows(locale.TablesPublish)
		admin.look("ofp-tables-publish")
		admin.presses(locale.TablesPublish)
		admin.wants(locale.TablesPublishCheckMissing)
		admin.Choose("compared=yes")
		admin.presses(locale.TablesPublish)
		admin.wants(locale.TablesPublishDone, locale.TablesStateScheduled)
	})
	p.step("too early", func() {
		admin.follows(locale.TablesWithdraw)
		admin.look("ofp-tables-withdraw")
		admin.Choose("wrong=yes")
		admin.presses(locale.TablesWithdraw)
		admin.wants(locale.TablesWithdrawDone, locale.TablesStateWithdrawn)
		admin.look("ofp-tables-withdrawn")
	})
}

// typesTable adds the limits of 2026 for 2031, with one figure that no way of
// rounding gives beside the others.
func (w *person) typesTable() {
	w.Helper()
	w.follows(locale.TablesNew)
	w.found("/ofp/tables/new", 200)
	w.look("ofp-tables-new")
	w.presses(locale.TablesNewSave)
	w.found("/ofp/tables/new", 422)
	w.wants(locale.TablesNewDateMissing, locale.TablesNewSourceMissing)
	w.look("ofp-tables-new-error")
	t := incometable.Shipped()[3]
	t.Monthly[1] -= 100
	w.Fill("from-month", "4")
	w.Fill("from-day", "1")
	w.Fill("from-year", "2031")
	w.Choose("source=published")
	for n := 1; n <= 9; n++ {
		month, year := t.MonthlyIncrement, t.AnnualIncrement
		if n < 9 {
			month, year = t.Limit(n), t.AnnualLimit(n)
		}
		w.Fill("month-"+strconv.Itoa(n), strconv.Itoa(int(month/100)))
		w.Fill("year-"+strconv.Itoa(n), strconv.Itoa(int(year/100)))
	}
	w.presses(locale.TablesNewSave)
	w.wants(locale.TablesNewSaved, locale.TablesStateDraft, locale.TablesChecksLook)
	w.look("ofp-tables-draft")
}
