package clientspage

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// ShowView is the overview of a record. Standing is nil where no acts are
// offered.
type ShowView struct {
	Record
	Standing *enrollment.Standing
}

// noChange is the id of no change.
var noChange = uuid.Nil

// deed is one act with its button.
type deed struct {
	deed enrollment.Deed
	text locale.Key
	path string
}

// offered are the acts in the order of the buttons (domain/portal.md 9.7).
var offered = []deed{
	{enrollment.ToReaffirm, locale.RecordReaffirm, "/reaffirm"},
	{enrollment.ToChange, locale.RecordChange, "/change"},
	{enrollment.ToRecertify, locale.RecordRecertify, "/recertify"},
	{enrollment.ToDiscontinue, locale.RecordDiscontinue, "/discontinue"},
	{enrollment.ToReactivate, locale.RecordReactivate, "/reactivate"},
	{enrollment.ToUndo, locale.RecordUndo, "/discontinue/undo"},
	{enrollment.ToOverride, locale.RecordOverride, "/override"},
}

// Acts are the acts that can be done to the client as the record stands.
func Acts(s enrollment.Standing) []ui.Link {
	var list []ui.Link
	for _, d := range offered {
		if s.May(d.deed) == nil {
			list = append(list, ui.Link{Text: d.text, Href: "/provider/clients/" + s.Client.ID.String() + d.path})
		}
	}
	return list
}

// acts are the buttons of the overview.
func (v ShowView) acts() []ui.Link {
	if v.Standing == nil || v.OFP {
		return nil
	}
	return Acts(*v.Standing)
}

// details are the rows of the overview, with what acts have left.
func (v ShowView) details() []ui.Row {
	rows := append(v.rows(), v.hidden()...)
	if v.Standing == nil {
		return rows
	}
	if e := v.Standing.Earlier; e != nil && !v.OFP {
		rows = append(rows, v.earlier(*e))
	}
	if v.Standing.Code != "" {
		rows = append(rows, ui.Row{Key: locale.RecordCode, Values: ui.Words(string(v.Standing.Code))})
	}
	if on := v.Standing.ReaffirmedOn; !on.IsZero() {
		rows = append(rows, ui.Row{Key: locale.RecordReaffirmed, Values: []locale.Phrase{Day(on)}})
	}
	return rows
}

// earlier leads to the months before the first certification.
func (v ShowView) earlier(e enrollment.Earlier) ui.Row {
	act := locale.RecordRetroOpen
	if e.Decided > 0 {
		act = locale.RecordRetroLook
	}
	return ui.Row{
		Key: locale.RecordRetro, Values: []locale.Phrase{locale.RecordRetroCount.With("Count", e.Decided)},
		Acts: []ui.Link{{Text: act, Href: "/provider/clients/" + v.ID.String() + "/retro"}},
	}
}
