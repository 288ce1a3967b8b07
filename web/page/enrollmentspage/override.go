package enrollmentspage

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/override"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/ui"
)

// Overrides is where a site's requests are listed.
const Overrides = "/provider/work/overrides"

// OverrideReasons are the reasons of a request in words.
var OverrideReasons = map[override.Reason]locale.Key{
	override.Planned: locale.OverrideReasonPlanned, override.Unplanned: locale.OverrideReasonUnplanned,
	override.Other: locale.OverrideReasonOther,
}

// OverrideState returns the word for how a request stands, and its tone.
func OverrideState(s override.State) (locale.Phrase, ui.Kind) {
	switch s {
	case override.Submitted:
		return locale.OverrideStateSubmitted, ui.Info
	case override.Approved:
		return locale.OverrideStateApproved, ui.OK
	case override.Returned:
		return locale.OverrideStateReturned, ui.Warn
	}
	return locale.OverrideStateDenied, ui.Bad
}

// OverrideView is a client's requests, and what a new one is made from.
type OverrideView struct{ override.ClientPage }

// prepared reports whether a request can be made that the paper form of the
// enrollment prepares.
func (v OverrideView) prepared() bool { return v.May == nil && v.Paper != nil }

// hindrance says why no request can be made, nil when one can.
func (v OverrideView) hindrance() locale.Phrase {
	if v.May == nil {
		return nil
	}
	if f, ok := fault.Of(v.May); ok {
		return f.Text
	}
	return nil
}

func (v OverrideView) rows() []ui.Row {
	if !v.Enrolled {
		return nil
	}
	return []ui.Row{
		{Key: locale.OverrideAskPeriod, Values: []locale.Phrase{period(v.Movable.Period)}},
		{Key: locale.OverrideAskEntered, Values: []locale.Phrase{clientspage.Day(v.Movable.EnteredOn)}},
		{Key: locale.OverrideRowNumber, Values: ui.Words(v.Movable.Number)},
	}
}

// outageChoices are the outages of the kind that a request can name.
func (v OverrideView) outageChoices(kind override.Reason) []ui.Choice {
	var list []ui.Choice
	for _, o := range v.Outages {
		if override.Reason(o.Kind) == kind {
			list = append(list, ui.Choice{Value: o.ID.String(), Label: locale.OverrideOutageSpan.With(
				"From", clientspage.Day(o.FirstOn), "To", clientspage.Day(o.LastOn),
			)})
		}
	}
	return list
}

// Prepared is the form as the paper of the enrollment fills it in: nothing has
// to be typed again.
func (v OverrideView) Prepared() *form.Form {
	f := form.New()
	if !v.prepared() {
		return f
	}
	f.SetDate("starts", v.Paper.SignedOn).SetDate("paper", v.Paper.SignedOn).Set("kept", v.Paper.Kept)
	for _, o := range v.Outages {
		if o.ID == v.Paper.Outage {
			f.Set("reason", o.Kind).Set("outage-"+o.Kind, o.ID.String())
		}
	}
	return f
}

// OverrideRows are what a request says, with its answer.
func OverrideRows(r override.Answered) []ui.Row {
	word, _ := OverrideState(r.State)
	rows := []ui.Row{
		{Key: locale.OverrideState, Values: []locale.Phrase{word}},
		{Key: locale.OverrideRowFrom, Values: []locale.Phrase{clientspage.Day(r.MovedFrom)}},
		{Key: locale.OverrideRowStarts, Values: []locale.Phrase{clientspage.Day(r.StartsOn)}},
		{Key: locale.OverrideRowPaper, Values: []locale.Phrase{clientspage.Day(r.PaperOn)}},
		{Key: locale.OverrideRowEntered, Values: []locale.Phrase{clientspage.Day(r.EnteredOn)}},
		{Key: locale.OverrideRowReason, Values: []locale.Phrase{OverrideReasons[r.Reason]}},
		{Key: locale.OverrideRowKept, Values: ui.Words(r.Kept)},
	}
	if r.Comment != "" {
		rows = append(rows, ui.Row{Key: locale.OverrideRowComment, Values: ui.Words(r.Comment)})
	}
	rows = append(rows, ui.Row{Key: locale.OverrideRowAsked, Values: []locale.Phrase{locale.OverrideRowAskedValue.With(
		"Name", r.Asked, "Site", r.SiteName, "When", clientspage.Stamp(r.RequestedAt),
	)}})
	if r.Answer != "" {
		rows = append(rows, ui.Row{Key: locale.OverrideRowAnswer, Values: ui.Words(r.Answer)})
	}
	return rows
}

// OverrideListView is a page of the requests of a site.
type OverrideListView struct {
	override.List
	Pages ui.Pages
}

func (v OverrideListView) table() ui.Table {
	t := ui.Table{Caption: locale.OverrideListCaption.With("Range", v.Pages.Range()), Columns: []ui.Column{
		{Label: locale.OverrideColumnApplication}, {Label: locale.OverrideColumnAsked, Order: "descending"},
		{Label: locale.OverrideColumnMoves}, {Label: locale.OverrideColumnReason}, {Label: locale.OverrideColumnState},
	}}
	for _, l := range v.Lines {
		word, kind := OverrideState(l.State)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(l.Number), Href: OverridePath(l.ClientID)}, {Text: clientspage.Stamp(l.RequestedAt)},
			{Text: Moves(l)}, {Text: OverrideReasons[l.Reason]}, {Text: word, Tag: true, Kind: kind},
		})
	}
	return t
}

// OverridePath is the address of the requests about a client.
func OverridePath(clientID uuid.UUID) string { return Base(clientID) + "/override" }

// Moves says from which day to which a request moves the first day.
func Moves(l override.Line) locale.Phrase {
	return locale.OverrideMoves.With("From", clientspage.Short(l.MovedFrom), "To", clientspage.Short(l.StartsOn))
}
