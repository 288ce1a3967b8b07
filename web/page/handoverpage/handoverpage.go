// Package handoverpage shows the application to a client on a device that staff
// have handed over: one question a page, in larger text, with no way to
// anything else (ux.md 5.5). Titles and addresses tell nothing of what is asked.
package handoverpage

import (
	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/page/enrollpage"
	"familypact.example/portal/web/page/questionpage"
	"familypact.example/portal/web/ui"
)

// Base is the address of the client's pages.
const Base = "/handover"

// Place is where the questions are asked.
var Place = questionpage.Place{Base: Base, Questions: Base + "/question"}

// Page returns the address of a question.
func Page(id question.ID) string { return Place.Page(id) }

// View is the application for the pages beside the questions.
type View struct{ application.Application }

// resting clears a page with something of the client's on it.
func resting() layout.Option {
	return layout.Resting(layout.Rest{
		Seconds: int(session.Rest.Seconds()), Page: Base + "/rest", Cover: Base + "/cover", Here: Base + "/here",
	})
}

// StartView is the application that is to be handed over.
type StartView struct{ application.Application }

func (v StartView) back() string { return enrollpage.Base(v.ID) }

func languages() []ui.Choice {
	return []ui.Choice{
		{Value: string(locale.English), Label: locale.SignLanguageEn}, {Value: string(locale.Spanish), Label: locale.SignLanguageEs},
	}
}

func helps() []ui.Choice {
	var list []ui.Choice
	for _, h := range application.Helps {
		list = append(list, ui.Choice{Value: string(h), Label: clientspage.Help(h)})
	}
	return list
}

// RestView is the cleared screen.
type RestView struct {
	Form    *form.Form
	CanGoOn bool // there is a birth date to compare with, and a try left
}
