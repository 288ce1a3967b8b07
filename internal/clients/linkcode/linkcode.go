// Package linkcode joins a client's own account to the record that a clinic
// made: with a code that the clinic has printed, or with the HAP number, the
// birth date and one more fact (portal rules 6.4). With a code of the clinic
// somebody who has no way back to an account opens a new one on the record, and
// the old one ends (decisions 26).
package linkcode

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Lifetime is how long a code is good, as long as every code that is typed by
// hand (security.md 3.3).
const Lifetime = 24 * time.Hour

// The faults of this package.
var (
	// ErrWrong is the one answer to whatever does not let in: which part of it
	// was wrong, and whether there is such a record, is nobody's to learn.
	ErrWrong = fault.New(fault.Invalid, locale.MyLinkWrong)
	// ErrJoined means that the account has a record already.
	ErrJoined = fault.New(fault.Conflict, locale.MyLinkJoined)
	// ErrShown means that the form was sent before: its code was shown then and
	// cannot be shown again.
	ErrShown = fault.New(fault.Conflict, locale.LinkCodeShown)
)

// Code is a code that can be used, without what it says.
type Code struct {
	MadeAt time.Time
	EndsAt time.Time
	MadeBy string
}

// Good reports whether the code can be used at the time.
func (c Code) Good(at time.Time) bool { return at.Before(c.EndsAt) }

// Standing is a record with the code that can be used, nil when there is none.
type Standing struct {
	Client     client.Record
	Code       *Code
	HasAccount bool // joining another account ends it
}

// Made is a new code, which is shown once.
type Made struct {
	Client client.Record
	Code   secret.Text
	EndsAt time.Time
}

// Fact is what a client says besides the HAP number and the birth date.
type Fact string

// The facts.
const (
	ZIP    Fact = "zip"
	Phone  Fact = "phone"
	SSNEnd Fact = "ssn"
)

// Facts lists them in the order in which they are offered.
var Facts = []Fact{Phone, ZIP, SSNEnd}

// Claim is what a client types to join a record: a code, or a HAP number with a
// fact, and the birth date with both.
type Claim struct {
	Code    string
	Number  string
	BirthOn civil.Date
	Fact    Fact
	Value   string
}

// Service makes codes and joins accounts to records.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// purpose keeps the digests of these codes apart from others.
const purpose = "link-code"

func subject(id uuid.UUID) string { return "link-code:" + id.String() }
