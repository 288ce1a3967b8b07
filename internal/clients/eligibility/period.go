package eligibility

import "familypact.example/portal/internal/platform/civil"

const (
	// periodDays is the length of a certification, counted with both its days:
	// 4 February 2007 through 3 February 2008 (client elig p5).
	periodDays = 365
	// windowMonths is when a client may apply to renew ("How to become a
	// Family PACT client").
	windowMonths = 10
	// postOpDays is how long after a sterilization the person stays covered,
	// unless released earlier (ben fam p33).
	postOpDays = 90
	// minorUntil is the first age at which a person is no longer a minor, who is
	// "17 or younger" (client elig p7).
	minorUntil = 18
)

// PeriodEnd returns the last day of a certification that starts on the day:
// start + 364, also across a 29 February.
func PeriodEnd(start civil.Date) civil.Date { return start.AddDays(periodDays - 1) }

// WindowOpens returns the first day on which a certification that started on
// the given day may be renewed: ten calendar months later, or the last day of
// that month where it is shorter.
func WindowOpens(start civil.Date) civil.Date { return start.AddMonths(windowMonths) }

// LastCoveredDay returns the last day on which a sterilized person is covered:
// 90 days after the operation, or the day of release if that is earlier. A
// zero release means that there was none.
func LastCoveredDay(operation, release civil.Date) civil.Date {
	last := operation.AddDays(postOpDays)
	if !release.IsZero() && release.Before(last) {
		return release
	}
	return last
}

// Minor reports whether somebody born on that day is 17 or younger on the
// other.
func Minor(born, on civil.Date) bool { return on.YearsSince(born) < minorUntil }
