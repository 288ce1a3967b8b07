package enrollment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// The faults of the acts on an enrollment that exists: each says why the act
// is not for the client as the record stands.
var (
	ErrNotActive   = fault.New(fault.Conflict, locale.ActNotActive)
	ErrEndsAlready = fault.New(fault.Conflict, locale.ActEndsAlready)
	ErrNotInactive = fault.New(fault.Conflict, locale.ActNotInactive)
	ErrNoUndo      = fault.New(fault.Conflict, locale.ActNoUndo)
	ErrOvertaken   = fault.New(fault.Conflict, locale.ActOvertaken)
)

// Deed is what can be done to an enrollment that exists.
type Deed string

// The deeds, in the order of the buttons on the record (policy: portal rules
// 9.7).
const (
	ToReaffirm    Deed = "reaffirm"
	ToChange      Deed = "change"
	ToRecertify   Deed = "recertify"
	ToDiscontinue Deed = "discontinue"
	ToReactivate  Deed = "reactivate"
	ToUndo        Deed = "undo"
	ToOverride    Deed = "override" // to ask that the period begin on an earlier day
)

// Deeds lists them.
var Deeds = []Deed{ToReaffirm, ToChange, ToRecertify, ToDiscontinue, ToReactivate, ToUndo, ToOverride}

// Ending is how the latest enrollment was ended by an act.
type Ending struct {
	On     civil.Date // first day without
	ByAct  bool       // by discontinuing, not by a form that failed
	Site   uuid.UUID
	AtSite string
	At     time.Time
}

// Standing is a record with what has been done to its latest enrollment, as
// far as the acts depend on it.
type Standing struct {
	Client         client.Record
	EnrollmentID   uuid.UUID // uuid.Nil: never enrolled
	Code           eligibility.DeactivationCode
	ReaffirmedOn   civil.Date // last time, at whatever site; zero: never
	ReaffirmedHere bool       // today, at the actor's site
	Ending         *Ending    // nil: not ended, or before acts were kept
	Change         uuid.UUID  // that the actor's site has begun; uuid.Nil: none
	Earlier        *Earlier   // nil: no first certification, whose earlier months are asked about
	site           uuid.UUID
}

// May returns nil when the deed may be done to the client as the record
// stands, on the day it was read, and otherwise why not.
func (s Standing) May(d Deed) error {
	status := s.Client.Status()
	switch d {
	case ToReaffirm, ToChange:
		return unless(status == client.Active, ErrNotActive)
	case ToDiscontinue:
		if status == client.Active && !s.Client.DiscontinuedOn.IsZero() {
			return ErrEndsAlready
		}
		return unless(status == client.Active, ErrNotActive)
	case ToRecertify:
		return unless(s.Client.Recertifiable(s.Client.Today, s.Code), application.ErrWindow)
	case ToReactivate:
		return unless(status == client.Deactivated, ErrNotInactive)
	case ToOverride:
		return unless(status == client.Active && s.Client.DiscontinuedOn.IsZero(), ErrNotActive)
	}
	return unless(s.undoable(), ErrNoUndo)
}

func unless(ok bool, err error) error {
	if ok {
		return nil
	}
	return err
}

// undoable reports whether the site may take back what it has discontinued: on
// the same day, as long as nothing else has ended the enrollment (policy:
// portal rules 20). Later only OFP may.
func (s Standing) undoable() bool {
	e := s.Ending
	return e != nil && e.ByAct && e.Site == s.site && e.On == s.Client.DiscontinuedOn && civil.Of(e.At) == s.Client.Today
}

// Curable reports whether the cause for which an enrollment was ended can go
// away. Without a code nobody knows that it cannot.
func (s Standing) Curable() bool { return s.Code.Curable() }

// Standing returns the record as the acts see it, and keeps that it was seen.
// What says which page is looked at.
func (s *Service) Standing(ctx context.Context, actor authz.Actor, clientID uuid.UUID, what string) (Standing, error) {
	out, _, err := s.look(ctx, actor, clientID, what)
	return out, err
}

// Consider is Standing with the answers in force, nil when none are kept.
func (s *Service) Consider(ctx context.Context, actor authz.Actor, clientID uuid.UUID, what string) (Standing, *application.Last, error) {
	return s.look(ctx, actor, clientID, what)
}

func (s *Service) look(ctx context.Context, actor authz.Actor, clientID uuid.UUID, what string) (out Standing, last *application.Last, err error) {
	err = s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		record, err := client.QueueView(&b, tx, actor, clientID, what)
		if err != nil {
			return err
		}
		latest := queueLatest(&b, tx, actor, clientID)
		answers := application.QueueInForce(&b, clientID)
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read client %s with enrollment: %w", clientID, err)
		}
		if out.Client, err = record.Open(s.ring); err != nil {
			return err
		}
		if err := latest.into(&out, s, actor); err != nil {
			return err
		}
		last, err = answers.Open(s.ring, tx.Today())
		return err
	})
	return out, last, err
}

// holdTx reads the record for an act of the actor and holds it until the
// transaction ends: of two who act at once, the second sees what the first has
// done. The site must be open for work.
func (s *Service) holdTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, clientID uuid.UUID) (Standing, error) {
	var out Standing
	if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
		return out, err
	}
	record, err := client.FindForUpdateTx(ctx, tx, s.ring, clientID)
	if err != nil {
		return out, err
	}
	out.Client = record
	var b postgres.Batch
	latest := queueLatest(&b, tx, actor, clientID)
	if err := b.Send(ctx, tx); err != nil {
		return out, fmt.Errorf("read enrollment of client %s: %w", clientID, err)
	}
	return out, latest.into(&out, s, actor)
}
