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
	"familypact.example/portal/internal/platform/postgres"
)

// DraftLifetime is how long an application that was not decided is kept after
// it was saved last (decisions 25).
const DraftLifetime = 30 * 24 * time.Hour

const maxDrafts = 100

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

// Drafts returns the site's applications that are not decided, the last saved
// first.
func (s *Service) Drafts(ctx context.Context, actor authz.Actor) ([]DraftLine, error) {
	var out []DraftLine
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		rows, err := listDrafts(ctx, tx, actor.Site)
		if err != nil {
			return fmt.Errorf("list drafts: %w", err)
		}
		for _, r := range rows {
			answers, err := openAnswers(s.ring, r.ID, r.AnswersSealed, tx.Today())
			if err != nil {
				return err
			}
			out = append(out, DraftLine{
				ID: r.ID, Number: r.Number, Action: r.Action, Mode: r.Mode, State: r.State,
				Name: PersonOf(answers).Name, SavedAt: r.SavedAt, StartedBy: r.StartedBy,
			})
		}
		return audit.Record(ctx, tx, actor, "application.list", "site:"+actor.Site.String())
	})
	return out, err
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
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		if out.Counts, err = client.CountTx(ctx, tx, actor.Site); err == nil {
			out.Drafts, err = countDrafts(ctx, tx, actor.Site)
		}
		if err == nil {
			out.Training, err = training.NoticeTx(ctx, tx, actor)
		}
		if err != nil {
			return fmt.Errorf("count for the dashboard: %w", err)
		}
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
