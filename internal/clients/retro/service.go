package retro

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// Start begins to ask about the months before the client's first certification
// and returns the draft's id. One that the site has begun already is gone on
// with. A client who was not certified here for the first time is ErrNotFirst,
// one whose months are all decided ErrAsked.
func (s *Service) Start(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, mode application.Mode) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if !slices.Contains(application.StaffModes, mode) {
		return uuid.Nil, ErrMode
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
			return uuid.Nil, err
		}
		record, err := client.FindForUpdateTx(ctx, tx, s.ring, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		var b postgres.Batch
		q := s.queue(&b, actor, clientID, uuid.Nil)
		if err := b.Send(ctx, tx); err != nil {
			return uuid.Nil, fmt.Errorf("read earlier months of client %s: %w", clientID, err)
		}
		o, err := q.overview(s, record)
		switch {
		case err != nil:
			return uuid.Nil, err
		case !o.First:
			return uuid.Nil, ErrNotFirst
		case len(o.Left()) == 0:
			return uuid.Nil, ErrAsked
		case o.Begun != uuid.Nil:
			return o.Begun, nil
		}
		return s.begin(ctx, tx, actor, q, Draft{ID: uuid.Must(uuid.NewV7()), ClientID: clientID, Mode: mode})
	})
}

func (s *Service) begin(ctx context.Context, tx *postgres.Tx, actor authz.Actor, q *queued, d Draft) (uuid.UUID, error) {
	sealed, err := sealJSON(s.ring, cell("retro", "answers_sealed", d.ID), pad, map[Month]Said{})
	if err != nil {
		return uuid.Nil, err
	}
	enrolledOn, form, _ := q.first.Open()
	if err := insert(ctx, tx, actor, d, enrolledOn, form, sealed); err != nil {
		return uuid.Nil, fmt.Errorf("begin earlier months: %w", err)
	}
	return d.ID, audit.Record(ctx, tx, actor, "retro.start", subject(d.ID))
}

// Answer keeps what was said of a month: when something was different, the
// answers of those parts, and the form's for all others. Answers that were saved since the
// given version make it ErrChanged; a signature ends with it, since it was for
// other answers. What is still missing keeps nothing back: Draft.Open tells.
func (s *Service) Answer(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, version int, m Month, said Said) error {
	said.Parts = whole(said.Parts)
	if said.How != Different {
		said = Said{How: said.How}
	}
	_, err := s.change(ctx, actor, sub, clientID, id, func(tx *postgres.Tx, sheet Sheet) error {
		switch {
		case sheet.Version != version:
			return ErrChanged
		case !slices.Contains(sheet.Left(), m) || !slices.Contains(Hows, said.How):
			return fault.ErrNotFound
		}
		if said.How == Different {
			said.Answers = within(sheet.Form, said.Answers, said.Parts)
		}
		sheet.Said[m] = said
		sealed, err := sealJSON(s.ring, cell("retro", "answers_sealed", id), pad, sheet.Said)
		if err != nil {
			return err
		}
		if err := save(ctx, tx, id, sealed); err != nil {
			return fmt.Errorf("save earlier months %s: %w", id, err)
		}
		return audit.Record(ctx, tx, actor, "retro.save", subject(id), audit.Fields(m.String()))
	})
	return err
}

// Sign keeps the client's signature for what was said as it stands.
func (s *Service) Sign(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, in application.SignForm) error {
	_, err := s.change(ctx, actor, sub, clientID, id, func(tx *postgres.Tx, sheet Sheet) error {
		switch {
		case sheet.Version != in.Version:
			return ErrChanged
		case slices.ContainsFunc(sheet.Left(), sheet.Open):
			return ErrOpen
		}
		if err := in.Check(sheet.Mode); err != nil {
			return err
		}
		signature := application.Signature{
			Kind: in.Kind, Statement: application.Statement, Language: in.Language, SignedAt: tx.Now(), Signing: in.Signing,
		}
		sealed, err := sealJSON(s.ring, cell("retro", "signature_sealed", id), 1, signature)
		if err != nil {
			return err
		}
		if err := sign(ctx, tx, id, sheet.Version, sealed); err != nil {
			return fmt.Errorf("sign earlier months %s: %w", id, err)
		}
		return audit.Record(ctx, tx, actor, "retro.sign", subject(id), audit.Reason(string(in.Kind)))
	})
	return err
}

// Drop deletes a draft that was not certified. It returns the client's id.
func (s *Service) Drop(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID) (uuid.UUID, error) {
	return s.change(ctx, actor, sub, clientID, id, func(tx *postgres.Tx, _ Sheet) error {
		if err := remove(ctx, tx, id); err != nil {
			return fmt.Errorf("delete earlier months %s: %w", id, err)
		}
		return audit.Record(ctx, tx, actor, "retro.delete", subject(id))
	})
}

// change calls fn with a draft of the actor's site that was not certified, held
// until the transaction ends. It returns the client's id.
func (s *Service) change(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, fn func(*postgres.Tx, Sheet) error) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		var b postgres.Batch
		sheet, err := s.hold(ctx, tx, actor, clientID, id, &b)
		if err != nil {
			return uuid.Nil, err
		}
		return clientID, fn(tx, sheet)
	})
}

// hold locks the draft and reads it together with what the batch has queued.
// The site must be open for work.
func (s *Service) hold(ctx context.Context, tx *postgres.Tx, actor authz.Actor, clientID, id uuid.UUID, b *postgres.Batch) (Sheet, error) {
	found, err := lock(ctx, tx, id)
	switch {
	case err != nil:
		return Sheet{}, fmt.Errorf("hold earlier months %s: %w", id, err)
	case !found:
		return Sheet{}, gone(ctx, tx, actor, clientID, id)
	}
	if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
		return Sheet{}, err
	}
	record, err := client.FindForUpdateTx(ctx, tx, s.ring, clientID)
	if err != nil {
		return Sheet{}, err
	}
	q := s.queue(b, actor, clientID, id)
	if err := b.Send(ctx, tx); err != nil {
		return Sheet{}, fmt.Errorf("read earlier months %s: %w", id, err)
	}
	sheet, err := q.sheet(s, actor, record)
	if err == nil && sheet.Certified {
		return Sheet{}, ErrDecided
	}
	return sheet, err
}

// gone says why a draft cannot be held: it was certified, or is not for the
// actor.
func gone(ctx context.Context, tx *postgres.Tx, actor authz.Actor, clientID, id uuid.UUID) error {
	done, err := isCertified(ctx, tx, actor, clientID, id)
	switch {
	case err != nil:
		return fmt.Errorf("look for earlier months %s: %w", id, err)
	case done:
		return ErrDecided
	}
	return fault.ErrNotFound
}

// Certification is the certifier's form: which version was reviewed, and the
// box that is the signature.
type Certification struct {
	Version int
	Agreed  bool
}

// Certify decides every month that is asked for, each by its own facts and the
// income table of that month. The paper for the client, the note on the record,
// the word to the client and the audit entry are made with it or not at all;
// the client's period stays as it is. It is what Review.Hindrance says while
// the draft cannot be certified, ErrChanged when something was saved since the
// review, and ErrDecided afterwards. It returns the draft's id.
func (s *Service) Certify(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, c Certification) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if !c.Agreed {
		return uuid.Nil, ErrNotAgreed
	}
	out, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		var b postgres.Batch
		by := queueRules(&b, actor, clientID)
		sheet, err := s.hold(ctx, tx, actor, clientID, id, &b)
		if err != nil {
			return uuid.Nil, err
		}
		if err := training.GateTx(ctx, tx, actor); err != nil {
			return uuid.Nil, err
		}
		r, who, err := s.decideTx(ctx, tx, actor, sheet, by)
		switch {
		case err != nil:
			return uuid.Nil, err
		case r.Version != c.Version:
			return uuid.Nil, ErrChanged
		}
		if err := r.Hindrance(); err != nil {
			return uuid.Nil, hindered{err, r}
		}
		return id, s.keep(ctx, tx, actor, r, who)
	})
	return out, s.refused(ctx, actor, id, err)
}

// decideTx decides the months of a draft that is held.
func (s *Service) decideTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, sheet Sheet, by rules) (r Review, who enrollment.Signer, err error) {
	r.Sheet = sheet
	err = by.decide(&r, tx.Today(), func(w enrollment.Signer, p client.Person) (enrollment.Signer, error) {
		who, err = w.SelfTx(ctx, tx, s.ring, actor, sheet.ClientID, p)
		return who, err
	})
	return r, who, err
}

// keep stores the decisions and all that follows from them.
func (s *Service) keep(ctx context.Context, tx *postgres.Tx, actor authz.Actor, r Review, who enrollment.Signer) error {
	paper := uuid.Must(uuid.NewV7())
	if err := s.keepPaper(ctx, tx, actor, r, paper); err != nil {
		return err
	}
	if err := certify(ctx, tx, actor, r.ID, paper); err != nil {
		return fmt.Errorf("certify earlier months %s: %w", r.ID, err)
	}
	for _, m := range r.Months {
		if err := s.keepMonth(ctx, tx, r, m, who); err != nil {
			return err
		}
	}
	if err := s.note(ctx, tx, actor, r); err != nil {
		return err
	}
	if err := enrollment.TellTx(ctx, tx, s.ring, r.ClientID, r.Client.Contact, inbox.Earlier, subject(r.ID)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "retro.certify", client.Subject(r.ClientID))
}

func (s *Service) keepMonth(ctx context.Context, tx *postgres.Tx, r Review, m MonthDecision, who enrollment.Signer) error {
	id := uuid.Must(uuid.NewV7())
	facts, err := sealJSON(s.ring, cell("retro_month", "facts_sealed", id), 1, factsOf(r.Sheet, m.Month, who, tx.Today()))
	if err != nil {
		return err
	}
	decision, err := sealJSON(s.ring, cell("retro_month", "decision_sealed", id), 1, m.Decision)
	if err != nil {
		return err
	}
	err = insertMonth(ctx, tx, id, r.Draft, m, facts, decision)
	if err != nil && !errors.Is(err, ErrDecided) {
		return fmt.Errorf("keep month %s: %w", m.Month, err)
	}
	return err
}

// note leaves a note on the record. Which months qualify describes the client
// and is sealed with it.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, actor authz.Actor, r Review) error {
	yes := 0
	for _, m := range r.Months {
		if m.Decision.Outcome == eligibility.Eligible {
			yes++
		}
	}
	return casenote.AddWithTx(ctx, tx, s.ring, actor, r.ClientID, locale.NoteRetro, map[string]casenote.Value{
		"Months": {Words: strconv.Itoa(len(r.Months))}, "Eligible": {Words: strconv.Itoa(yes)},
	})
}

// hindered is why a draft was not certified, with what would have come of it.
type hindered struct {
	error
	review Review
}

func (h hindered) Unwrap() error { return h.error }

// refused keeps an attempt that the rules refuse for who makes it, in a
// transaction of its own: the error takes back everything in the other.
func (s *Service) refused(ctx context.Context, actor authz.Actor, id uuid.UUID, err error) error {
	var h hindered
	if !errors.As(err, &h) {
		return err
	}
	reason := ""
	switch {
	case errors.Is(h.error, ErrColleague):
		reason = "same-name"
	case errors.Is(h.error, ErrBlocked):
		reason = string(h.review.blockedBy())
	default:
		return h.error
	}
	kept := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, "retro.certify", subject(id), audit.Denied(), audit.Reason(reason))
	})
	return errors.Join(h.error, kept)
}

// blockedBy returns the reason that blocks, certifying oneself before others.
func (r Review) blockedBy() eligibility.Reason {
	var first eligibility.Reason
	for _, m := range r.Months {
		if !m.blocked() {
			continue
		}
		if slices.Contains(m.Decision.AllReasons, eligibility.CertifiesSelf) {
			return eligibility.CertifiesSelf
		}
		if first == "" {
			first = m.Decision.PrimaryReason
		}
	}
	return first
}

// keepPaper makes the paper that the client is given and keeps it as it is.
func (s *Service) keepPaper(ctx context.Context, tx *postgres.Tx, actor authz.Actor, r Review, id uuid.UUID) error {
	by, err := findSigner(ctx, tx, actor)
	if err != nil {
		return fmt.Errorf("find who certifies: %w", err)
	}
	e := document.Earlier{
		Language: orEnglish(r.Client.Contact.Language()), Answers: r.Form, HAP: r.Client.HAP, Mode: r.Mode,
		EnrolledOn: r.EnrolledOn, Signature: r.Signature, Statement: Statement, Certifier: by.Name, Site: by.Site, At: tx.Now(),
	}
	for _, m := range r.Months {
		e.Months = append(e.Months, document.EarlierMonth{
			First: m.Month.First(), Decision: m.Decision, Different: r.Differences(m.Month),
			FirstClaim: ClaimBy(m.Month.First(), tx.Today()), LastClaim: ClaimBy(m.Month.Last(), tx.Today()),
		})
	}
	return document.KeepTx(ctx, tx, s.ring, actor, document.Made{
		ID: id, Client: r.ClientID, Kind: document.Retro, Paper: document.Rec(ctx, e),
	})
}

// Sweep deletes drafts that nobody has gone on with for draft_ttl_days, as those of
// applications, and keeps how many there were.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		days, err := setting.DraftDays.Get(ctx, tx)
		if err != nil {
			return err
		}
		n, err := removeBefore(ctx, tx, tx.Now().Add(-setting.Days(days)))
		if err != nil {
			return fmt.Errorf("delete old drafts of earlier months: %w", err)
		}
		if n == 0 {
			return nil
		}
		return audit.Record(ctx, tx, authz.SystemActor, "retro.sweep", fmt.Sprintf("retros:%d", n))
	})
}
