// Package contentspage shows the program office what it tells everybody: the
// register of outages with their announcements.
package contentspage

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Where these pages are.
const (
	Outages   = "/ofp/outages"
	NewOutage = Outages + "/new"
)

// OutagePath is the address of an outage.
func OutagePath(id uuid.UUID) string { return Outages + "/" + id.String() }

// OutagesView is a page of the register.
type OutagesView struct {
	outage.Page
	Pages ui.Pages
}

var kinds = map[outage.Kind]locale.Key{
	outage.Planned: locale.OutagesKindPlanned, outage.Unplanned: locale.OutagesKindUnplanned,
}

var affects = map[outage.Affected]locale.Key{
	outage.Everything: locale.OutagesAffectsAll, outage.Enrolling: locale.OutagesAffectsEnrollment, outage.Slow: locale.OutagesAffectsSlow,
}

// state returns the word for how an outage stands, and its tone.
func state(o outage.Outage, now time.Time) (locale.Phrase, ui.Kind) {
	switch o.At(now) {
	case outage.Ahead:
		return locale.OutagesStateAhead, ui.Info
	case outage.Going:
		return locale.OutagesStateGoing, ui.Warn
	case outage.CalledOff:
		return locale.OutagesStateCalledOff, ui.Quiet
	}
	return locale.OutagesStateOver, ui.OK
}

func (v OutagesView) table() ui.Table {
	t := ui.Table{Caption: locale.OutagesCaption.With("Range", v.Pages.Range()), Columns: []ui.Column{
		{Label: locale.OutagesColumnStarts, Order: "descending"}, {Label: locale.OutagesColumnEnds}, {Label: locale.OutagesColumnKind},
		{Label: locale.OutagesColumnAffects}, {Label: locale.OutagesColumnState},
	}}
	for _, o := range v.Outages {
		word, kind := state(o, v.Now)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: stamp(o.StartsAt), Href: OutagePath(o.ID)}, {Text: end(o)}, {Text: kinds[o.Kind]}, {Text: affects[o.Affects]},
			{Text: word, Tag: true, Kind: kind},
		})
	}
	return t
}

// stamp is an instant that is put into words when it is shown.
type stamp time.Time

// In returns the instant in words.
func (s stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }

// day is a date that is put into words when it is shown.
type day civil.Date

// In returns the date in words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

func end(o outage.Outage) locale.Phrase {
	if o.EndsAt == nil {
		return locale.OutagesOpen
	}
	return stamp(*o.EndsAt)
}

// OutageView is one outage with what can be done about it.
type OutageView struct {
	outage.Outage
	Now time.Time
}

func (v OutageView) title() locale.Phrase {
	return locale.OutagesOne.With("Date", day(civil.Of(v.StartsAt)))
}

func (v OutageView) rows() []ui.Row {
	rows := []ui.Row{
		{Key: locale.OutagesColumnStarts, Values: []locale.Phrase{stamp(v.StartsAt)}},
		{Key: locale.OutagesColumnEnds, Values: []locale.Phrase{end(v.Outage)}},
		{Key: locale.OutagesColumnKind, Values: []locale.Phrase{kinds[v.Kind]}},
		{Key: locale.OutagesColumnAffects, Values: []locale.Phrase{affects[v.Affects]}},
		{Key: locale.OutagesTextEn, Values: ui.Words(v.TextEN)},
		{Key: locale.OutagesTextEs, Values: ui.Words(v.TextES)},
		{Key: locale.OutagesBy, Values: ui.Words(v.By)},
	}
	if v.ClosedAt != nil {
		rows = append(rows, ui.Row{Key: locale.OutagesClosedAt, Values: []locale.Phrase{stamp(*v.ClosedAt)}})
	}
	return rows
}

// closable and ahead say which button the outage has.
func (v OutageView) closable() bool {
	s := v.At(v.Now)
	return v.ClosedAt == nil && (s == outage.Going || s == outage.Over)
}

func (v OutageView) ahead() bool { return v.At(v.Now) == outage.Ahead }

func trail(last locale.Phrase) []ui.Link {
	return []ui.Link{{Text: locale.OutagesTitle, Href: Outages}, {Text: last}}
}

func kindChoices() []ui.Choice {
	return []ui.Choice{
		{Value: string(outage.Planned), Label: locale.OutagesKindPlanned, Hint: locale.OutagesKindPlannedHint},
		{Value: string(outage.Unplanned), Label: locale.OutagesKindUnplanned, Hint: locale.OutagesKindUnplannedHint},
	}
}

func affectsChoices() []ui.Choice {
	var list []ui.Choice
	for _, a := range outage.Affects {
		list = append(list, ui.Choice{Value: string(a), Label: affects[a]})
	}
	return list
}
