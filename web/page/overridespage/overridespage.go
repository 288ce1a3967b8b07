// Package overridespage shows the program office the requests of sites that an
// eligibility begin on an earlier day, to be decided.
package overridespage

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/override"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/page/enrollmentspage"
	"familypact.example/portal/web/ui"
)

// Where these pages are.
const (
	Home     = "/ofp/overrides"
	Together = Home + "/together"
)

// RequestField is the name of the boxes with which requests are ticked.
const RequestField = "request"

// Path is the address of a request.
func Path(id uuid.UUID) string { return Home + "/" + id.String() }

// TogetherPath is where the requests of an outage, or of all, are approved
// together.
func TogetherPath(outage uuid.UUID) string { return withOutage(Together, outage) }

func withOutage(path string, outage uuid.UUID) string {
	if outage == uuid.Nil {
		return path
	}
	return path + "?outage=" + outage.String()
}

// QueueView is a page of the requests that wait.
type QueueView struct {
	override.List
	Filter override.Filter
	Pages  ui.Pages
}

// Query is the filter as it stands in the address.
func Query(f override.Filter) url.Values {
	q := url.Values{}
	if f.Outage != uuid.Nil {
		q.Set("outage", f.Outage.String())
	}
	return q
}

func (v QueueView) choices() []ui.Choice {
	list := []ui.Choice{{Value: "", Label: locale.OverridesOutageAll}}
	for _, o := range v.Outages {
		list = append(list, ui.Choice{Value: o.ID.String(), Label: waiting(o)})
	}
	return list
}

func waiting(o override.Waiting) locale.Phrase {
	return locale.OverridesOutageWaiting.With("Kind", enrollmentspage.OverrideReasons[o.Kind], "Date", dayOf(o.StartsAt), "Count", o.Count)
}

func (v QueueView) chips() []ui.Link {
	if v.Filter.Outage == uuid.Nil {
		return nil
	}
	for _, o := range v.Outages {
		if o.ID == v.Filter.Outage {
			return []ui.Link{{Text: waiting(o), Href: Home}}
		}
	}
	return []ui.Link{{Text: locale.OverridesOutage, Href: Home}}
}

// several reports whether requests are shown that can be approved together.
func (v QueueView) several() bool {
	return slices.ContainsFunc(v.Lines, func(l override.Line) bool { return l.Within })
}

func (v QueueView) table() ui.Table {
	t := ui.Table{Caption: locale.OverridesCaption.With("Range", v.Pages.Range()), Columns: []ui.Column{
		{Label: locale.OverrideColumnApplication}, {Label: locale.OverrideColumnSite}, {Label: locale.OverrideColumnAsked, Order: "ascending"},
		{Label: locale.OverrideColumnMoves}, {Label: locale.OverrideColumnReason}, {Label: locale.OverrideColumnState},
	}}
	for _, l := range v.Lines {
		word, kind := locale.OverridesLook, ui.Warn
		if l.Within {
			word, kind = locale.OverridesWithin, ui.OK
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(l.Number), Href: Path(l.ID)}, ui.Text(l.SiteName), {Text: clientspage.Stamp(l.RequestedAt)},
			{Text: enrollmentspage.Moves(l)}, {Text: enrollmentspage.OverrideReasons[l.Reason]}, {Text: word, Tag: true, Kind: kind},
		})
	}
	return t
}

// TogetherView are the requests of one outage that can be approved together.
type TogetherView struct {
	Lines  []override.Line
	Outage uuid.UUID
}

func (v TogetherView) choices() []ui.Choice {
	var list []ui.Choice
	for _, l := range v.Lines {
		list = append(list, ui.Choice{
			Value: l.ID.String(), Label: locale.OverridesTogetherItem.With("Number", l.Number, "Site", l.SiteName),
			Hint: locale.OverridesTogetherHint.With(
				"From", clientspage.Short(l.MovedFrom), "To", clientspage.Short(l.StartsOn), "Paper", clientspage.Short(l.PaperOn),
			),
		})
	}
	return list
}

func dayOf(t time.Time) clientspage.Day { return clientspage.Day(civil.Of(t)) }

// Told says what became of requests that were approved together.
func Told(m override.Many) locale.Phrase {
	done := locale.OverridesTogetherDone.With("Count", m.Approved)
	if m.Left == 0 {
		return done
	}
	return sentences{done, locale.OverridesTogetherLeft.With("Count", m.Left)}
}

// sentences are several phrases, one after the other.
type sentences []locale.Phrase

// In returns the phrases with full stops between.
func (s sentences) In(ctx context.Context) string {
	text := ""
	for i, p := range s {
		if i > 0 {
			text += ". "
		}
		text += p.In(ctx)
	}
	return text
}

// ReviewView is a request beside the record and the outage.
type ReviewView struct{ override.Review }

func (v ReviewView) waits() bool { return v.Request.State == override.Submitted }

func (v ReviewView) requestRows() []ui.Row {
	rows := enrollmentspage.OverrideRows(v.Request)
	if o := v.Outage; o != nil {
		span := locale.OverrideOutageSpan.With("From", clientspage.Stamp(o.StartsAt), "To", end(o))
		rows = append(rows,
			ui.Row{Key: locale.OverrideRowOutage, Values: []locale.Phrase{enrollmentspage.OverrideReasons[o.Kind], span}},
			ui.Row{Key: locale.OverrideRowAnnounced, Values: []locale.Phrase{announced{o}}},
		)
	}
	return rows
}

func end(o *override.OutageText) locale.Phrase {
	if o.EndsAt == nil {
		return locale.OutagesOpen
	}
	return clientspage.Stamp(*o.EndsAt)
}

// announced is the announcement in the reader's language.
type announced struct{ o *override.OutageText }

// In returns the announcement.
func (a announced) In(ctx context.Context) string { return a.o.Text(locale.Of(ctx)) }

func (v ReviewView) recordRows() []ui.Row {
	rows := []ui.Row{
		{Key: locale.OverrideRowClient, Values: ui.Words(v.Client.Name.Full())},
		{Key: locale.OverrideRowHap, Values: ui.Words(v.Client.HAP.Groups())},
		{Key: locale.OverrideRowNumber, Values: ui.Words(v.Request.Number)},
		{Key: locale.OverrideAskPeriod, Values: []locale.Phrase{locale.RecordPeriodValue.With(
			"From", clientspage.Short(v.Client.StartsOn), "To", clientspage.Short(v.Client.EndsOn),
		)}},
	}
	if v.waits() {
		rows = append(rows, ui.Row{Key: locale.OverrideRowThen, Values: []locale.Phrase{v.then()}})
	}
	return rows
}

// then says whether the client qualified on the day that is asked for.
func (v ReviewView) then() locale.Phrase {
	if v.May == nil {
		return locale.OverrideThenQualified
	}
	if f, ok := fault.Of(v.May); ok {
		return f.Text
	}
	return locale.OverrideUnqualified
}

func (v ReviewView) tests() []ui.Reason {
	if len(v.Decision.Tests) == 0 {
		return nil
	}
	return clientspage.Reasons(v.Decision)
}

func (v ReviewView) approval() locale.Phrase {
	return locale.OverridesDecisionApprove.With(
		"Date", clientspage.Day(v.Request.StartsOn), "End", clientspage.Day(eligibility.PeriodEnd(v.Request.StartsOn)),
	)
}

func (v ReviewView) over() locale.Phrase {
	if v.Request.DecidedAt == nil {
		return nil
	}
	when := clientspage.Stamp(*v.Request.DecidedAt)
	if v.Request.Decider == "" {
		return locale.OverridesOver.With("When", when)
	}
	return locale.OverridesOverBy.With("When", when, "Name", v.Request.Decider)
}
