// Package passcode is the second step of every sign-in: six digits from an
// authenticator app or from a mail, and recovery codes for a lost app. It
// counts failures before it compares and blocks the account that has too many;
// only the service desk unblocks.
package passcode

import (
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Numbers of the program's design (decisions 8, security.md 2).
const (
	Digits        = 6
	Lifetime      = 10 * time.Minute // of a mailed passcode, unless OFP has set less
	noticeEvery   = 30 * time.Minute // of new devices, at most one
	period        = 30 * time.Second
	secretSize    = 20 // 160 bits
	recoveryCodes = 10
	recoverySize  = 16 // characters of 5 bits: 80 bits
	selectorSize  = 4  // characters in front of them, which find the code's row
	setupLife     = time.Hour
	cutOff        = time.Minute // after which a try without an end is taken for one that was cut off
)

// Faults of the second step. ErrWrong covers a wrong, replayed and replaced
// passcode alike; ErrExpired means that the one that was sent was not used in
// its time, whatever was typed, so that nothing can be learned from it.
var (
	ErrFormat  = fault.InvalidField("code", locale.PasscodeFormat)
	ErrWrong   = fault.InvalidField("code", locale.PasscodeWrong)
	ErrExpired = fault.InvalidField("code", locale.PasscodeExpired)
	ErrBlocked = fault.New(fault.Forbidden, locale.AccountStateBlocked)
	ErrTooSoon = fault.New(fault.Throttled, locale.PasscodeTooSoon)
	ErrNoMail  = fault.New(fault.NotFound, locale.FaultNotFound)
	ErrNoSetup = fault.New(fault.NotFound, locale.FaultNotFound)
)

// Pending is a second step that is under way: whose it is, and the sign-in
// that mailed passcodes are bound to.
type Pending struct {
	Account uuid.UUID
	SignIn  uuid.UUID
}

// code is what was typed, in the one form that is compared.
type code struct {
	digits   string    // six digits, or
	recovery string    // the characters of a recovery code
	row      uuid.UUID // of a right recovery code
}

// read brings a typed code into its form: spaces, dashes and full-width digits
// are tolerated. What can be no code is ErrFormat and counts as no try
// (security.md 2.10).
func read(typed string) (code, error) {
	var b strings.Builder
	for _, r := range typed {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r):
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		default:
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	s := b.String()
	if len(s) == Digits && strings.Trim(s, "0123456789") == "" {
		return code{digits: s}, nil
	}
	s = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(s)
	if (len(s) == selectorSize+recoverySize || len(s) == recoverySize) && strings.Trim(s, alphabet) == "" {
		return code{recovery: s}, nil
	}
	return code{}, ErrFormat
}

// alphabet is Crockford's base 32.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
