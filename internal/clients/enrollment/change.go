package enrollment

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// The faults of a reported change.
var (
	ErrNothingChanged = fault.New(fault.Invalid, locale.ChangeNothing)
	ErrUnsigned       = fault.New(fault.Invalid, locale.ChangeUnsigned)
	ErrSamePerson     = fault.New(fault.Conflict, locale.ChangeSamePerson)
	ErrNotRecorded    = fault.New(fault.Conflict, locale.ChangeNotRecorded)
	ErrOtherOutcome   = fault.New(fault.Conflict, locale.ChangeOtherOutcome)
)

// ChangeReview is a reported change with what would come of it now. Nothing of
// it is stored.
type ChangeReview struct {
	Standing    Standing
	Application application.Application
	Changed     []question.ID
	Missing     []question.ID
	Decides     bool // an eligibility fact has changed: signature and redetermination
	Signed      bool
	SameName    bool                 // the certifier has the client's name: a colleague must record it
	Decision    eligibility.Decision // when Decides and nothing is missing
	EndsOn      civil.Date           // first day without, when the client qualifies no more
	Overtaken   bool                 // the answers in force are others than those that it began with
}

// Outcome says what the review has shown, so that recording does that and
// nothing else.
func (r ChangeReview) Outcome() string {
	if !r.Decides {
		return "kept"
	}
	return outcomeOf(r.Decision, r.EndsOn)
}

func outcomeOf(d eligibility.Decision, on civil.Date) string {
	if d.Outcome != eligibility.Ineligible {
		return string(d.Outcome)
	}
	return string(d.DeactivationCode) + " " + on.String()
}

// ChangeForm is the form that records a change: which version of the answers
// and which outcome were reviewed, and the box that is the certifier's
// signature when an eligibility fact has changed.
type ChangeForm struct {
	Version int
	Outcome string
	Agreed  bool
}

// StartChange begins a change of the answers in force of an active client, and
// returns its id. One that the site has begun already is gone on with.
func (s *Service) StartChange(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, c application.Choice) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		standing, err := s.holdTx(ctx, tx, actor, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := standing.May(ToChange); err != nil {
			return uuid.Nil, err
		}
		return application.StartChangeTx(ctx, tx, s.ring, actor, clientID, c)
	})
}

// ReviewChange returns the change of the client that the site has begun, with
// what would come of it now. It keeps that it was looked at.
func (s *Service) ReviewChange(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID) (ChangeReview, error) {
	var out ChangeReview
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return out, fault.ErrNotFound
	}
	var first postgres.Batch
	queued, basis := application.Queue(&first, id), queueBasis(&first, actor)
	err := s.db.InTxAfter(ctx, actor, &first, func(tx *postgres.Tx) error {
		app, err := openChange(s.ring, queued, tx.Today(), actor, clientID)
		if err != nil {
			return err
		}
		on, err := basis.open()
		if err != nil {
			return err
		}
		out = reviewOf(app)
		return s.foresee(ctx, tx, actor, on, &out)
	})
	return out, err
}

// openChange returns a change of the client at the actor's site.
func openChange(ring *secret.Ring, q *application.Queued, on civil.Date, actor authz.Actor, clientID uuid.UUID) (application.Application, error) {
	app, err := q.Open(ring, on)
	if err == nil && (app.Action != application.Change || app.ClientID != clientID || app.SiteID != actor.Site) {
		return application.Application{}, fault.ErrNotFound
	}
	return app, err
}

// reviewOf returns what the change itself says.
func reviewOf(app application.Application) ChangeReview {
	r := ChangeReview{Application: app, Changed: app.Changed(), Missing: question.Missing(app.Answers)}
	r.Decides = question.Decides(r.Changed...)
	r.Overtaken = app.Last == nil || app.Last.ID != app.BasedOn
	r.Signed = app.Signature != nil && slices.Contains(application.Kinds(app.Mode), app.Signature.Kind)
	return r
}

// foresee reads the record, keeps that it was looked at, and fills in what
// would come of the change now.
func (s *Service) foresee(ctx context.Context, tx *postgres.Tx, actor authz.Actor, on basis, r *ChangeReview) error {
	clientID := r.Application.ClientID
	var b postgres.Batch
	record, err := client.QueueView(&b, tx, actor, clientID, "change")
	if err != nil {
		return err
	}
	latest := queueLatest(&b, tx, actor, clientID)
	a := changed(r.Application)
	who := s.queueWho(&b, actor, on, a)
	if err := b.Send(ctx, tx); err != nil {
		return fmt.Errorf("read client %s for a change: %w", clientID, err)
	}
	if r.Standing.Client, err = record.Open(s.ring); err != nil {
		return err
	}
	if err := latest.into(&r.Standing, s, actor); err != nil {
		return err
	}
	return r.take(func() (assessment, error) { return s.anew(a, on, who, r.Standing, tx.Today()) })
}

// take fills in what would come of the change, when it decides and can be
// decided.
func (r *ChangeReview) take(decide func() (assessment, error)) error {
	if !r.Decides || len(r.Missing) > 0 {
		return nil
	}
	a, err := decide()
	if err != nil {
		return err
	}
	r.Decision, r.SameName = a.decision, a.sameName
	if a.decision.Outcome == eligibility.Ineligible {
		r.EndsOn = endOf(a.decision, r.Standing)
	}
	return nil
}

// changed is the assessment of a change, before anything is known but what the
// client says.
func changed(app application.Application) assessment {
	return assessment{app: app, person: application.PersonOf(app.Answers), clientID: app.ClientID, own: true}
}

// redetermine decides about an active client at a visit, with the changed
// answers and the income table of the day.
func (s *Service) redetermine(ctx context.Context, tx *postgres.Tx, actor authz.Actor, app application.Application, standing Standing) (assessment, error) {
	on, err := findBasis(ctx, tx, actor)
	if err != nil {
		return assessment{}, err
	}
	a := changed(app)
	var b postgres.Batch
	who := s.queueWho(&b, actor, on, a)
	if err := b.Send(ctx, tx); err != nil {
		return assessment{}, fmt.Errorf("compare client with certifier: %w", err)
	}
	return s.anew(a, on, who, standing, tx.Today())
}

// anew decides about the change once all has been read.
func (s *Service) anew(a assessment, on basis, who *client.Identification, standing Standing, day civil.Date) (assessment, error) {
	known, err := who.Client(s.ring, nil)
	if err != nil {
		return assessment{}, err
	}
	a.period = standing.Client.Period
	f := factsOf(a, on.who, a.self(on, who, known), true, day)
	f.Action, f.AffirmedAtVisit = eligibility.ActionReaffirm, eligibility.Yes
	a.decide(on, f)
	return a, nil
}

// endOf returns the first day without for a client who qualifies no more: the
// day of the rules, but not before the last reaffirmation, and not later than
// an end that is set already.
func endOf(d eligibility.Decision, standing Standing) civil.Date {
	on := d.DeactivationEffective
	for _, floor := range []civil.Date{standing.Client.StartsOn, standing.ReaffirmedOn} {
		if on.Before(floor) {
			on = floor
		}
	}
	if set := standing.Client.DiscontinuedOn; !set.IsZero() && set.Before(on) {
		return set
	}
	return on
}

// ReportChange records a change that was reviewed: the new answers are in
// force from now on, and the period stays as it is. When an eligibility fact
// has changed, the client must have signed and the certifier agrees; the client
// is determined anew with the income table of the day, and who qualifies no
// more has the enrollment ended with the code of the first reason. The note,
// the message and the audit entry are made with it or not at all.
//
// It is ErrNotActive for a client who is not active any more, ErrOvertaken
// when other answers have come into force since the change began,
// application.ErrChanged when answers were saved since the review, and
// ErrOtherOutcome when what comes of it is not what was reviewed. It returns
// the id of the change.
func (s *Service) ReportChange(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, f ChangeForm) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	out, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		app, err := application.FindForUpdateTx(ctx, tx, s.ring, actor, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case app.Action != application.Change || app.ClientID != clientID:
			return uuid.Nil, fault.ErrNotFound
		case app.State.Decided():
			return uuid.Nil, application.ErrDecided
		case app.Version != f.Version:
			return uuid.Nil, application.ErrChanged
		}
		if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil { // first, as in Certify: one order of locks
			return uuid.Nil, err
		}
		person := application.PersonOf(app.Answers)
		if err := client.LockIdentityTx(ctx, tx, s.ring, person); err != nil {
			return uuid.Nil, err
		}
		standing, err := s.holdTx(ctx, tx, actor, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		// Now that the record is held: which answers are in force may have
		// changed while another site's change was waited for.
		if app, err = application.FindTx(ctx, tx, s.ring, id); err != nil {
			return uuid.Nil, err
		}
		review := reviewOf(app)
		review.Standing = standing
		if err := review.take(func() (assessment, error) { return s.redetermine(ctx, tx, actor, app, standing) }); err != nil {
			return uuid.Nil, err
		}
		if err := review.recordable(f); err != nil {
			return uuid.Nil, err
		}
		return id, s.recordChange(ctx, tx, actor, review, person)
	})
	return out, s.refused(ctx, actor, id, err)
}

// recordable returns why the change cannot be recorded with the form.
func (r ChangeReview) recordable(f ChangeForm) error {
	if err := r.Standing.May(ToChange); err != nil {
		return err
	}
	switch {
	case r.Overtaken:
		return ErrOvertaken
	case len(r.Changed) == 0:
		return ErrNothingChanged
	case len(r.Missing) > 0:
		return application.ErrIncomplete
	case !r.Decides:
		return unless(f.Outcome == r.Outcome(), ErrOtherOutcome)
	case r.Decision.Outcome == eligibility.Blocked:
		return &blocked{reasons: r.Decision.AllReasons}
	case r.SameName:
		return ErrColleague
	case !r.Signed:
		return ErrUnsigned
	case f.Outcome != r.Outcome():
		return ErrOtherOutcome
	case !f.Agreed:
		return ErrNotAgreed
	}
	return nil
}

// recordChange stores the change and all that follows from it.
func (s *Service) recordChange(ctx context.Context, tx *postgres.Tx, actor authz.Actor, r ChangeReview, person client.Person) error {
	clientID := r.Application.ClientID
	if err := s.keepChanged(ctx, tx, actor, r, person); err != nil {
		return err
	}
	a := act{
		id: uuid.Must(uuid.NewV7()), kind: actChange, clientID: clientID, enrollmentID: r.Standing.EnrollmentID,
		applicationID: r.Application.ID,
	}
	state, note, values := application.Certified, casenote.Changed, map[string]casenote.Value{}
	var err error
	if r.Decides && r.Decision.Outcome == eligibility.Ineligible {
		state, note = application.Ineligible, casenote.ChangedEnded
		a.effectiveOn, a.details = r.EndsOn, discontinuation{Code: r.Decision.DeactivationCode}
		values = endValues(a.details.Code, a.effectiveOn)
		err = s.endTx(ctx, tx, actor, r.Standing, a)
	} else {
		err = s.keepAct(ctx, tx, actor, a)
	}
	if err != nil {
		return err
	}
	if err := application.DecideTx(ctx, tx, r.Application.ID, clientID, state); err != nil {
		return err
	}
	values["Sections"] = casenote.Value{Keys: sectionLabels(r.Changed)}
	if err := casenote.AddWithTx(ctx, tx, s.ring, actor, clientID, note, values); err != nil {
		return err
	}
	told := inbox.Changed
	if !a.effectiveOn.IsZero() {
		told = inbox.Ended
	}
	if err := s.tellTx(ctx, tx, clientID, person.Contact, told, "act:"+a.id.String()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "enrollment.change", client.Subject(clientID),
		audit.Reason(string(state)), audit.Fields(application.Groups(r.Changed)...))
}

// keepChanged brings the record up to date and keeps the determination.
func (s *Service) keepChanged(ctx context.Context, tx *postgres.Tx, actor authz.Actor, r ChangeReview, person client.Person) error {
	other, err := client.MatchTx(ctx, tx, s.ring, person, []uuid.UUID{r.Application.ClientID})
	if err != nil {
		return err
	}
	if other != uuid.Nil && other != r.Application.ClientID && names(r.Changed) {
		return ErrSamePerson
	}
	if err := client.UpdateTx(ctx, tx, s.ring, actor, r.Application.ClientID, person); err != nil {
		return err
	}
	if !r.Decides {
		return nil
	}
	a, err := s.redetermine(ctx, tx, actor, r.Application, r.Standing)
	if err != nil {
		return err
	}
	if _, err := s.keepDetermination(ctx, tx, actor, a); err != nil {
		return fmt.Errorf("keep determination: %w", err)
	}
	return nil
}

// names reports whether one of the answers says who the person is.
func names(changed []question.ID) bool {
	return slices.ContainsFunc(changed, func(id question.ID) bool {
		return slices.Contains([]question.ID{question.FullName, question.BirthDate, question.SSN, question.MediCal}, id)
	})
}

// sectionLabels names the sections of the questions. The questions themselves
// are not named: that one is asked at all may say what was answered to another.
func sectionLabels(changed []question.ID) []locale.Key {
	var out []locale.Key
	for _, g := range application.Groups(changed) {
		out = append(out, question.Section(g).Label())
	}
	return out
}

// DropChange deletes a change that was begun and not recorded. It returns the
// client's id.
func (s *Service) DropChange(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		app, err := application.FindForUpdateTx(ctx, tx, s.ring, actor, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case app.Action != application.Change || app.ClientID != clientID:
			return uuid.Nil, fault.ErrNotFound
		case app.State.Decided():
			return uuid.Nil, application.ErrDecided
		}
		return clientID, application.DropTx(ctx, tx, actor, id)
	})
}

// ChangeResult is what came of a change.
type ChangeResult struct {
	Standing    Standing
	Application application.Application
	Changed     []question.ID
	Decided     *Determination // nil: no eligibility fact had changed
}

// ChangeResult returns what came of a change that was recorded. One that was
// not is ErrNotRecorded.
func (s *Service) ChangeResult(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID) (ChangeResult, error) {
	var out ChangeResult
	var first postgres.Batch
	queued := application.Queue(&first, id)
	err := s.db.InTxAfter(ctx, actor, &first, func(tx *postgres.Tx) error {
		app, err := openChange(s.ring, queued, tx.Today(), actor, clientID)
		if err != nil {
			return err
		}
		if !app.State.Decided() {
			return ErrNotRecorded
		}
		out.Application, out.Changed = app, app.Changed()
		var b postgres.Batch
		var rows []determinationRow
		record, err := client.QueueView(&b, tx, actor, clientID, "change")
		if err != nil {
			return err
		}
		latest := queueLatest(&b, tx, actor, clientID)
		postgres.QueueAll(&b, &rows, selectDetermination, id)
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read result of change %s: %w", id, err)
		}
		if out.Standing.Client, err = record.Open(s.ring); err != nil {
			return err
		}
		if len(rows) > 0 {
			d, err := rows[0].open(s.ring)
			if err != nil {
				return err
			}
			out.Decided = &d
		}
		return latest.into(&out.Standing, s, actor)
	})
	return out, err
}
