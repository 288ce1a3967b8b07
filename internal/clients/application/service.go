package application

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service keeps applications.
type Service struct {
	db      *postgres.DB
	ring    *secret.Ring
	clients *client.Service
}

// NewService returns the service.
func NewService(db *postgres.DB, ring *secret.Ring, clients *client.Service) *Service {
	return &Service{db: db, ring: ring, clients: clients}
}

// Begin is what is chosen when an application is started.
type Begin struct {
	Result uuid.UUID // the search that came before; needed for a new person
	Client uuid.UUID // the client who is known already; uuid.Nil: a new person
	Mode   Mode
	Help   Help // in person: why staff fill in the form
	Alone  bool // in person: the client fills it in, on a device that is handed over
}

func (b Begin) check() error {
	var wrong []fault.Field
	if !slices.Contains(StaffModes, b.Mode) {
		wrong = append(wrong, fault.Field{Name: "mode", Text: locale.EnrollModeMissing})
	}
	if b.Mode == InPerson && !b.Alone && !slices.Contains(Helps, b.Help) {
		wrong = append(wrong, fault.Field{Name: "help", Text: locale.EnrollHelpMissing})
	}
	return fault.InvalidFields(wrong)
}

// Start begins an application with no answers in it and returns its id. For a
// new person a search of the same account must have come before: those whom it
// found were said to be somebody else. For a known client it is a
// recertification, which may begin ten months after the last one; a draft that
// the site has for the client already is returned instead of a second one. A
// site that is not open for work starts none (site.OpenForWorkTx), nor does
// somebody whom training.GateTx holds back.
func (s *Service) Start(ctx context.Context, actor authz.Actor, sub idempotency.Submission, b Begin) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := b.check(); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
			return uuid.Nil, err
		}
		if err := training.GateTx(ctx, tx, actor); err != nil {
			return uuid.Nil, err
		}
		a := Application{ID: uuid.Must(uuid.NewV7()), Action: New, Mode: b.Mode, ClientID: b.Client, DistinctFrom: []uuid.UUID{}}
		if b.Mode == InPerson && !b.Alone {
			a.Help = b.Help
		}
		earlier, err := s.place(ctx, tx, actor, b, &a)
		if err != nil || earlier != uuid.Nil {
			return earlier, err
		}
		if err := s.insert(ctx, tx, actor, &a); err != nil {
			return uuid.Nil, fmt.Errorf("start application: %w", err)
		}
		return a.ID, audit.Record(ctx, tx, actor, "application.start", subject(a.ID), audit.Reason(string(a.Mode)))
	})
}

// place says whom the application is for. It returns the id of a draft that is
// there already.
func (s *Service) place(ctx context.Context, tx *postgres.Tx, actor authz.Actor, b Begin, a *Application) (uuid.UUID, error) {
	if b.Client == uuid.Nil {
		found, err := s.clients.ResultIDsTx(ctx, tx, actor, b.Result)
		if errors.Is(err, client.ErrResultExpired) {
			return uuid.Nil, ErrSearchFirst
		}
		if found != nil {
			a.DistinctFrom = found
		}
		return uuid.Nil, err
	}
	p, err := periodOf(ctx, tx, b.Client)
	if err != nil {
		return uuid.Nil, err
	}
	period := client.Period(p)
	switch {
	case period.On(tx.Today()) == client.Ineligible:
		a.Action = New
	case !period.Renewable(tx.Today()):
		return uuid.Nil, ErrWindow
	default:
		a.Action = Recertify
	}
	return openDraft(ctx, tx, actor.Site, b.Client)
}

func (s *Service) insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a *Application) error {
	n, err := nextNumber(ctx, tx)
	if err != nil {
		return err
	}
	a.Number = strconv.FormatInt(n, 10)
	sealed, err := s.sealAnswers(a.ID, question.New(tx.Today()))
	if err != nil {
		return err
	}
	help, err := s.ring.Seal(helpCell(a.ID), secret.Pad(string(a.Help), helpLength))
	if err != nil {
		return err
	}
	return insert(ctx, tx, actor, *a, sealed, help)
}

// helpLength is the length of the longest reason, so that none tells itself.
const helpLength = len(HelpUnderstanding)

func helpCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "application", Column: "help_sealed", Row: id}
}

func subject(id uuid.UUID) string { return "application:" + id.String() }

func answersCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "application", Column: "answers_sealed", Row: id}
}

func (s *Service) sealAnswers(id uuid.UUID, a question.Answers) ([]byte, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return s.ring.Seal(answersCell(id), string(raw))
}

func openAnswers(ring *secret.Ring, id uuid.UUID, sealed []byte, on civil.Date) (question.Answers, error) {
	raw, err := ring.Open(answersCell(id), sealed)
	if err != nil {
		return question.Answers{}, err
	}
	return question.Parse([]byte(raw), on)
}

// View returns the application for showing it, and keeps that it was seen.
func (s *Service) View(ctx context.Context, actor authz.Actor, id uuid.UUID) (Application, error) {
	var a Application
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		var b postgres.Batch
		q := Queue(&b, id)
		if err := QueueViewed(&b, tx, actor, id); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read application %s: %w", id, err)
		}
		a, err = q.Open(s.ring, tx.Today())
		return err
	})
	return a, err
}

// FindForUpdateTx is FindTx with the application locked until the transaction
// ends. It is for the actor's own site alone.
func FindForUpdateTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, id uuid.UUID) (Application, error) {
	if err := lock(ctx, tx, id); err != nil {
		return Application{}, err
	}
	a, err := FindTx(ctx, tx, ring, id)
	if err == nil && a.SiteID != actor.Site {
		return Application{}, fault.ErrNotFound
	}
	return a, err
}

// Save stores the answers that were made from the given version. Somebody who
// saved meanwhile makes it ErrChanged, a decision ErrDecided. A signature ends
// with it: it was for other answers.
func (s *Service) Save(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, version int, answers question.Answers) error {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return fault.ErrNotFound
	}
	sealed, err := s.sealAnswers(id, answers)
	if err != nil {
		return err
	}
	_, err = idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		before, err := forWorkTx(ctx, tx, s.ring, actor, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case before.State.Decided():
			return uuid.Nil, ErrDecided
		}
		changed := question.Changed(before.Answers, answers)
		if len(changed) == 0 && before.Version == version {
			return id, nil
		}
		saved, err := saveAnswers(ctx, tx, id, version, sealed)
		if err != nil {
			return uuid.Nil, fmt.Errorf("save answers: %w", err)
		}
		if !saved {
			return uuid.Nil, ErrChanged
		}
		if err := endSignature(ctx, tx, id); err != nil {
			return uuid.Nil, fmt.Errorf("end signature: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "application.save", subject(id), audit.Fields(groups(changed)...))
	})
	return err
}

// groups names the sections in which answers have changed, in their order. The
// questions themselves are not named: that one is asked at all may say what was
// answered to another.
func groups(changed []question.ID) []string {
	var out []string
	for _, s := range question.Sections {
		if slices.ContainsFunc(changed, func(id question.ID) bool { return question.SectionOf(id) == s }) {
			out = append(out, string(s))
		}
	}
	return out
}

// Delete removes an application of the site that was not decided, with all
// that belongs to it.
func (s *Service) Delete(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) error {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := FindForUpdateTx(ctx, tx, s.ring, actor, id)
		if err != nil {
			return uuid.Nil, err
		}
		if a.State.Decided() {
			return uuid.Nil, ErrDecided
		}
		if _, err := remove(ctx, tx, id, actor.Site); err != nil {
			return uuid.Nil, fmt.Errorf("delete draft: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "application.delete", subject(id))
	})
	return err
}

// DecideTx marks the application as decided for the client.
func DecideTx(ctx context.Context, tx *postgres.Tx, id, clientID uuid.UUID, state State) error {
	if err := decide(ctx, tx, id, clientID, state); err != nil {
		return fmt.Errorf("decide application %s: %w", id, err)
	}
	return nil
}

func orZero(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
