package enrollpage

import (
	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/ui"
)

// PaperPath is the page about entering paper forms after an outage.
const PaperPath = "/provider/paper"

// PaperView are the outages that a paper form can come from. With a client it
// is about a new certification of somebody who is known.
type PaperView struct {
	Back    string
	Outages []application.Outage
	Client  *client.Record
}

func (v PaperView) choices() []ui.Choice {
	var list []ui.Choice
	for _, o := range v.Outages {
		list = append(list, ui.Choice{Value: o.ID.String(), Label: outageWords(o)})
	}
	return list
}

var outageKinds = map[string]locale.Key{
	"planned": locale.OverrideReasonPlanned, "unplanned": locale.OverrideReasonUnplanned,
}

func outageWords(o application.Outage) locale.Phrase {
	return locale.EnrollPaperOutageItem.With("Kind", outageKinds[o.Kind], "From", clientspage.Short(o.FirstOn), "To", clientspage.Short(o.LastOn))
}

// paper says from which paper the application is typed in, nil when it is not.
func (v View) paper() locale.Phrase {
	if v.Paper == nil {
		return nil
	}
	return locale.EnrollPaperOf.With("Date", clientspage.Day(v.Paper.SignedOn), "Kept", v.Paper.Kept)
}

// period returns the days of the period that the application has started. One
// typed in from paper was decided by the facts of another day.
func (v ResultView) period() (starts, ends civil.Date) {
	if v.Application.Paper == nil {
		return v.decision().PeriodStart, v.decision().PeriodEnd
	}
	if v.moved() {
		return v.Client.StartsOn, v.Client.EndsOn
	}
	return v.Determination.DecidedOn, eligibility.PeriodEnd(v.Determination.DecidedOn)
}

// moved reports whether the period begins on the day of the paper by now.
func (v ResultView) moved() bool {
	return v.Application.Paper != nil && v.Client.StartsOn == v.Application.Paper.SignedOn
}

// dated reports whether a request is to be made for the day of the paper.
func (v ResultView) dated() bool {
	p := v.Application.Paper
	return p != nil && p.SignedOn.Before(v.Determination.DecidedOn) && !v.moved()
}
