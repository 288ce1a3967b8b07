package mypage

import (
	"github.com/a-h/templ"

	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/card"
)

// CardView is the client's card. Asked means that it is to be shown though the
// client asked for privacy.
type CardView struct {
	document.Card
	Asked bool
}

func (v CardView) hidden() bool { return v.Client.Contact.Confidential && !v.Asked }

func (v CardView) view() clientspage.CardView {
	return clientspage.CardView{Record: clientspage.Record{Record: v.Client}, Card: v.Card}
}

// Drawn is the card as it is drawn in a file.
func (v CardView) Drawn() card.Card { return v.view().Drawn() }

// Language is the language of the card: the client's.
func (v CardView) Language() locale.Language { return v.view().Language() }

func (v CardView) sheet() templ.Component { return v.view().InTheirs() }

func (v CardView) version() string {
	if v.Plain {
		return "?version=" + string(document.Plain)
	}
	return "?version=" + string(document.Named)
}

// switched leads to the same page in the other version.
func (v CardView) switched(page string) ui.Link {
	show := ""
	if v.Asked {
		show = "&show=yes"
	}
	if v.Plain {
		return ui.Link{Text: locale.CardsNamed, Href: page + "?version=" + string(document.Named) + show}
	}
	return ui.Link{Text: locale.CardsPlain, Href: page + "?version=" + string(document.Plain) + show}
}

// HistoryView is everything that was decided about the client.
type HistoryView struct{ enrollment.History }

func span(p enrollment.Period) locale.Phrase {
	return locale.RecordPeriodValue.With("From", clientspage.Short(p.StartsOn), "To", clientspage.Short(p.EndsOn))
}

// end says how a period was over before its time, nil when it was not.
func end(p enrollment.Period) locale.Phrase {
	switch {
	case !p.DiscontinuedOn.IsZero():
		return locale.MyHistoryEnded.With("Date", clientspage.Day(p.DiscontinuedOn))
	case !p.FollowedOn.IsZero():
		return locale.RecordPeriodFollowed.With("Date", clientspage.Short(p.FollowedOn))
	}
	return nil
}

func outcome(d enrollment.Determination) (locale.Phrase, ui.Kind) {
	if d.Eligible {
		return locale.MyMessageApproved, ui.OK
	}
	return locale.MyMessageIneligible, ui.Quiet
}

func at(site string, on civil.Date) locale.Phrase {
	return locale.MyHistoryBy.With("Site", site, "Date", clientspage.Day(on))
}

// DocumentsView lists the client's documents.
type DocumentsView struct{ Lines []document.Document }

func (v DocumentsView) table() ui.Table {
	t := ui.Table{
		Caption: locale.DocumentsCaption,
		Columns: []ui.Column{{Label: locale.DocumentsKind}, {Label: locale.DocumentsDate}, {Label: locale.DocumentsActs}},
	}
	for _, d := range v.Lines {
		href, kind := "/my/documents/"+d.ID.String(), clientspage.DocumentKind(d.Kind)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: kind, Href: href}, {Text: on(d.MadeAt)},
			{Acts: []ui.Link{{Text: locale.DocumentsPdf, Hidden: kind, Href: href + "/pdf"}}},
		})
	}
	return t
}

// DocumentView is one document.
type DocumentView struct{ document.Opened }

func (v DocumentView) pdf() string { return "/my/documents/" + v.Document.ID.String() + "/pdf" }
