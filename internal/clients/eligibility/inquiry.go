package eligibility

import (
	"slices"

	"familypact.example/portal/internal/platform/civil"
)

// AidCode is what an inquiry on an active client says the client is eligible
// under (client elig, HAP p3).
const AidCode = "8H"

// Certified is a certified period of a client as it stands in the record.
type Certified struct {
	StartsOn       civil.Date
	EndsOn         civil.Date       // last day
	DiscontinuedOn civil.Date       // first day without; zero: not ended before its time
	Code           DeactivationCode // with which it was ended; empty: none is known
}

// Finding is what an inquiry found out about a date of service.
type Finding string

// The findings (eligibility 7.1).
const (
	FoundEligible  Finding = "covered"
	FoundRenewable Finding = "renewable"    // covered, in the last two months of the period
	FoundExpired   Finding = "ran-out"      // the period is over
	FoundEnded     Finding = "ended"        // deactivated with a code
	FoundNone      Finding = "not-yet"      // before the first certification, or never certified
	FoundNobody    Finding = "nobody-known" // there is no such client
)

// Eligible reports whether the finding is that services are covered.
func (f Finding) Eligible() bool { return f == FoundEligible || f == FoundRenewable }

// Coverage is the answer to an inquiry.
type Coverage struct {
	Finding Finding          `json:"finding"`
	From    civil.Date       `json:"from,omitzero"`     // of the period, when covered
	To      civil.Date       `json:"to,omitzero"`       // last day that is covered
	EndedOn civil.Date       `json:"ended_on,omitzero"` // last day of a period that ran out, first day without of one that was ended
	Code    DeactivationCode `json:"code,omitempty"`
	DueBy   civil.Date       `json:"due_by,omitzero"` // last day to recertify without a gap, when renewable
}

// CoverageOn returns what holds on the date of service for a client with these
// periods, in whatever order. Of periods that overlap the later one counts: an
// early recertification replaces the rest of the period before (eligibility 8).
// Of those that start on one day it is the last in the list.
func CoverageOn(service civil.Date, periods []Certified) Coverage {
	periods = slices.Clone(periods)
	slices.SortStableFunc(periods, func(a, b Certified) int { return a.StartsOn.Compare(b.StartsOn) })
	next := slices.IndexFunc(periods, func(p Certified) bool { return p.StartsOn.After(service) })
	if next < 0 {
		next = len(periods)
	}
	if next == 0 {
		return Coverage{Finding: FoundNone}
	}
	p := periods[next-1]
	switch {
	case !p.DiscontinuedOn.IsZero() && !service.Before(p.DiscontinuedOn):
		return Coverage{Finding: FoundEnded, EndedOn: p.DiscontinuedOn, Code: p.Code}
	case service.After(p.EndsOn):
		return Coverage{Finding: FoundExpired, EndedOn: p.EndsOn}
	}
	last := p.EndsOn
	if !p.DiscontinuedOn.IsZero() && !p.DiscontinuedOn.After(last) {
		last = p.DiscontinuedOn.AddDays(-1)
	}
	if next < len(periods) && !periods[next].StartsOn.After(last) {
		last = periods[next].StartsOn.AddDays(-1)
	}
	c := Coverage{Finding: FoundEligible, From: p.StartsOn, To: last}
	if last == p.EndsOn && next == len(periods) && !service.Before(WindowOpens(p.StartsOn)) {
		c.Finding, c.DueBy = FoundRenewable, p.EndsOn
	}
	return c
}
