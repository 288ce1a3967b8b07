package enrollment

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
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

// basis is what decides besides the answers and the records: who certifies, for
// which site, and the income tables.
type basis struct {
	who    certifier
	tables []eligibility.IncomeTable
}

// queuedBasis is the basis that a batch reads.
type queuedBasis struct {
	who    []certifier
	tables *incometable.QueuedTables
}

func queueBasis(b *postgres.Batch, actor authz.Actor) *queuedBasis {
	q := &queuedBasis{tables: incometable.QueuePublished(b)}
	queueCertifier(b, &q.who, actor)
	return q
}

func (q *queuedBasis) open() (basis, error) {
	if len(q.who) == 0 {
		return basis{}, errors.New("find certifier: no account")
	}
	tables, err := q.tables.Open()
	return basis{who: q.who[0], tables: tables}, err
}

// findBasis reads the basis in a round trip of its own.
func findBasis(ctx context.Context, tx *postgres.Tx, actor authz.Actor) (basis, error) {
	var b postgres.Batch
	q := queueBasis(&b, actor)
	if err := b.Send(ctx, tx); err != nil {
		return basis{}, fmt.Errorf("read what decides: %w", err)
	}
	return q.open()
}

// assess finds out whether the applicant is known, gathers the facts of the
// day, and decides. It stores nothing itself: the batch, which it sends, may
// hold more than its questions. Signed says that the certifier signs. Where the
// identity was locked before, the second of two sites that certify the same
// person at once finds what the first has made.
func (s *Service) assess(ctx context.Context, tx *postgres.Tx, b *postgres.Batch, actor authz.Actor, on basis, app application.Application, signed bool) (assessment, error) {
	a := assessment{app: app, person: application.PersonOf(app.Answers)}
	who := s.queueWho(b, actor, on, a)
	if err := b.Send(ctx, tx); err != nil {
		return assessment{}, fmt.Errorf("find out who applies: %w", err)
	}
	known, err := who.Client(s.ring, app.DistinctFrom)
	if err != nil {
		return assessment{}, err
	}
	a.clientID, a.own, a.period = known.ID, known.Own, known.Period
	a.decide(on, factsOf(a, on.who, a.self(on, who, known), signed, app.FactsOn(tx.Today())))
	return a, nil
}

// queueWho asks who the applicant is, and whether it is the certifier.
func (s *Service) queueWho(b *postgres.Batch, actor authz.Actor, on basis, a assessment) *client.Identification {
	return client.QueueIdentify(b, s.ring, actor.Account, on.who.EmailKey, a.app.ClientID, a.person)
}

// self reports whether account, e-mail or telephone say that the certifier is
// the applicant (X04, decisions 38).
func (a assessment) self(on basis, who *client.Identification, known client.Known) bool {
	return on.who.EmailKey != "" && on.who.EmailKey == client.EmailKey(a.person.Contact.Email) || who.Self(known)
}

// decide decides with the facts.
func (a *assessment) decide(on basis, f eligibility.Facts) {
	a.sameName = a.person.Name.SameAs(client.Name{First: on.who.FirstName, Last: on.who.LastName})
	a.facts, a.decision = f, eligibility.Decide(f, on.tables)
}

// factsOf adds to the client's answers what staff, site and records say.
func factsOf(a assessment, who certifier, self, signed bool, day civil.Date) eligibility.Facts {
	f := question.Facts(a.app.Answers)
	f.DeterminationDate, f.EntryDate = day, day
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
	f.CurrentStatus = a.period.Eligibility(day)
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
	var first postgres.Batch
	queued, basis := application.Queue(&first, id), queueBasis(&first, actor)
	err := s.db.InTxAfter(ctx, actor, &first, func(tx *postgres.Tx) error {
		app, err := queued.Open(s.ring, tx.Today())
		if err != nil {
			return err
		}
		if app.SiteID != actor.Site || app.Action == application.Change {
			return fault.ErrNotFound
		}
		on, err := basis.open()
		if err != nil {
			return err
		}
		var b postgres.Batch
		if err := application.QueueViewed(&b, tx, actor, id); err != nil {
			return err
		}
		a, err := s.assess(ctx, tx, &b, actor, on, app, true)
		if err != nil {
			return err
		}
		out = Review{Application: app, Decision: a.decision, SameName: a.sameName, Active: a.active(tx), Possible: a.possible()}
		return nil
	})
	return out, err
}
