package document

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
	"familypact.example/portal/internal/platform/postgres"
)

// blankRows is how many people and incomes the blank form has room for;
// mostBoxes how many boxes a list of answers has at most: a longer one is
// written down.
const (
	blankRows = 3
	mostBoxes = 10
)

// Blank writes the form with nothing filled in, for use on paper while the
// portal is down. It has every question that anybody can be asked on the day,
// from question.All.
func Blank(ctx context.Context, l locale.Language, statement locale.Key, on civil.Date) paper.Paper {
	w := paper.NewWriter(ctx, l, locale.PaperNameForm, locale.PaperFormTitle)
	w.Text(locale.PaperBlankIntro)
	w.Line(locale.PaperBlankHap)
	// Whoever files taxes is asked the most about the family.
	a := question.New(on).With(question.Tax, question.Answer{string(question.Tax): {string(eligibility.TaxFiler)}})
	part := question.Part(0)
	for _, q := range question.All {
		if q.Part != part {
			part = q.Part
			w.Heading(part.Label())
		}
		blankQuestion(w, q, a)
	}
	blankSignatures(w, statement)
	return w.Paper()
}

func blankQuestion(w *paper.Writer, q question.Question, a question.Answers) {
	if q.Kind == question.KindTotal {
		w.Line(q.Short)
		return
	}
	w.Question(q.Label)
	rows := []string{}
	for _, f := range q.Fields(a, blankAnswer(q)) {
		if f.Row != "" && !slices.Contains(rows, f.Row) {
			rows = append(rows, f.Row)
		}
		blankField(w, f, len(rows), w.Say(q.Label))
	}
}

// blankAnswer opens the rows of a question that has rows.
func blankAnswer(q question.Question) question.Answer {
	if q.Kind != question.KindRows {
		return nil
	}
	keys := ""
	for i := range blankRows {
		keys += strconv.Itoa(i+1) + ","
	}
	id := q.ID
	if id == question.IncomeOf {
		id += "/" + question.Self
	}
	return question.Answer{question.RowsName(id): {keys}}
}

// blankField adds a field. What stands above it as the question is not said
// again, and hints are left away: they are about the screen.
func blankField(w *paper.Writer, f question.Field, row int, above string) {
	if f.Kind == question.Hidden {
		return
	}
	label := f.Label
	if label == nil || w.Say(label) == above {
		label = locale.Words("")
	}
	if f.Kind == question.Date {
		if w.Say(label) == "" {
			label = locale.PaperFormSignedOn
		}
		label = locale.PaperBlankDate.With("Label", label)
	}
	if row > 0 {
		label = locale.PaperBlankNumber.With("Label", label, "Number", row)
	}
	boxed := f.Kind == question.One || f.Kind == question.Many || f.Kind == question.Pick
	switch {
	case f.Kind == question.Tick:
		w.Choices(locale.Words(""), label)
	case boxed && len(f.Options) <= mostBoxes:
		items := make([]locale.Phrase, len(f.Options))
		for i, o := range f.Options {
			items[i] = o.Label
		}
		w.Choices(label, items...)
	default:
		w.Line(label)
	}
}

func blankSignatures(w *paper.Writer, statement locale.Key) {
	w.Heading(locale.PaperFormSignature)
	w.Text(application.Statement)
	w.Line(locale.PaperBlankSignature)
	w.Line(locale.PaperBlankSignedOn)
	w.Line(locale.PaperBlankWitness)
	w.Heading(locale.PaperBlankProvider)
	w.Choices(locale.PaperBlankResult, locale.PaperBlankEligible, locale.PaperBlankIneligible, locale.PaperBlankLimited)
	w.Text(statement)
	w.Line(locale.PaperBlankCertifier)
	w.Line(locale.PaperBlankCertifierSignature)
	w.Line(locale.PaperBlankSignedOn)
}

// BlankForm is the form with nothing filled in, on the day that it is for.
type BlankForm struct {
	Paper paper.Paper
	On    time.Time
}

// Blank returns the form with nothing filled in; the statement is what the
// certifier declares. It names nobody, so nothing is kept of its being taken.
func (s *Service) Blank(ctx context.Context, actor authz.Actor, l locale.Language, statement locale.Key) (BlankForm, error) {
	return s.blank(ctx, actor, l, statement, Blank)
}

// BlankRec is Blank for the form about the months before the first
// certification.
func (s *Service) BlankRec(ctx context.Context, actor authz.Actor, l locale.Language, statement locale.Key) (BlankForm, error) {
	return s.blank(ctx, actor, l, statement, BlankRec)
}

func (s *Service) blank(ctx context.Context, actor authz.Actor, l locale.Language, statement locale.Key, write writeBlank) (BlankForm, error) {
	if l == "" {
		l = locale.English
	}
	now, err := s.db.Read(ctx, actor, &postgres.Batch{})
	if err != nil {
		return BlankForm{}, fmt.Errorf("read the day: %w", err)
	}
	return BlankForm{Paper: write(ctx, l, statement, civil.Of(now)), On: now}, nil
}

// writeBlank writes a form with nothing filled in.
type writeBlank func(ctx context.Context, l locale.Language, statement locale.Key, on civil.Date) paper.Paper
