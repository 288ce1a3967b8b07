// Package session keeps sign-ins in PostgreSQL: our store for scs, which never
// revives an ended session and judges every limit by the database's clock, and
// what each request must know of who asks. How somebody proves who they are is
// for packages account and passcode.
package session

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
)

// Step says how far a sign-in has come.
type Step string

// The steps: nobody yet, the password was right, the passcode too.
const (
	None     Step = "none"
	Password Step = "password"
	Full     Step = "full"
)

// State is what the database says of a session at one request: read anew each
// time, so that a removed, blocked or disabled person stops at once.
type State struct {
	ID         uuid.UUID // of the session, uuid.Nil without one
	Binding    string    // what forms and half-made accounts are bound to; survives new tokens
	Account    uuid.UUID
	Step       Step
	Kind       string // of the account: client, workforce, ofp or desk
	Role       authz.Role
	Site       uuid.UUID // acted for; uuid.Nil for none
	SiteName   string
	SiteDetail string // NPI and address on one line
	Place      Place  // the site acted for, beside the others of the account
	Name       string // of the person; empty for a client
	Sealed     bool   // the break-glass account, open for a while
	Device     uuid.UUID
	Shared     bool
	Pending    uuid.UUID // the sign-in under way, which passcodes are bound to
	PasswordAt time.Time
	PasscodeAt time.Time
	Now        time.Time     // of the database, at this request
	Idle       time.Duration // rest that ends the session
	Locked     bool          // idle too long: the password alone resumes it
	OwesTerms  bool          // has not agreed to a text in force (security.md 14.8)
	Kept       Kept
	Handover   Handover // the device is a client's for the moment
	Ended      Ended    // what became of the sign-in that the browser still names
}

// Kept is what there is of forms that came too late (security.md 5.5).
type Kept struct {
	Page   string    // with the newest of them; empty: none
	ID     uuid.UUID // of the one of the page that is asked for; uuid.Nil: none
	Sealed []byte
}

// Ended says why a sign-in is over that its browser still names. It is there
// for those ends only that nobody meant against the account: the time limit,
// and one sign-in more than may be.
type Ended struct {
	Why     string
	Account uuid.UUID
}

// Reasons of an end that its browser is told.
const (
	EndedByLimit   = endLimit
	EndedBySurplus = endSurplus
)

// SignedIn reports whether the sign-in is complete, the session is not locked
// and the account still has a role to act in.
func (s State) SignedIn() bool {
	return s.Step == Full && !s.Locked && s.Role != "" && s.Role != authz.Nobody
}

// Half reports whether the password was right and the passcode is still to
// come.
func (s State) Half() bool { return s.Step == Password }

// Fresh reports whether password and passcode were both given within the time,
// for acts that ask for them again (security.md 5.9).
func (s State) Fresh(within time.Duration) bool {
	return s.SignedIn() && s.Now.Sub(s.PasswordAt) < within && s.Now.Sub(s.PasscodeAt) < within
}

// Limits of a session (decisions 10).
type Limits struct {
	Idle           time.Duration
	IdlePrivileged time.Duration // OFP and desk
	IdleShared     time.Duration // on a shared device
	Absolute       time.Duration
	Most           int // at once for one account; one more ends the oldest
}

// Standard are the program's limits.
var Standard = Limits{
	Idle: 30 * time.Minute, IdlePrivileged: 15 * time.Minute, IdleShared: 15 * time.Minute,
	Absolute: 12 * time.Hour, Most: 3,
}

func (l Limits) idle(kind string, shared bool) time.Duration {
	switch {
	case kind == "ofp" || kind == "desk":
		return l.IdlePrivileged
	case shared:
		return l.IdleShared
	}
	return l.Idle
}
