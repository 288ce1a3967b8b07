package public

import (
	"strconv"
	"strings"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/checkpage"
)

// mostPeople is the largest family that the check reckons with, as in the
// application.
const mostPeople = 20

// readPart reads the answers of one part into the facts and notes all that is
// wrong with them.
func readPart(f *form.Form, p checkpage.Part, facts *eligibility.Facts) {
	switch p {
	case checkpage.Residence:
		facts.CAResident = answer[eligibility.YesNo](f, "resident", locale.QResidentErrMissing)
		facts.InPublicInstitution = answer[eligibility.YesNo](f, "institution", locale.QInstitutionErrMissing)
	case checkpage.Need:
		facts.ReproductiveStatus = reproductive[f.Choice("need", locale.QNeedErrMissing, checkpage.Offered("need")...)]
		facts.Pregnancy = answer[eligibility.Pregnancy](f, "pregnant", locale.QPregnantErrMissing)
	case checkpage.Household:
		readHousehold(f, facts)
	case checkpage.Coverage:
		readCoverage(f, facts)
	}
}

// answer returns the chosen answer; one that was not offered is noted as
// missing.
func answer[T ~string](f *form.Form, name string, missing locale.Phrase) T {
	return T(f.Choice(name, missing, checkpage.Offered(name)...))
}

var reproductive = map[string]eligibility.ReproductiveStatus{
	"Y": eligibility.Capable, checkpage.Operation: eligibility.PostSterilization, "N": eligibility.NotCapable,
}

// readHousehold takes size and income as they are declared. Who is 17 or under
// is told on the page to leave parents out; their money is asked of nobody's
// form (policy: client elig p7).
func readHousehold(f *form.Form, facts *eligibility.Facts) {
	f.Choice("minor", locale.CheckMinorMissing, checkpage.Offered("minor")...)
	if typed := f.Text("people", locale.QHouseholdErrSizeMissing); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > mostPeople {
			f.Note("people", locale.QHouseholdErrSizeWrong)
		}
		facts.FamilySize = &n
	}
	amount := f.Money("income", locale.CheckIncomeMissing, locale.CheckIncomeWrong)
	var missing locale.Phrase
	if amount > 0 || strings.TrimSpace(f.Value("income")) == "" {
		missing = locale.CheckOftenMissing // nothing comes as nothing, however often
	}
	every := answer[question.Every](f, "often", missing)
	if every == "" {
		every = question.Month
	}
	monthly := eligibility.Cents(question.Monthly(amount, every))
	facts.MonthlyTaxableIncome = &monthly
}

// readCoverage leaves open what somebody does not know, unless it makes no
// difference: with a barrier no coverage stands in the way, whatever it pays.
func readCoverage(f *form.Form, facts *eligibility.Facts) {
	hasMediCal := f.Choice("medi-cal", locale.QMediCalErrMissing, "Y", "N") == "Y"
	facts.MediCalStatus = eligibility.MediCalNone
	if hasMediCal {
		facts.MediCalStatus = answer[eligibility.MediCalStatus](f, "medi-cal-kind", locale.QMediCalErrKindMissing)
	}
	insured := f.Choice("insurance", locale.QInsuranceErrMissing, "Y", "N") == "Y"
	facts.OHCStatus = eligibility.OHCNone
	if insured {
		facts.OHCStatus = answer[eligibility.OHCStatus](f, "covers", locale.QInsuranceErrCoversMissing)
		facts.OHCCost = answer[eligibility.OHCCost](f, "cost", locale.QInsuranceErrCostMissing)
	}
	facts.BarrierToAccess = eligibility.No
	if hasMediCal || insured {
		facts.BarrierToAccess = answer[eligibility.YesNo](f, "barrier", locale.QBarrierErrMissing)
	}
	settleUnknown(facts)
}

func settleUnknown(facts *eligibility.Facts) {
	safe := facts.BarrierToAccess == eligibility.Yes
	settle(&facts.MediCalStatus, eligibility.MediCalFullScope, safe)
	settle(&facts.OHCStatus, eligibility.OHCCovers, safe)
	settle(&facts.OHCCost, eligibility.CostNone, safe)
}

// settle takes the least favorable value for one that is not known and makes
// no difference, and none for one that does.
func settle[T ~string](v *T, least T, noMatter bool) {
	switch {
	case *v != checkpage.Unknown:
	case noMatter:
		*v = least
	default:
		*v = ""
	}
}
