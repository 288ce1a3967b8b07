// Package imports shows the middle of the three steps in which a list is
// imported: what applying it would do, everything that is wrong with it, and
// the buttons that apply it or give it up.
package imports

import (
	"context"
	"strconv"
	"time"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/web/ui"
)

// Check is what the page shows between upload and import.
type Check struct {
	Earlier  *time.Time // the same file was applied before, then
	Rows     []ui.Row   // what applying it would do
	Problems []sheet.Problem
	Caption  locale.Phrase // of the problems
	Number   locale.Phrase // what their number counts
	Idle     locale.Phrase // said when nothing would change, else nil
	Good     int           // records that can be accepted
	Refused  int           // records that cannot
	Path     string        // of the upload
}

// shown is how many problems the page lists; the file has them all.
const shown = 200

// Number puts a count into words.
func Number(n int) string { return locale.Number(context.Background(), int64(n)) }

// Count is a row of a summary with a number.
func Count(key locale.Key, n int) ui.Row { return ui.Row{Key: key, Values: ui.Words(Number(n))} }

func (c Check) table() ui.Table {
	t := ui.Table{Caption: c.Caption, Columns: []ui.Column{{Label: c.Number, Numeric: true}, {Label: locale.SitesCheckProblem}}}
	for _, p := range c.Problems[:min(len(c.Problems), shown)] {
		t.Rows = append(t.Rows, []ui.Cell{ui.Text(strconv.Itoa(p.Record)), {Text: p}})
	}
	return t
}

// When is an instant that is put into words when it is shown.
type When time.Time

// In returns the instant in the reader's words.
func (w When) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(w)) }
