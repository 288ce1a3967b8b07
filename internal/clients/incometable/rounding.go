package incometable

import "familypact.example/portal/internal/clients/eligibility"

// RoundingWarning is a monthly figure that the way of rounding which fits the
// table best does not give. FamilySize is 0 for the increment.
type RoundingWarning struct {
	FamilySize     int
	Monthly        eligibility.Cents // as in the table
	NearestDollar  eligibility.Cents // a twelfth of the annual figure, to the nearest dollar: 2023 and 2024
	DoubledCeiling eligibility.Cents // twice the rounded-up twelfth of the guideline itself: 2026
}

// RoundingWarnings compares the monthly figures with both ways in which the
// program has rounded them so far, and returns nothing when one of the two
// gives the whole table. Limits are data: a warning asks for a second look at
// what was typed and never decides.
func RoundingWarnings(t eligibility.IncomeTable) []RoundingWarning {
	var nearest, doubled []RoundingWarning
	for _, w := range monthlyFigures(t) {
		if w.Monthly != w.NearestDollar {
			nearest = append(nearest, w)
		}
		if w.Monthly != w.DoubledCeiling {
			doubled = append(doubled, w)
		}
	}
	if len(nearest) < len(doubled) {
		return nearest
	}
	return doubled
}

func monthlyFigures(t eligibility.IncomeTable) []RoundingWarning {
	figures := make([]RoundingWarning, 0, len(t.Monthly)+1)
	for i, monthly := range t.Monthly {
		figures = append(figures, figure(i+1, monthly, t.Annual[i]))
	}
	return append(figures, figure(0, t.MonthlyIncrement, t.AnnualIncrement))
}

func figure(size int, monthly, annual eligibility.Cents) RoundingWarning {
	const months, dollar = 12, 100
	guideline := annual / 2 // the annual figure is exactly 200 percent
	return RoundingWarning{
		FamilySize:     size,
		Monthly:        monthly,
		NearestDollar:  (annual + months*dollar/2) / (months * dollar) * dollar,
		DoubledCeiling: 2 * ((guideline + months*dollar - 1) / (months * dollar)) * dollar,
	}
}
