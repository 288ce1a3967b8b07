package application

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/office/setting"
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

// The faults of an application that a client fills in alone. ErrSent means that
// it waits for a clinic or is with one, ErrEnded that it was not gone on with
// in time, ErrNoClinic that a clinic cannot be chosen.
var (
	ErrSent     = fault.New(fault.Conflict, locale.ApplicationOnlineSent)
	ErrEnded    = fault.New(fault.Expired, locale.ApplicationOnlineEnded)
	ErrNoClinic = fault.InvalidField("clinic", locale.ApplicationOnlineNoClinic)
)

// StartOnline begins the application of a client's own account, for no site,
// and returns its id. One that is not finished or waits already is returned
// instead of a second one; one that a clinic has taken is ErrSent until it is
// decided. For somebody whose record the account has it is a
// new certification, which is ErrWindow until the period can be renewed.
func (s *Service) StartOnline(ctx context.Context, actor authz.Actor, sub idempotency.Submission) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := lockAccount(ctx, tx, actor.Account); err != nil {
			return uuid.Nil, fmt.Errorf("start online: %w", err)
		}
		earlier, err := currentOnline(ctx, tx, actor.Account)
		if err != nil || earlier != uuid.Nil {
			return earlier, err
		}
		switch taken, err := withClinic(ctx, tx, actor.Account); {
		case err != nil:
			return uuid.Nil, err
		case taken:
			return uuid.Nil, ErrSent
		}
		a := Application{ID: uuid.Must(uuid.NewV7()), Action: New, Mode: Online, DistinctFrom: []uuid.UUID{}}
		if err := placeOnline(ctx, tx, actor, &a); err != nil {
			return uuid.Nil, err
		}
		if err := s.insertOnline(ctx, tx, actor, &a); err != nil {
			return uuid.Nil, fmt.Errorf("start online: %w", err)
		}
		return a.ID, audit.Record(ctx, tx, actor, "application.start", subject(a.ID), audit.Reason(string(Online)))
	})
}

// placeOnline says whether the account's client begins or renews.
func placeOnline(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a *Application) error {
	id, p, err := ownClient(ctx, tx, actor.Account)
	if err != nil || id == uuid.Nil {
		return err
	}
	a.ClientID = id
	period := client.Period(p)
	switch {
	case period.On(tx.Today()) == client.Ineligible:
	case !period.Renewable(tx.Today()):
		return ErrWindow
	default:
		a.Action = Recertify
	}
	return nil
}

func (s *Service) insertOnline(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a *Application) error {
	n, err := nextNumber(ctx, tx)
	if err != nil {
		return err
	}
	a.Number = strconv.FormatInt(n, 10)
	sealed, err := s.sealAnswers(a.ID, question.New(tx.Today()))
	if err != nil {
		return err
	}
	help, err := s.ring.Seal(helpCell(a.ID), secret.Pad("", helpLength))
	if err != nil {
		return err
	}
	return insertOnline(ctx, tx, actor, *a, sealed, help)
}

// Own is the newest application of an account as its client sees it.
type Own struct {
	Application
	Clinic string     // that was chosen, or has taken it; empty: none
	Until  civil.Date // last day to finish it with a clinic; zero: it does not wait
	Keep   int        // days for which answers are kept after they were saved last
}

// Waits reports whether it waits for a clinic.
func (o Own) Waits() bool { return o.State == Submitted }

// Alone reports whether the client can still fill it in alone.
func (o Own) Alone() bool { return o.State == Draft && o.Mode == Online }

// ViewOnline returns the account's newest application that is not deleted,
// whoever has it now, and keeps that it was seen. With none it is
// fault.ErrNotFound, and only Keep is told.
func (s *Service) ViewOnline(ctx context.Context, actor authz.Actor) (Own, error) {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return Own{}, fault.ErrNotFound
	}
	var out Own
	var first postgres.Batch
	var ids []uuid.UUID
	queueLatestOnline(&first, &ids, actor.Account)
	keep, wait := setting.DraftDays.Queue(&first), setting.SubmittedDays.Queue(&first)
	err := s.db.InTxAfter(ctx, actor, &first, func(tx *postgres.Tx) (err error) {
		out = Own{}
		if out.Keep, err = keep.Open(); err != nil {
			return err
		}
		days, err := wait.Open()
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return fault.ErrNotFound
		}
		return s.viewOwn(ctx, tx, actor, ids[0], days, &out)
	})
	return out, err
}

func (s *Service) viewOwn(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, days int, out *Own) error {
	var b postgres.Batch
	var clinics []string
	q := Queue(&b, id)
	queueClinic(&b, &clinics, id)
	if err := QueueViewed(&b, tx, actor, id); err != nil {
		return err
	}
	err := b.Send(ctx, tx)
	if err != nil {
		return fmt.Errorf("read own application: %w", err)
	}
	if out.Application, err = q.Open(s.ring, tx.Today()); err != nil {
		return err
	}
	if len(clinics) > 0 {
		out.Clinic = clinics[0]
	}
	if out.Waits() && out.SubmittedAt != nil {
		out.Until = civil.Of(out.SubmittedAt.Add(setting.Days(days))).AddDays(-1)
	}
	return nil
}

// ownDraftTx reads and locks an application of the account that is not sent
// yet.
func (s *Service) ownDraftTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (Application, error) {
	if err := lockOwn(ctx, tx, actor.Account, id); err != nil {
		return Application{}, err
	}
	a, err := FindTx(ctx, tx, s.ring, id)
	if err != nil {
		return Application{}, err
	}
	days, err := setting.DraftDays.Get(ctx, tx)
	switch {
	case err != nil:
		return Application{}, err
	case a.State == Withdrawn:
		return Application{}, ErrEnded
	case a.State != Draft || a.Mode != Online:
		return Application{}, ErrSent
	case tx.Now().Sub(a.SavedAt) > setting.Days(days):
		return Application{}, ErrEnded // the sweep has not come by yet
	}
	return a, nil
}

// SaveOnline stores the answers that were made from the given version. Another
// device that saved meanwhile makes it ErrChanged.
func (s *Service) SaveOnline(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, version int, answers question.Answers) error {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return fault.ErrNotFound
	}
	sealed, err := s.sealAnswers(id, answers)
	if err != nil {
		return err
	}
	_, err = idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		before, err := s.ownDraftTx(ctx, tx, actor, id)
		if err != nil {
			return uuid.Nil, err
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
		return id, audit.Record(ctx, tx, actor, "application.save", subject(id), audit.Fields(groups(changed)...))
	})
	return err
}

// Submit keeps the client's signature for the answers as they are and sends
// them: the application waits for a clinic, and nothing is decided (decisions
// 17). Answers that are missing make it ErrIncomplete; answers that another
// device saved meanwhile ErrChanged; what was sent before ErrSent.
func (s *Service) Submit(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in SignForm) error {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return fault.ErrNotFound
	}
	in.Kind = Electronic
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := s.ownDraftTx(ctx, tx, actor, id)
		switch {
		case err != nil:
			return uuid.Nil, err
		case a.Version != in.Version:
			return uuid.Nil, ErrChanged
		case len(question.Missing(a.Answers)) > 0:
			return uuid.Nil, ErrIncomplete
		}
		if err := in.Check(Online); err != nil {
			return uuid.Nil, err
		}
		if err := s.signTx(ctx, tx, actor, a, in); err != nil {
			return uuid.Nil, fmt.Errorf("sign application %s: %w", id, err)
		}
		if err := submit(ctx, tx, id); err != nil {
			return uuid.Nil, fmt.Errorf("send application %s: %w", id, err)
		}
		return id, audit.Record(ctx, tx, actor, "application.submit", subject(id))
	})
	return err
}

// Choose puts an application that waits on the work list of a clinic, or, with
// uuid.Nil, on none. A clinic that is not open for work is ErrNoClinic.
func (s *Service) Choose(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id, clinic uuid.UUID) error {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := lockOwn(ctx, tx, actor.Account, id); err != nil {
			return uuid.Nil, err
		}
		if clinic != uuid.Nil {
			if err := site.OpenForWorkTx(ctx, tx, clinic); err != nil {
				if _, known := fault.Of(err); known {
					return uuid.Nil, ErrNoClinic
				}
				return uuid.Nil, err
			}
		}
		chosen, err := choose(ctx, tx, id, clinic)
		switch {
		case err != nil:
			return uuid.Nil, fmt.Errorf("choose clinic: %w", err)
		case !chosen:
			return uuid.Nil, ErrSent
		}
		return id, audit.Record(ctx, tx, actor, "application.choose", subject(id))
	})
	return err
}

// DeleteOnline removes an application of the account that no clinic has taken,
// with all that belongs to it.
func (s *Service) DeleteOnline(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) error {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := lockOwn(ctx, tx, actor.Account, id); err != nil {
			return uuid.Nil, err
		}
		gone, err := removeOwn(ctx, tx, actor.Account, id)
		switch {
		case err != nil:
			return uuid.Nil, fmt.Errorf("delete own application: %w", err)
		case !gone:
			return uuid.Nil, ErrSent
		}
		return id, audit.Record(ctx, tx, actor, "application.delete", subject(id))
	})
	return err
}

// none is uuid.Nil for a query that found nothing.
func none(id uuid.UUID, err error) (uuid.UUID, error) {
	if errors.Is(orNotFound(err), fault.ErrNotFound) {
		return uuid.Nil, nil
	}
	return id, err
}
