// Package membership keeps who works at which site, and as what: the site's
// certifier, named by the program office, and staff, whom the certifier lets
// in and whose access the certifier takes away. OFP and desk have memberships
// without a site. How an invited person gets an account is accesscode's.
package membership

import (
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Status is how far somebody's access to a site has come.
type Status string

// The states of a membership, as the Access Management Dashboard shows them.
const (
	Invited           Status = "invited"
	Undeliverable     Status = "undeliverable" // the invitation's mail bounced
	InvitationExpired Status = "invitation-expired"
	Active            Status = "active"
	Blocked           Status = "blocked"
	Disabled          Status = "disabled"
	Removed           Status = "removed"
)

// Statuses lists every state in the order of a life.
var Statuses = []Status{Invited, Undeliverable, InvitationExpired, Active, Blocked, Disabled, Removed}

// Membership is the access of a person to a site, or an invitation to it.
type Membership struct {
	ID        uuid.UUID
	SiteID    *uuid.UUID // nil: OFP and desk
	Role      authz.Role
	AccountID *uuid.UUID // nil: no account yet
	FirstName string
	LastName  string
	Email     string
	CreatedAt time.Time
	JoinedAt  *time.Time
	RemovedAt *time.Time
	// Of a certifier who was named after another: when the Provider Orientation
	// was attended, and until when it is to be. Zero: not said, nothing due.
	OrientationDoneOn civil.Date
	OrientationDueOn  civil.Date
}

// Name returns the first and the last name.
func (m Membership) Name() string { return strings.TrimSpace(m.FirstName + " " + m.LastName) }

// Joined reports whether the person has an account.
func (m Membership) Joined() bool { return m.AccountID != nil }

// At returns the site, and uuid.Nil for OFP and desk.
func (m Membership) At() uuid.UUID {
	if m.SiteID == nil {
		return uuid.Nil
	}
	return *m.SiteID
}

// Member is a membership with what else the dashboard shows of the person.
type Member struct {
	Membership
	SignedInAt         *time.Time
	BlockedAt          *time.Time
	DisabledAt         *time.Time
	DisabledInactiveAt *time.Time
	InactiveFrom       *time.Time // when disuse disables, whether a sweep has been or not; nil: never
	AccountRemovedAt   *time.Time
	CodeLive           bool       // a code was issued and neither used nor replaced
	CodeExpiresAt      *time.Time // nil: its mail has not been accepted yet
	CodeBounced        bool       // its mail could not be delivered
	AsOf               time.Time  // when this was read
	Elsewhere          bool       `db:"-"` // works at other sites as well; Find says it
}

// Status returns the state at the given time. An invitation is expired at, not
// after, the end of its code. One whose mail bounced is undeliverable until
// another code replaces it (security.md 15.2). An account is out of use for
// too long when sign-in would say so, and not only once a sweep has marked it
// (security.md 4.5).
func (m Member) Status(at time.Time) Status {
	switch {
	case m.RemovedAt != nil || m.AccountRemovedAt != nil:
		return Removed
	case !m.Joined() && m.CodeLive && m.CodeBounced:
		return Undeliverable
	case !m.Joined() && m.CodeLive && (m.CodeExpiresAt == nil || at.Before(*m.CodeExpiresAt)):
		return Invited
	case !m.Joined():
		return InvitationExpired
	case m.BlockedAt != nil:
		return Blocked
	case m.DisabledAt != nil || m.inactive(at):
		return Disabled
	}
	return Active
}

func (m Member) inactive(at time.Time) bool {
	return m.DisabledInactiveAt != nil || m.InactiveFrom != nil && !at.Before(*m.InactiveFrom)
}

// Invitee is somebody who is to be let in.
type Invitee struct {
	FirstName string
	LastName  string
	Email     string
}

// Longest name and e-mail address that are taken.
const (
	MaxName  = 60
	MaxEmail = 254
)

// Check returns nil for an invitee who can be invited, and otherwise
// everything that is wrong, by field.
func (i Invitee) Check() error {
	faults := checkNames(i.FirstName, i.LastName)
	switch {
	case i.Email == "":
		faults = append(faults, fault.Field{Name: "email", Text: locale.AccessNewEmailMissing})
	case !site.IsEmail(i.Email):
		faults = append(faults, fault.Field{Name: "email", Text: locale.AccessNewEmailWrong})
	}
	return fault.InvalidFields(faults)
}

func checkNames(first, last string) []fault.Field {
	var faults []fault.Field
	for _, n := range []struct {
		field, value  string
		missing, long locale.Phrase
	}{
		{"first-name", first, locale.AccessNewFirstNameMissing, locale.AccessNewNameLong.With("Most", MaxName)},
		{"last-name", last, locale.AccessNewLastNameMissing, locale.AccessNewNameLong.With("Most", MaxName)},
	} {
		switch {
		case strings.TrimSpace(n.value) == "":
			faults = append(faults, fault.Field{Name: n.field, Text: n.missing})
		case strings.ContainsFunc(n.value, unprintable):
			faults = append(faults, fault.Field{Name: n.field, Text: locale.AccessNewNameWrong})
		case len([]rune(n.value)) > MaxName:
			faults = append(faults, fault.Field{Name: n.field, Text: n.long})
		}
	}
	return faults
}

// unprintable reports whether a character has no place in a name: it would
// break a line, of a mail's head for one (security.md 15.3), or hide what
// follows.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || unicode.Is(unicode.Bidi_Control, r)
}

// Refusals.
var (
	ErrEmailTaken = fault.InvalidField("email", locale.AccessNewEmailTaken)
	ErrSelf       = fault.New(fault.Forbidden, locale.AccessRemoveSelf)
	ErrRemoved    = fault.New(fault.Conflict, locale.AccessAlreadyRemoved)
)

// CheckNames returns nil for a name that can be kept, and otherwise everything
// that is wrong, by field.
func CheckNames(first, last string) error { return fault.InvalidFields(checkNames(first, last)) }
