// Package desk is what the service desk may do: find an account, check who
// calls, and then exactly three things, with which it is alone: end a block,
// send a code to set a new password, enable an account after inactivity
// (security.md 4.7, 4.8). It never reads anything of a client: of a client's
// account it knows the state alone. What the three acts change belongs to
// package account.
package desk

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Act is one of the three things that a representative can do.
type Act string

// The acts.
const (
	Unblock Act = "unblock" // ends a block after wrong passcodes
	Reset   Act = "reset"   // mails the owner a code to set a new password
	Enable  Act = "enable"  // ends a disablement for inactivity
)

// Acts lists them in the order in which they are shown.
var Acts = []Act{Unblock, Enable, Reset}

// Reason is why somebody calls, one of the list of an act.
type Reason string

// The reasons.
const (
	MistypedCodes    Reason = "mistyped-codes"
	LateCodes        Reason = "late-codes"
	OtherPersonTried Reason = "other-person-tried"
	ForgotPassword   Reason = "forgot-password"
	PasswordRefused  Reason = "password-refused"
	PasswordKnown    Reason = "password-known"
	WasAway          Reason = "was-away"
	UsesSeldom       Reason = "uses-seldom"
	MissedWarnings   Reason = "missed-warnings"
	OtherReason      Reason = "other"
)

// Reasons are the reasons that an act can have.
var Reasons = map[Act][]Reason{
	Unblock: {MistypedCodes, LateCodes, OtherPersonTried, OtherReason},
	Reset:   {ForgotPassword, PasswordRefused, PasswordKnown, OtherReason},
	Enable:  {WasAway, UsesSeldom, MissedWarnings, OtherReason},
}

// Item is one thing by which a caller proves to be the owner of an account.
type Item string

// The items. Which of them an account's check-list has depends on its kind
// (Checklist).
const (
	SaidNPI       Item = "npi"          // the site's NPI
	SaidCertifier Item = "certifier"    // the name of the site's certifier
	CalledBack    Item = "call-back"    // answered a call to the number on file
	SaidUsername  Item = "username"     // the account was found by the whole username that the caller said
	SaidEmail     Item = "email"        // the account was found by the whole e-mail address that the caller said
	SaidLastUse   Item = "last-sign-in" // about when the account was last used
)

// leastItems is how many items must be ticked (security.md 4.8).
const leastItems = 2

// Checklist returns the items for the callers of a kind of account. Somebody
// who works at a site proves it by the site. OFP and desk have none: they are
// called back at the office. The desk sees nothing of a client to compare an
// answer with, so that a client is known by what the search itself has matched
// and by when the account was last used.
func Checklist(k account.Kind) []Item {
	switch k {
	case account.Client:
		return []Item{SaidUsername, SaidEmail, SaidLastUse}
	case account.OFP, account.Desk:
		return []Item{SaidUsername, SaidEmail, CalledBack}
	}
	return []Item{SaidNPI, SaidCertifier, CalledBack}
}

// check returns the ticked items that are on the list of the kind, each once,
// and a fault of the field "items" when they are too few.
func check(k account.Kind, ticked []Item) ([]Item, error) {
	var items []Item
	for _, item := range Checklist(k) {
		if slices.Contains(ticked, item) {
			items = append(items, item)
		}
	}
	if len(items) < leastItems {
		return nil, fault.InvalidField("items", locale.DeskCheckTooFew)
	}
	return items, nil
}

// Lifetimes.
const (
	// CheckLife is how long a caller who has been checked counts as checked, for
	// the representative who did it: the length of a call.
	CheckLife = 15 * time.Minute
	// RequestLife is how long a request waits for a second representative.
	RequestLife = 24 * time.Hour
	// resultLife is how long what a search found can be looked at.
	resultLife = 30 * time.Minute
)

// What stands against an act.
var (
	ErrSelf        = fault.New(fault.Forbidden, locale.DeskErrorSelf)
	ErrOffice      = fault.New(fault.Forbidden, locale.DeskErrorOffice)
	ErrUnchecked   = fault.New(fault.Invalid, locale.DeskErrorUnchecked)
	ErrNotBlocked  = fault.New(fault.Conflict, locale.DeskErrorNotBlocked)
	ErrNotInactive = fault.New(fault.Conflict, locale.DeskErrorNotInactive)
	ErrWaiting     = fault.New(fault.Conflict, locale.DeskErrorWaiting)
	ErrDecided     = fault.New(fault.Conflict, locale.DeskErrorDecided)
	ErrLapsed      = fault.New(fault.Expired, locale.DeskErrorLapsed)
	ErrSecond      = fault.New(fault.Forbidden, locale.DeskErrorSecond)
	ErrExpired     = fault.New(fault.Expired, locale.DeskErrorResult)
)

// State is what an account is in. It may be in several states at once, each
// lifted by somebody else (security.md 4.6).
type State string

// The states.
const (
	Active     State = "active"
	SoftLocked State = "soft-locked" // heals by itself
	Blocked    State = "blocked"     // lifted by Unblock
	Inactive   State = "inactive"    // lifted by Enable
	Disabled   State = "disabled"    // by OFP, lifted by OFP
	Removed    State = "removed"     // for good
)

// Standing is a state with its time.
type Standing struct {
	State State
	Since *time.Time // nil: not known, or does not matter
	Till  *time.Time // of SoftLocked
}

// Condition is what the rules need to know of an account.
type Condition struct {
	ID          uuid.UUID
	Kind        account.Kind
	HasEmail    bool
	Removed     *time.Time
	Disabled    *time.Time
	Blocked     *time.Time
	Marked      *time.Time // as inactive, by a sweep or at a sign-in
	Inactive    bool       // marked or not
	LockedTill  *time.Time // soft lock after wrong passwords
	AsOf        time.Time
	LastUse     time.Time // last sign-in, else when it was made
	HasSignedIn bool
}

// Standings returns every state that the account is in, the one that weighs
// most first; Active alone when there is none.
func (c Condition) Standings() []Standing {
	var all []Standing
	add := func(holds bool, s Standing) {
		if holds {
			all = append(all, s)
		}
	}
	if c.Removed != nil {
		return []Standing{{State: Removed, Since: c.Removed}}
	}
	add(c.Disabled != nil, Standing{State: Disabled, Since: c.Disabled})
	add(c.Blocked != nil, Standing{State: Blocked, Since: c.Blocked})
	add(c.Inactive, Standing{State: Inactive, Since: c.Marked})
	add(c.LockedTill != nil && c.AsOf.Before(deref(c.LockedTill)), Standing{State: SoftLocked, Till: c.LockedTill})
	if len(all) == 0 {
		all = append(all, Standing{State: Active})
	}
	return all
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// Open returns nil when the act applies to the account and the actor may ask
// for it, and otherwise what stands against it. While OFP has disabled an
// account nothing is done about it here: it is OFP's to open first.
func (c Condition) Open(actor authz.Actor, act Act) error {
	switch {
	case c.ID == actor.Account:
		return ErrSelf
	case c.Removed != nil || c.Disabled != nil:
		return ErrOffice
	case act == Unblock && c.Blocked == nil:
		return ErrNotBlocked
	case act == Enable && !c.Inactive:
		return ErrNotInactive
	case act == Reset && !c.HasEmail:
		return account.ErrNoMail
	}
	return nil
}

// Offers lists the acts that the actor can do now.
func (c Condition) Offers(actor authz.Actor) []Act {
	var acts []Act
	for _, act := range Acts {
		if c.Open(actor, act) == nil {
			acts = append(acts, act)
		}
	}
	return acts
}

// NeedsSecond reports whether a second representative confirms what is done
// about the account: for those of OFP and of the desk (security.md 4.8).
func (c Condition) NeedsSecond() bool { return c.Kind.Privileged() }

// decidable returns nil when the actor may confirm or refuse the request, and
// otherwise why not. It may be decided until, not at, the end of its life.
func decidable(r Request, actor authz.Actor, at time.Time) error {
	switch {
	case r.State != Waiting:
		return ErrDecided
	case r.AskedBy == actor.Account || r.AccountID == actor.Account:
		return ErrSecond
	case !at.Before(r.AskedAt.Add(RequestLife)):
		return ErrLapsed
	}
	return nil
}

// Mask returns an e-mail address of which only the first letter and the host
// can be read.
func Mask(email string) string {
	local, host, found := strings.Cut(email, "@")
	if !found || local == "" {
		return "•••"
	}
	first := []rune(local)[:1]
	return string(first) + "•••@" + host
}

func subject(id uuid.UUID) string { return "account:" + id.String() }
