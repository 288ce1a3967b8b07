package clientspage

import (
	"context"
	"strings"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/platform/locale"
)

// Help returns a kind of help in words.
func Help(h application.Help) locale.Phrase {
	switch h {
	case application.HelpLanguage:
		return locale.EnrollHelpLanguage
	case application.HelpDisability:
		return locale.EnrollHelpDisability
	}
	return locale.EnrollHelpUnderstanding
}

// HandedOver says who filled in an application on a device that was handed over,
// and with what help; nil when none was.
func HandedOver(h *application.Handover) locale.Phrase {
	if h == nil {
		return nil
	}
	help := locale.Phrase(locale.HandoverHelpNone)
	if len(h.Help) > 0 {
		help = locale.HandoverHelpGiven.With("Kinds", kinds(h.Help))
	}
	if h.SignedAt == nil {
		return locale.HandoverBegunBy.With("Date", Stamp(h.StartedAt), "Help", help)
	}
	return locale.HandoverDoneBy.With("Date", Stamp(h.StartedAt), "Help", help)
}

// kinds are kinds of help as one phrase.
type kinds []application.Help

// In returns the kinds in the reader's words, with semicolons between.
func (k kinds) In(ctx context.Context) string {
	words := make([]string, len(k))
	for i, h := range k {
		words[i] = Help(h).In(ctx)
	}
	return strings.Join(words, "; ")
}
