// Package ofppage shows the dashboard of the program office, the lists that its
// tiles open, and the settings of the program.
package ofppage

import (
	"context"
	"time"

	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Where these pages are.
const (
	Home          = "/ofp"
	JobsPath      = Home + "/jobs"
	Undeliverable = Home + "/undeliverable"
)

// DashboardView is what the dashboard counts.
type DashboardView struct {
	Sites       site.Counts
	Codes       accesscode.Funnel
	Undelivered int
	Jobs        int // failing
	Overrides   int // requests that wait
}

// UndeliveredView is a page of the messages that could not be delivered.
type UndeliveredView struct {
	Messages []report.Undelivered
	Pages    ui.Pages
}

func tile(n int, label locale.Key, href string, kind ui.Kind) ui.Tile {
	if n == 0 {
		kind = ""
	}
	return ui.Tile{Number: number(n), Label: label, Kind: kind, Link: ui.Link{Text: locale.OfpTileShow, Href: href}}
}

func number(n int) string { return locale.Number(context.Background(), int64(n)) }

// needs are the tiles of what needs somebody now.
func needs(v DashboardView) []ui.Tile {
	return []ui.Tile{
		tile(v.Undelivered, locale.OfpTileUndeliverable, Undeliverable, ui.Bad),
		tile(v.Jobs, locale.OfpTileJobs, JobsPath, ui.Bad),
		tile(v.Codes.ExpiredToday, locale.OfpTileExpired, "/ofp/codes?today=yes", ui.Warn),
		tile(v.Overrides, locale.OfpTileOverrides, "/ofp/overrides", ui.Warn),
	}
}

// doing are the tiles of how the launch goes.
func doing(v DashboardView) []ui.Tile {
	return []ui.Tile{
		tile(v.Sites.With, locale.OfpTileWith, "/ofp/sites?account=yes", ui.OK),
		tile(v.Sites.Without, locale.OfpTileWithout, "/ofp/sites?account=no", ui.Warn),
		tile(v.Codes.Out, locale.OfpTileOut, "/ofp/codes?state=out", ""),
	}
}

// stamp is an instant that is put into words when it is shown.
type stamp time.Time

// In returns the instant in the reader's words.
func (s stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }

func orNever(at *time.Time) locale.Phrase {
	if at == nil {
		return locale.AccessNever
	}
	return stamp(*at)
}

func jobTable(jobs []report.Job) ui.Table {
	t := ui.Table{Caption: locale.OfpJobsCaption, Columns: []ui.Column{
		{Label: locale.OfpJobsKind}, {Label: locale.OfpJobsWaiting, Numeric: true}, {Label: locale.OfpJobsRunning, Numeric: true},
		{Label: locale.OfpJobsFailing, Numeric: true}, {Label: locale.OfpJobsGivenUp, Numeric: true},
		{Label: locale.OfpJobsDone, Numeric: true}, {Label: locale.OfpJobsLast},
	}}
	for _, j := range jobs {
		t.Rows = append(t.Rows, []ui.Cell{
			ui.Text(j.Kind), ui.Text(number(j.Waiting)), ui.Text(number(j.Running)), ui.Text(number(j.Failing)),
			ui.Text(number(j.GivenUp)), ui.Text(number(j.Done)), {Text: orNever(j.LastDone)},
		})
	}
	return t
}

var failures = map[string]locale.Key{
	"permanent":   locale.OfpUndeliverablePermanent,
	"temporary":   locale.OfpUndeliverableTemporary,
	"unusable":    locale.OfpUndeliverableUnusable,
	"unreachable": locale.OfpUndeliverableUnreachable,
}

func undeliveredTable(v UndeliveredView) ui.Table {
	t := ui.Table{Caption: locale.OfpUndeliverableCaption.With("Range", v.Pages.Range()), Columns: []ui.Column{
		{Label: locale.OfpUndeliverableKey}, {Label: locale.OfpUndeliverableEmail}, {Label: locale.OfpUndeliverableSite},
		{Label: locale.OfpUndeliverableWhen}, {Label: locale.OfpUndeliverableWhy},
	}}
	for _, m := range v.Messages {
		var to locale.Phrase = locale.Words(m.Email)
		if m.Email == "" {
			to = locale.OfpUndeliverableClient
		}
		at := ui.Text(m.SiteName)
		if m.SiteID != nil {
			at.Href = "/ofp/sites/" + m.SiteID.String()
		}
		t.Rows = append(t.Rows, []ui.Cell{ui.Text(m.Key), {Text: to}, at, {Text: orNever(m.FailedAt)}, {Text: failures[m.Failure]}})
	}
	return t
}
