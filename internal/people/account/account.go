// Package account keeps what people sign in with: usernames, passwords and the
// states of an account (active, blocked, disabled, removed), with the soft lock
// after wrong passwords and recovery through the mailbox. Passcodes belong to
// package passcode, sessions to package session, and what an account may do at
// a site to package membership.
package account

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Kind is what an account is for, for its whole life.
type Kind string

// The kinds. A workforce account is a certifier's or a staff person's.
const (
	Client    Kind = "client"
	Workforce Kind = "workforce"
	OFP       Kind = "ofp"
	Desk      Kind = "desk"
)

// Privileged reports whether the stricter rules of OFP administrators and
// representatives hold: authenticator app only, three wrong passcodes.
func (k Kind) Privileged() bool { return k == OFP || k == Desk }

// Channel is how an account gets its passcodes.
type Channel string

// The channels. Text message is a third, once a gateway exists.
const (
	Email Channel = "email"
	App   Channel = "app"
)

// Account is what is stored of an account, without its secrets.
type Account struct {
	ID                 uuid.UUID
	Kind               Kind
	Username           string // of a client, like the three below, empty until Opened
	FirstName          string
	LastName           string
	Email              string
	Language           locale.Language
	Channel            Channel `db:"passcode_channel"`
	MustChange         bool
	PasswordSetAt      time.Time
	CreatedAt          time.Time
	SignedInAt         *time.Time
	BlockedAt          *time.Time
	DisabledInactiveAt *time.Time
	EnabledAt          *time.Time // by the desk, after inactivity; nil: never
	DisabledAt         *time.Time
	RemovedAt          *time.Time
	Sealed             bool       // the break-glass account: signs in while it is open only
	OpenTill           *time.Time // of a sealed account; nil: never opened
	Ways               []Way      `db:"-"` // that a client has called safe
	Hidden
}

// Name returns the first and the last name.
func (a Account) Name() string { return strings.TrimSpace(a.FirstName + " " + a.LastName) }

// The states that a person may learn of, after a right password only.
var (
	ErrBlocked  = fault.New(fault.Forbidden, locale.AccountStateBlocked)
	ErrInactive = fault.New(fault.Forbidden, locale.AccountStateInactive)
	ErrDisabled = fault.New(fault.Forbidden, locale.AccountStateDisabled)

	// ErrMustChange means that the password is right and no longer trusted:
	// after a reset by the service desk, or "this was not me". A code to set a
	// new one is in the owner's mailbox.
	ErrMustChange = fault.New(fault.Forbidden, locale.AccountStateMustChange)
)

// ErrWrong is the one answer to an unknown name, a wrong password, a soft lock
// and a removed account.
var ErrWrong = fault.New(fault.Invalid, locale.AccountSignInWrong)

// Usable returns nil when the account may be used at the given time, and
// otherwise the state that stands against it. An account is inactive from, not
// after, the end of its limit since the last complete sign-in, since it was
// created when there was none, or since the desk has enabled it.
func (a Account) Usable(at time.Time, limits Limits) error {
	switch {
	case a.RemovedAt != nil:
		return ErrWrong
	case a.DisabledAt != nil:
		return ErrDisabled
	case a.BlockedAt != nil:
		return ErrBlocked
	case a.Sealed:
		return a.opened(at)
	case a.DisabledInactiveAt != nil, !at.Before(a.inactiveFrom(limits)):
		return ErrInactive
	}
	return nil
}

// opened returns nil while the break-glass account is open, which ends at, not
// after, the time set (security.md 16.6). It is never inactive. Its first
// sign-in goes as far as setting up the authenticator, and no further: a
// session is judged anew at each request, and the seal then ends it.
func (a Account) opened(at time.Time) error {
	if a.SignedInAt == nil || a.OpenTill != nil && at.Before(*a.OpenTill) {
		return nil
	}
	return ErrDisabled
}

func (a Account) inactiveFrom(limits Limits) time.Time {
	last := a.CreatedAt
	for _, at := range []*time.Time{a.SignedInAt, a.EnabledAt} {
		if at != nil && at.After(last) {
			last = *at
		}
	}
	if a.Kind == Client {
		return last.AddDate(0, limits.ClientMonths, 0)
	}
	return last.AddDate(0, 0, limits.WorkforceDays)
}

// Limits are the program's parameters for accounts (decisions 9, 11).
type Limits struct {
	Failures      int           // wrong passwords within Window until the soft lock
	Window        time.Duration // in which they are counted
	Lock          time.Duration // how long the soft lock lasts
	InARow        int           // wrong passwords without a success, until unknown devices are refused
	WorkforceDays int           // without a complete sign-in, until inactive
	ClientMonths  int
	WarningDays   []int         // before that, at which the owner is warned; the longest first
	ResetLife     time.Duration // of a code to set a new password
}

// DefaultLimits are the values the program starts with.
var DefaultLimits = Limits{
	Failures:      5,
	Window:        120 * time.Minute,
	Lock:          60 * time.Minute,
	InARow:        100,
	WorkforceDays: 60,
	ClientMonths:  15,
	WarningDays:   []int{14, 3},
	ResetLife:     60 * time.Minute,
}

// Fold returns the form in which usernames and e-mails are compared: NFKC,
// lower case, no space around.
func Fold(s string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
}

// Bounds of a username, in characters.
const (
	minUsername = 4
	maxUsername = 50
)

// CheckUsername returns nil when the name may be a username, and otherwise a
// fault of the field "username". It does not know whether the name is taken.
func CheckUsername(name string) error {
	if name == "" {
		return fault.InvalidField("username", locale.AccountUsernameMissing)
	}
	if len(name) < minUsername || len(name) > maxUsername || strings.Trim(name[:1], ".-_") == "" {
		return fault.InvalidField("username", locale.AccountUsernameShape)
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(".-_", c) {
			return fault.InvalidField("username", locale.AccountUsernameShape)
		}
	}
	return nil
}
