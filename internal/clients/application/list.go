package application

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/people/training"
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
	Days      int // until it is deleted; 0: today
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
	Drafts       int
	EndingDrafts int // of the drafts, deleted within EndingDays
	Sent         int // by clients, for the site to finish
	Training     training.Notice
	Act          []int // clients to act on, in the order of client.Worklists
}

// Overview counts the clients, drafts and what clients have sent of the actor's
// site, and who of its people has training to do. What the dashboard shows
// besides is read with it.
func (s *Service) Overview(ctx context.Context, actor authz.Actor, besides ...func(*postgres.Batch)) (Overview, error) {
	var out Overview
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var later training.NoticeLater
		var b postgres.Batch
		client.QueueCounts(&b, &out.Counts, tx.Today(), actor.Site)
		queueDraftCount(&b, &out.Drafts, actor.Site)
		queueEndingCount(&b, &out.EndingDrafts, tx, actor.Site)
		QueueSentCount(&b, &out.Sent, actor.Site)
		client.QueueTallies(&b, &out.Act, tx.Today(), actor.Site)
		later.Add(&b, actor, tx.Today())
		for _, add := range besides {
			add(&b)
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("count for the dashboard: %w", err)
		}
		out.Training = later.Notice(actor, tx.Today())
		return nil
	})
	return out, err
}
