package enrollment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// shown is a day in the words of whoever reads the message.
type shown civil.Date

// In returns the day in words.
func (d shown) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// Discontinue ends the enrollment of an active client with the code and on the
// day that the cause gives. The note on the record, the message to the client
// and the audit entry are made with it or not at all. It is ErrNotActive for
// everybody else, and ErrEndsAlready for a client whose end is set already: of
// two who discontinue at once, the second learns it so. It returns the
// client's id.
func (s *Service) Discontinue(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, d Discontinuation) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		standing, err := s.holdTx(ctx, tx, actor, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := standing.May(ToDiscontinue); err != nil {
			return uuid.Nil, err
		}
		if err := d.Check(tx.Today(), standing.Client.Period, standing.ReaffirmedOn); err != nil {
			return uuid.Nil, err
		}
		on := d.Effective()
		a := act{
			id: uuid.Must(uuid.NewV7()), kind: actDiscontinue, clientID: clientID, enrollmentID: standing.EnrollmentID,
			effectiveOn: on, details: discontinuation{Code: d.Cause.Code(), Cause: d.Cause, Why: d.Why, Note: d.Note},
		}
		if err := s.endTx(ctx, tx, actor, standing, a); err != nil {
			return uuid.Nil, err
		}
		note, values := casenote.Discontinued, endValues(a.details.Code, on)
		if d.Note != "" {
			note, values["Note"] = casenote.DiscontinuedSaid, casenote.Value{Words: d.Note}
		}
		if err := casenote.AddWithTx(ctx, tx, s.ring, actor, clientID, note, values); err != nil {
			return uuid.Nil, err
		}
		if err := s.tellTx(ctx, tx, clientID, standing.Client.Contact, inbox.Ended, "act:"+a.id.String()); err != nil {
			return uuid.Nil, err
		}
		return clientID, audit.Record(ctx, tx, actor, "enrollment.discontinue", client.Subject(clientID))
	})
}

// endTx ends the latest enrollment and keeps the act that does.
func (s *Service) endTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, standing Standing, a act) error {
	sealed, err := s.seal("enrollment", "discontinuation_sealed", a.enrollmentID, a.details)
	if err != nil {
		return err
	}
	if err := setDiscontinued(ctx, tx, a.enrollmentID, a.effectiveOn, sealed); err != nil {
		return fmt.Errorf("discontinue enrollment %s: %w", a.enrollmentID, err)
	}
	period := standing.Client.Period
	period.DiscontinuedOn = a.effectiveOn
	if err := client.SetPeriodTx(ctx, tx, a.clientID, standing.Client.SiteID, period); err != nil {
		return err
	}
	return s.keepAct(ctx, tx, actor, a)
}

func endValues(code eligibility.DeactivationCode, on civil.Date) map[string]casenote.Value {
	return map[string]casenote.Value{"Code": {Words: string(code)}, "Date": {Day: on}}
}

// Undo takes back what the actor's site has discontinued on the same day, as
// if it had not happened, with a note on the record; later only OFP may
// (ErrNoUndo). It returns the client's id.
func (s *Service) Undo(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		standing, err := s.holdTx(ctx, tx, actor, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := standing.May(ToUndo); err != nil {
			return uuid.Nil, err
		}
		if err := setDiscontinued(ctx, tx, standing.EnrollmentID, civil.Date{}, nil); err != nil {
			return uuid.Nil, fmt.Errorf("undo the end of enrollment %s: %w", standing.EnrollmentID, err)
		}
		period := standing.Client.Period
		period.DiscontinuedOn = civil.Date{}
		if err := client.SetPeriodTx(ctx, tx, clientID, standing.Client.SiteID, period); err != nil {
			return uuid.Nil, err
		}
		a := act{id: uuid.Must(uuid.NewV7()), kind: actUndo, clientID: clientID, enrollmentID: standing.EnrollmentID}
		if err := s.keepAct(ctx, tx, actor, a); err != nil {
			return uuid.Nil, err
		}
		if err := casenote.AddTx(ctx, tx, actor, clientID, casenote.Undone); err != nil {
			return uuid.Nil, err
		}
		if err := s.tellTx(ctx, tx, clientID, standing.Client.Contact, inbox.Reactivated, "act:"+a.id.String()); err != nil {
			return uuid.Nil, err
		}
		return clientID, audit.Record(ctx, tx, actor, "enrollment.undo", client.Subject(clientID))
	})
}
