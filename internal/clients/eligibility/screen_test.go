package eligibility

import (
	"testing"

	"familypact.example/portal/internal/platform/civil"
)

// asked returns the answers of the anonymous check of somebody who is likely
// to qualify: no site, no signature, no number.
func asked() Facts {
	return Facts{
		DeterminationDate: civil.MustParse("2026-06-10"), CAResident: Yes, InPublicInstitution: No,
		Pregnancy: NotPregnant, ReproductiveStatus: Capable, MediCalStatus: MediCalNone, OHCStatus: OHCNone,
		BarrierToAccess: No, FamilySize: new(2), MonthlyTaxableIncome: new(Cents(200_00)),
	}
}

func TestScreen(t *testing.T) {
	tests := []struct {
		name   string
		change func(f *Facts)
		not    Criterion // the one that is not met or open; empty: likely
		result Result
	}{
		{name: "at the limit", change: func(*Facts) {}},
		{"one cent over it", func(f *Facts) { f.MonthlyTaxableIncome = new(Cents(200_01)) }, IncomeTest, NotMet},
		{"no income said", func(f *Facts) { f.MonthlyTaxableIncome = nil }, IncomeTest, NeedsAnswer},
		{"a day before the first table", func(f *Facts) { f.DeterminationDate = civil.MustParse("2026-03-31") }, IncomeTest, NeedsAnswer},
		{"elsewhere", func(f *Facts) { f.CAResident = No }, Residence, NotMet},
		{"in custody", func(f *Facts) { f.InPublicInstitution = Yes }, Institution, NotMet},
		{"pregnant", func(f *Facts) { f.Pregnancy = PregnancyConfirmed }, PregnancyTest, NotMet},
		{"perhaps pregnant", func(f *Facts) { f.Pregnancy = PregnancySuspected }, "", ""},
		{"no need", func(f *Facts) { f.ReproductiveStatus = NotCapable }, MedicalNeed, NotMet},
		{"Medi-Cal", func(f *Facts) { f.MediCalStatus = MediCalFullScope }, MediCal, NotMet},
		{"Medi-Cal that cannot be used safely", func(f *Facts) { f.MediCalStatus, f.BarrierToAccess = MediCalFullScope, Yes }, "", ""},
		{"insured", func(f *Facts) { f.OHCStatus, f.OHCCost = OHCCovers, CostCopayOnly }, OtherCoverage, NotMet},
		{"insured, deductible open", func(f *Facts) { f.OHCStatus, f.OHCCost = OHCCovers, CostDeductibleUnmet }, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := asked()
			tt.change(&f)
			o := Screen(f, tables)
			if o.Likely != (tt.not == "") {
				t.Errorf("likely = %v: %+v", o.Likely, o.Tests)
			}
			for _, test := range o.Tests {
				want := Met
				if test.Criterion == tt.not {
					want = tt.result
				}
				if test.Result != want {
					t.Errorf("%s is %s, want %s", test.Criterion, test.Result, want)
				}
			}
		})
	}
}

// Somebody of 17 or under is counted without parents: their money is neither
// needed nor used (policy: client elig p7).
func TestScreenOfAMinorLeavesParentsOut(t *testing.T) {
	f := asked()
	f.DateOfBirth, f.FamilySize, f.MonthlyTaxableIncome = civil.MustParse("2008-06-11"), nil, nil
	f.SpouseInHome, f.OwnMinorChildren, f.IncomeSelf, f.IncomeParents = No, new(0), new(Cents(0)), new(Cents(900_00))
	if o := Screen(f, tables); !o.Likely || o.FamilySize != 1 || *o.Income != 0 || o.Limit != 100_00 {
		t.Errorf("a minor: %+v", o)
	}
}
