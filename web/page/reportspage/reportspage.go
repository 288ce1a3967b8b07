// Package reportspage shows how a site is doing, by month. It is given figures
// as they may be told, and no counts.
package reportspage

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/office/report/suppress"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/chart"
)

// Home is the address of the list of reports.
const Home = "/provider/reports"

// titles names the reports, and says what they tell.
var titles = map[monthly.Name]struct{ title, tells locale.Key }{
	monthly.Enrollments:    {locale.ReportsEnrollments, locale.ReportsEnrollmentsTells},
	monthly.Renewals:       {locale.ReportsRecertified, locale.ReportsRecertifiedTells},
	monthly.Reaffirmations: {locale.ReportsReaffirmations, locale.ReportsReaffirmationsTells},
	monthly.Endings:        {locale.ReportsEndings, locale.ReportsEndingsTells},
	monthly.Staff:          {locale.ReportsStaff, locale.ReportsStaffTells},
}

func list(names []monthly.Name) ui.Table {
	t := ui.Table{Caption: locale.ReportsList, HideCaption: true, Columns: []ui.Column{{Label: locale.ReportsColumnReport}, {Label: locale.ReportsColumnTells}}}
	for _, n := range names {
		t.Rows = append(t.Rows, []ui.Cell{{Text: titles[n].title, Href: Home + "/" + string(n)}, {Text: titles[n].tells}})
	}
	return t
}

// View is one report over a range.
type View struct{ monthly.Report }

func (v View) title() locale.Key { return titles[v.Name].title }
func (v View) tells() locale.Key { return titles[v.Name].tells }

// Last is the last month of the range as it stands in a form.
func (v View) Last() string {
	if len(v.Lines) == 0 {
		return ""
	}
	return typed(v.Lines[len(v.Lines)-1].Month)
}

func typed(month civil.Date) string { return fmt.Sprintf("%d-%02d", month.Year, int(month.Month)) }

func (v View) file() string {
	query := url.Values{"last": {v.Last()}, "months": {strconv.Itoa(v.Months)}}
	return Home + "/" + string(v.Name) + "/figures.csv?" + query.Encode()
}

func (v View) months() (choices []ui.Choice) {
	for _, m := range v.Told {
		choices = append(choices, ui.Choice{Value: typed(m), Label: month(m)})
	}
	return choices
}

func lengths() (choices []ui.Choice) {
	for _, n := range monthly.Lengths {
		choices = append(choices, ui.Choice{Value: strconv.Itoa(n), Label: locale.ReportsRangeMonthsCount.With("Count", n)})
	}
	return choices
}

// month is a month in the words of whoever reads it.
type month civil.Date

// In returns the month in words.
func (m month) In(ctx context.Context) string { return locale.Month(ctx, civil.Date(m)) }

// day is a day in the words of whoever reads it.
type day civil.Date

// In returns the day in words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// over says something with the first and the last month of the range, and
// with whatever else.
func (v View) over(k locale.Key, more ...any) locale.Phrase {
	return k.With(append(more, "First", month(v.Lines[0].Month), "Last", month(v.Lines[len(v.Lines)-1].Month))...)
}

// columns are what the figures of a line are.
func (v View) columns() []locale.Phrase {
	switch v.Name {
	case monthly.Enrollments:
		return []locale.Phrase{locale.ReportsColumnEnrolled}
	case monthly.Renewals:
		return []locale.Phrase{locale.ReportsColumnRenewed, locale.ReportsColumnLapsed}
	case monthly.Reaffirmations:
		return []locale.Phrase{locale.ReportsColumnReaffirmed}
	}
	var columns []locale.Phrase
	for _, code := range monthly.Codes() {
		columns = append(columns, locale.ReportsColumnCode.With("Code", string(code)))
	}
	return columns
}

// told is a figure in words.
func told(f suppress.Figure) locale.Phrase {
	switch {
	case f.Exact():
		return locale.Words(strconv.Itoa(f.Sum))
	case f.Most() < suppress.Least:
		return locale.ChartFewer
	}
	return locale.ReportsFigure.With("Least", f.Least(), "Most", f.Most())
}

// share is how many of the periods were followed on time. It is made of what
// is told, and is not told when that leaves it open.
func share(figures []suppress.Figure) locale.Phrase {
	on, off := figures[0], figures[1]
	if !on.Exact() || !off.Exact() || on.Sum+off.Sum == 0 {
		return locale.ReportsShareUnknown
	}
	return locale.ReportsShare.With("Count", 100*on.Sum/(on.Sum+off.Sum))
}

func (v View) cells(head locale.Phrase, figures []suppress.Figure) []ui.Cell {
	row := []ui.Cell{{Text: head}}
	for _, f := range figures {
		row = append(row, ui.Cell{Text: told(f)})
	}
	if v.Name == monthly.Renewals {
		row = append(row, ui.Cell{Text: share(figures)})
	}
	return row
}

func (v View) table() ui.Table {
	if v.Name == monthly.Staff {
		return v.people()
	}
	t := ui.Table{ID: "figures", Caption: v.over(locale.ReportsCaption), Columns: []ui.Column{{Label: locale.ReportsColumnMonth}}}
	for _, c := range v.columns() {
		t.Columns = append(t.Columns, ui.Column{Label: c, Numeric: true})
	}
	if v.Name == monthly.Renewals {
		t.Columns = append(t.Columns, ui.Column{Label: locale.ReportsColumnShare, Numeric: true})
	}
	for _, l := range v.Lines {
		t.Rows = append(t.Rows, v.cells(month(l.Month), l.Figures))
	}
	if len(v.Lines) > 1 {
		t.Rows = append(t.Rows, v.cells(locale.ReportsAll, v.Sums()))
	}
	return t
}

func (v View) people() ui.Table {
	t := ui.Table{
		ID: "figures", Caption: v.over(locale.ReportsCaptionPeople),
		Columns: []ui.Column{{Label: locale.ReportsColumnPerson}, {Label: locale.ReportsColumnDays, Numeric: true}, {Label: locale.ReportsColumnLastDay, Numeric: true}},
	}
	for _, p := range v.People {
		t.Rows = append(t.Rows, []ui.Cell{ui.Text(p.Name), ui.Text(strconv.Itoa(p.Days)), {Text: short(p.Last)}})
	}
	return t
}

// short is a day as it stands in a table.
type short civil.Date

// In returns the day in figures.
func (d short) In(ctx context.Context) string { return locale.ShortDate(ctx, civil.Date(d)) }

// Part is a report in a chart of several.
type Part struct {
	Text   locale.Phrase
	Report monthly.Report // of one column
}

// Chart draws reports over the same months beside each other.
func Chart(title locale.Key, parts ...Part) chart.Bars {
	all := View{monthly.Report{Lines: make([]monthly.Line, len(parts[0].Report.Lines))}}
	var names []locale.Phrase
	for _, p := range parts {
		names = append(names, p.Text)
		for i, l := range p.Report.Lines {
			all.Lines[i].Month, all.Lines[i].Figures = l.Month, append(all.Lines[i].Figures, l.Figures...)
		}
	}
	return all.bars(title, names)
}

// chart draws the months, and of ends, which have more columns than can be told
// apart, the codes.
func (v View) chart() chart.Bars {
	b := v.bars(v.title(), v.columns())
	if v.Name != monthly.Endings {
		return b
	}
	b.Head, b.Series, b.Groups = locale.ReportsColumnCodes, []locale.Phrase{locale.ReportsColumnEnded}, nil
	sums := v.Sums()
	for i, code := range monthly.Codes() {
		b.Groups = append(b.Groups, group(locale.Words(string(code)), sums[i:i+1]))
	}
	return b
}

// bars draws the months.
func (v View) bars(title locale.Key, series []locale.Phrase) chart.Bars {
	b := chart.Bars{
		ID: "report", Title: title, Head: locale.ReportsColumnMonth, Series: series, Clients: true,
		Message: v.over(locale.ReportsChartMessage, "Figures", sayings{series, v.Sums()}),
	}
	for _, l := range v.Lines {
		b.Groups = append(b.Groups, group(locale.Words(fmt.Sprintf("%02d/%02d", int(l.Month.Month), l.Month.Year%100)), l.Figures))
	}
	return b
}

// sayings are sums with their names, in one sentence.
type sayings struct {
	names   []locale.Phrase
	figures []suppress.Figure
}

// In returns the sums in words.
func (s sayings) In(ctx context.Context) string {
	var items []string
	for i, n := range s.names {
		items = append(items, locale.T(ctx, locale.ReportsChartFigure, "Series", n, "Figure", told(s.figures[i])))
	}
	return locale.List(ctx, items)
}

// group is drawn of what is told: a small count as one, which the chart hides.
func group(label locale.Phrase, figures []suppress.Figure) chart.Group {
	g := chart.Group{Label: label}
	for _, f := range figures {
		g.Values = append(g.Values, f.Least())
		g.AtLeast = append(g.AtLeast, !f.Exact() && f.Most() >= suppress.Least)
	}
	return g
}

// codes are the published codes with what they mean.
func codes() (rows []ui.Row) {
	for _, d := range eligibility.Deactivations() {
		rows = append(rows, ui.Row{Key: locale.Words(string(d.Code)), Values: ui.Words(d.Meaning)})
	}
	return rows
}
