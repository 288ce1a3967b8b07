// Package calendar has the dates of the program: launch mailing, go-live, the
// window in which access codes are issued anew by themselves, the end of the
// old system. It is pure: the day and the time are arguments, and what OFP may
// move comes from setting.
package calendar

import (
	"time"

	"familypact.example/portal/internal/platform/civil"
)

// Calendar is the dates of the program. Days are those of California.
type Calendar struct {
	LaunchMail  civil.Date // day of the launch mailing
	LaunchHour  int        // its hour of the day
	GoLive      civil.Date // first day of the client and provider areas
	ReissueFrom civil.Date // first day on which lapsed codes are issued anew
	ReissueTo   civil.Date // last day of that
	LegacyEnd   civil.Date // last day of the old system
}

// Launch is the calendar of the program's own launch (domain/portal.md 2;
// decisions 34 for the hour).
var Launch = Calendar{
	LaunchMail:  civil.New(2025, time.January, 12),
	LaunchHour:  8,
	GoLive:      civil.New(2025, time.January, 13),
	ReissueFrom: civil.New(2025, time.January, 13),
	ReissueTo:   civil.New(2025, time.February, 3),
	LegacyEnd:   civil.New(2025, time.February, 3),
}

// Open reports whether the client and provider areas are open on the day:
// from go-live on.
func (c Calendar) Open(day civil.Date) bool { return !day.Before(c.GoLive) }

// LaunchAt returns the instant of the launch mailing.
func (c Calendar) LaunchAt() time.Time {
	d := c.LaunchMail
	return time.Date(d.Year, d.Month, d.Day, c.LaunchHour, 0, 0, 0, civil.Pacific)
}

// LaunchDue reports whether the launch mailing may leave at the given time:
// from its hour on.
func (c Calendar) LaunchDue(at time.Time) bool { return !at.Before(c.LaunchAt()) }

// Launches reports whether the launch mailing leaves by itself at the given
// time: from its hour to the last day on which codes are issued anew by
// themselves. After that OFP sends codes.
func (c Calendar) Launches(at time.Time) bool {
	return c.LaunchDue(at) && !civil.Of(at).After(c.ReissueTo)
}

// closingDays is how long before its last day the end of the window is told.
const closingDays = 2

// Closing reports whether certifiers without an account are to be told at the
// given time that codes will stop to come by themselves: from two days before
// the last one, at the hour of the launch mailing, until it is over.
func (c Calendar) Closing(at time.Time) bool {
	d := c.ReissueTo.AddDays(-closingDays)
	from := time.Date(d.Year, d.Month, d.Day, c.LaunchHour, 0, 0, 0, civil.Pacific)
	return !at.Before(from) && !civil.Of(at).After(c.ReissueTo)
}

// Reissues reports whether lapsed codes of certifiers are issued anew by
// themselves on the day: the first and the last day of the window included.
// Outside it a certifier asks OFP.
func (c Calendar) Reissues(day civil.Date) bool {
	return !day.Before(c.ReissueFrom) && !day.After(c.ReissueTo)
}

// ParallelRun reports whether the old system is in use beside the portal on
// the day: from go-live to its last day, both included.
func (c Calendar) ParallelRun(day civil.Date) bool { return c.Open(day) && !day.After(c.LegacyEnd) }

// Ordered reports whether the dates are possible: mailing no later than
// go-live, windows that do not end before they begin, an hour of the day.
func (c Calendar) Ordered() bool {
	return !c.LaunchMail.After(c.GoLive) && !c.ReissueTo.Before(c.ReissueFrom) &&
		!c.LegacyEnd.Before(c.GoLive) && c.LaunchHour >= 0 && c.LaunchHour < 24
}
