package reportspage

import (
	"context"
	"strconv"

	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/office/report/suppress"
	"familypact.example/portal/internal/platform/locale"
)

// Rows are the lines of a report as a sheet: months as 2026-01, and figures as
// the page tells them.
func (v View) Rows(ctx context.Context) [][]string {
	if v.Name == monthly.Staff {
		rows := [][]string{words(ctx, locale.ReportsColumnPerson, locale.ReportsColumnDays, locale.ReportsColumnLastDay)}
		for _, p := range v.People {
			rows = append(rows, []string{p.Name, strconv.Itoa(p.Days), p.Last.String()})
		}
		return rows
	}
	rows := [][]string{words(ctx, append([]locale.Phrase{locale.ReportsColumnMonth}, v.columns()...)...)}
	for _, l := range v.Lines {
		rows = append(rows, append([]string{typed(l.Month)}, said(ctx, l.Figures)...))
	}
	if len(v.Lines) > 1 {
		rows = append(rows, append(words(ctx, locale.ReportsAll), said(ctx, v.Sums())...))
	}
	return rows
}

func words(ctx context.Context, phrases ...locale.Phrase) (out []string) {
	for _, p := range phrases {
		out = append(out, p.In(ctx))
	}
	return out
}

func said(ctx context.Context, figures []suppress.Figure) (out []string) {
	for _, f := range figures {
		out = append(out, told(f).In(ctx))
	}
	return out
}
