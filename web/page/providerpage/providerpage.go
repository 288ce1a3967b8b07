// Package providerpage shows the provider's dashboard and the search for
// clients.
package providerpage

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/card"
)

// HomeView is what the dashboard shows.
type HomeView struct {
	application.Overview
	Enrolled, Reaffirmed monthly.Report // of the months before
}

// late reports whether training of one's own is overdue.
func (v HomeView) late() bool { return v.Overview.Training.Own.Kind == training.Overdue }

func (v HomeView) empty() bool { return v.Active == 0 && v.Drafts == 0 && v.Sent == 0 }

func (v HomeView) tiles() []ui.Tile {
	return []ui.Tile{
		tile(v.Active, ui.Info, locale.ProviderTileActive, locale.ProviderTileActiveAct, "/provider/clients?show=active"),
		tile(v.Renewable, ui.Info, locale.ProviderTileRenewable, locale.ProviderTileRenewableAct, "/provider/clients?show=renewable"),
		tile(v.Ending, ui.Warn, locale.ProviderTileEnding, locale.ProviderTileEndingAct, "/provider/clients?show=ending"),
		tile(v.Drafts, ui.Info, locale.ProviderTileDrafts, locale.ProviderTileDraftsAct, "/provider/work/drafts"),
		tile(v.Sent, ui.Info, locale.ProviderTileSent, locale.ProviderTileSentAct, "/provider/work/sent"),
		v.training(),
	}
}

// training counts whom its page then lists: for a certifier everybody at the
// site who has something to do, else one's own courses.
func (v HomeView) training() ui.Tile {
	if v.Overview.Training.Certifier {
		return tile(v.Overview.Training.People, ui.Warn, locale.TrainingProviderTile, locale.TrainingProviderTileAct, "/provider/training?state="+string(training.Unfinished))
	}
	return tile(v.Overview.Training.Courses, ui.Warn, locale.TrainingProviderTileOwn, locale.TrainingProviderTileAct, "/provider/training")
}

func tile(n int, kind ui.Kind, label, act locale.Key, href string) ui.Tile {
	if n == 0 {
		kind = ui.Info
	}
	return ui.Tile{Number: strconv.Itoa(n), Kind: kind, Label: label, Link: ui.Link{Text: act, Href: href}}
}

// ResultsView is what a search found. Enroll says that the search is the first
// step of an enrollment.
type ResultsView struct {
	client.Result
	Enroll bool
}

func (v ResultsView) again() string {
	if v.Enroll {
		return "/provider/enroll"
	}
	return "/provider/search"
}

func (v ResultsView) title() locale.Key {
	if v.Enroll && len(v.Hits) > 0 {
		return locale.EnrollMatchesTitle
	}
	return locale.SearchResultsTitle
}

func (v ResultsView) start() string { return "/provider/enroll/" + v.ID.String() + "/start" }

// searched repeats what was searched for. Of a Social Security or
// Medi-Cal number it shows the end alone.
func (v ResultsView) searched() locale.Phrase {
	q := v.Query
	switch q.By {
	case client.ByHAP:
		return locale.SearchSearchedHap.With("Number", card.Groups(string(client.FoldHAPNumber(q.Number))))
	case client.BySSN:
		return locale.SearchSearchedSsn.With("Number", q.Number[max(0, len(q.Number)-4):])
	case client.ByBIC:
		return locale.SearchSearchedBic.With("Number", q.Number[max(0, len(q.Number)-4):])
	case client.ByApplication:
		return locale.SearchSearchedApplication.With("Number", q.Number, "Birth", day(q.BirthOn))
	}
	return locale.SearchSearchedName.With("Name", client.Name{First: q.First, Last: q.Last}.Full(), "Birth", day(q.BirthOn))
}

func (v ResultsView) table() ui.Table {
	t := ui.Table{
		Caption: locale.SearchResultsCaption.With("Count", len(v.Hits)),
		Columns: []ui.Column{
			{Label: locale.SearchColumnClient}, {Label: locale.SearchColumnBorn, Numeric: true}, {Label: locale.SearchColumnZip, Numeric: true},
			{Label: locale.SearchColumnNumber}, {Label: locale.SearchColumnEnds, Numeric: true}, {Label: locale.SearchColumnStatus},
			{Label: locale.SearchColumnAct, Hidden: true},
		},
	}
	for _, h := range v.Hits {
		t.Rows = append(t.Rows, v.row(h))
	}
	return t
}

func (v ResultsView) row(h client.Hit) []ui.Cell {
	name, number, act := h.Initials, locale.Phrase(locale.SearchHiddenNumber), locale.SearchOpenPurpose
	href := "/provider/search/" + v.ID.String() + "/" + h.ID.String()
	if h.Own {
		name, act = h.Name.Listed(), locale.SearchOpen
		number = locale.Words(card.Groups(string(h.HAP)))
		href = "/provider/clients/" + h.ID.String()
	}
	if v.Enroll {
		act = locale.EnrollMatchesSame
	}
	text, kind := clientspage.Status(h.On(v.Today))
	return []ui.Cell{
		ui.Text(name), ui.Text(strconv.Itoa(h.BirthYear)), ui.Text(h.ZIP), {Text: number}, {Text: short(h.EndsOn)},
		{Text: text, Tag: true, Kind: kind}, {Text: act, Hidden: locale.Words(name), Href: href},
	}
}

// OpenView asks why a record of another site is opened.
type OpenView struct {
	Result uuid.UUID
	Hit    client.Hit
}

// day is a date that is put into words when it is shown.
type day civil.Date

// In returns the date in words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// short is a date as in tables.
type short civil.Date

// In returns the date as in tables.
func (d short) In(ctx context.Context) string { return locale.ShortDate(ctx, civil.Date(d)) }
