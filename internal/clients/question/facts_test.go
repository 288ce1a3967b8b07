package question_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
)

func TestFactsOfCoverage(t *testing.T) {
	type cover struct {
		mediCal eligibility.MediCalStatus
		ohc     eligibility.OHCStatus
		cost    eligibility.OHCCost
		student eligibility.YesNo
		barrier eligibility.YesNo
	}
	for _, mediCal := range eligibility.MediCalStatusValues {
		for _, ohc := range eligibility.OHCStatusValues {
			for _, cost := range eligibility.OHCCostValues {
				for _, barrier := range eligibility.YesNoValues {
					want := cover{mediCal, ohc, cost, eligibility.Yes, barrier}
					a := complete(t)
					if mediCal != eligibility.MediCalNone {
						a = read(t, a, question.MediCal, "medi-cal", "Y", "medi-cal-kind", string(mediCal))
					}
					if ohc != eligibility.OHCNone {
						a = read(t, a, question.Insurance, "insurance", "Y", "insurance-covers", string(ohc),
							"insurance-cost", string(cost), "insurance-student", "Y")
					} else {
						want.cost, want.student = "", ""
					}
					if mediCal == eligibility.MediCalNone && ohc == eligibility.OHCNone {
						want.barrier = eligibility.No
					}
					a = read(t, a, question.Barrier, "barrier", string(barrier))
					f := question.Facts(a)
					got := cover{f.MediCalStatus, f.OHCStatus, f.OHCCost, f.Student, f.BarrierToAccess}
					if got != want {
						t.Errorf("got %v, want %v", got, want)
					}
				}
			}
		}
	}
}

func TestFactsOfNeedAndPerson(t *testing.T) {
	a := complete(t)
	f := question.Facts(a)
	if f.ReproductiveStatus != eligibility.Capable || f.Pregnancy != eligibility.NotPregnant || f.CAResident != eligibility.Yes ||
		f.CountyCode != "19" || f.SSNStatus != eligibility.SSNDeclined || f.DateOfBirth != civil.MustParse("1998-03-14") ||
		f.InPublicInstitution != eligibility.No || f.DeterminationDate != today {
		t.Errorf("got %+v", f)
	}
	a = read(t, a, question.Need, "need", "operation", "need-date-month", "5", "need-date-day", "1", "need-date-year", "2026")
	a = read(t, a, question.SSN, "ssn-number", "123456789")
	f = question.Facts(a)
	if f.ReproductiveStatus != eligibility.PostSterilization || f.SterilizationDate != civil.MustParse("2026-05-01") ||
		!f.PostOpReleaseDate.IsZero() || f.SSNStatus != eligibility.SSNProvided {
		t.Errorf("got %+v", f)
	}
	f = question.Facts(question.New(today))
	if diff := cmp.Diff(eligibility.Facts{DeterminationDate: today}, f); diff != "" {
		t.Errorf("facts without answers: %s", diff)
	}
}

// The family that the list gives is the one that eligibility computes, by each
// of the rules.
func TestFactsOfHousehold(t *testing.T) {
	tests := []struct {
		name, marital, tax, birthYear, size string
		members                             []string
		incomes                             map[string]string
		rule                                eligibility.HouseholdRule
		income                              eligibility.Cents
	}{
		{
			name: "minor with a child", marital: "SINGLE", birthYear: "2010", size: "2",
			members: []string{"CHILD 1 Y - N"}, incomes: map[string]string{"self": "100 MONTH W01"},
			rule: eligibility.H1, income: 10000,
		},
		{
			name: "claimed by the spouse", marital: "SEPARATED", tax: "DEPENDENT_OF_SPOUSE", birthYear: "1998", size: "3",
			members: []string{"SPOUSE 40 N - -", "CHILD 5 N Y N", "CHILD 19 Y N N"},
			incomes: map[string]string{"self": "0", "1": "2000 MONTH W01"},
			rule:    eligibility.H2, income: 200000,
		},
		{
			name: "claimed by parents", marital: "SINGLE", tax: "DEPENDENT_OF_PARENT", birthYear: "2005", size: "4",
			members: []string{"PARENT 50 Y Y -", "PARENT 51 Y Y -", "OTHER 12 Y Y N"},
			incomes: map[string]string{"self": "0", "1": "1000 MONTH W01", "2": "500 MONTH U05"},
			rule:    eligibility.H3, income: 150000,
		},
		{
			name: "files, with spouse and dependents", marital: "RDP", tax: "FILER", birthYear: "1990", size: "4",
			members: []string{"SPOUSE 30 Y - -", "CHILD 5 N Y N", "OTHER 70 Y Y Y", "CHILD 9 Y N N"},
			incomes: map[string]string{"self": "1000 MONTH W01", "1": "0", "3": "200 MONTH U05"},
			rule:    eligibility.H4, income: 120000,
		},
		{
			name: "files nothing; grown child does not count", marital: "DIVORCED", tax: "NON_FILER", birthYear: "1980", size: "2",
			members: []string{"CHILD 17 Y - N", "CHILD 18 Y - N", "CHILD 3 N - N"},
			incomes: map[string]string{"self": "800 MONTH W01"},
			rule:    eligibility.H5, income: 80000,
		},
		{
			name: "married, living apart", marital: "SEPARATED", tax: "NON_FILER", birthYear: "1980", size: "1",
			members: []string{"SPOUSE 40 Y - -"}, incomes: map[string]string{"self": "5 MONTH W01"},
			rule: eligibility.H5, income: 500,
		},
		{
			name: "spouse elsewhere", marital: "MARRIED", tax: "FILER", birthYear: "1980", size: "1",
			members: []string{"SPOUSE 40 N - -"}, incomes: map[string]string{"self": "5 MONTH W01"},
			rule: eligibility.H4, income: 500,
		},
		{
			name: "claimed by somebody else", marital: "SINGLE", tax: "DEPENDENT_OF_OTHER", birthYear: "2000", size: "1",
			incomes: map[string]string{"self": "1 MONTH W01"}, rule: eligibility.H5, income: 100,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := read(t, complete(t).Without(question.Tax, question.Family), question.BirthDate,
				"birth-date-month", "1", "birth-date-day", "2", "birth-date-year", tt.birthYear)
			a = read(t, a, question.Marital, "marital", tt.marital)
			if tt.tax != "" {
				a = read(t, a, question.Tax, "tax", tt.tax)
			}
			a = read(t, a, question.Family, family(tt.size, tt.members...)...)
			for member, in := range tt.incomes {
				a = read(t, a, question.ID("income/"+member), income(member, in)...)
			}
			a = read(t, a, question.IncomeCheck, "income-check", "Y", "income-check-total", question.Total(a))
			if missing := question.Missing(a); len(missing) > 0 {
				t.Fatalf("missing %v", missing)
			}
			d := eligibility.Decide(question.Facts(a), nil)
			if d.HouseholdRule != tt.rule || d.ComputedFamilySize != a.Household().Counted || d.ComputedFamilySize != d.FamilySize {
				t.Errorf("got rule %s, computed %d, counted %d, declared %d", d.HouseholdRule, d.ComputedFamilySize,
					a.Household().Counted, d.FamilySize)
			}
			if d.ComputedIncome == nil || *d.ComputedIncome != tt.income || *d.Income != tt.income {
				t.Errorf("got income %v, declared %v, want %v", d.ComputedIncome, d.Income, tt.income)
			}
		})
	}
}

func TestDeclaredFigureWins(t *testing.T) {
	a := read(t, complete(t), question.Family, append(family("4", "SPOUSE 30 Y - -"), "household-sure", "yes")...)
	if f := question.Facts(a); f.FamilySize == nil || *f.FamilySize != 4 {
		t.Errorf("got family size %v, want the declared 4", f.FamilySize)
	}
}
