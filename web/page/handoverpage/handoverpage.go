// Package handoverpage shows the application to a client on a device that staff
// have handed over: one question a page, in larger text, with no way to
// anything else (ux.md 5.5). Titles and addresses tell nothing of what is asked.
package handoverpage

import (
	"slices"
	"strconv"
	"strings"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/page/enrollpage"
	"familypact.example/portal/web/ui"
)

// Base is the address of the client's pages.
const Base = "/handover"

// Page returns the address of a question: its place in the list of all of
// them, since an address must not tell what is asked (security.md 14.4).
func Page(id question.ID) string {
	place := slices.IndexFunc(question.All, func(q question.Question) bool { return q.ID == id.Base() })
	page := "q" + strconv.Itoa(place+1)
	if m := id.Member(); m != "" {
		page += "." + m
	}
	return Base + "/question/" + page
}

// IDOf returns the question of the last part of an address, and false when
// there is none.
func IDOf(page string) (question.ID, bool) {
	text, member, several := strings.Cut(page, ".")
	number, err := strconv.Atoi(strings.TrimPrefix(text, "q"))
	if err != nil || number < 1 || number > len(question.All) {
		return "", false
	}
	id := question.All[number-1].ID
	if several && id != question.IncomeOf {
		return "", false
	}
	if several {
		id += "/" + question.ID(member)
	}
	return id, Page(id) == Base+"/question/"+page
}

// FromCheck says that the client came from the check page and goes back there.
const FromCheck = "check"

// QuestionView is one question with what is typed in it.
type QuestionView struct {
	application.Application
	Question question.Question
	Typed    question.Answers
	From     string // FromCheck, or ""
	Conflict []question.Difference
}

// title tells which page it is and nothing of what is asked.
func (v QuestionView) title() locale.Phrase {
	asked := question.Sequence(v.Typed)
	page := 1 + slices.IndexFunc(asked, func(q question.Question) bool { return q.ID == v.Question.ID })
	return locale.HandoverPageTitle.With("Part", int(v.Question.Part), "Page", page)
}

func (v QuestionView) back() string {
	if v.From == FromCheck {
		return Base + "/check"
	}
	if id, ok := question.Before(v.Question.ID, v.Typed); ok {
		return Page(id)
	}
	return Base
}

// last is what was said last time to a question that has no answer yet.
func (v QuestionView) last() []locale.Phrase {
	if _, answered := v.Typed.Get(v.Question.ID); v.Last == nil || answered {
		return nil
	}
	for _, l := range question.Summary(v.Last.Answers) {
		if l.ID == v.Question.ID {
			return l.Values
		}
	}
	return nil
}

func (v QuestionView) lastOn() civil.Date {
	if v.Last == nil {
		return civil.Date{}
	}
	return civil.Of(v.Last.On)
}

// View is the application for the pages after the questions.
type View struct{ application.Application }

// missing leads to the questions that lack an answer.
func (v View) missing() []ui.Link {
	var list []ui.Link
	for _, id := range question.Missing(v.Answers) {
		if q, ok := question.Find(id, v.Answers); ok {
			list = append(list, ui.Link{Text: locale.CheckMissing.With("Question", q.Short), Href: change(id)})
		}
	}
	return list
}

// go on to the signature, or to the first answer that is missing.
func (v View) next() string {
	if links := v.missing(); len(links) > 0 {
		return links[0].Href
	}
	return Base + "/sign"
}

func change(id question.ID) string { return Page(id) + "?from=" + FromCheck }

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

// Next is the page where the client goes on: the first question without a good
// answer, or the check of all of them.
func Next(a question.Answers) string {
	if q, open := question.Next(a); open {
		return Page(q.ID)
	}
	return Base + "/check"
}

func differences(list []question.Difference) []ui.Difference {
	var rows []ui.Difference
	for _, d := range list {
		rows = append(rows, ui.Difference{Label: d.Label, Before: enrollpage.Lines(d.Before), After: enrollpage.Lines(d.After)})
	}
	return rows
}
