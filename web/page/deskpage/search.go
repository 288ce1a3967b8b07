package deskpage

import (
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// SearchView is the start page of the desk.
type SearchView struct {
	Waiting int // requests for a second representative
}

// ResultsView is what a search found.
type ResultsView struct {
	desk.Result
}

// tries are what to try when nothing was found.
var tries = []locale.Key{locale.DeskResultsNoneSpell, locale.DeskResultsNoneOther, locale.DeskResultsNoneNpi}

var hitColumns = []ui.Column{
	{Label: locale.DeskResultsAccount}, {Label: locale.DeskResultsState}, {Label: locale.DeskResultsRole},
	{Label: locale.DeskResultsSite}, {Label: locale.DeskResultsUsername}, {Label: locale.DeskResultsUsed},
}

func hits(v ResultsView) ui.Table {
	t := ui.Table{Caption: locale.DeskResultsCaption.With("Count", len(v.Hits)), Columns: hitColumns}
	for _, h := range v.Hits {
		sites := make(list, len(h.Sites))
		for i, name := range h.Sites {
			sites[i] = locale.Words(name)
		}
		used := locale.Phrase(locale.DeskNever)
		if h.HasSignedIn {
			used = stamp{at: h.LastUse}
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: nameOf(h.Kind, h.Name), Href: AccountPath(h.ID)},
			{Content: tags(h.Standings())},
			{Text: roleOf(h.Kind, h.Role)},
			{Text: sites},
			ui.Text(h.Username),
			{Text: used},
		})
	}
	return t
}
