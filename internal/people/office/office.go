// Package office keeps the people of the program office and of the service
// desk: one administrator asks for an invitation, another confirms it, and at
// least two administrators remain whatever is ended (security.md 16.5 to 16.7).
// It also lists everybody who works with the portal, for OFP, and keeps the
// break-glass account. What an invitation becomes is accesscode's, what an
// account is account's.
package office

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service keeps the people of the office. It may be used from several
// goroutines at once.
type Service struct {
	db       *postgres.DB
	ring     *secret.Ring
	codes    *accesscode.Service
	accounts *account.Service
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring, codes *accesscode.Service, accounts *account.Service) *Service {
	return &Service{db: db, ring: ring, codes: codes, accounts: accounts}
}

// Refusals of an invitation.
var (
	ErrAlone       = fault.New(fault.Forbidden, locale.OfficeInviteAlone)
	ErrRoleMissing = fault.InvalidField("role", locale.OfficeInviteRoleMissing)
	ErrAsked       = fault.InvalidField("email", locale.OfficeInviteAsked)
	ErrTaken       = fault.New(fault.Conflict, locale.OfficeInviteTaken)
)

// Invitation is whom an administrator wants to be let in, as what and why.
type Invitation struct {
	membership.Invitee
	Role   authz.Role // OFP or Desk
	Reason string
}

// check returns nil for an invitation that can be asked for, and otherwise
// everything that is wrong, by field.
func (in *Invitation) check() error {
	var faults []fault.Field
	note := func(err error) {
		if f, ok := fault.Of(err); ok {
			faults = append(faults, f.Fields...)
		}
	}
	if !in.Role.Privileged() {
		note(ErrRoleMissing)
	}
	note(in.Check())
	reason, err := approval.CheckReason(in.Reason)
	note(err)
	in.Reason = reason
	return fault.InvalidFields(faults)
}

// Request is something that one administrator asked for, with the names that
// its page shows.
type Request struct {
	approval.Approval
	Asker        string // empty: on the host
	Decider      string
	Role         authz.Role // of an invitation, empty for other kinds
	Name         string
	Email        string
	MembershipID *uuid.UUID // made when the invitation was approved
}

// Own reports whether the actor asked for it.
func (r Request) Own(account uuid.UUID) bool { return r.AskedBy != nil && *r.AskedBy == account }

// Requests are the requests that wait, the oldest first, and those that are
// over, the newest first.
type Requests struct {
	Waiting []Request
	Over    []Request
	Now     time.Time
}
