// Package registration is the way to a client's own account, a step at a time:
// whether mail is safe, who they are, username and password, the proof that the
// mailbox or the app is at hand, the terms. It is bound to the browser, nothing
// of it is readable in the database, and nothing stays of one that was given
// up. Nobody is asked about parents: minors register alone (domain/portal.md
// 6.4). Accounts are account's, authenticators passcode's.
package registration

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Lifetime is how long somebody may take from the first answer to the account.
const Lifetime = time.Hour

// Numbers of the mailed code: how long it is good, how soon another may be
// asked for, how many in one registration, and how often one may be typed.
const (
	codeLife = passcode.Lifetime
	pause    = time.Minute
	mostAsks = 5
	mostTry  = 5
)

// MaxName is the longest name, in characters.
const MaxName = 60

// Mail is what may be sent to somebody's mailbox.
type Mail string

// The answers to the first question.
const (
	Nothing  Mail = "none"  // passcodes come from an app
	Codes    Mail = "codes" // that were asked for in that minute
	Messages Mail = "all"   // and a note that something waits
)

// Step is one page of the way to an account.
type Step string

// The steps in their order; one is left out by the first answer.
const (
	StepSafe   Step = "safe"
	StepAbout  Step = "about-you"
	StepEmail  Step = "email"
	StepSignIn Step = "sign-in-details"
	StepCode   Step = "code"
	StepApp    Step = "authenticator"
	StepTerms  Step = "terms"
	StepDone   Step = "done"
)

// What stops somebody on the way. ErrNone: nothing was begun in this browser,
// or too long ago. ErrStep: a step was left out.
var (
	ErrNone    = fault.New(fault.Expired, locale.RegistrationLapsed)
	ErrStep    = fault.New(fault.Conflict, locale.RegistrationLapsed)
	ErrTooSoon = passcode.ErrTooSoon
	ErrTries   = fault.InvalidField("code", locale.RegistrationCodeTries)
	ErrMost    = fault.InvalidField("code", locale.RegistrationCodeMost)
)

// Person is who the account is for.
type Person struct {
	First  string
	Last   string // empty: has none
	BornOn civil.Date
}

// Draft is somebody on the way to an account.
type Draft struct {
	ID       uuid.UUID
	Mail     Mail
	Person   Person // zero: not asked yet
	Email    string
	Username string     // empty: not chosen yet
	Secret   string     // of the app; empty: codes come by mail
	Asked    bool       // a code was mailed to this address
	Resting  bool       // so short a time ago that another has to wait
	Proved   bool       // mailbox or app is at hand
	Account  *uuid.UUID // nil: not finished
	language locale.Language
	asks     int
	step     int64 // of the app's last code
	recovery []passcode.Kept
	hash     string
}

// Steps are the pages of this way, in their order.
func (d Draft) Steps() []Step {
	if d.Mail == Nothing {
		return []Step{StepSafe, StepAbout, StepSignIn, StepApp, StepTerms, StepDone}
	}
	return []Step{StepSafe, StepAbout, StepEmail, StepSignIn, StepCode, StepTerms, StepDone}
}

// Next returns the first step that is not done.
func (d Draft) Next() Step {
	switch {
	case d.Account != nil:
		return StepDone
	case d.Person.First == "":
		return StepAbout
	case d.Mail != Nothing && d.Email == "":
		return StepEmail
	case d.Username == "" || d.hash == "":
		return StepSignIn
	case d.Proved:
		return StepTerms
	case d.Mail == Nothing:
		return StepApp
	}
	return StepCode
}

// Open reports whether the step may be shown or sent now: the next one and
// those before it, until the account exists.
func (d Draft) Open(step Step) bool {
	next := d.Next()
	if next == StepDone || step == StepDone {
		return step == next
	}
	at := slices.Index(d.Steps(), step)
	return at >= 0 && at <= slices.Index(d.Steps(), next)
}

// After returns the step that comes after one that was done: the next in order
// that is open, so that somebody who went back sees the later pages again.
// What was proved is not proved twice.
func (d Draft) After(done Step) Step {
	all := d.Steps()
	for _, step := range all[slices.Index(all, done)+1:] {
		if d.Open(step) && (!d.Proved || step != StepCode && step != StepApp) {
			return step
		}
	}
	return d.Next()
}

// Before returns the step before, "" for the first.
func (d Draft) Before(step Step) Step {
	all := d.Steps()
	if at := slices.Index(all, step); at > 0 {
		return all[at-1]
	}
	return ""
}

// ways are the ways that were called safe (security.md 14.1).
func (d Draft) ways() []account.Way {
	if d.Mail == Messages {
		return []account.Way{account.ByEmail}
	}
	return nil
}

// words are the context words that a password must not consist of.
func (d Draft) words(username string) []string {
	local, _, _ := strings.Cut(d.Email, "@")
	return []string{d.Person.First, d.Person.Last, d.Email, local, username}
}
