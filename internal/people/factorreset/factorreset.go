// Package factorreset gives people a new authenticator who have lost the old
// one and its recovery codes (security.md 4.9). The owner asks for it in a
// sign-in whose password was right, with a code from the mailbox; it takes
// effect after a day, which notices use to ask whether it was somebody else,
// and for the workforce not before another person has confirmed it. Passcodes
// and authenticators themselves belong to package passcode.
package factorreset

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Times of a request (security.md 4.9).
const (
	Wait        = 24 * time.Hour     // until it takes effect
	RemindAfter = 12 * time.Hour     // until the second notice
	Lapse       = 7 * 24 * time.Hour // after which nobody can confirm it any more
)

// Faults of a request. ErrCancel is the answer to a wrong code and to the code
// of a request that is over alike.
var (
	ErrAsked     = fault.New(fault.Conflict, locale.LostAppAlready)
	ErrCancel    = fault.InvalidField("code", locale.LostAppCancelWrong)
	ErrSelf      = fault.New(fault.Forbidden, locale.LostAppNotYours)
	ErrConfirmed = fault.New(fault.Conflict, locale.LostAppConfirmedAlready)
)

// Confirmer is who has to confirm a request.
type Confirmer string

// The confirmers. Nobody confirms for clients: they wait, and that is all.
const (
	ByNobody    Confirmer = ""
	ByCertifier Confirmer = "certifier" // of a site at which the person is staff
	ByOFP       Confirmer = "ofp"       // an administrator, not the person themselves
)

// Reset is a request that waits.
type Reset struct {
	ID          uuid.UUID
	Account     uuid.UUID `db:"account_id"`
	Person      string    // name of the owner
	Kind        account.Kind
	NeedsPerson bool
	Confirmer   Confirmer `db:"-"`
	AskedAt     time.Time
	DueAt       time.Time
	LapsesAt    time.Time
	RemindedAt  *time.Time
	ConfirmedAt *time.Time
	EndedAt     *time.Time
	EffectiveAt *time.Time
}

// Waits reports whether the request is under way at the given time: neither
// over nor in effect. One that nobody has confirmed ends at, not after, its
// time.
func (r Reset) Waits(at time.Time) bool {
	return r.EndedAt == nil && r.EffectiveAt == nil && !r.Lapsed(at)
}

// Lapsed reports whether nobody has confirmed the request in its time.
func (r Reset) Lapsed(at time.Time) bool {
	return r.NeedsPerson && r.ConfirmedAt == nil && !at.Before(r.LapsesAt)
}

// Due reports whether the request takes effect at the given time: from, not
// after, the end of its day, and confirmed when it has to be.
func (r Reset) Due(at time.Time) bool {
	return r.Waits(at) && !at.Before(r.DueAt) && (!r.NeedsPerson || r.ConfirmedAt != nil)
}

// Remind reports whether the second notice is to be sent at the given time.
func (r Reset) Remind(at time.Time) bool {
	return r.Waits(at) && r.RemindedAt == nil && !at.Before(r.AskedAt.Add(RemindAfter))
}

// confirmer says who confirms for an account with the roles: who is certifier
// of any site has more power than staff and is confirmed by OFP everywhere.
func confirmer(kind account.Kind, roles []string) Confirmer {
	if kind == account.Client {
		return ByNobody
	}
	staff := kind == account.Workforce
	for _, r := range roles {
		staff = staff && authz.Role(r) == authz.Staff
	}
	if staff && len(roles) > 0 {
		return ByCertifier
	}
	return ByOFP
}
