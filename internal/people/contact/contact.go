// Package contact changes the e-mail address of an account: the owner names
// the new one, a code is mailed to it, and the address is the account's from
// the moment at which the code is typed. The memberships of the account follow,
// and a mail to the old and one to the new address tell of it (security.md
// 5.9, 15.6).
package contact

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Life is how long a code for a new address is good. A change that is not
// finished until, not at, its end is as if it had never been begun.
const Life = 60 * time.Minute

// Refusals of a new address, faults of the field "email".
var (
	ErrMissing = fault.InvalidField("email", locale.AccountsEmailMissing)
	ErrShape   = fault.InvalidField("email", locale.AccessNewEmailWrong)
	ErrSame    = fault.InvalidField("email", locale.AccountsEmailSame)
	ErrTaken   = fault.InvalidField("email", locale.AccountsEmailTaken)
)

// ErrCode is the one answer to a wrong, used, replaced and expired code, a
// fault of the field "code".
var ErrCode = fault.InvalidField("code", locale.AccountsEmailCodeWrong)

// ErrNoChange means that no change of the address is under way.
var ErrNoChange = fault.New(fault.NotFound, locale.FaultNotFound)

// Change is a change that is under way.
type Change struct {
	ID        uuid.UUID
	Email     string // the new address
	ExpiresAt time.Time
}

// Live reports whether the code for the new address is good at the given time.
func (c Change) Live(at time.Time) bool { return at.Before(c.ExpiresAt) }

// check returns nil for an address that may be named, and otherwise what is
// wrong with it.
func check(email string) error {
	switch {
	case email == "":
		return ErrMissing
	case len(email) > membership.MaxEmail || !site.IsEmail(email):
		return ErrShape
	}
	return nil
}
