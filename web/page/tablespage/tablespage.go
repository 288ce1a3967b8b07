// Package tablespage shows the income tables: what is in force when, the
// figures of one beside those before it, and what may be done with it.
package tablespage

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Where the pages are.
const (
	Tables   = "/ofp/tables"
	NewTable = Tables + "/new"
	Import   = Tables + "/import"
)

// Path returns the address of one table.
func Path(id uuid.UUID) string { return Tables + "/" + id.String() }

// ListView is all tables.
type ListView struct{ incometable.Overview }

// TableView is one table among the others.
type TableView struct {
	incometable.Table
	All incometable.Overview
}

// day is a day that is put into words when it is shown.
type day civil.Date

// In returns the day in the reader's words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// stamp is an instant that is put into words when it is shown.
type stamp time.Time

// In returns the instant as in tables.
func (s stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }

// amount is money that is put into words when it is shown.
type amount eligibility.Cents

// In returns the amount in dollars.
func (a amount) In(ctx context.Context) string { return locale.Dollars(ctx, int64(a)) }

// change is how much more an amount is than the one before.
type change eligibility.Cents

// In returns the change with its sign.
func (c change) In(ctx context.Context) string {
	switch {
	case c < 0:
		return "−" + locale.Dollars(ctx, -int64(c))
	case c > 0:
		return "+" + locale.Dollars(ctx, int64(c))
	}
	return locale.Dollars(ctx, 0)
}

func until(d civil.Date) locale.Phrase {
	if d.IsZero() {
		return locale.TablesOpenEnded
	}
	return day(d)
}

func source(t eligibility.IncomeTable) locale.Phrase {
	if t.Derived {
		return locale.TablesSourceDerived
	}
	return locale.TablesSourcePublished
}

// state says where a table stands today.
func state(o incometable.Overview, t incometable.Table) (locale.Phrase, ui.Kind) {
	now, decides := o.InForce()
	switch {
	case t.Status == incometable.StatusDraft:
		return locale.TablesStateDraft, ui.Warn
	case t.Status == incometable.StatusWithdrawn:
		return locale.TablesStateWithdrawn, ui.Bad
	case decides && now.ID == t.ID:
		return locale.TablesStateInForce, ui.OK
	case t.Table.EffectiveFrom.After(o.Today):
		return locale.TablesStateScheduled, ui.Info
	}
	return locale.TablesStatePast, ui.Quiet
}

func checked(t incometable.Table) ui.Cell {
	if n := len(t.Warnings()); n > 0 {
		return ui.Cell{Text: locale.TablesCheckLook.With("Count", n), Tag: true, Kind: ui.Warn}
	}
	return ui.Cell{Text: locale.TablesCheckFits}
}

func (v ListView) table() ui.Table {
	t := ui.Table{ID: "tables", Caption: locale.TablesCaption, Columns: []ui.Column{
		{Label: locale.TablesColumnFrom}, {Label: locale.TablesColumnTo}, {Label: locale.TablesColumnState},
		{Label: locale.TablesColumnOne, Numeric: true}, {Label: locale.TablesColumnFour, Numeric: true},
		{Label: locale.TablesColumnSource}, {Label: locale.TablesColumnCheck},
	}}
	for _, x := range v.Tables {
		word, kind := state(v.Overview, x)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: day(x.Table.EffectiveFrom), Href: Path(x.ID)}, {Text: until(x.Table.EffectiveTo)}, {Text: word, Tag: true, Kind: kind},
			{Text: amount(x.Table.Limit(1))}, {Text: amount(x.Table.Limit(4))}, {Text: source(x.Table)}, checked(x),
		})
	}
	return t
}

func (v TableView) title() locale.Phrase {
	return locale.TablesOne.With("From", day(v.Table.Table.EffectiveFrom))
}

func (v TableView) rows() []ui.Row {
	rows := []ui.Row{
		{Key: locale.TablesColumnFrom, Values: []locale.Phrase{day(v.Table.Table.EffectiveFrom)}},
		{Key: locale.TablesColumnTo, Values: []locale.Phrase{until(v.Table.Table.EffectiveTo)}},
		{Key: locale.TablesColumnSource, Values: []locale.Phrase{source(v.Table.Table)}},
		{Key: locale.TablesLoaded, Values: []locale.Phrase{act(&v.LoadedAt, v.LoadedBy)}},
	}
	if v.PublishedAt != nil {
		rows = append(rows, ui.Row{Key: locale.TablesPublished, Values: []locale.Phrase{act(v.PublishedAt, v.PublishedBy)}})
	}
	rows = why(rows, locale.TablesReasonPublished, v.PublishReason)
	if v.WithdrawnAt != nil {
		rows = append(rows, ui.Row{Key: locale.TablesWithdrawn, Values: []locale.Phrase{act(v.WithdrawnAt, v.WithdrawnBy)}})
	}
	return why(rows, locale.TablesReasonWithdrawn, v.WithdrawReason)
}

// why adds a reason, where one is kept.
func why(rows []ui.Row, key locale.Key, reason string) []ui.Row {
	if reason == "" {
		return rows
	}
	return append(rows, ui.Row{Key: key, Values: ui.Words(reason)})
}

func act(at *time.Time, by string) locale.Phrase {
	who := locale.Phrase(locale.TablesByProgram)
	if by != "" {
		who = locale.Words(by)
	}
	return locale.TablesWhen.With("When", stamp(*at), "Who", who)
}

func (v TableView) draft() bool     { return v.Status == incometable.StatusDraft }
func (v TableView) published() bool { return v.Status == incometable.StatusPublished }

// late reports whether the table would decide as soon as it is published.
func (v TableView) late() bool { return !v.Table.Table.EffectiveFrom.After(v.All.Today) }

// size names a row of the limits; 0 and what is above the listed sizes is the
// increment.
func size(n int) locale.Phrase {
	if n < 1 || n > sizes {
		return locale.TablesLimitsMore
	}
	return locale.TablesLimitsOf.With("Size", strconv.Itoa(n))
}

// sizes is how many family sizes a table lists.
const sizes = 8

func (v TableView) warnings() ui.Table {
	t := ui.Table{ID: "checks", Caption: locale.TablesChecksCaption, Columns: []ui.Column{
		{Label: locale.TablesLimitsSize}, {Label: locale.TablesChecksHere, Numeric: true},
		{Label: locale.TablesChecksNearest, Numeric: true}, {Label: locale.TablesChecksDoubled, Numeric: true},
	}}
	for _, w := range v.Warnings() {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: size(w.FamilySize)}, {Text: amount(w.Monthly)}, {Text: amount(w.NearestDollar)}, {Text: amount(w.DoubledCeiling)},
		})
	}
	return t
}

// monthly and yearly return the figure of a row of the limits.
func monthly(t eligibility.IncomeTable, n int) eligibility.Cents {
	if n > sizes {
		return t.MonthlyIncrement
	}
	return t.Limit(n)
}

func yearly(t eligibility.IncomeTable, n int) eligibility.Cents {
	if n > sizes {
		return t.AnnualIncrement
	}
	return t.AnnualLimit(n)
}

// limits shows the figures, beside those of the table before when there is one.
func (v TableView) limits() ui.Table {
	before, compared := v.All.Before(v.Table)
	t := ui.Table{ID: "limits", Caption: locale.TablesLimits, Columns: []ui.Column{{Label: locale.TablesLimitsSize}}}
	if compared {
		t.Caption = locale.TablesCompare.With("From", day(before.Table.EffectiveFrom))
	}
	for _, label := range [][3]locale.Key{
		{locale.TablesLimitsMonthBefore, locale.TablesLimitsMonth, locale.TablesLimitsMonthChange},
		{locale.TablesLimitsYearBefore, locale.TablesLimitsYear, locale.TablesLimitsYearChange},
	} {
		for i, l := range label {
			if compared || i == 1 {
				t.Columns = append(t.Columns, ui.Column{Label: l, Numeric: true})
			}
		}
	}
	for n := 1; n <= sizes+1; n++ {
		row := []ui.Cell{{Text: size(n)}}
		for _, of := range []func(eligibility.IncomeTable, int) eligibility.Cents{monthly, yearly} {
			here := of(v.Table.Table, n)
			if !compared {
				row = append(row, ui.Cell{Text: amount(here)})
				continue
			}
			was := of(before.Table, n)
			row = append(row, ui.Cell{Text: amount(was)}, ui.Cell{Text: amount(here)}, ui.Cell{Text: change(here - was)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func field(span string, n int) string { return span + "-" + strconv.Itoa(n) }

func label(span locale.Key, n int) locale.Phrase {
	return locale.TablesNewField.With("Size", size(n), "Span", span)
}

// Span returns from when to when a table is to be in force, as it was typed;
// no end is until the next table.
func Span(f *form.Form) (from, to civil.Date) {
	return f.Date("from", locale.TablesNewDateMissing, locale.TablesNewDateWrong), f.Date("to", nil, locale.TablesNewDateWrong)
}

// Typed returns the table as it was typed; what is missing is noted.
func Typed(f *form.Form) eligibility.IncomeTable {
	var t eligibility.IncomeTable
	t.EffectiveFrom, t.EffectiveTo = Span(f)
	t.Derived = f.Choice("source", locale.TablesNewSourceMissing, "published", "derived") == "derived"
	for n := 1; n <= sizes+1; n++ {
		month, year := typed(f, "month", locale.TablesNewMonth, n), typed(f, "year", locale.TablesNewYear, n)
		if n > sizes {
			t.MonthlyIncrement, t.AnnualIncrement = month, year
			continue
		}
		t.Monthly[n-1], t.Annual[n-1] = month, year
	}
	return t
}

func typed(f *form.Form, span string, word locale.Key, n int) eligibility.Cents {
	what := label(word, n)
	return eligibility.Cents(f.Money(field(span, n), locale.TablesNewAmountMissing.With("What", what), locale.TablesNewAmountWrong.With("What", what)))
}
