package providerpage

import (
	"strconv"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// WorkView are the work lists of a site, each with how long it is.
type WorkView struct {
	application.Worklists
}

// waiting says what a list is and what is to be done about it.
var waiting = map[client.Show]struct{ list, act locale.Key }{
	client.ShowEnding7:   {locale.ClientsShowEnding7, locale.WorkEndingAct},
	client.ShowEnding:    {locale.ClientsShowEnding, locale.WorkEndingAct},
	client.ShowEnding30:  {locale.ClientsShowEnding30, locale.WorkEndingAct},
	client.ShowEnding60:  {locale.ClientsShowEnding60, locale.WorkEndingAct},
	client.ShowRenewable: {locale.ClientsShowRenewable, locale.WorkRenewableAct},
	client.ShowExpired:   {locale.ClientsShowExpired, locale.WorkExpiredAct},
}

func (v WorkView) table() ui.Table {
	t := ui.Table{
		Caption: locale.WorkCaption,
		Columns: []ui.Column{{Label: locale.WorkColumnList}, {Label: locale.WorkColumnCount, Numeric: true}, {Label: locale.WorkColumnAct}},
		Rows: [][]ui.Cell{
			waits(locale.WorkDrafts, "/provider/work/drafts", v.Drafts, locale.WorkDraftsAct),
			waits(locale.DraftsEndingTitle.With("Days", application.EndingDays), endingDrafts, v.EndingDrafts, locale.WorkDraftsEndingAct),
			waits(locale.SentTitle, "/provider/work/sent", v.Sent, locale.WorkSentAct),
		},
	}
	for i, n := range v.Clients {
		show := client.Worklists[i]
		t.Rows = append(t.Rows, waits(waiting[show].list, "/provider/clients?show="+string(show), n, waiting[show].act))
	}
	t.Rows = append(t.Rows, waits(locale.OverrideListTitle, "/provider/work/overrides", v.Overrides, locale.WorkOverridesAct))
	return t
}

// endingDrafts lists the drafts that are deleted soon.
const endingDrafts = "/provider/work/drafts?show=ending"

func waits(list locale.Phrase, href string, n int, act locale.Key) []ui.Cell {
	return []ui.Cell{{Text: list, Href: href}, ui.Text(strconv.Itoa(n)), {Text: act}}
}
