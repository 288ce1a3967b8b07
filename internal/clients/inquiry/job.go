package inquiry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// partLines is how many lines are answered in one transaction.
const (
	partLines = 250
	maxParts  = MaxLines / partLines
)

// Job is the job that answers a list.
type Job struct {
	BatchID uuid.UUID `json:"batch_id" river:"unique"`
}

// Kind names the job.
func (Job) Kind() string { return "inquiry-batch" }

// Worker does the job.
type Worker struct {
	river.WorkerDefaults[Job]
	service *Service
}

// NewWorker returns the worker of the service's lists.
func NewWorker(s *Service) *Worker { return &Worker{service: s} }

// Work answers what is left of the list, part by part.
func (w *Worker) Work(ctx context.Context, j *river.Job[Job]) error {
	for {
		more, err := w.service.AnswerPart(ctx, j.Args.BatchID)
		if err != nil || !more {
			return err
		}
	}
}

// AnswerPart answers the next lines of a list in a transaction of its own and
// reports whether any are left. It is safe to repeat after whatever has cut it
// off, and to run twice at once: a part is answered once. A list that is not
// kept any more has nothing left.
func (s *Service) AnswerPart(ctx context.Context, id uuid.UUID) (more bool, err error) {
	err = s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		asker, err := lockBatch(ctx, tx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("lock list %s: %w", id, err)
		}
		part, err := nextPart(ctx, tx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("next part of list %s: %w", id, err)
		}
		if err := s.answerTx(ctx, tx, asker, id, part); err != nil {
			return err
		}
		more = true
		return nil
	})
	return more, err
}

// askerRow is who has uploaded a list.
type askerRow struct {
	SiteID    uuid.UUID
	AccountID uuid.UUID
	Role      authz.Role
	AskedAt   time.Time
}

func (a askerRow) actor(id uuid.UUID) authz.Actor {
	return authz.Actor{Role: a.Role, Account: a.AccountID, Site: a.SiteID, Origin: authz.Origin{Request: "batch-" + id.String()}}
}

func lockBatch(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (askerRow, error) {
	return postgres.One[askerRow](ctx, tx, `
		SELECT site_id, account_id, role, asked_at FROM inquiry_batch WHERE id = $1 AND finished_at IS NULL FOR UPDATE`, id)
}

// partRow is a part as stored.
type partRow struct {
	ID      uuid.UUID
	Asked   []byte `db:"asked_sealed"`
	Answers []byte `db:"answers_sealed"`
}

func nextPart(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (partRow, error) {
	return postgres.One[partRow](ctx, tx, `
		SELECT id, asked_sealed, answers_sealed FROM inquiry_part
		WHERE batch_id = $1 AND answers_sealed IS NULL
		ORDER BY number
		LIMIT 1`, id)
}

// answerTx answers a part. That the clients' records were looked at is kept
// with each of them, in the name of whoever has uploaded the list.
func (s *Service) answerTx(ctx context.Context, tx *postgres.Tx, asker askerRow, id uuid.UUID, part partRow) error {
	var lines []Line
	if err := s.open("inquiry_part", "asked_sealed", part.ID, part.Asked, &lines); err != nil {
		return err
	}
	answers, seen, err := s.answersTx(ctx, tx, lines)
	if err != nil {
		return fmt.Errorf("answer list %s: %w", id, err)
	}
	sealed, err := s.seal("inquiry_part", "answers_sealed", part.ID, answers)
	if err != nil {
		return err
	}
	var b postgres.Batch
	b.Queue(`UPDATE inquiry_part SET answers_sealed = $2 WHERE id = $1`, part.ID, sealed)
	b.Queue(`
		UPDATE inquiry_batch SET answered = answered + $2, finished_at = CASE WHEN answered + $2 = lines THEN $3::timestamptz END
		WHERE id = $1`, id, len(lines), tx.Now())
	if err := b.Send(ctx, tx); err != nil {
		return fmt.Errorf("keep answers of list %s: %w", id, err)
	}
	if err := audit.RecordEach(ctx, tx, asker.actor(id), Deed, seen); err != nil {
		return err
	}
	return s.tellTx(ctx, tx, asker, id)
}

// answersTx returns an answer for each line, the zero one for a line with a
// problem, and the clients who were found, each once.
func (s *Service) answersTx(ctx context.Context, tx *postgres.Tx, lines []Line) ([]Answer, []string, error) {
	indexes := make([]client.Index, len(lines))
	for i, l := range lines {
		if l.Problem == "" {
			indexes[i] = client.IndexOf(s.ring, client.ByHAP, string(l.HAP))
		}
	}
	found, err := findPeople(ctx, tx, s.ring, indexes...)
	if err != nil {
		return nil, nil, err
	}
	answers, seen, told := make([]Answer, len(lines)), []string{}, map[uuid.UUID]bool{}
	for i, l := range lines {
		if l.Problem != "" {
			continue
		}
		people := found.under(indexes[i])
		answers[i] = answer(l.On, people)
		for _, p := range people {
			if !told[p.id] {
				told[p.id], seen = true, append(seen, client.Subject(p.id))
			}
		}
	}
	return answers, seen, nil
}

func (s *Service) openPart(p partRow) ([]Answered, error) {
	var lines []Line
	var answers []Answer
	err := errors.Join(
		s.open("inquiry_part", "asked_sealed", p.ID, p.Asked, &lines),
		s.open("inquiry_part", "answers_sealed", p.ID, p.Answers, &answers),
	)
	if err != nil || len(lines) != len(answers) {
		return nil, errors.Join(err, fmt.Errorf("open part %s: not as it was written", p.ID))
	}
	out := make([]Answered, len(lines))
	for i := range lines {
		out[i] = Answered{Line: lines[i], Answer: answers[i]}
	}
	return out, nil
}
