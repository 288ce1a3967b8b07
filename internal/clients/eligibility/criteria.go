package eligibility

import (
	"cmp"
	"slices"
)

// runTests tests every criterion, and says which still need an answer.
func runTests(d *Decision, f *Facts, cover coverageRow, covered bool) []Test {
	tests := make([]Test, 0, 8)
	add := func(c Criterion, answered, met bool, reason Reason) {
		switch {
		case !answered:
			tests = append(tests, Test{Criterion: c, Result: NeedsAnswer})
		case met:
			tests = append(tests, Test{Criterion: c, Result: Met})
		default:
			tests = append(tests, Test{Criterion: c, Result: NotMet, Reason: reason})
		}
	}
	add(Residence, known(f.CAResident, YesNoValues), f.CAResident == Yes, NotResident)
	add(Institution, known(f.InPublicInstitution, YesNoValues), f.InPublicInstitution == No, Inmate)
	add(PregnancyTest, known(f.Pregnancy, PregnancyValues), f.Pregnancy != PregnancyConfirmed, Pregnant)
	needed, answered := medicalNeed(f)
	add(MedicalNeed, answered, needed, NoMedicalNeed)
	add(MediCal, covered, cover.reason != FullMediCal, FullMediCal)
	add(OtherCoverage, covered, cover.reason != Covered, Covered)
	within := d.Income != nil && *d.Income <= d.Limit
	figured := d.Income != nil && d.FamilySize != 0 && !d.TableEffectiveFrom.IsZero()
	add(IncomeTest, figured, within, IncomeOverLimit)
	if f.Action == ActionReaffirm {
		add(Affirmation, known(f.AffirmedAtVisit, YesNoValues), f.AffirmedAtVisit == Yes, NotAffirmed)
	}
	return tests
}

// medicalNeed reports whether the person can become, or make, pregnant or is
// in the time after a sterilization, its last day included.
func medicalNeed(f *Facts) (needed, answered bool) {
	switch f.ReproductiveStatus {
	case Capable:
		return true, true
	case NotCapable:
		return false, true
	case PostSterilization:
		if !f.SterilizationDate.Valid() || !f.DeterminationDate.Valid() {
			return false, false
		}
		last := LastCoveredDay(f.SterilizationDate, f.PostOpReleaseDate)
		return !f.DeterminationDate.After(last), true
	}
	return false, false
}

// failures returns the reasons of the tests that are not met, in order of
// precedence.
func failures(tests []Test) []Reason {
	var reasons []Reason
	for i := range tests {
		if tests[i].Result == NotMet {
			reasons = append(reasons, tests[i].Reason)
		}
	}
	if len(reasons) > 1 {
		slices.SortStableFunc(reasons, func(a, b Reason) int { return cmp.Compare(a.Precedence(), b.Precedence()) })
	}
	return reasons
}
