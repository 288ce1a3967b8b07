package application

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// DraftLifetime is how long an application that was not decided is kept after
// it was saved last (decisions 25).
const DraftLifetime = 30 * 24 * time.Hour

// DraftLine is an application of the site that is not decided.
type DraftLine struct {
	ID        uuid.UUID
	Number    string
	Action    Action
	Mode      Mode
	State     State
	Name      client.Name // empty: not given yet
	SavedAt   time.Time
	StartedBy string
}

// DraftsPage is how many applications a page of the list has.
const DraftsPage = 25

// DraftList is a page of the site's applications that are not decided.
type DraftList struct {
	Lines []DraftLine
	Total int
	Page  int // from 1
}

// Drafts returns a page of the site's applications that are not decided, the
// last saved first.
func (s *Service) Drafts(ctx context.Context, actor authz.Actor, page int) (DraftList, error) {
	out := DraftList{Page: max(page, 1)}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []draftRow
		var b postgres.Batch
		queueDrafts(&b, &rows, actor.Site, (out.Page-1)*DraftsPage)
		queueDraftCount(&b, &out.Total, actor.Site)
		if err := audit.Queue(&b, tx, actor, "application.list", "site:"+actor.Site.String()); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("list drafts: %w", err)
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
func (r draftRow) open(ring *secret.Ring, on civil.Date) (DraftLine, error) {
	answers, err := openAnswers(ring, r.ID, r.AnswersSealed, on)
	return DraftLine{
		ID: r.ID, Number: r.Number, Action: r.Action, Mode: r.Mode, State: r.State,
		Name: PersonOf(answers).Name, SavedAt: r.SavedAt, StartedBy: r.StartedBy,
	}, err
}

// Overview are the numbers of the dashboard; each is how long the list is that
// it opens.
type Overview struct {
	client.Counts
	Drafts   int
	Training training.Notice
}

// Overview counts the clients and drafts of the actor's site, and who of its
// people has training to do.
func (s *Service) Overview(ctx context.Context, actor authz.Actor) (Overview, error) {
	var out Overview
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var later training.NoticeLater
		var b postgres.Batch
		client.QueueCounts(&b, &out.Counts, tx.Today(), actor.Site)
		queueDraftCount(&b, &out.Drafts, actor.Site)
		later.Add(&b, actor, tx.Today())
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("count for the dashboard: %w", err)
		}
		out.Training = later.Notice(actor, tx.Today())
		return nil
	})
	return out, err
}

// Sweep deletes applications that were not decided and not touched for
// DraftLifetime, and keeps how many there were.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		n, err := removeBefore(ctx, tx, tx.Now().Add(-DraftLifetime))
		if err != nil {
			return fmt.Errorf("delete old drafts: %w", err)
		}
		if n == 0 {
			return nil
		}
		return audit.Record(ctx, tx, authz.SystemActor, "application.sweep", fmt.Sprintf("applications:%d", n))
	})
}
