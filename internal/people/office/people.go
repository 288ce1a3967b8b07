package office

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// State is how somebody stands with the portal, as OFP sees it. A soft lock is
// none: it heals by itself and nobody is told (security.md 4.3). Inactivity
// counts by the time, whether a job has noted it or not.
type State string

// The states, in the order of a life. Sealed and Open are the break-glass
// account's.
const (
	Invited         State = "invited"
	Undeliverable   State = "undeliverable" // the invitation's mail bounced
	InvitationEnded State = "invitation-ended"
	Active          State = "active"
	Blocked         State = "blocked"
	Inactive        State = "inactive"
	Disabled        State = "disabled" // by an administrator
	Sealed          State = "sealed"
	Open            State = "open"
	Removed         State = "removed"
)

// States lists every state in the order of a life.
var States = []State{Invited, Undeliverable, InvitationEnded, Active, Blocked, Inactive, Disabled, Sealed, Open, Removed}

// Roles lists the roles of people who work here.
var Roles = []authz.Role{authz.Certifier, authz.Staff, authz.OFP, authz.Desk}

// Orders of the list. A dash before one turns it round.
const (
	ByName     = "name"
	BySignedIn = "signed-in" // who never did comes first
	ByCreated  = "created"
)

// Filter chooses people. Empty fields choose everybody but those removed.
type Filter struct {
	Search string // part of a name, a username, an e-mail, or of a site's name, number or NPI
	Role   authz.Role
	State  State
	Sort   string
	Page   int // from 1
	Size   int // rows of a page
}

// Listed is an account, or an invitation of somebody who has none yet.
type Listed struct {
	ID         uuid.UUID // of the account or, without one, of the membership
	HasAccount bool
	FirstName  string
	LastName   string
	Username   string
	Email      string
	Role       authz.Role
	State      State
	SignedInAt *time.Time
	CreatedAt  time.Time
	Sites      []string // names of the sites in force, three at most
	SiteCount  int
	Total      int // whom the filter chooses
}

// Name returns the first and the last name.
func (l Listed) Name() string { return strings.TrimSpace(l.FirstName + " " + l.LastName) }

// People is a page of the list.
type People struct {
	List    []Listed
	Total   int
	Waiting int // requests that wait for a decision
	Now     time.Time
}

// List returns a page of those who work with the portal: accounts of
// certifiers, staff, OFP and desk, and open invitations. Clients are never
// among them.
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter) (People, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return People{}, fault.ErrNotFound
	}
	f.Search = strings.TrimSpace(f.Search)
	var out People
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		if out, err = listPeople(ctx, tx, f); err != nil {
			return fmt.Errorf("list people: %w", err)
		}
		out.Now = tx.Now()
		return nil
	})
	if len(out.List) > 0 {
		out.Total = out.List[0].Total
	}
	return out, err
}

// Place is a membership of somebody, now or before.
type Place struct {
	ID        uuid.UUID
	Role      authz.Role
	SiteID    *uuid.UUID // nil: OFP and desk
	SiteName  string
	SiteCode  string
	CreatedAt time.Time
	JoinedAt  *time.Time
	RemovedAt *time.Time // nil: in force
}

// Person is an account, or an invitation, with what OFP sees of it.
type Person struct {
	Listed
	Since        time.Time // when the state began
	Reason       string    // why it was disabled
	DisabledBy   string    // name of the administrator
	OpenTill     *time.Time
	CodeEndsAt   *time.Time // of an invitation: nil when its mail is not accepted yet, or it has no code
	Sealed       bool
	LostApp      bool // waits for an administrator to confirm a new authenticator (security.md 4.9)
	Places       []Place
	OpenSessions int
	SignIns      []time.Time // the last complete ones, the newest first
	Now          time.Time
	details      details
}

// Own reports whether it is the actor's own account.
func (p Person) Own(actor authz.Actor) bool { return p.HasAccount && p.ID == actor.Account }

// Find returns somebody who works with the portal by the id of the account or,
// for an invitation, of the membership. A client's account is fault.ErrNotFound.
func (s *Service) Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (Person, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return Person{}, fault.ErrNotFound
	}
	var p Person
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		p = Person{}
		var reads postgres.Batch
		readPerson(&reads, &p, id, tx.Now())
		return notFound(reads.Send(ctx, tx))
	})
	if err != nil {
		return Person{}, err
	}
	p.take()
	return p, nil
}

// FindPlace returns somebody by one of their memberships, and which it is.
func (s *Service) FindPlace(ctx context.Context, actor authz.Actor, membershipID uuid.UUID) (Person, Place, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return Person{}, Place{}, fault.ErrNotFound
	}
	var id uuid.UUID
	var first, reads postgres.Batch
	postgres.QueueValue(&first, &id, holder, membershipID)
	now, err := s.db.Read(ctx, actor, &first)
	if err != nil {
		return Person{}, Place{}, notFound(err)
	}
	var p Person
	readPerson(&reads, &p, id, now)
	if _, err := s.db.Read(ctx, actor, &reads); err != nil {
		return Person{}, Place{}, notFound(err)
	}
	p.take()
	for _, place := range p.Places {
		if place.ID == membershipID {
			return p, place, nil
		}
	}
	return Person{}, Place{}, fault.ErrNotFound
}

// Endable reports whether OFP ends the membership here: staff at any site. A
// certifier is replaced on the page of the site, and people of the office are
// removed with their account.
func (p Place) Endable() bool { return p.Role == authz.Staff && p.RemovedAt == nil }
