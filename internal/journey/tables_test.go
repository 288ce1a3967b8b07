package journey

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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
		admin.wants(locale.TablesPublishCheckMissing, locale.TablesReasonMissing, locale.TablesSampleTitle)
		admin.look("ofp-tables-publish-error")
		admin.Choose("compared=yes")
		admin.Fill("reason", "Federal guidelines of January 2031")
		admin.presses(locale.TablesPublish)
		admin.wants(locale.TablesPublishDone, locale.TablesStateScheduled)
	})
	p.step("too early", func() {
		admin.follows(locale.TablesWithdraw)
		admin.look("ofp-tables-withdraw")
		admin.Choose("wrong=yes")
		admin.Fill("reason", "The notice was called back")
		admin.presses(locale.TablesWithdraw)
		admin.wants(locale.TablesWithdrawDone, locale.TablesStateWithdrawn)
		admin.Want("Federal guidelines of January 2031", "The notice was called back")
		admin.look("ofp-tables-withdrawn")
	})
	p.step("a list of tables", func() { admin.uploadsTables() })
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

// uploadsTables uploads the limits of 2026 for 2032 in three steps.
func (w *person) uploadsTables() {
	w.Helper()
	w.at("/ofp/tables")
	w.follows(locale.TablesUpload)
	w.found("/ofp/tables/import", 200)
	w.look("ofp-tables-import")
	w.presses(locale.SitesUploadNext)
	w.found("/ofp/tables/import", 422)
	w.look("ofp-tables-import-error")
	t := incometable.Shipped()[3]
	var list strings.Builder
	list.WriteString(strings.Join(incometable.Columns, ",") + "\n")
	for n := 1; n <= 9; n++ {
		size, month, year := "more", t.MonthlyIncrement, t.AnnualIncrement
		if n < 9 {
			size, month, year = strconv.Itoa(n), t.Limit(n), t.AnnualLimit(n)
		}
		fmt.Fprintf(&list, "2032-04-01,,%s,%d,%d,published\n", size, month/100, year/100)
	}
	path := filepath.Join(w.root.TempDir(), "tables.csv")
	if err := os.WriteFile(path, []byte(list.String()), 0o600); err != nil {
		w.Fatal(err)
	}
	w.Upload("file", path)
	w.presses(locale.SitesUploadNext)
	w.found("/ofp/tables/import/", 200)
	w.wants(locale.TablesUploadAdd)
	w.look("ofp-tables-import-check")
	w.presses(locale.SitesCheckApply)
	w.found("/ofp/tables/import/", 200)
	w.wants(locale.SitesResultTitle)
	w.look("ofp-tables-import-result")
	w.at("/ofp/tables")
	w.Want("April 1, 2032")
}
