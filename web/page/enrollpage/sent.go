package enrollpage

import (
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/ui"
)

// SentBase is the address of the list of what clients have sent to the site.
const SentBase = "/provider/work/sent"

// Matches is the address of the records that may be those of the client of an
// application that was taken.
func Matches(id, result uuid.UUID) string { return Base(id) + "/matches/" + result.String() }

// Nobody is the choice that no record is the client's.
const Nobody = "none"

// SentView lists what clients have sent to the site.
type SentView struct{ application.SentList }

func (v SentView) pages() ui.Pages {
	return ui.Pages{Number: v.Page, Size: application.DraftsPage, Total: v.Total, Path: SentBase}
}

var sentFor = map[application.Action]locale.Key{
	application.New: locale.SentForNew, application.Recertify: locale.SentForRecertify,
}

func (v SentView) table() ui.Table {
	t := ui.Table{
		Caption: locale.SentCaption,
		Columns: []ui.Column{
			{Label: locale.SearchColumnClient}, {Label: locale.DraftsColumnNumber}, {Label: locale.SentColumnFor},
			{Label: locale.SentColumnSent}, {Label: locale.ClientsColumnPrivacy}, {Label: locale.SearchColumnAct, Hidden: true},
		},
	}
	for _, l := range v.Lines {
		privacy, href := ui.Text(""), SentBase+"/"+l.ID.String()
		if l.Contact.Confidential {
			privacy = ui.Cell{Text: locale.ClientsConfidential, Tag: true, Kind: ui.Bad}
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(l.Name.Listed()), Href: href}, ui.Text(l.Number), {Text: sentFor[l.Action]},
			{Text: clientspage.Stamp(l.SentAt)}, privacy, {Text: locale.SentTake, Hidden: locale.Words(l.Number), Href: href},
		})
	}
	return t
}

func meetings() ui.Choices {
	return ui.Choices{
		Name: "mode", Legend: locale.EnrollModeTitle, Size: "m",
		Items: []ui.Choice{
			{Value: string(application.InPerson), Label: locale.EnrollModeInPerson, Hint: locale.TakeInPersonHint},
			{Value: string(application.Video), Label: locale.EnrollModeVideo, Hint: locale.TakeRemoteHint},
			{Value: string(application.Telephone), Label: locale.EnrollModeTelephone, Hint: locale.TakeRemoteHint},
		},
	}
}

// MatchView asks which of the records that were found is the client's.
type MatchView struct {
	application.Application
	Result client.Result
}

func (v MatchView) choices() []ui.Choice {
	var list []ui.Choice
	for _, h := range v.Result.Hits {
		name := h.Initials
		if h.Own {
			name = h.Name.Listed()
		}
		status, _ := clientspage.Status(h.On(v.Result.Today))
		list = append(list, ui.Choice{
			Value: h.ID.String(), Label: locale.Words(name),
			Hint: locale.MatchHint.With("Year", strconv.Itoa(h.BirthYear), "ZIP", h.ZIP, "Status", status),
		})
	}
	return append(list, ui.Choice{Value: Nobody, Label: locale.MatchNone, Or: locale.EnrollHelpOr})
}

// alone says on every page of an application that the client sent it alone.
func (v View) alone() locale.Phrase {
	if v.SubmittedAt == nil || v.State.Decided() || v.Signature != nil {
		return nil
	}
	return locale.ApplicationSentByClient.With("Date", clientspage.DateOf(*v.SubmittedAt))
}
