// Package approval keeps what one administrator asks for and another decides
// (security.md 16.7): inviting somebody to the program office, an act on many
// accounts, opening the break-glass account. It knows who may decide and for
// how long a decision is good; what is done on the strength of it is for the
// packages that ask.
package approval

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Kind is what is asked for.
type Kind string

// The kinds.
const (
	OfficeInvite  Kind = "office_invite"
	BreakGlass    Kind = "break_glass"
	IssueCodes    Kind = "issue_codes"
	LaunchMailing Kind = "launch_mailing"
)

// Few is how many accounts an act may be about for one administrator alone.
const Few = 20

// How long a request waits, and how long an approval is good.
const (
	Patience = 72 * time.Hour
	Lifetime = 24 * time.Hour
	// Hurry is how long a request to open the break-glass account waits.
	Hurry = time.Hour
)

// Decision is what was said to a request.
type Decision string

// The decisions. Whoever asked may withdraw, and do nothing else with it.
const (
	Approve  Decision = "approved"
	Refuse   Decision = "refused"
	Withdraw Decision = "withdrawn"
)

// State is how a request stands.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Lapsed    State = "lapsed" // nobody decided in time
	Approved  State = "approved"
	Unused    State = "unused" // approved, and not done in time
	Done      State = "done"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
)

// Approval is a request with what was decided.
type Approval struct {
	ID        uuid.UUID
	Kind      Kind
	Digest    []byte
	Count     int // accounts that it is about
	Reason    string
	AskedBy   *uuid.UUID // nil: on the host
	AskedAt   time.Time
	EndsAt    time.Time
	Decision  *Decision // nil: none yet
	DecidedBy *uuid.UUID
	DecidedAt *time.Time
	SpentAt   *time.Time
}

// Faults of asking and deciding.
var (
	ErrReasonMissing = fault.InvalidField("reason", locale.ApprovalReasonMissing)
	ErrReasonLong    = fault.InvalidField("reason", locale.ApprovalReasonLong.With("Most", MaxReason))
	ErrOwn           = fault.New(fault.Forbidden, locale.ApprovalOwn)
	ErrNotAsker      = fault.New(fault.Forbidden, locale.ApprovalNotAsker)
	ErrSealed        = fault.New(fault.Forbidden, locale.ApprovalSealed)
	ErrDecided       = fault.New(fault.Conflict, locale.ApprovalDecided)
	ErrLapsed        = fault.New(fault.Conflict, locale.ApprovalLapsed)
	ErrAskerGone     = fault.New(fault.Conflict, locale.ApprovalAskerGone)
	ErrNotApproved   = fault.New(fault.Forbidden, locale.ApprovalMissing)
)

// MaxReason is the longest reason, in characters.
const MaxReason = 500

// CheckReason returns the reason without space around it, or a fault of the
// field "reason".
func CheckReason(s string) (string, error) {
	switch s = strings.TrimSpace(s); {
	case s == "":
		return "", ErrReasonMissing
	case len([]rune(s)) > MaxReason:
		return "", ErrReasonLong
	}
	return s, nil
}

// State returns how the request stands at the given time. It ends at, not
// after, its end.
func (a Approval) State(at time.Time) State {
	ended := !at.Before(a.EndsAt)
	switch {
	case a.Decision == nil && ended:
		return Lapsed
	case a.Decision == nil:
		return Waiting
	case *a.Decision == Refuse:
		return Refused
	case *a.Decision == Withdraw:
		return Withdrawn
	case a.SpentAt != nil:
		return Done
	case ended:
		return Unused
	}
	return Approved
}

// Decidable returns nil when the actor may say that to the request at the given
// time, and otherwise why not. Nobody approves or refuses what they asked for
// themselves, nor through the break-glass account; only the asker withdraws.
func (a Approval) Decidable(actor authz.Actor, d Decision, at time.Time) error {
	own := a.AskedBy != nil && *a.AskedBy == actor.Account
	switch {
	case d == Withdraw && !own:
		return ErrNotAsker
	case d != Withdraw && own:
		return ErrOwn
	case d != Withdraw && actor.Origin.Sealed:
		return ErrSealed
	case a.Decision != nil:
		return ErrDecided
	case a.State(at) == Lapsed:
		return ErrLapsed
	}
	return nil
}

// Of returns the digest of what exactly is to be done: every part, in this
// order, and nothing else.
func Of(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// needed reports whether an act on that many accounts needs a second
// administrator, when the portal is open or not yet (decisions 31).
func needed(count int, open bool) bool { return open && count > Few }
