package providerpage

import (
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/reportspage"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/chart"
)

// act is the clients to act on: each figure is how long the list is that its
// line opens (ux.md 6.4).
func (v HomeView) act() ui.Table {
	t := ui.Table{
		ID: "act", Caption: locale.ProviderAct, HideCaption: true,
		Columns: []ui.Column{{Label: locale.WorkColumnList}, {Label: locale.WorkColumnCount, Numeric: true}, {Label: locale.WorkColumnAct}},
	}
	for i, n := range v.Act {
		show := client.Worklists[i]
		t.Rows = append(t.Rows, waits(waiting[show].list, "/provider/clients?show="+string(show), n, waiting[show].act))
	}
	return t
}

// chart is how the site was doing in the months that are told.
func (v HomeView) chart() chart.Bars {
	return reportspage.Chart(locale.ProviderDoingChart,
		reportspage.Part{Text: locale.ReportsEnrollments, Report: v.Enrolled},
		reportspage.Part{Text: locale.ReportsReaffirmations, Report: v.Reaffirmed})
}
