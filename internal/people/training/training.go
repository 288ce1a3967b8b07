// Package training keeps which courses the people at the sites have to take,
// what each of them has completed, and what is due. Who works where is kept by
// membership; who may sign in, by account.
package training

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

// Track is the part of the program's training that somebody follows.
type Track string

// The learning tracks of the Online Training Center. Whoever certifies a site
// follows the first one and no other.
const (
	Certifier      Track = "certifier"
	Clinician      Track = "clinician"
	Administrative Track = "administrative"
)

// Tracks lists the tracks.
var Tracks = []Track{Certifier, Clinician, Administrative}

// Orientation is the code of the Provider Orientation, which the law requires
// of a certifier (domain/portal.md 8).
const Orientation = "provider-orientation"

// soonDays is how long before a course is due it counts as due soon, and how
// long before the first mail goes out.
const soonDays = 60

// Course is one that people have to take.
type Course struct {
	ID       uuid.UUID
	Code     string
	NameEN   string
	NameES   string
	Tracks   []Track
	StartsOn civil.Date // first day on which it can be done and is asked for
	EndsOn   civil.Date // last day; zero: goes on
}

// In returns the name in the reader's language.
func (c Course) In(ctx context.Context) string {
	if locale.Of(ctx) == locale.Spanish {
		return c.NameES
	}
	return c.NameEN
}

// Asked reports whether somebody of the track has to take the course on a day:
// from its first day to its last, both included.
func (c Course) Asked(t Track, day civil.Date) bool {
	return slices.Contains(c.Tracks, t) && c.Open(day)
}

// Open reports whether a day is one of the course's: from its first to its
// last, both included.
func (c Course) Open(day civil.Date) bool {
	return !day.Before(c.StartsOn) && (c.EndsOn.IsZero() || !day.After(c.EndsOn))
}

// Cadence is how often a course is due.
type Cadence struct {
	CertifierYears int
	StaffYears     int
	FirstDays      int // for somebody who has just begun in their role
}

// Years returns after how many years somebody of the track takes the course
// again (domain/portal.md 8: certifiers 2, everybody else 5).
func (c Cadence) Years(t Track) int {
	if t == Certifier {
		return c.CertifierYears
	}
	return c.StaffYears
}

// Lapses returns the last day on which a completion counts: the same day so
// many years later, and 28 February where a 29 February has none.
func (c Cadence) Lapses(t Track, done civil.Date) civil.Date { return done.AddMonths(12 * c.Years(t)) }

// Kind says how somebody stands with a course, or with all of theirs.
type Kind string

// The kinds. Nothing is asked of whom has none.
const (
	Done    Kind = "done"
	Never   Kind = "never" // not done in this role, and there is time
	Soon    Kind = "soon"  // due within 60 days
	Overdue Kind = "overdue"
)

// Kinds lists the kinds, the most urgent one first.
var Kinds = []Kind{Overdue, Soon, Never, Done}

// urgency orders kinds: the higher, the more urgent.
func (k Kind) urgency() int { return len(Kinds) - slices.Index(Kinds, k) }

// Standing is how one person stands with one course that they have to take.
type Standing struct {
	Course
	Cadence
	AccountID uuid.UUID
	Track     Track
	Since     civil.Date // in this role
	DoneOn    civil.Date // the last completion; zero: never
}

// First reports whether the course has not been done for this role: never, or
// so long ago that it had lapsed when the role began. A completion that lapses
// on the day itself counts, so somebody who was at the Orientation in the two
// years before need not be there again at once (domain/portal.md 6.2).
func (s Standing) First() bool {
	return s.DoneOn.IsZero() || s.Lapses(s.Track, s.DoneOn).Before(s.Since)
}

// DueOn returns the last day on which the course can be taken in time: when
// the last completion lapses, and for somebody new so many days after the
// role, or the course, began. The 120th day is in time.
func (s Standing) DueOn() civil.Date {
	if !s.First() {
		return s.Lapses(s.Track, s.DoneOn)
	}
	from := s.Since
	if from.Before(s.StartsOn) {
		from = s.StartsOn
	}
	return from.AddDays(s.FirstDays)
}

// Kind returns how the person stands on a day. The day on which it is due is
// not overdue yet; what is due in 60 days is due soon.
func (s Standing) Kind(day civil.Date) Kind {
	due := s.DueOn()
	switch {
	case due.Before(day):
		return Overdue
	case s.First():
		return Never
	case !due.After(day.AddDays(soonDays)):
		return Soon
	}
	return Done
}

// State is how somebody stands with all their courses: as with the most urgent
// one. The zero State is of somebody of whom nothing is asked.
type State struct {
	Kind    Kind
	DueOn   civil.Date // of the first one of that kind
	Courses int        // of that kind
}

// StateOf returns the state of one person on a day.
func StateOf(standings []Standing, day civil.Date) State {
	var out State
	for _, s := range standings {
		kind, due := s.Kind(day), s.DueOn()
		switch {
		case out.Kind == "" || kind.urgency() > out.Kind.urgency():
			out = State{Kind: kind, DueOn: due, Courses: 1}
		case kind == out.Kind:
			out.Courses++
			if due.Before(out.DueOn) {
				out.DueOn = due
			}
		}
	}
	return out
}

// Open reports whether there is something to do: anything but done.
func (s State) Open() bool { return s.Kind != "" && s.Kind != Done }

// Phrase returns the state in words.
func (s State) Phrase() locale.Phrase {
	switch s.Kind {
	case Done:
		return locale.TrainingStateDone
	case Never:
		return locale.TrainingStateNever.With("Day", day(s.DueOn))
	case Soon:
		return locale.TrainingStateSoon.With("Day", day(s.DueOn))
	case Overdue:
		return locale.TrainingStateOverdue.With("Day", day(s.DueOn))
	}
	return locale.TrainingStateNothing
}

// day is a date as in tables, put into words when it is shown.
type day civil.Date

// In returns the date in words.
func (d day) In(ctx context.Context) string { return locale.ShortDate(ctx, civil.Date(d)) }

// Keys of the mails (ux.md 15.2).
const (
	keyDue         = "training.due"
	keyOverdue     = "training.overdue"
	keyOrientation = "orientation.due"
)

// The days before the due date on which mails go out, the latest first.
var (
	dueSteps         = []int{14, soonDays}
	orientationSteps = []int{14, 30, 60}
)

// reminder is a mail that is owed: its key, and the step of the way it belongs
// to.
type reminder struct{ key, step string }

// owed returns the mail that a day asks for, and false when it is too early
// for any. Only the newest step counts: whoever was not told in time is not
// told twice. After the due date it is one for each month begun.
func (s Standing) owed(day civil.Date) (reminder, bool) {
	left := s.DueOn().DaysSince(day)
	key, steps := keyDue, dueSteps
	if s.Code == Orientation && s.First() {
		key, steps = keyOrientation, orientationSteps
	}
	if left < 0 {
		return reminder{keyOverdue, "month-" + strconv.Itoa(monthsSince(s.DueOn().AddDays(1), day))}, true
	}
	for _, step := range steps {
		if left <= step {
			return reminder{key, "days-" + strconv.Itoa(step)}, true
		}
	}
	return reminder{}, false
}

// monthsSince returns the whole months from one day to a later one.
func monthsSince(from, to civil.Date) int {
	n := (to.Year-from.Year)*12 + int(to.Month) - int(from.Month)
	if from.AddMonths(n).After(to) {
		n--
	}
	return n
}
