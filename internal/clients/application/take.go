package application

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/office/setting"
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

// ErrNoneWaits covers every reason why there is nothing to finish under a
// number and a birth date, so that guessing tells nothing. ErrNotLive means
// that a clinic has not gone through it with the client yet.
var (
	ErrNoneWaits = fault.New(fault.Invalid, locale.ApplicationTakeNone)
	ErrNotLive   = fault.New(fault.Conflict, locale.ApplicationTakeFirst)
)

// Claim is how any clinic finds an application that waits, and how it meets
// the client now.
type Claim struct {
	Number  string
	BirthOn civil.Date
	Mode    Mode
}

// Claim makes the application that waits under number and birth date one of
// the actor's site, to be gone through with the client live, and returns its
// id. What the client signed alone ends with it: the client signs anew (decisions
// 17). It counts as a search across sites (security.md 8.7); whatever does not
// fit is ErrNoneWaits.
func (s *Service) Claim(ctx context.Context, actor authz.Actor, sub idempotency.Submission, c Claim) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := client.TakeSearch(ctx, s.db, actor); err != nil {
		return uuid.Nil, err
	}
	id, err := s.take(ctx, actor, sub, c.Mode, func(tx *postgres.Tx) (waitingRow, error) {
		r, err := findWaiting(ctx, tx, digits(c.Number))
		if err != nil {
			return waitingRow{}, err
		}
		a, err := openAnswers(s.ring, r.ID, r.AnswersSealed, tx.Today())
		if err == nil && (c.BirthOn.IsZero() || a.BirthDate() != c.BirthOn) {
			err = fault.ErrNotFound
		}
		return r, err
	})
	if errors.Is(err, ErrNoneWaits) {
		return uuid.Nil, errors.Join(err, s.recordFailure(ctx, actor))
	}
	return id, err
}

// recordFailure keeps that a claim found nothing (security.md 13.1).
func (s *Service) recordFailure(ctx context.Context, actor authz.Actor) error {
	return s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, "application.claim", "application:unknown", audit.Failed())
	})
}

// Take is Claim for an application on the work list of the actor's site. One that
// waits there no more is ErrNoneWaits.
func (s *Service) Take(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, mode Mode) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	return s.take(ctx, actor, sub, mode, func(tx *postgres.Tx) (waitingRow, error) {
		return findListed(ctx, tx, actor.Site, id)
	})
}

func (s *Service) take(ctx context.Context, actor authz.Actor, sub idempotency.Submission, mode Mode, find func(*postgres.Tx) (waitingRow, error)) (uuid.UUID, error) {
	if !slices.Contains(StaffModes, mode) {
		return uuid.Nil, fault.InvalidField("mode", locale.EnrollModeMissing)
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
			return uuid.Nil, err
		}
		if err := training.GateTx(ctx, tx, actor); err != nil {
			return uuid.Nil, err
		}
		r, err := find(tx)
		if errors.Is(err, fault.ErrNotFound) {
			return uuid.Nil, ErrNoneWaits
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("find what waits: %w", err)
		}
		last, err := lastSubmission(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		taken := false
		if r.SubmittedAt.After(last) {
			taken, err = take(ctx, tx, r.ID, mode)
		}
		switch {
		case err != nil:
			return uuid.Nil, fmt.Errorf("take application %s: %w", r.ID, err)
		case !taken:
			return uuid.Nil, ErrNoneWaits
		}
		if err := endSignature(ctx, tx, r.ID); err != nil {
			return uuid.Nil, fmt.Errorf("end signature: %w", err)
		}
		return r.ID, audit.Record(ctx, tx, actor, "application.take", subject(r.ID), audit.Reason(string(mode)))
	})
}

// lastSubmission is the moment at and before which what was sent has lapsed.
func lastSubmission(ctx context.Context, tx *postgres.Tx) (time.Time, error) {
	days, err := setting.SubmittedDays.Get(ctx, tx)
	return tx.Now().Add(-setting.Days(days)), err
}

func digits(typed string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, typed)
}

// SentLine is an application that a client has sent to the site.
type SentLine struct {
	ID      uuid.UUID
	Number  string
	Action  Action
	Name    client.Name
	Contact client.Contact
	SentAt  time.Time
}

// SentList is a page of what clients have sent to the site.
type SentList struct {
	Lines []SentLine
	Total int
	Page  int // from 1
}

// Sent returns a page of what clients have sent to the actor's site and nobody
// has taken, the one that waits longest first.
func (s *Service) Sent(ctx context.Context, actor authz.Actor, page int) (SentList, error) {
	out := SentList{Page: max(page, 1)}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []sentRow
		var b postgres.Batch
		queueSent(&b, &rows, actor.Site, (out.Page-1)*DraftsPage)
		QueueSentCount(&b, &out.Total, actor.Site)
		if err := audit.Queue(&b, tx, actor, "application.list", "site:"+actor.Site.String()); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("list what was sent: %w", err)
		}
		out.Lines = nil
		for _, r := range rows {
			line, err := r.open(s.ring, tx.Today())
			if err != nil {
				return err
			}
			out.Lines = append(out.Lines, line)
		}
		return nil
	})
	return out, err
}

// open opens no more than the list shows.
func (r sentRow) open(ring *secret.Ring, on civil.Date) (SentLine, error) {
	answers, err := openAnswers(ring, r.ID, r.AnswersSealed, on)
	p := PersonOf(answers)
	return SentLine{ID: r.ID, Number: r.Number, Action: r.Action, Name: p.Name, Contact: p.Contact, SentAt: r.SubmittedAt}, err
}

// Waiting returns an application on the work list of the actor's site, and
// keeps that it was seen. One that waits there no more is fault.ErrNotFound.
func (s *Service) Waiting(ctx context.Context, actor authz.Actor, id uuid.UUID) (SentLine, error) {
	var out SentLine
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []sentRow
		var b postgres.Batch
		queueWaiting(&b, &rows, actor.Site, id)
		if err := QueueViewed(&b, tx, actor, id); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read what was sent: %w", err)
		}
		if len(rows) == 0 {
			return fault.ErrNotFound
		}
		var err error
		out, err = rows[0].open(s.ring, tx.Today())
		return err
	})
	return out, err
}
