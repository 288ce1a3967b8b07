// Package enrollmentspage shows what is done to an enrollment that exists: to
// reaffirm it, to report a change, to discontinue and to reactivate it.
package enrollmentspage

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/page/enrollpage"
	"familypact.example/portal/web/ui"
)

// Base is the address of a client's record.
func Base(id uuid.UUID) string { return "/provider/clients/" + id.String() }

// ChangeBase is the address of a change of a client.
func ChangeBase(clientID, id uuid.UUID) string { return Base(clientID) + "/change/" + id.String() }

// NotNowView is an act that cannot be done as the record stands.
type NotNowView struct {
	enrollment.Standing
	Reason locale.Phrase
}

func (v NotNowView) rows() []ui.Row {
	text, _ := clientspage.Status(v.Client.Status())
	rows := []ui.Row{{Key: locale.ActNowStatus, Values: []locale.Phrase{text}}}
	if !v.Client.StartsOn.IsZero() {
		rows = append(rows, ui.Row{Key: locale.RecordPeriod, Values: []locale.Phrase{period(v.Client.Period)}})
	}
	if e := v.Ending; e != nil && !v.Client.DiscontinuedOn.IsZero() {
		rows = append(rows, ui.Row{Key: locale.RecordPeriodEnd, Values: []locale.Phrase{locale.ActNowEnded.With(
			"Date", clientspage.Day(e.On), "Site", e.AtSite, "When", clientspage.Stamp(e.At),
		)}})
	}
	return rows
}

// links are what can be done instead.
func (v NotNowView) links() []ui.Link { return clientspage.Acts(v.Standing) }

func period(p client.Period) locale.Phrase {
	return locale.RecordPeriodValue.With("From", clientspage.Short(p.StartsOn), "To", clientspage.Short(p.EndsOn))
}

// ReaffirmView is the answers in force, to be gone through with the client.
type ReaffirmView struct {
	enrollment.Standing
	Last *application.Last // nil: none are kept
}

func (v ReaffirmView) lines() []question.Line {
	if v.Last == nil {
		return nil
	}
	return question.Summary(v.Last.Answers)
}

func (v ReaffirmView) seen() string {
	if v.Last == nil {
		return uuid.Nil.String()
	}
	return v.Last.ID.String()
}

// unbegun is the id of no change.
var unbegun = uuid.Nil

func dayOf(t time.Time) clientspage.Day { return clientspage.Day(civil.Of(t)) }

// DiscontinueView asks why an enrollment ends.
type DiscontinueView struct{ enrollment.Standing }

var causes = map[enrollment.Cause][2]locale.Key{
	enrollment.Moved:        {locale.DiscontinueCauseMoved, locale.DiscontinueCauseMovedHint},
	enrollment.OverIncome:   {locale.DiscontinueCauseIncome, locale.DiscontinueCauseIncomeHint},
	enrollment.Sterilized:   {locale.DiscontinueCauseSterilized, locale.DiscontinueCauseSterilizedHint},
	enrollment.NoNeed:       {locale.DiscontinueCauseNeed, locale.DiscontinueCauseNeedHint},
	enrollment.Insured:      {locale.DiscontinueCauseInsured, locale.DiscontinueCauseInsuredHint},
	enrollment.FullMediCal:  {locale.DiscontinueCauseMediCal, locale.DiscontinueCauseMediCalHint},
	enrollment.Pregnant:     {locale.DiscontinueCausePregnant, locale.DiscontinueCausePregnantHint},
	enrollment.NumberClosed: {locale.DiscontinueCauseNumber, locale.DiscontinueCauseNumberHint},
}

var whys = map[enrollment.Why]locale.Key{
	enrollment.Requested: locale.DiscontinueWhyRequest,
	enrollment.Duplicate: locale.DiscontinueWhyDuplicate,
	enrollment.InError:   locale.DiscontinueWhyError,
	enrollment.Detained:  locale.DiscontinueWhyCustody,
	enrollment.Died:      locale.DiscontinueWhyDeath,
}

func whyChoices() []ui.Choice {
	var list []ui.Choice
	for _, w := range enrollment.Whys {
		list = append(list, ui.Choice{Value: string(w), Label: whys[w]})
	}
	return list
}

// CheckView repeats what is about to be ended.
type CheckView struct {
	enrollment.Standing
	Form enrollment.Discontinuation
	Sent []Hidden // the fields as they were typed
}

// Hidden is a field that goes along unseen.
type Hidden struct{ Name, Value string }

func (v CheckView) rows() []ui.Row {
	reason := []locale.Phrase{causes[v.Form.Cause][0]}
	if v.Form.Cause == enrollment.NumberClosed {
		reason = append(reason, whys[v.Form.Why])
	}
	return []ui.Row{
		{Key: locale.DiscontinueCheckClient, Values: ui.Words(v.Client.Name.Full())},
		{Key: locale.DiscontinueCheckNumber, Values: ui.Words(v.Client.HAP.Groups())},
		{Key: locale.DiscontinueCheckReason, Values: reason},
		{Key: locale.DiscontinueCheckFrom, Values: []locale.Phrase{v.from()}},
	}
}

func (v CheckView) from() locale.Phrase { return clientspage.Day(v.Form.Effective()) }

// EndedView is an enrollment that was ended.
type EndedView struct{ enrollment.Standing }

func (v EndedView) title() locale.Phrase {
	if v.Client.Status() == client.Active {
		return locale.DiscontinueDoneTitleLater.With("Date", clientspage.Day(v.Client.DiscontinuedOn))
	}
	return locale.DiscontinueDoneTitle
}

func (v EndedView) text() locale.Phrase {
	return locale.DiscontinueDoneText.With("Code", string(v.Code), "Date", clientspage.Day(v.Client.DiscontinuedOn))
}

// ReactivateView is a client who was discontinued.
type ReactivateView struct{ enrollment.Standing }

func (v ReactivateView) reason() locale.Phrase {
	return locale.ReactivateReason.With("Date", clientspage.Day(v.Client.DiscontinuedOn), "Code", string(v.Code))
}

// ChooseView asks what has changed.
type ChooseView struct{ enrollment.Standing }

func sectionChoices() []ui.Choice {
	var list []ui.Choice
	for _, s := range question.Sections {
		if s != question.NoticesSection {
			list = append(list, ui.Choice{Value: string(s), Label: s.Label()})
		}
	}
	return list
}

func modeChoices() []ui.Choice {
	var list []ui.Choice
	for _, m := range application.StaffModes {
		list = append(list, ui.Choice{Value: string(m), Label: clientspage.Mode(m)})
	}
	return list
}

// ChangeView is a change that is not recorded yet.
type ChangeView struct{ enrollment.ChangeReview }

func (v ChangeView) base() string { return ChangeBase(v.Standing.Client.ID, v.Application.ID) }

func (v ChangeView) differences() []ui.Difference { return differences(v.Application) }

func differences(a application.Application) []ui.Difference {
	if a.Last == nil {
		return nil
	}
	var list []ui.Difference
	changed := a.Changed()
	for _, d := range question.Differences(a.Last.Answers, a.Answers) {
		if !slices.Contains(changed, d.ID) {
			continue
		}
		list = append(list, ui.Difference{Label: d.Label, Before: lines(d.Before), After: lines(d.After)})
	}
	return list
}

// lines is an answer of several lines as one phrase.
type lines []locale.Phrase

// In returns the lines with semicolons between.
func (l lines) In(ctx context.Context) string {
	words := make([]string, len(l))
	for i, p := range l {
		words[i] = p.In(ctx)
	}
	return strings.Join(words, "; ")
}

// edits leads to the parts of the change.
func (v ChangeView) edits() []ui.Link {
	var list []ui.Link
	for _, s := range v.Application.Editable() {
		list = append(list, ui.Link{Text: locale.ChangeReviewEdit.With("Section", s.Label()), Href: v.base() + "/section/" + string(s)})
	}
	return list
}

// missing leads to every question that has no good answer any more.
func (v ChangeView) missing() []ui.Link {
	var list []ui.Link
	for _, id := range v.Missing {
		if q, ok := question.Find(id, v.Application.Answers); ok {
			list = append(list, ui.Link{
				Text: locale.CheckMissing.With("Question", q.Short),
				Href: v.base() + "/section/" + string(question.SectionOf(id)) + "#q-" + question.RowsName(id),
			})
		}
	}
	return list
}

func (v ChangeView) sign() enrollpage.SignView {
	return enrollpage.SignView{View: enrollpage.View{Application: v.Application, Step: enrollpage.Sign}}
}

func (v ChangeView) ends() bool { return v.Decision.Outcome == eligibility.Ineligible }

// stage says what comes next.
type stage int

const (
	stageEdit stage = iota // answers are missing, or nothing has changed
	stageSign
	stageBlocked
	stageRecord
)

func (v ChangeView) stage() stage {
	switch {
	case len(v.Missing) > 0 || len(v.Changed) == 0:
		return stageEdit
	case !v.Decides:
		return stageRecord
	case v.Decision.Outcome == eligibility.Blocked || v.SameName:
		return stageBlocked
	case !v.Signed:
		return stageSign
	}
	return stageRecord
}

func (v ChangeView) outcome() locale.Phrase {
	if v.ends() {
		return locale.ChangeReviewEnds.With("Code", string(v.Decision.DeactivationCode), "Date", clientspage.Day(v.EndsOn))
	}
	p := v.Standing.Client.Period
	return locale.ChangeReviewSame.With("From", clientspage.Short(p.StartsOn), "To", clientspage.Short(p.EndsOn))
}

func (v ChangeView) button() (locale.Key, string) {
	if v.ends() {
		return locale.ChangeReviewRecordEnds, "warning"
	}
	return locale.ChangeReviewRecord, ""
}

func (v ChangeView) blockers() []locale.Phrase { return reasons(v.Decision) }

func reasons(d eligibility.Decision) []locale.Phrase {
	var list []locale.Phrase
	for _, r := range d.AllReasons {
		list = append(list, clientspage.ReasonText(d, r))
	}
	return list
}

// tests are the tests of the decision. That nothing has changed is affirmed at
// a visit, not when a change is reported.
func tests(d eligibility.Decision) []ui.Reason {
	d.Tests = slices.DeleteFunc(slices.Clone(d.Tests), func(t eligibility.Test) bool { return t.Criterion == eligibility.Affirmation })
	return clientspage.Reasons(d)
}

// SectionView is one part of a change.
type SectionView struct {
	ChangeView
	Section question.Section
	Typed   question.Answers
}

// ResultView is what came of a change.
type ResultView struct{ enrollment.ChangeResult }

func (v ResultView) ends() bool { return v.Decided != nil && !v.Decided.Eligible }

func (v ResultView) sections() locale.Phrase {
	var names lines
	for _, g := range application.Groups(v.Changed) {
		names = append(names, question.Section(g).Label())
	}
	return locale.ChangeResultParts.With("Sections", names)
}

func (v ResultView) same() locale.Phrase {
	p := v.Standing.Client.Period
	return locale.ChangeResultSame.With("From", clientspage.Short(p.StartsOn), "To", clientspage.Short(p.EndsOn))
}

func (v ResultView) ended() locale.Phrase { return EndedView{v.Standing}.text() }
