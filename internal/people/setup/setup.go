// Package setup is the way from an access code to an account, a step at a
// time: the code, name and site, sign-in details, how passcodes arrive, the
// terms. It is bound to the browser and uses the code up with the last step
// alone. Codes are accesscode's, accounts account's.
package setup

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Lifetime is how long somebody may take from a verified code to the
// account. A code that was typed in time stays good for that long, so that
// nobody loses it while choosing a password.
const Lifetime = time.Hour

// Step is one page of the way to an account.
type Step string

// The steps in their order.
const (
	StepCode    Step = "code"
	StepConfirm Step = "confirm"
	StepSignIn  Step = "sign-in-details"
	StepContact Step = "contact"
	StepTerms   Step = "terms"
	StepDone    Step = "done"
)

var steps = []Step{StepCode, StepConfirm, StepSignIn, StepContact, StepTerms, StepDone}

// ErrNone means that no code was typed in this browser, or too long ago.
var ErrNone = fault.New(fault.Expired, locale.RegisterLapsed)

// ErrStep means that a step was left out.
var ErrStep = fault.New(fault.Conflict, locale.RegisterLapsed)

// Setup is somebody on the way to an account.
type Setup struct {
	Code         accesscode.Code
	MembershipID uuid.UUID
	Role         authz.Role
	SiteID       *uuid.UUID // nil: OFP and desk
	SiteName     string
	SiteAddress  string
	NPI          string
	Email        string
	VerifiedAt   time.Time
	ConfirmedAt  *time.Time
	FirstName    string // as confirmed, before that as invited
	LastName     string
	Username     string // empty: not chosen yet
	Channel      account.Channel
	Existing     *uuid.UUID // account that has this e-mail; the site is added to it
	AccountID    *uuid.UUID // nil: not finished
	Opens        civil.Date // first day of the provider area, when that is still to come
	passwordHash string
	withdrawn    bool // the invitation was, meanwhile
}

// Next returns the first step that is not done. Somebody who has an account
// already chooses no sign-in details again.
func (s Setup) Next() Step {
	switch {
	case s.AccountID != nil:
		return StepDone
	case s.ConfirmedAt == nil:
		return StepConfirm
	case s.Existing != nil:
		return StepTerms
	case s.Username == "":
		return StepSignIn
	case s.Channel == "":
		return StepContact
	}
	return StepTerms
}

// Open reports whether the step may be shown or sent now: the next one and
// those before it, until the account exists.
func (s Setup) Open(step Step) bool {
	next := s.Next()
	if next == StepDone || step == StepDone {
		return step == next
	}
	if s.Existing != nil && (step == StepSignIn || step == StepContact) {
		return false
	}
	return step != StepCode && order(step) <= order(next)
}

func order(step Step) int {
	for i, s := range steps {
		if s == step {
			return i
		}
	}
	return len(steps)
}

// Added reports whether the site was added to an account that was there.
func (s Setup) Added() bool { return s.AccountID != nil && s.Username == "" }

// Kind is what the account will be for.
func (s Setup) Kind() account.Kind {
	switch s.Role {
	case authz.OFP:
		return account.OFP
	case authz.Desk:
		return account.Desk
	}
	return account.Workforce
}

// Name returns the first and the last name.
func (s Setup) Name() string { return strings.TrimSpace(s.FirstName + " " + s.LastName) }

// After returns the step that comes after one that was done: the next in order
// that is open, so that somebody who went back sees the later pages again.
func (s Setup) After(done Step) Step {
	for _, step := range steps {
		if order(step) > order(done) && s.Open(step) {
			return step
		}
	}
	return s.Next()
}
