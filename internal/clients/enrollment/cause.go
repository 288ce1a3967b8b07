package enrollment

import (
	"slices"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Cause is why an enrollment is ended before its time. Each leads to one of
// the published codes; pregnancy has no code of its own and is kept beside 05
// (policy: portal rules 19).
type Cause string

// The causes.
const (
	Moved        Cause = "moved"
	OverIncome   Cause = "income"
	Sterilized   Cause = "sterilized"
	NoNeed       Cause = "need" // any other loss of medical need
	Insured      Cause = "insured"
	FullMediCal  Cause = "medi-cal"
	Pregnant     Cause = "pregnant"
	NumberClosed Cause = "number"
)

// Causes lists the causes in the order of their codes.
var Causes = []Cause{Moved, OverIncome, Sterilized, NoNeed, Insured, FullMediCal, Pregnant, NumberClosed}

var causeCodes = map[Cause]eligibility.DeactivationCode{
	Moved: "01", OverIncome: "02", Sterilized: "03", NoNeed: "03", Insured: "04", FullMediCal: "05", Pregnant: "05", NumberClosed: "06",
}

// Code returns the published code, "" for an unknown cause.
func (c Cause) Code() eligibility.DeactivationCode { return causeCodes[c] }

// Why says more about NumberClosed.
type Why string

// The uses of code 06 (policy: deactivation codes).
const (
	Duplicate Why = "duplicate"
	InError   Why = "error"
	Requested Why = "request"
	Died      Why = "death"
	Detained  Why = "custody"
)

// Whys lists them.
var Whys = []Why{Requested, Duplicate, InError, Detained, Died}

// MaxReason is the greatest length of the note to a discontinuation.
const MaxReason = 500

// Discontinuation is the form with which an enrollment is ended. Which of the
// days counts depends on the cause.
type Discontinuation struct {
	Cause      Cause
	Why        Why        // of NumberClosed
	VisitOn    civil.Date // Pregnant: the visit at which it was found
	OperatedOn civil.Date // Sterilized
	ReleasedOn civil.Date // Sterilized: earlier release by the clinician; zero: none
	On         civil.Date // of all others: the first day without
	Note       string
}

// Effective returns the first day without the program. After a sterilization
// it is the day after the 90 days, or after an earlier release; a pregnancy
// ends it on the day after the visit at which it was found.
func (d Discontinuation) Effective() civil.Date {
	switch d.Cause {
	case Pregnant:
		return d.VisitOn.AddDays(1)
	case Sterilized:
		return eligibility.LastCoveredDay(d.OperatedOn, d.ReleasedOn).AddDays(1)
	}
	return d.On
}

// dayField is the field that the effective day comes from.
func (d Discontinuation) dayField() string {
	switch d.Cause {
	case Pregnant:
		return "visit"
	case Sterilized:
		return "operated"
	}
	return "on-" + string(d.Cause)
}

// Check returns what is wrong with the form for the period on the day, by
// field. The first day without lies in the future for a pregnancy or a
// sterilization only; it is never before the last reaffirmation, nor outside
// the period.
func (d Discontinuation) Check(today civil.Date, p client.Period, reaffirmedOn civil.Date) error {
	if d.Cause.Code() == "" {
		return fault.InvalidField("cause", locale.DiscontinueCauseMissing)
	}
	var wrong []fault.Field
	note := func(bad bool, field string, text locale.Phrase) bool {
		if bad {
			wrong = append(wrong, fault.Field{Name: field, Text: text})
		}
		return bad
	}
	note(d.Cause == NumberClosed && !slices.Contains(Whys, d.Why), "why", locale.DiscontinueWhyMissing)
	if text := d.days(today); text != nil {
		note(true, text.Name, text.Text)
	} else {
		on, field := d.Effective(), d.dayField()
		switch {
		case note(on.Before(p.StartsOn), field, locale.DiscontinueBeforePeriod.With("Date", shown(p.StartsOn))):
		case note(on.After(p.EndsOn), field, locale.DiscontinueAfterPeriod.With("Date", shown(p.EndsOn))):
		case note(on.Before(reaffirmedOn), field, locale.DiscontinueBeforeReaffirmed.With("Date", shown(reaffirmedOn))):
		}
	}
	note(len([]rune(d.Note)) > MaxReason, "note", locale.DiscontinueNoteLong)
	return fault.InvalidFields(wrong)
}

// days returns what is wrong with the days that the cause asks for, nil when
// nothing is.
func (d Discontinuation) days(today civil.Date) *fault.Field {
	field := d.dayField()
	given := d.On
	switch d.Cause {
	case Pregnant:
		given = d.VisitOn
	case Sterilized:
		given = d.OperatedOn
	}
	switch {
	case given.IsZero():
		return &fault.Field{Name: field, Text: locale.DiscontinueDateMissing}
	case given.After(today):
		return &fault.Field{Name: field, Text: locale.DiscontinueDateFuture}
	case d.Cause != Sterilized || d.ReleasedOn.IsZero():
		return nil
	case d.ReleasedOn.After(today):
		return &fault.Field{Name: "released", Text: locale.DiscontinueDateFuture}
	case d.ReleasedOn.Before(d.OperatedOn):
		return &fault.Field{Name: "released", Text: locale.DiscontinueReleasedEarly}
	}
	return nil
}
