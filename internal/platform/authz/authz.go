// Package authz says who acts and what each role may do. It is pure: it knows
// no request and no database. What a role may do with one particular record is
// for the services to check.
package authz

import (
	"strings"

	"github.com/google/uuid"
)

// Role is what an actor is at the moment.
type Role string

// The roles. Staff and certifier come from a membership in a site; OFP and
// desk belong to no site. System is the program itself: timers, rules, and
// whatever is done for somebody who has not signed in yet.
const (
	Nobody    Role = "nobody"
	Client    Role = "client"
	Staff     Role = "staff"
	Certifier Role = "certifier"
	OFP       Role = "ofp"
	Desk      Role = "desk"
	System    Role = "system"
)

// Roles lists the roles that a person can have, the one without an account
// first.
var Roles = []Role{Nobody, Client, Staff, Certifier, OFP, Desk}

// Privileged reports whether the role is one of those with stricter rules for
// passcodes and sessions (decisions 8, 10).
func (r Role) Privileged() bool { return r == OFP || r == Desk }

// Workforce reports whether the role belongs to somebody who works here.
func (r Role) Workforce() bool {
	return r == Staff || r == Certifier || r == OFP || r == Desk
}

// Provider reports whether the role acts for a site.
func (r Role) Provider() bool { return r == Staff || r == Certifier }

// Actor is whoever does something, as far as the services need to know.
type Actor struct {
	Role    Role
	Account uuid.UUID // uuid.Nil for nobody and system
	Site    uuid.UUID // the site acted for; uuid.Nil for OFP, desk, client
	Origin  Origin
}

// Origin says where an act came from, for the audit entry and for binding
// forms to a session.
type Origin struct {
	Request string    // number of the request, as in the log
	Address string    // network address
	Device  uuid.UUID // known device, uuid.Nil when unknown
	Session string    // digest of the session's token, empty outside a session
	Sealed  bool      // through the break-glass account: every audit entry says so (security.md 16.6)
	// HandedOver: the device is handed to a client, whose acts these are; every
	// audit entry says so (ux.md 5.5).
	HandedOver bool
}

// String is how the database is told who acts: role, account and site, with a
// dash for what there is none of. It holds no other characters than letters,
// digits, dashes and spaces.
func (a Actor) String() string {
	role := a.Role
	if role == "" {
		role = Nobody
	}
	return strings.Join([]string{string(role), dash(a.Account), dash(a.Site)}, " ")
}

// AsSystem returns the actor for what the program does on behalf of somebody
// who has no account yet, from the same origin.
func (a Actor) AsSystem() Actor { return Actor{Role: System, Origin: a.Origin} }

// SystemActor is the actor of jobs and commands.
var SystemActor = Actor{Role: System}

func dash(id uuid.UUID) string {
	if id == uuid.Nil {
		return "-"
	}
	return id.String()
}

// Permission is what a route or a service asks for.
type Permission string

// The permissions, after the matrix of security.md 8.2. Open is for pages that
// everybody may see, HalfSignedIn for the steps between password and passcode.
const (
	Open            Permission = "open"
	HalfSignedIn    Permission = "half-signed-in"
	SignedIn        Permission = "signed-in"
	ProviderHome    Permission = "provider-home"
	FindClients     Permission = "find-clients"
	EnrollClients   Permission = "enroll-clients"
	ReadNotes       Permission = "read-notes"
	ManageStaff     Permission = "manage-staff"
	OFPHome         Permission = "ofp-home"
	ManageSites     Permission = "manage-sites"
	IssueCodes      Permission = "issue-codes"
	ManagePeople    Permission = "manage-people"
	ManageTraining  Permission = "manage-training"
	ManageOutages   Permission = "manage-outages"
	ManageSettings  Permission = "manage-settings"
	DecideOverrides Permission = "decide-overrides"
	DeskHome        Permission = "desk-home"
	AssistAccounts  Permission = "assist-accounts" // the service desk's three acts
	OwnRecord       Permission = "own-record"
	TrainingHelpers Permission = "training-helpers" // the /demo pages, in training mode only
)

var holders = map[Permission][]Role{
	Open:            {Nobody, Client, Staff, Certifier, OFP, Desk},
	HalfSignedIn:    {Nobody, Client, Staff, Certifier, OFP, Desk},
	TrainingHelpers: {Nobody, Client, Staff, Certifier, OFP, Desk},
	SignedIn:        {Client, Staff, Certifier, OFP, Desk},
	ProviderHome:    {Staff, Certifier},
	FindClients:     {Staff, Certifier},
	EnrollClients:   {Staff, Certifier},
	ReadNotes:       {Staff, Certifier, OFP},
	ManageStaff:     {Certifier},
	OFPHome:         {OFP},
	ManageSites:     {OFP},
	IssueCodes:      {OFP},
	ManagePeople:    {OFP},
	ManageTraining:  {OFP},
	ManageOutages:   {OFP},
	ManageSettings:  {OFP},
	DecideOverrides: {OFP},
	DeskHome:        {Desk},
	AssistAccounts:  {Desk},
	OwnRecord:       {Client},
}

// Allows reports whether the role has the permission. A permission that is not
// in the table is nobody's.
func Allows(r Role, p Permission) bool {
	for _, h := range holders[p] {
		if h == r {
			return true
		}
	}
	return false
}
