// Package demo is the training copy: invented people and records, the clock
// that moves, the mails that were sent, and starting over. It works on a
// database that was marked as a training database when it was made, and
// refuses any other; production refuses a marked one. Pages show it, the
// program's subcommand demo runs it.
package demo

import (
	"time"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/platform/civil"
)

// Preset is a time in the life of the program that the clock can be moved to.
type Preset string

// The presets, in the order of the page (decisions 30).
const (
	LaunchEve Preset = "launch-eve"
	GoLive    Preset = "go-live"
	Reissue   Preset = "reissue"
	TenMonths Preset = "ten-months"
	April     Preset = "april"
	Present   Preset = "present"
)

// Presets lists every preset in the order of the page.
var Presets = []Preset{LaunchEve, GoLive, Reissue, TenMonths, April, Present}

// morning is the hour of the presets that name a day only.
const morning = 9

// At returns the instant that the preset means when the portal's clock and the
// real one show these times, and false for an unknown preset.
func (p Preset) At(portal, present time.Time) (time.Time, bool) {
	live := calendar.Launch.GoLive
	switch p {
	case LaunchEve:
		return at(calendar.Launch.LaunchMail.AddDays(-1), morning), true
	case GoLive:
		return at(live, 8), true
	case Reissue:
		return at(live.AddDays(7), morning), true
	case TenMonths:
		return portal.In(civil.Pacific).AddDate(0, 10, 0), true
	case April:
		return nextApril(portal), true
	case Present:
		return present, true
	}
	return time.Time{}, false
}

func at(d civil.Date, hour int) time.Time {
	return time.Date(d.Year, d.Month, d.Day, hour, 0, 0, 0, civil.Pacific)
}

// nextApril returns the first morning of April that is still to come: the day
// on which new income limits begin.
func nextApril(now time.Time) time.Time {
	first := at(civil.New(now.In(civil.Pacific).Year(), time.April, 1), morning)
	if !first.After(now) {
		first = at(civil.New(first.Year()+1, time.April, 1), morning)
	}
	return first
}

// Move is what moving the clock to a preset would do.
type Move struct {
	Preset Preset
	At     time.Time
	Back   bool // before the portal's time: the training data begin anew
	Stays  bool // it is that time already
}

// still is how near a time is taken for the same.
const still = time.Minute

// Plan returns what moving to the preset would do, and false for an unknown
// one.
func (p Preset) Plan(portal, present time.Time) (Move, bool) {
	to, ok := p.At(portal, present)
	if !ok {
		return Move{}, false
	}
	ahead := to.Sub(portal)
	return Move{Preset: p, At: to, Back: ahead <= -still, Stays: ahead > -still && ahead < still}, true
}
