// Package accesscode keeps the codes that let an invited person create an
// account: a site's certifier, staff whom the certifier lets in, and people of
// the program office. It issues them, mails them, replaces them and says what
// became of them. It never starts an enrollment. Who works where is
// membership's, the way from a code to an account is setup's.
package accesscode

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Lifetime is how long a code is good from the moment that its mail was
// accepted, or that it was printed (decisions 35).
const Lifetime = 24 * time.Hour

// Reason is why a code was issued.
type Reason string

// The reasons.
const (
	Launch      Reason = "launch"
	AutoReissue Reason = "auto_reissue"
	ByHand      Reason = "manual_ofp"
	NewSite     Reason = "new_site"
	StaffInvite Reason = "staff_invite"
	OFPInvite   Reason = "ofp_invite"
	CreateAdmin Reason = "create_admin"
)

// CertifierReasons are those for which certifiers are issued codes.
var CertifierReasons = []Reason{Launch, AutoReissue, ByHand, NewSite}

// The ways in which a code is not good.
var (
	ErrUnknown    = fault.New(fault.Invalid, locale.CodeUnknown)
	ErrExpired    = fault.New(fault.Expired, locale.CodeExpired)
	ErrUsed       = fault.New(fault.Conflict, locale.CodeUsed)
	ErrSuperseded = fault.New(fault.Expired, locale.CodeSuperseded)
	ErrWithdrawn  = fault.New(fault.Expired, locale.CodeWithdrawn)
)

// Refusals of an issue.
var (
	ErrHasAccount  = fault.New(fault.Conflict, locale.CodeHasAccount)
	ErrNotStaff    = fault.New(fault.Conflict, locale.CodeNotInvited)
	ErrNoteMissing = fault.InvalidField("reason", locale.CodeIssueReasonMissing)
	ErrNoteLong    = fault.InvalidField("reason", locale.CodeIssueReasonLong)
	ErrTwoPersons  = fault.New(fault.Forbidden, locale.CodeLaunchTwoPersons)
	ErrRunning     = fault.New(fault.Conflict, locale.CodeLaunchRunning)
	ErrNobody      = fault.New(fault.Conflict, locale.CodeLaunchNobody)
)

// Code is an access code as far as it is stored: never the code itself.
type Code struct {
	ID           uuid.UUID
	MembershipID uuid.UUID
	Reason       Reason
	IssuedAt     time.Time
	ExpiresAt    *time.Time // nil: its mail has not been accepted yet
	UsedAt       *time.Time
	SupersededAt *time.Time
}

// Redeemable returns nil when the code may be redeemed at the given time, and
// otherwise the reason why not. A code is good until, not at, its expiry. One
// whose mail is not known to be accepted has no expiry yet.
func (c Code) Redeemable(at time.Time) error {
	switch {
	case c.UsedAt != nil:
		return ErrUsed
	case c.SupersededAt != nil:
		return ErrSuperseded
	case c.ExpiresAt != nil && !at.Before(*c.ExpiresAt):
		return ErrExpired
	}
	return nil
}

// State is how a code stands, for lists.
type State string

// The states of a code.
const (
	Waiting  State = "waiting" // its mail has not been accepted yet
	Out      State = "out"
	Used     State = "used"
	Lapsed   State = "expired"
	Replaced State = "replaced"
)

// States lists every state in the order of a life.
var States = []State{Waiting, Out, Used, Lapsed, Replaced}

// State returns how the code stands at the given time.
func (c Code) State(at time.Time) State {
	switch err := c.Redeemable(at); {
	case err == ErrUsed: //nolint:errorlint // the rule returns these very values
		return Used
	case err == ErrSuperseded: //nolint:errorlint // likewise
		return Replaced
	case err != nil:
		return Lapsed
	case c.ExpiresAt == nil:
		return Waiting
	}
	return Out
}

// Advice is what somebody whose code is not good should do next.
type Advice string

// The kinds of advice.
const (
	SignIn       Advice = "sign-in"       // the code was used: the account is there
	UseNewest    Advice = "newest"        // another mail holds the code that works
	NewCodeComes Advice = "comes"         // inside the window: a new code is on its way
	ComesLater   Advice = "comes-later"   // before it: a new code comes on its first day
	AskOFP       Advice = "ask-ofp"       // after it
	AskCertifier Advice = "ask-certifier" // for staff
	AskOffice    Advice = "ask-office"    // for people of the program office
)

// Holder is whom a code was issued to, as far as advice depends on it.
type Holder struct {
	Role   authz.Role
	Closed bool // the site is suspended or disenrolled: no code comes by itself
}

// Next returns what the holder should do on the day about a code that was
// refused with err.
func Next(err error, to Holder, c calendar.Calendar, day civil.Date) Advice {
	switch {
	case isFault(err, ErrUsed):
		return SignIn
	case isFault(err, ErrSuperseded):
		return UseNewest
	case to.Role == authz.Staff:
		return AskCertifier
	case to.Role != authz.Certifier:
		return AskOffice
	case to.Closed || isFault(err, ErrWithdrawn):
		return AskOFP
	case c.Reissues(day):
		return NewCodeComes
	case day.Before(c.ReissueFrom):
		return ComesLater
	}
	return AskOFP
}

// Ended is the refusal of a code that was right once, with what to do next.
// It is the fault that it wraps.
type Ended struct {
	Err    error // ErrUsed, ErrSuperseded, ErrExpired or ErrWithdrawn
	Advice Advice
	From   civil.Date // first day on which codes come by themselves
}

// Error returns the words of the fault in English.
func (e *Ended) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *Ended) Unwrap() error { return e.Err }

func isFault(err error, f *fault.Fault) bool {
	x, ok := fault.Of(err)
	return ok && x.Is(f)
}
