// Package client keeps the record of a person who gets services, or has asked
// for them: who it is, how to reach the person safely, the HAP number, and the
// dates of the latest enrollment. It finds a person by whole identifiers alone
// and says who may see a record. What was decided about the person is kept by
// enrollment.
package client

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// The faults of this package.
var (
	ErrPurposeMissing = fault.InvalidField("purpose", locale.ClientPurposeMissing)
	ErrResultExpired  = fault.New(fault.Expired, locale.ClientSearchExpired)
)

// Person is who somebody says they are.
type Person struct {
	Name    Name
	BirthOn civil.Date
	SSN     string // nine digits; empty: not given
	BIC     string // number of a Medi-Cal card; empty: none
	Address Address
	County  string
	Contact Contact
}

// Address is where somebody lives or gets mail. It is empty for a person who
// has no fixed address.
type Address struct {
	Street    string `json:"street,omitempty"`
	Apartment string `json:"apartment,omitempty"`
	City      string `json:"city,omitempty"`
	State     string `json:"state,omitempty"`
	ZIP       string `json:"zip,omitempty"`
}

// Way is a way of reaching somebody.
type Way string

// The ways. The portal's own inbox needs no consent.
const (
	ByEmail Way = "email"
	ByText  Way = "text"
	ByPhone Way = "phone"
	ByMail  Way = "mail"
)

// Contact says how the person may be reached. Nothing is sent in a way that is
// not among Ways (security.md 14.1).
type Contact struct {
	Confidential bool   `json:"confidential,omitempty"` // to be kept from partner, spouse or parent
	Ways         []Way  `json:"ways,omitempty"`         // ways that the person has called safe
	Voicemail    bool   `json:"voicemail,omitempty"`    // safe to leave a message
	Phone        string `json:"phone,omitempty"`
	Email        string `json:"email,omitempty"`
	Speak        string `json:"speak,omitempty"` // language to speak
	Read         string `json:"read,omitempty"`  // language to read
	Interpreter  bool   `json:"interpreter,omitempty"`
}

// Safe reports whether the person may be reached in this way.
func (c Contact) Safe(w Way) bool { return slices.Contains(c.Ways, w) }

// Language returns the language of messages to the person.
func (c Contact) Language() locale.Language {
	if c.Read == string(locale.Spanish) || c.Read == "Spanish" {
		return locale.Spanish
	}
	return locale.English
}

// Period is the latest certified period of a client, with its early end if
// there was one. The zero Period is that of somebody who never qualified.
type Period struct {
	StartsOn       civil.Date
	EndsOn         civil.Date // last day
	DiscontinuedOn civil.Date // first day without; zero: not ended before its time
}

// Status is what a client is on a day.
type Status string

// The states. Deactivated is "Inactive" on pages.
const (
	Ineligible  Status = "ineligible"
	Active      Status = "active"
	Expired     Status = "expired"
	Deactivated Status = "deactivated"
)

// Statuses lists them in the order of filters.
var Statuses = []Status{Active, Expired, Deactivated, Ineligible}

// On returns the status on the day. Both days of the period are in it; the day
// of discontinuing is the first one without.
func (p Period) On(day civil.Date) Status {
	switch {
	case p.StartsOn.IsZero():
		return Ineligible
	case !p.DiscontinuedOn.IsZero() && !day.Before(p.DiscontinuedOn):
		return Deactivated
	case day.After(p.EndsOn):
		return Expired
	}
	return Active
}

// Eligibility returns the status on the day as the rules know it.
func (p Period) Eligibility(day civil.Date) eligibility.Status {
	switch p.On(day) {
	case Active:
		return eligibility.StatusActive
	case Expired:
		return eligibility.StatusExpired
	case Deactivated:
		return eligibility.StatusDeactivated
	}
	return eligibility.StatusNone
}

// Renewable reports whether a new certification may be made on the day for
// somebody who has had one: from ten months after the start, and at any time
// once the period is over or was ended.
func (p Period) Renewable(day civil.Date) bool {
	switch p.On(day) {
	case Active:
		return !day.Before(eligibility.WindowOpens(p.StartsOn))
	case Expired, Deactivated:
		return true
	}
	return false
}

// DaysLeft returns how many days of the period are left on the day, that day
// counted, and 0 when it is over.
func (p Period) DaysLeft(day civil.Date) int {
	if p.On(day) != Active {
		return 0
	}
	last := p.EndsOn
	if !p.DiscontinuedOn.IsZero() {
		last = p.DiscontinuedOn.AddDays(-1)
	}
	return last.DaysSince(day) + 1
}

// Record is what is known of a client, opened. Of the Social Security number
// it holds the last four digits alone.
type Record struct {
	ID        uuid.UUID
	SiteID    uuid.UUID
	SiteName  string
	CreatedAt time.Time
	Legacy    bool
	Period
	HAP         HAPNumber  // empty: never eligible
	HAPIssuedOn civil.Date // zero: none, or of the old system
	Name        Name
	BirthOn     civil.Date
	SSNEnd      string // last four digits; empty: not given
	HasBIC      bool
	Address     Address
	County      string
	Contact     Contact
	Today       civil.Date // day on which it was read
}

// Status returns what the client is on the day the record was read.
func (r Record) Status() Status { return r.On(r.Today) }

// Line is a client in a list of the site's own clients.
type Line struct {
	ID           uuid.UUID
	Name         Name
	HAP          HAPNumber
	BirthYear    int
	Confidential bool
	Period
	Code eligibility.DeactivationCode // with which the latest enrollment was ended
}

// Hit is a client that was found. Of another site's client it tells no more
// than is needed to know whether it is the person (security.md 8.7).
type Hit struct {
	ID        uuid.UUID
	Own       bool // of this site, or opened by it today
	Name      Name // own only
	Initials  string
	BirthYear int
	ZIP       string
	HAP       HAPNumber // own only
	Period
}
