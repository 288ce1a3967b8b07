package eligibility

import "familypact.example/portal/internal/platform/civil"

// listedSizes is how many family sizes an income table lists; each person more
// adds the increment.
const listedSizes = 8

// IncomeTable holds the income limits that apply from one day to another. The
// limits are data and never a formula: published figures are rounded in ways
// that change from year to year.
type IncomeTable struct {
	EffectiveFrom    civil.Date         `json:"effective_from"`
	EffectiveTo      civil.Date         `json:"effective_to,omitzero"` // the last day; zero: until the next table
	Monthly          [listedSizes]Cents `json:"monthly"`               // for families of 1 to 8
	MonthlyIncrement Cents              `json:"monthly_increment"`     // for each person above 8
	Annual           [listedSizes]Cents `json:"annual"`                // shown, never decisive
	AnnualIncrement  Cents              `json:"annual_increment"`
	Derived          bool               `json:"derived,omitempty"` // computed because none was published
}

// Limit returns the highest monthly income with which a family of that size
// qualifies, and 0 for a size below 1.
func (t *IncomeTable) Limit(size int) Cents {
	return limit(t.Monthly, t.MonthlyIncrement, size)
}

// AnnualLimit returns the figure that is shown beside Limit. The two can
// disagree after rounding; the monthly one decides.
func (t *IncomeTable) AnnualLimit(size int) Cents {
	return limit(t.Annual, t.AnnualIncrement, size)
}

// Covers reports whether the table applies on the day; its first and its last
// day are in it.
func (t *IncomeTable) Covers(on civil.Date) bool {
	return !on.Before(t.EffectiveFrom) && (t.EffectiveTo.IsZero() || !on.After(t.EffectiveTo))
}

// InForce returns the table that applies on the day, of several the one that
// began last, and false when there is none.
func InForce(tables []IncomeTable, on civil.Date) (*IncomeTable, bool) {
	var found *IncomeTable
	if !on.Valid() {
		return nil, false
	}
	for i := range tables {
		t := &tables[i]
		if t.Covers(on) && (found == nil || t.EffectiveFrom.After(found.EffectiveFrom)) {
			found = t
		}
	}
	return found, found != nil
}

func limit(listed [listedSizes]Cents, increment Cents, size int) Cents {
	switch {
	case size < 1:
		return 0
	case size <= listedSizes:
		return listed[size-1]
	default:
		return listed[listedSizes-1] + Cents(size-listedSizes)*increment
	}
}
