package enrollment

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// ErrNotAttested is about the box of the attestation.
var ErrNotAttested = fault.InvalidField("agree", locale.ReaffirmAgreeMissing)

// Reaffirmation is the form: which answers were reviewed, and the box that
// attests that nothing has changed.
type Reaffirmation struct {
	Seen   uuid.UUID // the form whose answers were reviewed; uuid.Nil: none are kept
	Agreed bool
}

// Reaffirm keeps that the answers in force were reviewed with the client and
// that nothing has changed, with a note on the record. The period stays as it
// is. It is for active clients alone, else ErrNotActive; ErrOvertaken when the
// answers were changed since they were shown. A second time on the same day is
// allowed (policy: portal rules 16). It returns the client's id.
func (s *Service) Reaffirm(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, r Reaffirmation) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if !r.Agreed {
		return uuid.Nil, ErrNotAttested
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		standing, err := s.holdTx(ctx, tx, actor, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := standing.May(ToReaffirm); err != nil {
			return uuid.Nil, err
		}
		last, err := application.InForceTx(ctx, tx, s.ring, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		if idOf(last) != r.Seen {
			return uuid.Nil, ErrOvertaken
		}
		if err := s.keepAct(ctx, tx, actor, act{
			kind: actReaffirm, clientID: clientID, enrollmentID: standing.EnrollmentID, applicationID: r.Seen,
		}); err != nil {
			return uuid.Nil, err
		}
		if err := casenote.AddTx(ctx, tx, actor, clientID, casenote.Reaffirmed); err != nil {
			return uuid.Nil, err
		}
		return clientID, audit.Record(ctx, tx, actor, "enrollment.reaffirm", client.Subject(clientID))
	})
}

func idOf(last *application.Last) uuid.UUID {
	if last == nil {
		return uuid.Nil
	}
	return last.ID
}
