// Package questionpage shows what the pages have in common that ask a client one
// question after the other: on a device that was handed over, and at home. Titles
// and addresses tell nothing of what is asked (security.md 14.4).
package questionpage

import (
	"slices"
	"strconv"
	"strings"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollpage"
	"familypact.example/portal/web/ui"
)

// Place is where the questions are asked: Base is the client's first page, Check
// and Sign are below it, and the questions are below Questions.
type Place struct{ Base, Questions string }

// Check is the address of the page with all the answers.
func (p Place) Check() string { return p.Base + "/check" }

// Sign is the address of the signature.
func (p Place) Sign() string { return p.Base + "/sign" }

// Page returns the address of a question: its place in the list of all of
// them, since an address must not tell what is asked.
func (p Place) Page(id question.ID) string {
	place := slices.IndexFunc(question.All, func(q question.Question) bool { return q.ID == id.Base() })
	page := "q" + strconv.Itoa(place+1)
	if m := id.Member(); m != "" {
		page += "." + m
	}
	return p.Questions + "/" + page
}

// IDOf returns the question of the last part of an address, and false when
// there is none.
func (p Place) IDOf(page string) (question.ID, bool) {
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
	return id, p.Page(id) == p.Questions+"/"+page
}

// Next is the page where the client goes on: the first question without a good
// answer, or the check of all of them.
func (p Place) Next(a question.Answers) string {
	if q, open := question.Next(a); open {
		return p.Page(q.ID)
	}
	return p.Check()
}

// Change is the address of a question whose answer is to be changed.
func (p Place) Change(id question.ID) string { return p.Page(id) + "?from=" + FromCheck }

// FromCheck says that the client came from the check page and goes back there.
const FromCheck = "check"

// View is one question with what is typed in it.
type View struct {
	application.Application
	Place    Place
	Question question.Question
	Typed    question.Answers
	From     string // FromCheck, or ""
	Conflict []question.Difference
	Clashed  Clash
	Shared   bool // the device is somebody else's
	Later    bool // the client can stop here
}

// Clash are the words for two answers to one question.
type Clash struct{ Title, Text locale.Phrase }

// Title tells which page it is and nothing of what is asked.
func (v View) Title() locale.Phrase {
	asked := question.Sequence(v.Typed)
	page := 1 + slices.IndexFunc(asked, func(q question.Question) bool { return q.ID == v.Question.ID })
	return locale.HandoverPageTitle.With("Part", int(v.Question.Part), "Page", page)
}

// Back is the address of the page before this one.
func (v View) Back() string {
	if v.From == FromCheck {
		return v.Place.Check()
	}
	if id, ok := question.Before(v.Question.ID, v.Typed); ok {
		return v.Place.Page(id)
	}
	return v.Place.Base
}

// last is what was said last time to a question that has no answer yet.
func (v View) last() []locale.Phrase {
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

func (v View) lastOn() civil.Date {
	if v.Last == nil {
		return civil.Date{}
	}
	return civil.Of(v.Last.On)
}

// missing leads to the questions that lack an answer.
func missing(p Place, a question.Answers) []ui.Link {
	var list []ui.Link
	for _, id := range question.Missing(a) {
		if q, ok := question.Find(id, a); ok {
			list = append(list, ui.Link{Text: locale.CheckMissing.With("Question", q.Short), Href: p.Change(id)})
		}
	}
	return list
}

// next goes on to the signature, or to the first answer that is missing.
func next(p Place, a question.Answers) string {
	if links := missing(p, a); len(links) > 0 {
		return links[0].Href
	}
	return p.Sign()
}

func differences(list []question.Difference) []ui.Difference {
	var rows []ui.Difference
	for _, d := range list {
		rows = append(rows, ui.Difference{Label: d.Label, Before: enrollpage.Lines(d.Before), After: enrollpage.Lines(d.After)})
	}
	return rows
}
