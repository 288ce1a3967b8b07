// Package own is what clients see and decide of their own record and account:
// where they stand, who has looked, the ways that are safe to reach them, the
// end of the account. Whoever asks gets the own and nothing else.
package own

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service reads and changes what is the actor's own. It may be used from
// several goroutines at once.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service on a database.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// Home is what a client is told first.
type Home struct {
	Record      *client.Record // nil: the account has none
	Clinic      Clinic         // of the record
	Application *Application   // the newest; nil: never begun
	Last        *inbox.Message // the newest message; nil: none
	Unread      int            // messages
	Today       civil.Date
}

// Clinic is where the record is.
type Clinic struct {
	Name, Street, City, ZIP, Phone string
}

// Application is the newest application of the account.
type Application struct {
	State  application.State
	Number string
	Online bool   // no clinic has taken it
	Site   string // the clinic that has it or was chosen; empty: none
}

// Home reads what the first page shows, and keeps that it was seen.
func (s *Service) Home(ctx context.Context, actor authz.Actor) (Home, error) {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return Home{}, fault.ErrNotFound
	}
	var h Home
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		h = Home{Today: tx.Today()}
		var b postgres.Batch
		var clinics []Clinic
		var applications []Application
		record := client.QueueOwn(&b, actor.Account)
		last := inbox.QueueLast(&b, actor.Account)
		postgres.QueueAll(&b, &clinics, findClinic, actor.Account)
		postgres.QueueAll(&b, &applications, findApplication, actor.Account)
		if err := audit.Queue(&b, tx, actor, "client.view", subject(actor), audit.Reason("home")); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return err
		}
		if len(clinics) == 1 {
			h.Clinic = clinics[0]
			found, err := record.Open(s.ring)
			if err != nil {
				return err
			}
			h.Record = &found
		}
		if len(applications) == 1 {
			h.Application = &applications[0]
		}
		var err error
		h.Last, h.Unread, err = last.Open(s.ring)
		return err
	})
	if err != nil {
		return Home{}, fmt.Errorf("read home: %w", err)
	}
	return h, nil
}

func subject(actor authz.Actor) string { return "account:" + actor.Account.String() }

const findClinic = `
	SELECT s.name, s.street, s.city, s.zip, s.phone
	FROM client c JOIN site s ON s.id = c.site_id
	WHERE c.account_id = $1`

const findApplication = `
	SELECT a.state, a.number, a.mode = 'online' AS online, coalesce(s.name, '') AS site
	FROM application a LEFT JOIN site s ON s.id = a.site_id
	WHERE a.account_id = $1 ORDER BY a.started_at DESC, a.id DESC LIMIT 1`

// Look is what somebody did with the record on a day (security.md 13.6). No
// name is in it.
type Look struct {
	On     civil.Date `db:"seen_on"`
	Site   string     `db:"site_name"` // empty: none
	Role   authz.Role
	Action string // of the audit record: "client.view"
	Reason string
}

// Looks returns who has looked at the actor's record or changed it, the latest
// first, and keeps that it was asked.
func (s *Service) Looks(ctx context.Context, actor authz.Actor) ([]Look, error) {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return nil, fault.ErrNotFound
	}
	var list []Look
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		list = nil
		var b postgres.Batch
		postgres.QueueAll(&b, &list, `SELECT seen_on, site_name, role, action, reason FROM client_looks()`)
		if err := audit.Queue(&b, tx, actor, "client.looks", subject(actor)); err != nil {
			return err
		}
		return b.Send(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("read who has looked: %w", err)
	}
	return list, nil
}

// owner is the program acting for the actor's account, where row-level security
// gives a client no right of their own.
func owner(actor authz.Actor) authz.Actor {
	actor.Role, actor.Site = authz.System, uuid.Nil
	return actor
}
