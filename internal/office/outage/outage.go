// Package outage keeps the register of the times at which the portal was
// closed, or will be. What is registered is what sites may enter from paper
// and have dated back for (domain/portal.md 21, 26).
package outage

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// The faults of this package.
var (
	ErrOver      = fault.New(fault.Conflict, locale.OutageOver)      // closed or called off already
	ErrNotBegun  = fault.New(fault.Conflict, locale.OutageNotBegun)  // cannot be closed before it begins
	ErrHasBegun  = fault.New(fault.Conflict, locale.OutageHasBegun)  // cannot be called off any more
	ErrEndsLater = fault.InvalidField("ends", locale.OutageEndsLate) // closed later than now
)

// Kind is how an outage came about.
type Kind string

// The kinds.
const (
	Planned   Kind = "planned"
	Unplanned Kind = "unplanned"
)

// Kinds lists them.
var Kinds = []Kind{Planned, Unplanned}

// Affected is what does not work meanwhile.
type Affected string

// What can be affected.
const (
	Everything Affected = "all"
	Enrolling  Affected = "enrollment" // signing in works, enrolling does not
	Slow       Affected = "slow"       // works too slowly to be used
)

// Affects lists them.
var Affects = []Affected{Everything, Enrolling, Slow}

// MaxText is the greatest length of an announcement in one language, in
// characters.
const MaxText = 500

// maxPast is how far back an outage may be registered afterwards, maxAhead how
// far ahead one may be announced, and maxLength how long one may last.
const (
	maxPast   = 60 * 24 * time.Hour
	maxAhead  = 365 * 24 * time.Hour
	maxLength = 14 * 24 * time.Hour
)

// Notice is an outage as it is typed into the register. A zero end means that
// nobody knows it yet.
type Notice struct {
	Kind     Kind
	Affects  Affected
	StartsAt time.Time
	EndsAt   time.Time
	TextEN   string
	TextES   string
}

// Check returns what is wrong with the notice at the given time, by field. An
// unplanned outage is registered once it has begun, and only a planned one
// lies ahead. What is over has an end that lies after its start.
func (n Notice) Check(now time.Time) error {
	var wrong []fault.Field
	note := func(bad bool, field string, text locale.Phrase) bool {
		if bad {
			wrong = append(wrong, fault.Field{Name: field, Text: text})
		}
		return bad
	}
	note(n.Kind != Planned && n.Kind != Unplanned, "kind", locale.OutageKindMissing)
	note(n.Affects != Everything && n.Affects != Enrolling && n.Affects != Slow, "affects", locale.OutageAffectsMissing)
	if !note(n.StartsAt.IsZero(), "starts", locale.OutageStartsMissing) {
		switch {
		case note(n.StartsAt.Before(now.Add(-maxPast)), "starts", locale.OutageStartsOld):
		case note(n.Kind == Unplanned && n.StartsAt.After(now), "starts", locale.OutageStartsFuture):
		case note(n.StartsAt.After(now.Add(maxAhead)), "starts", locale.OutageStartsFar):
		}
		switch {
		case n.EndsAt.IsZero():
			note(n.Kind == Planned, "ends", locale.OutageEndsMissing)
		case note(!n.EndsAt.After(n.StartsAt), "ends", locale.OutageEndsEarly):
		case note(n.EndsAt.After(n.StartsAt.Add(maxLength)), "ends", locale.OutageEndsFar):
		case note(n.Kind == Unplanned && n.EndsAt.After(now), "ends", locale.OutageEndsLate):
		}
	}
	note(n.TextEN == "", "text-en", locale.OutageTextEnMissing)
	note(len([]rune(n.TextEN)) > MaxText, "text-en", locale.OutageTextLong)
	note(n.TextES == "", "text-es", locale.OutageTextEsMissing)
	note(len([]rune(n.TextES)) > MaxText, "text-es", locale.OutageTextLong)
	return fault.InvalidFields(wrong)
}

// State is how an outage stands.
type State string

// The states.
const (
	Ahead     State = "ahead"
	Going     State = "going"
	Over      State = "over"
	CalledOff State = "called-off"
)

// Outage is a line of the register.
type Outage struct {
	ID          uuid.UUID
	Kind        Kind
	Affects     Affected
	StartsAt    time.Time
	EndsAt      *time.Time // nil: not known yet
	TextEN      string
	TextES      string
	ClosedAt    *time.Time // nil: nobody said that it is over
	CalledOffAt *time.Time // nil: takes place
	By          string     // who registered it
}

// At returns how the outage stands at the given time: it is over at its end,
// not before.
func (o Outage) At(now time.Time) State {
	switch {
	case o.CalledOffAt != nil:
		return CalledOff
	case now.Before(o.StartsAt):
		return Ahead
	case o.EndsAt != nil && !now.Before(*o.EndsAt):
		return Over
	}
	return Going
}

// Text returns the announcement in the language.
func (o Outage) Text(l locale.Language) string {
	if l == locale.Spanish {
		return o.TextES
	}
	return o.TextEN
}

// closable returns nil when the outage may be closed at the given time with
// the end. One that has ended as it was announced may still be given its true
// end, until somebody has closed it.
func (o Outage) closable(now, end time.Time) error {
	switch {
	case o.ClosedAt != nil || o.CalledOffAt != nil:
		return ErrOver
	case now.Before(o.StartsAt):
		return ErrNotBegun
	case end.IsZero():
		return fault.InvalidField("ends", locale.OutageEndsMissing)
	case !end.After(o.StartsAt):
		return fault.InvalidField("ends", locale.OutageEndsEarly)
	case end.After(now):
		return ErrEndsLater
	}
	return nil
}

func subject(id uuid.UUID) string { return "outage:" + id.String() }
