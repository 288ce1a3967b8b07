package retro

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

const (
	// monthsBefore is how many calendar months are asked about (client elig p5).
	monthsBefore = 3
	// claimMonths and claimDays are how long the client can claim: a year from
	// the service, or 90 days from the certification of the month, whichever is
	// longer (client elig p9).
	claimMonths = 12
	claimDays   = 90
)

// Month is one calendar month, as its first day.
type Month struct{ first civil.Date }

// MonthOf returns the month of a day.
func MonthOf(d civil.Date) Month { return Month{civil.New(d.Year, d.Month, 1)} }

// Months returns the three calendar months before the month of the first
// certification, the earliest first: for 15 April these are January, February
// and March.
func Months(certified civil.Date) []Month {
	this := MonthOf(certified).first
	months := make([]Month, 0, monthsBefore)
	for n := monthsBefore; n > 0; n-- {
		months = append(months, Month{this.AddMonths(-n)})
	}
	return months
}

// ParseMonth reads what String writes.
func ParseMonth(s string) (Month, error) {
	d, err := civil.Parse(s + "-01")
	if err != nil {
		return Month{}, fmt.Errorf("%q is not a month", s)
	}
	return Month{d}, nil
}

// First returns the first day of the month.
func (m Month) First() civil.Date { return m.first }

// Last returns the last day of the month: the one on which it is judged.
func (m Month) Last() civil.Date { return m.first.EndOfMonth() }

// Compare orders months by time.
func (m Month) Compare(o Month) int { return m.first.Compare(o.first) }

// String returns the month as 2024-10.
func (m Month) String() string {
	s := m.first.String()
	return s[:len(s)-len("-01")]
}

// In returns the month in words: "October 2024".
func (m Month) In(ctx context.Context) string { return locale.Month(ctx, m.first) }

// MarshalText writes the month as String does.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (m *Month) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMonth(string(text))
	return err
}

// ClaimBy returns the last day on which the client can claim what was paid for
// a service of the given day, for a month that was certified on the other.
func ClaimBy(service, certified civil.Date) civil.Date {
	year, after := service.AddMonths(claimMonths), certified.AddDays(claimDays)
	if after.After(year) {
		return after
	}
	return year
}
