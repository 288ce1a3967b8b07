// Package retropage shows the months before a client's first certification:
// what is asked of each, what would come of it, and what was decided.
package retropage

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/page/enrollpage"
	"familypact.example/portal/web/ui"
)

// Record is the address of a client's record.
func Record(id uuid.UUID) string { return "/provider/clients/" + id.String() }

// Base is the address of a draft about a client.
func Base(clientID, id uuid.UUID) string { return Record(clientID) + "/retro/" + id.String() }

// MonthBase is the address of one month of a draft.
func MonthBase(clientID, id uuid.UUID, m retro.Month) string {
	return Base(clientID, id) + "/months/" + m.String()
}

// noDraft is the id of no draft.
var noDraft = uuid.Nil

func dayOf(t time.Time) clientspage.Day { return clientspage.Day(civil.Of(t)) }

// outcome is the word for a decision and its tone.
func outcome(d eligibility.Decision) (locale.Phrase, ui.Kind) {
	switch d.Outcome {
	case eligibility.Eligible:
		return locale.RetroYes, ui.OK
	case eligibility.Ineligible:
		return locale.RetroNo, ui.Bad
	}
	return locale.RetroBlockedTag, ui.Warn
}

// decided is the table of months that were decided.
func decided(clientID uuid.UUID, list []retro.Decided) ui.Table {
	t := ui.Table{
		Caption: locale.RetroDone,
		Columns: []ui.Column{
			{Label: locale.RetroColumnMonth}, {Label: locale.RetroColumnResult}, {Label: locale.RetroColumnOn},
			{Label: locale.RetroColumnBy}, {Label: locale.RetroColumnPaper},
		},
	}
	for _, d := range list {
		text, kind := outcome(d.Decision)
		paper := Record(clientID) + "/documents/" + d.DocumentID.String()
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: d.Month}, {Text: text, Tag: true, Kind: kind}, {Text: dayOf(d.CertifiedAt)},
			ui.Text(d.Certifier + ", " + d.SiteName), {Text: locale.RetroPaper, Hidden: d.Month, Href: paper},
		})
	}
	return t
}

// StartView is the record with the months, before anything is asked.
type StartView struct{ retro.Overview }

func modeChoices() []ui.Choice {
	var list []ui.Choice
	for _, m := range application.StaffModes {
		list = append(list, ui.Choice{Value: string(m), Label: clientspage.Mode(m)})
	}
	return list
}

// MonthView asks how one month was.
type MonthView struct {
	retro.Sheet
	Month retro.Month
}

// lines are the answers of the form that can have been different.
func (v MonthView) lines() []question.Line {
	var list []question.Line
	for _, l := range question.Summary(v.Form) {
		for _, q := range retro.Questions(v.Form, retro.Parts...) {
			if q.ID == l.ID {
				list = append(list, l)
			}
		}
	}
	return list
}

var hows = map[retro.How]locale.Key{
	retro.Same: locale.RetroHowSame, retro.Different: locale.RetroHowDifferent, retro.NotAsked: locale.RetroHowNotAsked,
}

var parts = map[retro.Part]locale.Key{
	retro.Residence: locale.RetroPartResidence, retro.Need: locale.RetroPartNeed, retro.Coverage: locale.RetroPartCoverage,
	retro.Household: locale.RetroPartHousehold, retro.Income: locale.RetroPartIncome,
}

// Named lists the names of parts in one phrase.
func Named(list []retro.Part) locale.Phrase { return named(list) }

type named []retro.Part

// In returns the names with commas between.
func (n named) In(ctx context.Context) string {
	words := make([]string, 0, len(n))
	for _, p := range n {
		words = append(words, parts[p].In(ctx))
	}
	return strings.Join(words, "; ")
}

func partChoices() []ui.Choice {
	var list []ui.Choice
	for _, p := range retro.Parts {
		list = append(list, ui.Choice{Value: string(p), Label: parts[p]})
	}
	return list
}

// AnswersView asks the questions of the parts that were different.
type AnswersView struct {
	MonthView
	Typed question.Answers // what the form holds
	Parts []retro.Part
}

// ReviewView is the draft with what would come of it.
type ReviewView struct{ retro.Review }

func (v ReviewView) base() string { return Base(v.ClientID, v.ID) }

// sign is the signing form's view: the version and mode of the draft.
func (v ReviewView) sign() enrollpage.SignView {
	return enrollpage.SignView{View: enrollpage.View{Application: application.Application{
		ID: v.ID, Version: v.Version, Mode: v.Mode, Answers: v.Form, Action: application.New,
	}}}
}

// decision returns what would come of a month, false when it is not asked for.
func (v ReviewView) decision(m retro.Month) (eligibility.Decision, bool) {
	for _, d := range v.Months {
		if d.Month == m {
			return d.Decision, true
		}
	}
	return eligibility.Decision{}, false
}

func (v ReviewView) differences(m retro.Month) []ui.Difference {
	var list []ui.Difference
	for _, d := range v.Differences(m) {
		list = append(list, ui.Difference{Label: d.Label, Before: lines(d.Before), After: lines(d.After)})
	}
	return list
}

// lines are several phrases as one, each on a line of its own.
type lines []locale.Phrase

// In returns the lines.
func (l lines) In(ctx context.Context) string {
	words := make([]string, 0, len(l))
	for _, p := range l {
		words = append(words, p.In(ctx))
	}
	return strings.Join(words, "; ")
}

// blockers are the reasons why a month cannot be decided.
func blockers(d eligibility.Decision) []locale.Phrase {
	var list []locale.Phrase
	for _, r := range d.AllReasons {
		list = append(list, clientspage.ReasonText(d, r))
	}
	return list
}

// ResultView is a draft that was certified.
type ResultView struct{ retro.Sheet }

// here are the months that were decided with this draft.
func (v ResultView) here() []retro.Decided {
	var list []retro.Decided
	for _, d := range v.Decided {
		if d.RetroID == v.ID {
			list = append(list, d)
		}
	}
	return list
}

func (v ResultView) paper() string {
	return Record(v.ClientID) + "/documents/" + v.DocumentID.String()
}
