// Package checkpage has the pages of the anonymous check: its four parts and
// the result. What was answered travels in the form of each page and nowhere
// else.
package checkpage

import (
	"context"
	"slices"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Part is one page of questions; Result comes after the last.
type Part int

// The parts, in the program's own order.
const (
	Residence Part = iota
	Need
	Household
	Coverage
	Result
)

// Path is the address at which the part is shown. It is the same whatever was
// answered.
func (p Part) Path() string {
	return [...]string{"/check", "/check/need", "/check/household", "/check/coverage", "/check/result"}[p]
}

// Fields of the parts, and of the buttons.
const (
	Back   = "back"   // to the part before
	Change = "change" // from the result to the first part
	Seen   = "seen"   // the form is that of the result

	// Unknown is the answer of somebody who does not know.
	Unknown = "unknown"
	// Operation is the answer of somebody who had an operation of late.
	Operation = "operation"
)

// fields are the names of the answers of each part.
var fields = [...][]string{
	Residence: {"resident", "institution"},
	Need:      {"need", "pregnant"},
	Household: {"minor", "people", "income", "often"},
	Coverage:  {"medi-cal", "medi-cal-kind", "insurance", "covers", "cost", "barrier"},
}

// carried are the names of the answers that a page does not show and carries
// along.
func carried(p Part) []string {
	var names []string
	for other, own := range fields {
		if Part(other) != p {
			names = append(names, own...)
		}
	}
	return names
}

var titles = [...]locale.Key{locale.CheckResidence, locale.CheckNeed, locale.CheckHousehold, locale.CheckCoverage}

func yesNo(yes, no locale.Phrase) []ui.Choice {
	return []ui.Choice{{Value: "Y", Label: locale.QYes, Hint: yes}, {Value: "N", Label: locale.QNo, Hint: no}}
}

var (
	needs = []ui.Choice{
		{Value: "Y", Label: locale.QYes},
		{Value: Operation, Label: locale.CheckOperation, Hint: locale.QNeedOperationHint},
		{Value: "N", Label: locale.QNo},
	}
	pregnancies = []ui.Choice{
		{Value: string(eligibility.NotPregnant), Label: locale.QNo},
		{Value: string(eligibility.PregnancySuspected), Label: locale.QPregnantMaybe},
		{Value: string(eligibility.PregnancyConfirmed), Label: locale.QYes},
	}
	often = []ui.Choice{
		{Value: string(question.Week), Label: locale.QIncomeOftenWeek},
		{Value: string(question.TwoWeeks), Label: locale.QIncomeOftenTwoWeeks},
		{Value: string(question.TwiceAMonth), Label: locale.QIncomeOftenTwiceMonth},
		{Value: string(question.Month), Label: locale.QIncomeOftenMonth},
		{Value: string(question.Year), Label: locale.QIncomeOftenYear},
	}
	mediCalKinds = []ui.Choice{
		{Value: string(eligibility.MediCalFullScope), Label: locale.QMediCalFull},
		{Value: string(eligibility.MediCalManagedCare), Label: locale.QMediCalPlan},
		{Value: string(eligibility.MediCalSOCUnmet), Label: locale.QMediCalUnmet},
		{Value: string(eligibility.MediCalSOCMet), Label: locale.QMediCalMet},
		{Value: string(eligibility.MediCalLimitedNoFP), Label: locale.QMediCalLimited},
		{Value: string(eligibility.MediCalLimitedFP), Label: locale.QMediCalLimitedWith},
		{Value: Unknown, Label: locale.CheckUnknown},
	}
	covers = []ui.Choice{
		{Value: string(eligibility.OHCCovers), Label: locale.QInsuranceCoversYes},
		{Value: string(eligibility.OHCLacksMethod), Label: locale.QInsuranceCoversSome},
		{Value: string(eligibility.OHCWithoutMethods), Label: locale.QInsuranceCoversNone},
		{Value: Unknown, Label: locale.CheckUnknown},
	}
	costs = []ui.Choice{
		{Value: string(eligibility.CostNone), Label: locale.QInsuranceCostNone},
		{Value: string(eligibility.CostCopayOnly), Label: locale.QInsuranceCostCopay},
		{Value: string(eligibility.CostDeductibleUnmet), Label: locale.QInsuranceCostUnmet},
		{Value: string(eligibility.CostDeductibleMet), Label: locale.QInsuranceCostMet},
		{Value: Unknown, Label: locale.CheckUnknown},
	}
)

// offered are the answers that a question of the check offers.
var offered = map[string][]ui.Choice{
	"resident": yesNo(nil, nil), "institution": yesNo(nil, nil), "need": needs, "pregnant": pregnancies,
	"minor": yesNo(locale.CheckMinorYes, locale.CheckMinorNo), "often": often,
	"medi-cal": yesNo(nil, nil), "medi-cal-kind": mediCalKinds,
	"insurance": yesNo(nil, nil), "covers": covers, "cost": costs, "barrier": yesNo(nil, nil),
}

// Offered returns the values that the question offers.
func Offered(name string) []string {
	values := make([]string, len(offered[name]))
	for i, c := range offered[name] {
		values[i] = c.Value
	}
	return values
}

// ResultView is what the check says.
type ResultView struct {
	Outlook eligibility.Outlook
	Minor   bool // parents and their money were left out
}

// unmet reports whether a condition is not met, whatever is open.
func (v ResultView) unmet() bool {
	return slices.ContainsFunc(v.Outlook.Tests, func(t eligibility.Test) bool { return t.Result == eligibility.NotMet })
}

func (v ResultView) title() locale.Key {
	switch {
	case v.Outlook.Likely:
		return locale.CheckLikely
	case v.unmet():
		return locale.CheckUnlikely
	}
	return locale.CheckOpen
}

func (v ResultView) text() locale.Key {
	switch {
	case v.Outlook.Likely:
		return locale.CheckLikelyText
	case v.unmet():
		return locale.CheckUnlikelyText
	}
	return locale.CheckOpenText
}

// met says that a condition is met.
var met = map[eligibility.Criterion]locale.Key{
	eligibility.Residence: locale.CheckMetResidence, eligibility.Institution: locale.CheckMetInstitution,
	eligibility.PregnancyTest: locale.CheckMetPregnancy, eligibility.MedicalNeed: locale.CheckMetNeed,
	eligibility.MediCal: locale.CheckMetMediCal, eligibility.OtherCoverage: locale.CheckMetCoverage,
}

// unmet says why a condition is not met.
var unmet = map[eligibility.Criterion]locale.Key{
	eligibility.Residence: locale.NoticeReasonI01, eligibility.Institution: locale.NoticeReasonI07,
	eligibility.PregnancyTest: locale.NoticeReasonI06, eligibility.MedicalNeed: locale.NoticeReasonI03,
	eligibility.MediCal: locale.NoticeReasonI05, eligibility.OtherCoverage: locale.NoticeReasonI04,
}

// reasons returns each condition in words.
func (v ResultView) reasons(ctx context.Context) []ui.Reason {
	list := make([]ui.Reason, 0, len(v.Outlook.Tests))
	for _, t := range v.Outlook.Tests {
		list = append(list, v.reason(ctx, t))
	}
	return list
}

func (v ResultView) reason(ctx context.Context, t eligibility.Test) ui.Reason {
	income := t.Criterion == eligibility.IncomeTest
	switch {
	case t.Result == eligibility.NeedsAnswer && income:
		return ui.Reason{Outcome: ui.Open, Text: locale.CheckOpenIncome}
	case t.Result == eligibility.NeedsAnswer:
		return ui.Reason{Outcome: ui.Open, Text: locale.CheckOpenCoverage}
	case income:
		return v.income(ctx, t)
	case t.Result == eligibility.Met:
		return ui.Reason{Outcome: ui.Met, Text: met[t.Criterion]}
	}
	return ui.Reason{Outcome: ui.Unmet, Text: unmet[t.Criterion]}
}

// income says the figures, whichever way it went.
func (v ResultView) income(ctx context.Context, t eligibility.Test) ui.Reason {
	r := ui.Reason{Outcome: ui.Met, Text: locale.NoticeReasonI02Figures.With(
		"Income", locale.Dollars(ctx, int64(*v.Outlook.Income)), "Size", v.Outlook.FamilySize,
		"Limit", locale.Dollars(ctx, int64(v.Outlook.Limit)))}
	if t.Result != eligibility.Met {
		r.Outcome = ui.Unmet
	}
	if v.Minor {
		r.Detail = locale.CheckMinorResult
	}
	return r
}
