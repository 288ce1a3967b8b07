// Package applypage shows the application to a client at home. Nothing on it
// names the program, and addresses and titles tell nothing of what is asked
// (ux.md 14.3).
package applypage

import (
	"context"
	"slices"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/questionpage"
	"familypact.example/portal/web/ui"
)

// The addresses of the pages.
const (
	Base       = "/my/application"
	Sent       = Base + "/sent"
	FinishBase = "/my/finish"
	deletion   = Base + "/delete"
)

// NoClinic is the choice of no clinic.
const NoClinic = "none"

// Place is where the questions are asked.
var Place = questionpage.Place{Base: Base, Questions: Base}

type day civil.Date

// In returns the date in words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// parts are the parts of the application with how far each is. What is not
// reached yet has no link.
func parts(a question.Answers) []ui.Task {
	asked, missing := question.Sequence(a), question.Missing(a)
	next, open := question.Next(a)
	reached := func(q question.Question) bool {
		at := func(id question.ID) int {
			return slices.IndexFunc(asked, func(x question.Question) bool { return x.ID == id })
		}
		return !open || at(q.ID) <= at(next.ID)
	}
	var list []ui.Task
	for _, p := range question.Parts {
		t := ui.Task{Link: ui.Link{Text: p.Label()}, Status: locale.ApplyPartEmpty, Kind: ui.Quiet}
		answered, left := 0, 0
		for _, q := range asked {
			switch {
			case q.Part != p:
				continue
			case slices.Contains(missing, q.ID):
				left++
			default:
				answered++
			}
			if t.Link.Href == "" && reached(q) {
				t.Link.Href = Place.Page(q.ID)
			}
		}
		switch {
		case left == 0:
			t.Status, t.Done = locale.ApplyPartDone, true
		case answered > 0 && t.Link.Href != "":
			t.Status, t.Kind = locale.ApplyPartSome, ui.Info
		}
		list = append(list, t)
	}
	return list
}

// state says how far an application is that the client cannot change, nil when
// there is none.
func state(own application.Own) locale.Phrase {
	switch {
	case own.State == application.Withdrawn:
		return locale.ApplyStateEnded
	case own.State == application.Certified:
		return locale.ApplyStateYes.With("Date", day(civil.Of(own.DecidedAt)))
	case own.State == application.Ineligible:
		return locale.ApplyStateNo.With("Date", day(civil.Of(own.DecidedAt)))
	case own.ID != (application.Application{}).ID:
		return locale.ApplyStateTaken
	}
	return nil
}

// startable reports whether there may be a new application.
func startable(own application.Own) bool {
	return own.ID == (application.Application{}).ID || own.State == application.Withdrawn || own.State == application.Ineligible
}

// FinishView is an application that waits, with the clinics that were found.
type FinishView struct {
	application.Own
	Clinics []site.Clinic
}

func (v FinishView) choices() []ui.Choice {
	var list []ui.Choice
	for _, c := range v.Clinics {
		list = append(list, ui.Choice{Value: c.ID.String(), Label: locale.Words(c.Name), Hint: locale.Words(c.Street + ", " + c.City + ", CA " + c.ZIP)})
	}
	none := ui.Choice{Value: NoClinic, Label: locale.ApplyFinishNoChoice}
	if len(list) > 0 {
		none.Or = locale.EnrollHelpOr
	}
	return append(list, none)
}

func (v FinishView) chosen() locale.Phrase {
	if v.Clinic == "" {
		return locale.ApplyFinishNone
	}
	return locale.ApplyFinishChosen.With("Name", v.Clinic)
}
