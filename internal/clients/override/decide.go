package override

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// Approve moves the period to the day that was asked for: period, note on the
// record, message to the client, mail to whoever asked and audit entry are
// made together or not at all. It is ErrDecided when somebody was first,
// ErrOwn for a request of one's own, ErrMoved when the period was moved by
// another request, ErrOvertaken when the enrollment is not the latest any more
// or was moved, and ErrUnqualified when the client does not qualify on that day
// by the tables of now.
func (s *Service) Approve(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) error {
	return s.decide(ctx, actor, sub, id, func(tx *postgres.Tx, h held, p pending) error {
		return s.approveTx(ctx, tx, actor, actor.Account, h, p)
	})
}

// Refuse denies the request, or returns it to the site that may complete it
// and ask again, with the reason in words. Nothing of the record is changed.
func (s *Service) Refuse(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, state State, answer string) error {
	if state != Denied && state != Returned {
		return fault.ErrNotFound
	}
	if err := checkAnswer(answer); err != nil {
		return err
	}
	return s.decide(ctx, actor, sub, id, func(tx *postgres.Tx, h held, p pending) error {
		sealed, err := s.ring.Seal(cell("answer_sealed", p.ID), answer)
		if err != nil {
			return err
		}
		if err := refuse(ctx, tx, actor, p.ID, state, sealed); err != nil {
			return fmt.Errorf("refuse request %s: %w", p.ID, err)
		}
		note := casenote.OverrideDenied
		if state == Returned {
			note = casenote.OverrideReturned
		}
		if err := casenote.AddWithTx(ctx, tx, s.ring, actor, h.record.ID, note, days(h, p.StartsOn)); err != nil {
			return err
		}
		if err := s.tellSite(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "override.refuse", subject(p.ID), audit.Reason(string(state)))
	})
}

func (s *Service) decide(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, fn func(tx *postgres.Tx, h held, p pending) error) error {
	if !authz.Allows(actor.Role, authz.DecideOverrides) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		h, p, err := s.takeTx(ctx, tx, actor, id)
		if err != nil {
			return uuid.Nil, err
		}
		return id, fn(tx, h, p)
	})
	if errors.Is(err, ErrOwn) {
		kept := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
			return audit.Record(ctx, tx, actor, "override.decide", subject(id), audit.Denied(), audit.Reason("own"))
		})
		return errors.Join(err, kept)
	}
	return err
}

// takeTx holds the record, then the request, which must wait for an answer.
func (s *Service) takeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (held, pending, error) {
	clientID, err := clientOf(ctx, tx, id)
	if err != nil {
		return held{}, pending{}, err
	}
	h, err := s.holdTx(ctx, tx, actor, clientID)
	if err != nil {
		return h, pending{}, err
	}
	p, err := findForUpdate(ctx, tx, id)
	switch {
	case err != nil:
		return h, p, err
	case p.State != Submitted:
		return h, p, ErrDecided
	case p.RequestedBy == actor.Account:
		return h, p, ErrOwn
	}
	return h, p, nil
}

// approveTx checks before it changes anything, so that a request which cannot
// be approved leaves the others of a selection alone. Without somebody who
// decides, the rule for registered outages does.
func (s *Service) approveTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, by uuid.UUID, h held, p pending) error {
	if err := h.approvable(p.EnrollmentID, p.MovedFrom); err != nil {
		return err
	}
	facts, decision, err := h.qualifies(p.StartsOn)
	if err != nil {
		return err
	}
	factsSealed, err := s.seal("facts_sealed", p.ID, facts)
	if err != nil {
		return err
	}
	decisionSealed, err := s.seal("decision_sealed", p.ID, decision)
	if err != nil {
		return err
	}
	if err := approve(ctx, tx, by, p.ID, factsSealed, decisionSealed); err != nil {
		return fmt.Errorf("approve request %s: %w", p.ID, err)
	}
	if err := s.enrollments.MoveTx(ctx, tx, actor, h.record, h.enrollment, p.StartsOn, subject(p.ID)); err != nil {
		return err
	}
	if err := casenote.AddWithTx(ctx, tx, s.ring, actor, h.record.ID, casenote.OverrideApproved, days(h, p.StartsOn)); err != nil {
		return err
	}
	if err := s.tellSite(ctx, tx, p); err != nil {
		return err
	}
	reason := "decided"
	if by == uuid.Nil {
		reason = "rule"
	}
	return audit.Record(ctx, tx, actor, "override.approve", subject(p.ID), audit.Reason(reason))
}

// Many is what became of requests that were to be approved together.
type Many struct {
	Approved int
	Left     int // decided meanwhile, or not to be approved as they stand
}

// ApproveMany approves requests that lie inside a registered outage, at most
// MaxBulk together, in one transaction. One that somebody has decided
// meanwhile, or that cannot be approved as the record stands, is left; one
// outside every outage, or of one's own, is refused with all the others. The
// same form sent again says nothing of what became of them.
func (s *Service) ApproveMany(ctx context.Context, actor authz.Actor, sub idempotency.Submission, ids []uuid.UUID) (Many, error) {
	var out Many
	switch {
	case !authz.Allows(actor.Role, authz.DecideOverrides):
		return out, fault.ErrNotFound
	case len(ids) == 0:
		return out, ErrNobody
	case len(ids) > MaxBulk:
		return out, ErrTooMany
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		out = Many{}
		ordered, err := inOrder(ctx, tx, ids)
		if err != nil {
			return uuid.Nil, fmt.Errorf("order requests: %w", err)
		}
		for _, id := range ordered {
			err := s.approveOne(ctx, tx, actor, id)
			switch {
			case err == nil:
				out.Approved++
			case slices.ContainsFunc([]error{ErrDecided, ErrOvertaken, ErrMoved, ErrUnqualified}, func(e error) bool { return errors.Is(err, e) }):
				out.Left++
			default:
				return uuid.Nil, err
			}
		}
		return ids[0], nil
	})
	return out, err
}

func (s *Service) approveOne(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	h, p, err := s.takeTx(ctx, tx, actor, id)
	if err != nil {
		return err
	}
	if !p.Within {
		return ErrOutside
	}
	return s.approveTx(ctx, tx, actor, actor.Account, h, p)
}

// tellSite sends whoever asked word that the request was decided. Nothing of
// the client is in it.
func (s *Service) tellSite(ctx context.Context, tx *postgres.Tx, p pending) error {
	to, err := findAsker(ctx, tx, p.ID)
	if err != nil {
		return fmt.Errorf("find who asked for %s: %w", p.ID, err)
	}
	if to.Email == "" {
		return nil
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: "override.decided", Cause: subject(p.ID),
		To:     message.Recipient{Account: to.ID, Name: to.Name, Email: to.Email, Language: locale.English},
		Values: map[string]string{"Number": to.Number},
	})
	return err
}
