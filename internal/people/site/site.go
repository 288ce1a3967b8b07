// Package site keeps the enrolled service locations of the program and reads
// the lists in which they arrive with their certifiers. Who works at a site is
// kept by membership; codes for certifiers are sent by accesscode.
package site

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/secret"
)

// Status says whether a site may enroll clients.
type Status string

// The states of a site.
const (
	Enrolled    Status = "enrolled"
	Suspended   Status = "suspended"
	Disenrolled Status = "disenrolled"
)

// Site is an enrolled service location. NPI and Code together are its key in
// the trade; many sites share an NPI.
type Site struct {
	ID           uuid.UUID
	NPI          string
	Code         string `db:"site_code"`
	Name         string
	ProviderType string
	Sector       string
	Street       string
	City         string
	ZIP          string
	CountyCode   string
	Phone        string
	EnrolledOn   civil.Date
	Status       Status
	StatusReason string     // code, why it is suspended or disenrolled
	StatusOn     civil.Date // zero: never changed
	// UncertifiedOn is the first day without a certifier, zero while there is
	// one.
	UncertifiedOn civil.Date
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Address returns street, city and ZIP as one line.
func (s Site) Address() string { return s.Street + ", " + s.City + ", CA " + s.ZIP }

// Standing returns what decides whether work may be done at the site.
func (s Site) Standing() Standing { return Standing{Status: s.Status, UncertifiedOn: s.UncertifiedOn} }

// same reports whether the list says nothing new about the site.
func (s Site) same(t Site) bool {
	s.ID, s.Status, s.CreatedAt, s.UpdatedAt = t.ID, t.Status, t.CreatedAt, t.UpdatedAt
	s.StatusReason, s.StatusOn, s.UncertifiedOn = t.StatusReason, t.StatusOn, t.UncertifiedOn
	return s == t
}

// Certifier is the clinician who answers for a site, as a list names them or
// as they stand in the database.
type Certifier struct {
	SiteID     uuid.UUID
	FirstName  string
	LastName   string
	Credential string
	Email      string
	Joined     bool // has an account
}

// EmailKey returns the address in the form in which addresses are compared.
func (c Certifier) EmailKey() string { return EmailKey(c.Email) }

// same reports whether the list says nothing new about the certifier.
func (c Certifier) same(d Certifier) bool {
	c.SiteID, c.Joined = d.SiteID, d.Joined
	return c == d
}

// EmailKey folds an address for comparing: without spaces around it and
// without regard to capitals.
func EmailKey(email string) string { return secret.CanonicalEmail(email) }

// Credentials lists the clinicians who may certify a site; nobody else may.
var Credentials = []string{"MD", "DO", "CNP", "PA", "CNM"}

// Types lists the kinds of provider that a site may be.
var Types = []string{
	"Solo", "Group", "Primary care clinic", "Affiliate clinic", "FQHC", "Tribal FQHC",
	"Rural health clinic", "Intermittent clinic", "Mobile clinic", "Hospital outpatient",
}

// npiPrefix is put before an NPI for its check digit: the issuer's number of
// health identifiers in the United States.
const npiPrefix = "80840"

// NPIChecks reports whether ten digits end in the check digit of an NPI: Luhn
// over the prefix 80840 and the number.
func NPIChecks(npi string) bool {
	sum, double := 0, false
	digits := npiPrefix + npi
	for i := len(digits) - 1; i >= 0; i-- {
		n := int(digits[i] - '0')
		if n < 0 || n > 9 {
			return false
		}
		if double {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum, double = sum+n, !double
	}
	return len(npi) == 10 && sum%10 == 0
}
