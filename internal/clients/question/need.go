package question

import (
	"strings"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

const (
	needOperation = "operation" // the answer that leads to the two dates
	needDate      = "need-date"
	needRelease   = "need-release"

	mediCalKind   = "medi-cal-kind"
	mediCalCard   = "medi-cal-card"
	mediCalIssued = "medi-cal-issued"

	insuranceCovers  = "insurance-covers"
	insuranceCost    = "insurance-cost"
	insuranceStudent = "insurance-student"
)

// Card returns the number of the Medi-Cal card, in capitals and without
// spaces, "" when none was given.
func (a Answers) Card() string { return cardOf(a.Value(MediCal, mediCalCard)) }

// CardIssued returns the issue date of the Medi-Cal card, the zero Date when
// none was given.
func (a Answers) CardIssued() civil.Date {
	d, _ := a.given[MediCal].Date(mediCalIssued)
	return d
}

// covered reports whether Medi-Cal or other insurance was declared.
func (a Answers) covered() bool { return a.yes(MediCal) || a.yes(Insurance) }

func needQuestions() []Question {
	return []Question{
		part3(ResidenceSection, one(Resident, locale.QResidentLabel, locale.QResidentShort, locale.QResidentWhy,
			locale.QResidentErrMissing, yesNo, hinted(locale.QResidentHint), func(q *Question) { q.check = checkResident })),
		part3(NeedSection, Question{
			ID: Need, Kind: KindOne, Label: locale.QNeedLabel, Short: locale.QNeedShort,
			Hint: locale.QNeedHint, Why: locale.QNeedWhy,
			Fields: fixed(needFields...), check: checkNeed, lines: needLines,
		}),
		part3(NeedSection, one(Pregnant, locale.QPregnantLabel, locale.QPregnantShort, locale.QPregnantWhy,
			locale.QPregnantErrMissing, pregnantOptions, hinted(locale.QPregnantHint))),
		part3(ResidenceSection, Question{
			ID: MediCal, Kind: KindOne, Label: locale.QMediCalLabel, Short: locale.QMediCalShort,
			Hint: locale.QMediCalHint, Why: locale.QMediCalWhy,
			Fields: fixed(mediCalFields...), check: checkMediCal, lines: mediCalLines,
		}),
		part3(ResidenceSection, Question{
			ID: Insurance, Kind: KindOne, Label: locale.QInsuranceLabel, Short: locale.QInsuranceShort,
			Hint: locale.QInsuranceHint, Why: locale.QInsuranceWhy,
			Fields: fixed(insuranceFields...), lines: insuranceLines,
		}),
		part3(ResidenceSection, one(Barrier, locale.QBarrierLabel, locale.QBarrierShort, locale.QBarrierWhy,
			locale.QBarrierErrMissing, yesNo, hinted(locale.QBarrierHint), func(q *Question) {
				q.Asked, q.AskedAfter = Answers.covered, []ID{MediCal, Insurance}
			})),
		part3(ResidenceSection, one(Institution, locale.QInstitutionLabel, locale.QInstitutionShort,
			locale.QInstitutionWhy, locale.QInstitutionErrMissing, yesNo)),
	}
}

func part3(s Section, q Question) Question {
	q.Part, q.Section, q.Decides = NeedAndCoverage, s, true
	return q
}

func hinted(hint locale.Key) func(*Question) { return func(q *Question) { q.Hint = hint } }

// checkResident compares the answer with the address, which comes before it.
func checkResident(s *sheet) {
	if s.value(string(Resident)) == "Y" && s.a.outside() {
		s.note(string(Resident), locale.QResidentErrAddress)
	}
}

var needOptions = []Option{
	{Value: "Y", Label: locale.QYes},
	{Value: needOperation, Label: locale.QNeedOperation, Hint: locale.QNeedOperationHint},
	{Value: "N", Label: locale.QNo},
}

var needFields = []Field{
	{Name: string(Need), Kind: One, Label: locale.QNeedLabel, Options: needOptions, Missing: locale.QNeedErrMissing},
	{
		Name: needDate, Kind: Date, Label: locale.QNeedDate, Hint: locale.QNeedDateHint,
		When:    Condition{string(Need), needOperation},
		Missing: locale.QNeedErrDateMissing, Wrong: locale.QNeedErrDateWrong,
	},
	{
		Name: needRelease, Kind: Date, Label: locale.QNeedRelease, Hint: locale.QNeedReleaseHint, Optional: true,
		When: Condition{string(Need), needOperation}, Wrong: locale.QNeedErrReleaseWrong,
	},
}

func checkNeed(s *sheet) {
	if s.value(string(Need)) != needOperation {
		return
	}
	operation, _ := s.typed.Date(needDate)
	release, _ := s.typed.Date(needRelease)
	switch {
	case operation.IsZero():
	case operation.After(s.a.On):
		s.note(needDate, locale.QNeedErrDateFuture)
	case operation.Before(s.a.BirthDate()):
		s.note(needDate, locale.QNeedErrDateEarly)
	}
	switch {
	case release.IsZero():
	case release.After(s.a.On):
		s.note(needRelease, locale.QNeedErrReleaseFuture)
	case release.Before(operation):
		s.note(needRelease, locale.QNeedErrReleaseEarly)
	}
}

func needLines(a Answers) []locale.Phrase {
	out := chosenOf(Need, needOptions)(a)
	x := a.given[Need]
	if d, _ := x.Date(needDate); !d.IsZero() {
		out = append(out, locale.QNeedIsDate.With("Date", day(d)))
	}
	if d, _ := x.Date(needRelease); !d.IsZero() {
		out = append(out, locale.QNeedIsRelease.With("Date", day(d)))
	}
	return out
}

var pregnantOptions = []Option{
	{Value: string(eligibility.NotPregnant), Label: locale.QNo},
	{Value: string(eligibility.PregnancySuspected), Label: locale.QPregnantMaybe},
	{Value: string(eligibility.PregnancyConfirmed), Label: locale.QYes},
}

var mediCalKinds = []Option{
	{Value: string(eligibility.MediCalFullScope), Label: locale.QMediCalFull},
	{Value: string(eligibility.MediCalManagedCare), Label: locale.QMediCalPlan},
	{Value: string(eligibility.MediCalSOCUnmet), Label: locale.QMediCalUnmet},
	{Value: string(eligibility.MediCalSOCMet), Label: locale.QMediCalMet},
	{Value: string(eligibility.MediCalLimitedNoFP), Label: locale.QMediCalLimited},
	{Value: string(eligibility.MediCalLimitedFP), Label: locale.QMediCalLimitedWith},
}

var hasMediCal = Condition{string(MediCal), "Y"}

var mediCalFields = []Field{
	{Name: string(MediCal), Kind: One, Label: locale.QMediCalLabel, Options: yesNo, Missing: locale.QMediCalErrMissing},
	{
		Name: mediCalKind, Kind: One, Label: locale.QMediCalKind, Options: mediCalKinds, When: hasMediCal,
		Missing: locale.QMediCalErrKindMissing,
	},
	{
		Name: mediCalCard, Kind: Text, Label: locale.QMediCalCard, Hint: locale.QMediCalCardHint, Optional: true,
		When: hasMediCal, Width: 20, Autocomplete: "off",
	},
	{
		Name: mediCalIssued, Kind: Date, Label: locale.QMediCalIssued, Optional: true, When: hasMediCal,
		Autocomplete: "off", Wrong: locale.QMediCalErrIssuedWrong,
	},
}

func checkMediCal(s *sheet) {
	if s.value(string(MediCal)) != "Y" {
		return
	}
	if card := cardOf(s.value(mediCalCard)); card != "" && !isCard(card) {
		s.note(mediCalCard, locale.QMediCalErrCardWrong)
	}
	if d, _ := s.typed.Date(mediCalIssued); d.After(s.a.On) {
		s.note(mediCalIssued, locale.QMediCalErrIssuedFuture)
	}
}

func cardOf(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(narrow(typed)))
}

// isCard reports whether s is the number of a Medi-Cal card: eight digits, a
// letter and a check digit, then four digits of the date.
func isCard(s string) bool {
	return len(s) == 14 && plain(s[:8]) && s[8] >= 'A' && s[8] <= 'Z' && plain(s[9:])
}

func mediCalLines(a Answers) []locale.Phrase {
	if !a.yes(MediCal) {
		return chosenOf(MediCal, yesNo)(a)
	}
	out := words(labelOf(mediCalKinds, a.Value(MediCal, mediCalKind)))
	if card := a.Card(); card != "" {
		out = append(out, locale.QMediCalIsCard.With("Number", card))
	}
	if d := a.CardIssued(); !d.IsZero() {
		out = append(out, locale.QMediCalIsIssued.With("Date", day(d)))
	}
	return out
}

var (
	coversOptions = []Option{
		{Value: string(eligibility.OHCCovers), Label: locale.QInsuranceCoversYes},
		{Value: string(eligibility.OHCLacksMethod), Label: locale.QInsuranceCoversSome},
		{Value: string(eligibility.OHCWithoutMethods), Label: locale.QInsuranceCoversNone},
	}
	costOptions = []Option{
		{Value: string(eligibility.CostNone), Label: locale.QInsuranceCostNone},
		{Value: string(eligibility.CostCopayOnly), Label: locale.QInsuranceCostCopay},
		{Value: string(eligibility.CostDeductibleUnmet), Label: locale.QInsuranceCostUnmet},
		{Value: string(eligibility.CostDeductibleMet), Label: locale.QInsuranceCostMet},
	}
	isInsured = Condition{string(Insurance), "Y"}
)

var insuranceFields = []Field{
	{
		Name: string(Insurance), Kind: One, Label: locale.QInsuranceLabel, Options: yesNo,
		Missing: locale.QInsuranceErrMissing,
	},
	{
		Name: insuranceCovers, Kind: One, Label: locale.QInsuranceCovers, Options: coversOptions, When: isInsured,
		Missing: locale.QInsuranceErrCoversMissing,
	},
	{
		Name: insuranceCost, Kind: One, Label: locale.QInsuranceCost, Options: costOptions, When: isInsured,
		Missing: locale.QInsuranceErrCostMissing,
	},
	{
		Name: insuranceStudent, Kind: One, Label: locale.QInsuranceStudent, Options: yesNo, When: isInsured,
		Missing: locale.QInsuranceErrStudentMissing,
	},
}

func insuranceLines(a Answers) []locale.Phrase {
	out := chosenOf(Insurance, yesNo)(a)
	x := a.given[Insurance]
	if p := labelOf(coversOptions, x.Value(insuranceCovers)); p != nil {
		out = append(out, locale.QInsuranceIsCovers.With("Answer", p))
	}
	if p := labelOf(costOptions, x.Value(insuranceCost)); p != nil {
		out = append(out, locale.QInsuranceIsCost.With("Answer", p))
	}
	if x.Value(insuranceStudent) == "Y" {
		out = append(out, locale.QInsuranceIsStudent)
	}
	return out
}
