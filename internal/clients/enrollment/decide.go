package enrollment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// assessment is an application with everything that decides about it.
type assessment struct {
	app      application.Application
	person   client.Person
	clientID uuid.UUID // uuid.Nil: nobody who is known
	own      bool      // the site may see the record
	period   client.Period
	facts    eligibility.Facts
	decision eligibility.Decision
	sameName bool
}

// assess finds out whether the applicant is known, gathers the facts of the
// day, and decides. It stores nothing. Signed says that the certifier signs.
func (s *Service) assess(ctx context.Context, tx *postgres.Tx, actor authz.Actor, app application.Application, signed bool) (assessment, error) {
	a := assessment{app: app, person: application.PersonOf(app.Answers)}
	if err := s.identify(ctx, tx, &a); err != nil {
		return assessment{}, err
	}
	who, err := findCertifier(ctx, tx, actor)
	if err != nil {
		return assessment{}, fmt.Errorf("find certifier: %w", err)
	}
	self, err := s.certifiesSelf(ctx, tx, actor, who, a)
	if err != nil {
		return assessment{}, err
	}
	a.sameName = a.person.Name.SameAs(client.Name{First: who.FirstName, Last: who.LastName})
	tables, err := incometable.Published(ctx, tx)
	if err != nil {
		return assessment{}, err
	}
	a.facts = factsOf(a, who, self, signed, tx)
	a.decision = eligibility.Decide(a.facts, tables)
	return a, nil
}

// identify finds the client who is the applicant. The identity is locked
// before: of two sites that certify the same person at once, the second finds
// what the first has made.
func (s *Service) identify(ctx context.Context, tx *postgres.Tx, a *assessment) (err error) {
	a.clientID = a.app.ClientID
	if a.clientID == uuid.Nil {
		if a.clientID, err = client.MatchTx(ctx, tx, s.ring, a.person, a.app.DistinctFrom); err != nil || a.clientID == uuid.Nil {
			return err
		}
	}
	a.own, err = seen(ctx, tx, a.clientID)
	if err != nil {
		return err
	}
	a.period, err = client.PeriodTx(ctx, tx, a.clientID)
	return err
}

// certifiesSelf reports whether account, e-mail or telephone say that the
// certifier is the applicant (X04, decisions 38).
func (s *Service) certifiesSelf(ctx context.Context, tx *postgres.Tx, actor authz.Actor, who certifier, a assessment) (bool, error) {
	if who.EmailKey != "" && who.EmailKey == client.EmailKey(a.person.Contact.Email) {
		return true, nil
	}
	self, err := client.IsSelfTx(ctx, tx, s.ring, actor.Account, who.EmailKey, a.clientID, a.person)
	if err != nil {
		return false, fmt.Errorf("compare applicant with certifier: %w", err)
	}
	return self, nil
}

// factsOf adds to the client's answers what staff, site and records say.
func factsOf(a assessment, who certifier, self, signed bool, tx *postgres.Tx) eligibility.Facts {
	f := question.Facts(a.app.Answers)
	f.DeterminationDate, f.EntryDate = tx.Today(), tx.Today()
	f.Action = eligibility.ActionNew
	if a.app.Action == application.Recertify {
		f.Action = eligibility.ActionRecertify
	}
	f.Modality = a.app.Mode.Modality()
	f.CertifierIsApplicant = yesNo(self)
	f.CertifierSignature = yesNo(signed)
	f.SiteStatus = eligibility.SiteNotEnrolled
	if who.SiteEnrolled {
		f.SiteStatus = eligibility.SiteEnrolled
	}
	f.CurrentStatus = a.period.Eligibility(tx.Today())
	f.CurrentPeriodStart = a.period.StartsOn
	f.ClientSignature = eligibility.SignedNot
	if a.app.Signature != nil {
		f.ClientSignature = a.app.Signature.Kind.Eligibility()
	}
	return f
}

func yesNo(b bool) eligibility.YesNo {
	if b {
		return eligibility.Yes
	}
	return eligibility.No
}

// active returns the record of an applicant for a new enrollment who is
// enrolled already, else nil.
func (a assessment) active(tx *postgres.Tx) *Active {
	if a.app.Action != application.New || a.clientID == uuid.Nil || a.period.On(tx.Today()) != client.Active {
		return nil
	}
	return &Active{Client: a.clientID, Own: a.own, EndsOn: a.period.EndsOn}
}

// Review returns what would come of the application if it were certified now.
// Nothing is stored but that it was looked at.
func (s *Service) Review(ctx context.Context, actor authz.Actor, id uuid.UUID) (Review, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return Review{}, fault.ErrNotFound
	}
	var out Review
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		app, err := application.FindTx(ctx, tx, s.ring, id)
		if err != nil {
			return err
		}
		if app.SiteID != actor.Site || app.Action == application.Change {
			return fault.ErrNotFound
		}
		a, err := s.assess(ctx, tx, actor, app, true)
		if err != nil {
			return err
		}
		out = Review{Application: app, Decision: a.decision, SameName: a.sameName, Active: a.active(tx)}
		return application.ViewedTx(ctx, tx, actor, id)
	})
	return out, err
}
