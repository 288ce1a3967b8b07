package enrollment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Certify decides the application as it was reviewed. Who qualifies gets a HAP
// number, or keeps the one there is, and a period of 365 days from today; the
// note on the record, the message to the client and the audit entry are made
// with it or not at all. Who does not qualify has the reasons and figures kept.
//
// It is ErrBlocked when there is no determination to be made (nothing is
// stored), ErrActive when the person is enrolled already, ErrColleague when
// the certifier has the applicant's name, ErrUnidentified when nobody has said
// whether a record is that of a client who applied alone, ErrUndisclosed when something that
// the client must be told is not recorded, application.ErrChanged when answers
// were saved since the review, and application.ErrDecided afterwards; a site
// that is not open for work is what site.OpenForWorkTx says, overdue training
// what training.GateTx says. The id that it returns is the application's.
func (s *Service) Certify(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, c Certification) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if !c.Agreed {
		return uuid.Nil, ErrNotAgreed
	}
	out, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		app, err := application.FindForUpdateTx(ctx, tx, s.ring, actor, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case app.Action == application.Change:
			return uuid.Nil, fault.ErrNotFound // a change is recorded, not certified
		case app.State.Decided():
			return uuid.Nil, application.ErrDecided
		case app.Version != c.Version:
			return uuid.Nil, application.ErrChanged
		}
		if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
			return uuid.Nil, err
		}
		if err := training.GateTx(ctx, tx, actor); err != nil {
			return uuid.Nil, err
		}
		if err := client.LockIdentityTx(ctx, tx, s.ring, application.PersonOf(app.Answers)); err != nil {
			return uuid.Nil, err
		}
		on, err := findBasis(ctx, tx, actor)
		if err != nil {
			return uuid.Nil, err
		}
		a, err := s.assess(ctx, tx, &postgres.Batch{}, actor, on, app, c.Agreed)
		if err != nil {
			return uuid.Nil, err
		}
		if err := a.certifiable(tx); err != nil {
			return uuid.Nil, err
		}
		return id, s.decide(ctx, tx, actor, a)
	})
	return out, s.refused(ctx, actor, id, err)
}

// certifiable returns why there is nothing to certify.
func (a assessment) certifiable(tx *postgres.Tx) error {
	switch {
	case a.decision.Outcome == eligibility.Blocked:
		return &blocked{reasons: a.decision.AllReasons}
	case a.active(tx) != nil && !a.possible():
		return ErrActive
	case a.possible():
		return ErrUnidentified
	case a.sameName:
		return ErrColleague
	case len(a.app.Undisclosed()) > 0:
		return ErrUndisclosed
	}
	return nil
}

// blocked is ErrBlocked with the reasons, for the audit entry.
type blocked struct{ reasons []eligibility.Reason }

func (b *blocked) Error() string { return ErrBlocked.Error() }
func (b *blocked) Unwrap() error { return ErrBlocked }

// refused keeps an attempt that is refused for who makes it, in a transaction
// of its own: the error takes back everything in the other.
func (s *Service) refused(ctx context.Context, actor authz.Actor, id uuid.UUID, err error) error {
	var b *blocked
	reason := ""
	switch {
	case errors.As(err, &b):
		reason = string(b.reasons[0])
		for _, r := range b.reasons {
			if r == eligibility.CertifiesSelf {
				reason = string(r)
			}
		}
	case errors.Is(err, ErrColleague):
		reason = "same-name"
	default:
		return err
	}
	kept := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, "enrollment.certify", "application:"+id.String(), audit.Denied(), audit.Reason(reason))
	})
	return errors.Join(err, kept)
}

// decide stores the decision and all that follows from it.
func (s *Service) decide(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a assessment) error {
	if err := s.keepPerson(ctx, tx, actor, &a); err != nil {
		return err
	}
	if err := linkAccount(ctx, tx, actor, a); err != nil {
		return err
	}
	det, err := s.keepDetermination(ctx, tx, actor, a)
	if err != nil {
		return fmt.Errorf("keep determination: %w", err)
	}
	note, state := casenote.Ineligible, application.Ineligible
	if a.decision.Outcome == eligibility.Eligible {
		note, state = casenote.Enrolled, application.Certified
		if a.app.Action == application.Recertify {
			note = casenote.Recertified
		}
		err = s.enroll(ctx, tx, actor, a, det)
	} else {
		err = s.discontinueFailed(ctx, tx, actor, a)
	}
	if err != nil {
		return err
	}
	if err := application.DecideTx(ctx, tx, a.app.ID, a.clientID, state); err != nil {
		return err
	}
	if err := s.keepPapers(ctx, tx, actor, a); err != nil {
		return err
	}
	if err := casenote.AddTx(ctx, tx, actor, a.clientID, note); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, a, det); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "enrollment.certify", client.Subject(a.clientID), audit.Reason(string(state)))
}

// keepPerson creates the client, or brings the record up to date. A record of
// another site is opened to this one for the purpose.
func (s *Service) keepPerson(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a *assessment) (err error) {
	if a.clientID == uuid.Nil {
		a.clientID, err = client.CreateTx(ctx, tx, s.ring, actor, a.person)
		return err
	}
	if !a.own {
		if err := client.OpenTx(ctx, tx, s.ring, actor, a.clientID, client.ForEnrollment, ""); err != nil {
			return err
		}
	}
	if a.app.Account != uuid.Nil { // nobody searched for whoever applied alone
		record, err := client.FindForUpdateTx(ctx, tx, s.ring, a.clientID)
		if err != nil {
			return err
		}
		if record.BirthOn != a.person.BirthOn {
			return ErrUnidentified // an account's owner applied for somebody else
		}
	}
	if err := client.UpdateTx(ctx, tx, s.ring, actor, a.clientID, a.person); err != nil {
		return err
	}
	// The update has locked the record. What was decided holds only if nobody
	// else has enrolled or ended the client since it was read.
	now, err := client.PeriodTx(ctx, tx, a.clientID)
	if err == nil && now != a.period {
		return application.ErrChanged
	}
	return err
}

func (s *Service) keepDetermination(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a assessment) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	facts, err := s.seal("determination", "facts_sealed", id, a.facts)
	if err != nil {
		return uuid.Nil, err
	}
	decision, err := s.seal("determination", "decision_sealed", id, a.decision)
	if err != nil {
		return uuid.Nil, err
	}
	return id, insertDetermination(ctx, tx, actor, id, a, facts, decision)
}

func (s *Service) seal(table, column string, id uuid.UUID, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.ring.Seal(secret.Cell{Table: table, Column: column, Row: id}, string(raw))
}

// enroll gives the number and starts the period.
func (s *Service) enroll(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a assessment, det uuid.UUID) error {
	if _, err := client.IssueHAPTx(ctx, tx, s.ring, actor, a.clientID); err != nil {
		return err
	}
	starts, ends := a.period365(tx.Today())
	if err := insertEnrollment(ctx, tx, actor, a.clientID, det, starts, ends); err != nil {
		return fmt.Errorf("keep enrollment: %w", err)
	}
	return client.SetPeriodTx(ctx, tx, a.clientID, actor.Site, client.Period{StartsOn: starts, EndsOn: ends})
}

// discontinueFailed ends an active enrollment that failed its recertification,
// with the code and on the day that the rules give.
func (s *Service) discontinueFailed(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a assessment) error {
	if a.decision.DeactivationCode == "" {
		return nil
	}
	latest, err := findLatest(ctx, tx, a.clientID)
	if err != nil {
		return fmt.Errorf("find enrollment: %w", err)
	}
	sealed, err := s.seal("enrollment", "discontinuation_sealed", latest.ID, discontinuation{Code: a.decision.DeactivationCode})
	if err != nil {
		return err
	}
	on := a.decision.DeactivationEffective
	if err := setDiscontinued(ctx, tx, latest.ID, on, sealed); err != nil {
		return fmt.Errorf("discontinue enrollment %s: %w", latest.ID, err)
	}
	period := a.period
	period.DiscontinuedOn = on
	if err := client.SetPeriodTx(ctx, tx, a.clientID, actor.Site, period); err != nil {
		return err
	}
	if err := s.keepAct(ctx, tx, actor, act{
		kind: actRecertify, clientID: a.clientID, enrollmentID: latest.ID, applicationID: a.app.ID, effectiveOn: on,
		details: discontinuation{Code: a.decision.DeactivationCode},
	}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "enrollment.discontinue", subject(latest.ID), audit.Reason("recertification"))
}

// discontinuation is why an enrollment ended before its time.
type discontinuation struct {
	Code  eligibility.DeactivationCode `json:"code"`
	Cause Cause                        `json:"cause,omitempty"`
	Why   Why                          `json:"why,omitempty"`
	Note  string                       `json:"note,omitempty"`
}

// tell sends word that a message waits about the determination.
func (s *Service) tell(ctx context.Context, tx *postgres.Tx, a assessment, det uuid.UUID) error {
	kind := inbox.NotEligible
	if a.decision.Outcome == eligibility.Eligible {
		kind = inbox.Approved
	}
	return s.tellTx(ctx, tx, a.clientID, a.person.Contact, kind, "determination:"+det.String())
}

// tellTx puts what was done into the client's inbox and sends word of it by a
// way that the client has called safe; with none, nothing leaves the portal.
func (s *Service) tellTx(ctx context.Context, tx *postgres.Tx, clientID uuid.UUID, c client.Contact, kind inbox.Kind, cause string) error {
	_, err := inbox.PutTx(ctx, tx, s.ring, clientID, c, inbox.Item{Kind: kind, Cause: cause})
	return err
}
