// Package override keeps the requests that an eligibility begin on an earlier
// day than the one on which it was entered: the client completed the paper form
// while the portal was closed (Override Eligibility Date Request;
// domain/portal.md 21). A site asks, OFP decides, never the person who asked.
package override

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// The faults of this package.
var (
	ErrOpen        = fault.New(fault.Conflict, locale.OverrideOpen)      // a request waits for an answer already
	ErrMoved       = fault.New(fault.Conflict, locale.OverrideMoved)     // the date was moved before
	ErrNone        = fault.New(fault.Conflict, locale.OverrideNone)      // there is no period to move
	ErrDecided     = fault.New(fault.Conflict, locale.OverrideDecided)   // somebody has decided meanwhile
	ErrOvertaken   = fault.New(fault.Conflict, locale.OverrideOvertaken) // the record is not what it was
	ErrOwn         = fault.New(fault.Forbidden, locale.OverrideOwn)      // asked by whoever wants to decide
	ErrUnqualified = fault.New(fault.Conflict, locale.OverrideUnqualified)
	ErrOutside     = fault.New(fault.Conflict, locale.OverrideOutside) // only those inside an outage together
	ErrNobody      = fault.New(fault.Invalid, locale.OverrideNobody)   // none was ticked
	ErrTooMany     = fault.New(fault.Invalid, locale.OverrideTooMany)
	ErrNoAnswer    = fault.InvalidField("answer", locale.OverrideAnswerMissing)
	ErrAnswerLong  = fault.InvalidField("answer", locale.OverrideAnswerLong)
)

// Reason is why the day of the entry is not the right one.
type Reason string

// The reasons. Other needs a closer look; the others name an outage.
const (
	Planned   Reason = "planned"
	Unplanned Reason = "unplanned"
	Other     Reason = "other"
)

// Reasons lists them.
var Reasons = []Reason{Planned, Unplanned, Other}

// State is how far a request has come.
type State string

// The states. Returned: something is missing, the site may ask again.
const (
	Submitted State = "submitted"
	Approved  State = "approved"
	Denied    State = "denied"
	Returned  State = "returned"
)

// The greatest lengths in characters, and how many requests are approved
// together: more than 20 would need a second person (security.md 16.7).
const (
	MaxKept    = 120
	MaxComment = 500
	MaxBulk    = 20
)

// Request is the form with which a site asks.
type Request struct {
	Reason   Reason
	Outage   uuid.UUID // uuid.Nil: for another reason
	StartsOn civil.Date
	PaperOn  civil.Date // day on which the client signed the paper
	Kept     string     // where the paper is kept
	Comment  string
	OnFile   bool // the box: the paper is complete, signed, and on file
}

// Case is what a request is judged by.
type Case struct {
	Today     civil.Date
	EnteredOn civil.Date
	Period    client.Period
	Before    client.Period
	Outage    *application.Outage // that was named; nil: none, or none such
	MostDays  int                 // how far before the day of the entry the program goes
}

// Within reports whether the request may be approved without a closer look:
// paper and day lie in the outage that it names.
func (r Request) Within(c Case) bool {
	return r.Reason != Other && c.Outage != nil && c.Outage.Holds(r.StartsOn) && c.Outage.Holds(r.PaperOn)
}

// Check returns everything that is wrong with the request, by field. The day
// that is asked for lies before the first day of the period, not before the
// day of the paper, not before the outage and not after it, and no more than
// the program's number of days before the entry.
func (r Request) Check(c Case) error {
	var wrong []fault.Field
	note := func(bad bool, field string, text locale.Phrase) bool {
		if bad {
			wrong = append(wrong, fault.Field{Name: field, Text: text})
		}
		return bad
	}
	switch {
	case note(r.Reason != Planned && r.Reason != Unplanned && r.Reason != Other, "reason", locale.OverrideReasonMissing):
	case r.Reason != Other:
		note(c.Outage == nil || Reason(c.Outage.Kind) != r.Reason, "outage-"+string(r.Reason), locale.OverrideOutageMissing)
	}
	if text := r.paper(c); text != nil {
		note(true, "paper", text)
	}
	if text := r.day(c); text != nil {
		note(true, "starts", text)
	}
	note(r.Kept == "", "kept", locale.OverrideKeptMissing)
	note(len([]rune(r.Kept)) > MaxKept, "kept", locale.OverrideKeptLong)
	note(r.Reason == Other && r.Comment == "", "comment", locale.OverrideCommentMissing)
	note(len([]rune(r.Comment)) > MaxComment, "comment", locale.OverrideCommentLong)
	note(!r.OnFile, "on-file", locale.OverrideOnFileMissing)
	return fault.InvalidFields(wrong)
}

// window is the outage that counts for the request, nil when none does.
func (r Request) window(c Case) *application.Outage {
	if r.Reason == Other || c.Outage == nil || Reason(c.Outage.Kind) != r.Reason {
		return nil
	}
	return c.Outage
}

// paper returns what is wrong with the day of the paper.
func (r Request) paper(c Case) locale.Phrase {
	w := r.window(c)
	switch {
	case r.PaperOn.IsZero():
		return locale.OverridePaperMissing
	case r.PaperOn.After(c.Today):
		return locale.OverridePaperFuture
	case r.PaperOn.After(c.EnteredOn):
		return locale.OverridePaperLate.With("Date", shown(c.EnteredOn))
	case w != nil && !w.Holds(r.PaperOn):
		return locale.OverridePaperOutside.With("From", shown(w.FirstOn), "To", shown(w.LastOn))
	}
	return nil
}

// day returns what is wrong with the day that is asked for.
func (r Request) day(c Case) locale.Phrase {
	w := r.window(c)
	switch on := r.StartsOn; {
	case on.IsZero():
		return locale.OverrideStartsMissing
	case on.After(c.Today):
		return locale.OverrideStartsFuture
	case on.After(c.EnteredOn):
		return locale.OverrideStartsLate.With("Date", shown(c.EnteredOn))
	case !on.Before(c.Period.StartsOn):
		return locale.OverrideStartsSame.With("Date", shown(c.Period.StartsOn))
	case on.Before(r.PaperOn):
		return locale.OverrideStartsPaper
	case w != nil && !w.Holds(on):
		return locale.OverrideStartsOutside.With("From", shown(w.FirstOn), "To", shown(w.LastOn))
	case c.EnteredOn.DaysSince(on) > c.MostDays:
		return locale.OverrideStartsOld.With("Count", c.MostDays)
	case overlaps(c.Before, on):
		return locale.OverrideStartsEarlier.With("Date", shown(c.Before.EndsOn))
	}
	return nil
}

// overlaps reports whether the day lies in the period before, when that could
// not be renewed yet.
func overlaps(before client.Period, day civil.Date) bool {
	if before.StartsOn.IsZero() {
		return false
	}
	return !day.After(before.StartsOn) || before.On(day) == client.Active && day.Before(eligibility.WindowOpens(before.StartsOn))
}

// checkAnswer returns what is wrong with the words for a request that is not
// approved.
func checkAnswer(text string) error {
	switch n := len([]rune(text)); {
	case n == 0:
		return ErrNoAnswer
	case n > MaxComment:
		return ErrAnswerLong
	}
	return nil
}
