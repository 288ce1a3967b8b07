package incometable

import (
	"slices"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
)

// Sampled is an invented family that is decided without a table and with it.
type Sampled struct {
	FamilySize int
	Income     eligibility.Cents // a month
	Before     eligibility.Decision
	After      eligibility.Decision
}

// Changed reports whether the table makes a difference to the family.
func (s Sampled) Changed() bool { return s.Before.Outcome != s.After.Outcome }

// dollar is the step beside a limit.
const dollar eligibility.Cents = 100

// Sample decides families of each size up to one more than a table lists, with
// incomes at the limits and a dollar above them, on the first day of the table:
// by the other published tables, and with this one among them. The decisions are
// those of eligibility.Decide, and nothing is stored.
func (o Overview) Sample(t Table) []Sampled {
	on := t.Table.EffectiveFrom
	var without []eligibility.IncomeTable
	for _, x := range o.Tables {
		if x.Status == StatusPublished && x.ID != t.ID {
			without = append(without, x.Table)
		}
	}
	with := append(slices.Clone(without), t.Table)
	old, hadOne := InForce(without, on)
	var list []Sampled
	for size := 1; size <= len(t.Table.Monthly)+1; size++ {
		incomes := []eligibility.Cents{t.Table.Limit(size), t.Table.Limit(size) + dollar}
		if hadOne {
			incomes = append(incomes, old.Limit(size), old.Limit(size)+dollar)
		}
		slices.Sort(incomes)
		for _, income := range slices.Compact(incomes) {
			f := sampleFacts(on, size, income)
			list = append(list, Sampled{
				FamilySize: size, Income: income, Before: eligibility.Decide(f, without), After: eligibility.Decide(f, with),
			})
		}
	}
	return list
}

// sampleFacts are of somebody of 30 for whom the income alone decides.
func sampleFacts(on civil.Date, size int, income eligibility.Cents) eligibility.Facts {
	return eligibility.Facts{
		Action: eligibility.ActionNew, DeterminationDate: on, EntryDate: on, Modality: eligibility.InPerson,
		CertifierIsApplicant: eligibility.No, SiteStatus: eligibility.SiteEnrolled,
		ClientSignature: eligibility.SignedWritten, CertifierSignature: eligibility.Yes,
		CAResident: eligibility.Yes, CountyCode: "34", InPublicInstitution: eligibility.No, DateOfBirth: civil.Date{Year: on.Year - 30, Month: 1, Day: 1},
		Pregnancy: eligibility.NotPregnant, ReproductiveStatus: eligibility.Capable, MediCalStatus: eligibility.MediCalNone,
		OHCStatus: eligibility.OHCNone, BarrierToAccess: eligibility.No, SSNStatus: eligibility.SSNProvided, CurrentStatus: eligibility.StatusNone, FamilySize: &size, MonthlyTaxableIncome: &income,
	}
}
