package document

import (
	"context"

	"familypact.example/portal/internal/clients/notice"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
)

// earlierMonths is how many months before the first certification can be asked
// for; blankPeople how many people the form has room for in each (policy: client
// elig p5).
const (
	earlierMonths = 3
	blankPeople   = 5
)

// BlankRec writes the Retroactive Eligibility Certification (DHCS 4001) with
// nothing filled in: a part for each of the three months with the portal's own
// questions about need and coverage, from question.All, the family with its
// money, the clinic's decision, how the client claims, both signatures and the
// hearing rights. The statement is what the certifier declares.
func BlankRec(ctx context.Context, l locale.Language, statement locale.Key, on civil.Date) paper.Paper {
	w := paper.NewWriter(ctx, l, locale.PaperNameForm, locale.RecTitle)
	w.Text(locale.PaperBlankRecIntro)
	w.Line(locale.NoticeName)
	w.Line(locale.PaperBlankDate.With("Label", locale.RecBorn))
	w.Line(locale.PaperBlankHap)
	w.Line(locale.PaperBlankDate.With("Label", locale.RecEnrolled))
	for n := range earlierMonths {
		blankMonth(w, n+1, on)
	}
	Earlier{}.claim(w)
	blankSignatures(w, statement)
	notice.Hearing(w)
	return w.Paper()
}

// blankMonth is the part of one month: what the client says, then what the
// clinic decides.
func blankMonth(w *paper.Writer, number int, on civil.Date) {
	w.Heading(locale.PaperBlankRecPart.With("Number", number))
	w.Line(locale.PaperBlankRecMonth)
	w.Choices(locale.PaperBlankRecHow, locale.RetroHowSame, locale.RetroHowDifferent)
	for _, q := range question.All {
		if q.Part == question.NeedAndCoverage {
			blankQuestion(w, q, question.New(on))
		}
	}
	w.Question(locale.PaperBlankRecHousehold)
	for i := range blankPeople {
		w.Line(locale.PaperBlankRecPerson.With("Number", i+1))
	}
	w.Question(locale.PaperBlankProvider)
	w.Line(locale.NoticeFiguresSize)
	w.Line(locale.NoticeFiguresIncome)
	w.Line(locale.NoticeFiguresLimit)
	w.Line(locale.PaperBlankDate.With("Label", locale.NoticeFiguresTable))
	w.Choices(locale.PaperBlankResult, locale.PaperBlankEligible, locale.PaperBlankIneligible)
	w.Line(locale.PaperFormReason)
}
