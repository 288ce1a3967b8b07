package enrollpage

import (
	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/ui"
)

// ByClient is the choice, in place of a kind of help, that the client fills in
// the form on a device that is handed over.
const ByClient = "client"

// fillers are who may fill in the form for a client who is there.
func fillers() []ui.Choice {
	list := []ui.Choice{{Value: ByClient, Label: locale.EnrollHelpClient, Hint: locale.EnrollHelpClientHint}}
	for i, h := range application.Helps {
		c := ui.Choice{Value: string(h), Label: locale.EnrollHelpMe.With("Help", clientspage.Help(h))}
		if i == 0 {
			c.Or = locale.EnrollHelpOr
		}
		list = append(list, c)
	}
	return list
}

// handable reports whether the application can be handed to the client.
func (v View) handable() bool { return v.Handable() == nil }

// Lines is an answer of several lines as one phrase.
func Lines(answer []locale.Phrase) locale.Phrase { return lines(answer) }
