package accesscode

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

// keyWhere is the mail that answers where somebody's code is.
const keyWhere = "certifier.code-where"

// What somebody who waits for a code is told by mail. A code that has run out
// inside the window is answered by the next one instead.
const (
	whereSent    Advice = "sent"     // a code is out and good
	whereOnWay   Advice = "on-way"   // its mail has not left yet
	whereLaunch  Advice = "launch"   // the launch mailing is to come
	whereBounced Advice = "no-entry" // the mail did not get through once
)

// patience is how long a question may wait for its job: after that nobody
// waits for the answer any more.
const patience = time.Hour

// longestEmail is the longest text that can be an e-mail address.
const longestEmail = 254

// QuestionJob is the job that looks who waits for a code.
type QuestionJob struct {
	QuestionID uuid.UUID `json:"question_id" river:"unique"`
}

// Kind names the job.
func (QuestionJob) Kind() string { return "code-question" }

// QuestionWorker does the job.
type QuestionWorker struct {
	river.WorkerDefaults[QuestionJob]
	service *Service
}

// NewQuestionWorker returns the worker of the service's questions.
func NewQuestionWorker(s *Service) *QuestionWorker { return &QuestionWorker{service: s} }

// Work looks for whoever waits and mails them what to do.
func (w *QuestionWorker) Work(ctx context.Context, j *river.Job[QuestionJob]) error {
	return w.service.Answer(ctx, j.Args.QuestionID)
}

// AskWhere asks where the access code of the address is, at the site with the
// NPI or, with none, at any. Nobody looks for it here: a job does, so that
// every address costs the same and gets the same answer (security.md 9.1,
// 9.2). Too many questions are ratelimit.ErrExceeded.
func (s *Service) AskWhere(ctx context.Context, actor authz.Actor, email, npi string) error {
	if err := s.countQuestion(ctx, actor, email); err != nil {
		return err
	}
	if len(email) > longestEmail {
		email = "" // nobody's
	}
	if npi = digits(npi); len(npi) > 10 {
		npi = npi[:10]
	}
	id := uuid.Must(uuid.NewV7())
	sealed, err := s.ring.Seal(questionCell(id), email)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		if err := insertQuestion(ctx, tx, id, sealed, npi); err != nil {
			return fmt.Errorf("keep question: %w", err)
		}
		if err := job.Insert(ctx, tx, QuestionJob{QuestionID: id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "code.ask-where", "code-question:"+id.String())
	})
}

func (s *Service) countQuestion(ctx context.Context, actor authz.Actor, email string) error {
	var byEmail, byAddress ratelimit.Limit
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		values, err := setting.Read(ctx, tx)
		if err != nil {
			return err
		}
		if byEmail, err = setting.LimitMyCode.In(values); err != nil {
			return err
		}
		byAddress, err = setting.LimitMyCodeFrom.In(values)
		return err
	})
	if err != nil {
		return fmt.Errorf("read limits: %w", err)
	}
	if err := ratelimit.Take(ctx, s.db, byEmail, site.EmailKey(email)); err != nil {
		return err
	}
	return ratelimit.Take(ctx, s.db, byAddress, ratelimit.Address(actor.Origin.Address))
}

func questionCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "code_question", Column: "email_sealed", Row: id}
}

// Answer mails what to do to everybody who waits for a code at the address
// that was typed, and forgets it. Repeating it does nothing.
func (s *Service) Answer(ctx context.Context, id uuid.UUID) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		q, err := lockQuestion(ctx, tx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find question: %w", err)
		}
		if tx.Now().Before(q.AskedAt.Add(patience)) {
			if err := s.answerTx(ctx, tx, q); err != nil {
				return fmt.Errorf("answer question %s: %w", id, err)
			}
		}
		return setAnswered(ctx, tx, id)
	})
}

func (s *Service) answerTx(ctx context.Context, tx *postgres.Tx, q question) error {
	email, err := s.ring.Open(questionCell(q.ID), q.EmailSealed)
	if err != nil {
		return err
	}
	dates, err := setting.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	who, err := listWaiting(ctx, tx, site.EmailKey(email), q.NPI)
	if err != nil {
		return err
	}
	for _, w := range who {
		if err := s.tellWhere(ctx, tx, q.ID, w, dates); err != nil {
			return err
		}
	}
	return nil
}

// tellWhere mails one person what to do, or, when their code has run out and
// the next one is due, issues it.
func (s *Service) tellWhere(ctx context.Context, tx *postgres.Tx, question uuid.UUID, w waiting, dates calendar.Calendar) error {
	m, err := membership.FindForUpdateTx(ctx, tx, w.MembershipID)
	if err != nil {
		return err
	}
	before, err := hasLive(ctx, tx, m.ID, tx.Now())
	if err != nil {
		return err
	}
	if err := s.noteOneTx(ctx, tx, m.ID); err != nil {
		return err
	}
	after, err := hasLive(ctx, tx, m.ID, tx.Now())
	if err != nil || !before && after {
		return err // the new code is the answer
	}
	values := map[string]string{"Site": w.SiteName, "Advice": string(w.advice(dates, tx)), "From": locale.MonthDay(ctx, dates.ReissueFrom),
		"Launch": locale.Clock(ctx, dates.LaunchAt())}
	if w.ExpiresAt != nil {
		values["Deadline"] = locale.Clock(ctx, *w.ExpiresAt)
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: keyWhere, Cause: "code-question:" + question.String() + ":" + m.ID.String(),
		To:     message.Recipient{Membership: m.ID, Name: m.Name(), Email: m.Email},
		Values: values,
	})
	return err
}

// waiting is somebody who has no account yet, with their newest code.
type waiting struct {
	MembershipID uuid.UUID
	Role         authz.Role
	SiteName     string
	Enrolled     bool
	CodeID       *uuid.UUID // nil: never had one
	ExpiresAt    *time.Time
	Live         bool   // neither used nor replaced
	Mail         string // state of its mail
}

// advice is what to do on the day of the transaction.
func (w waiting) advice(dates calendar.Calendar, tx *postgres.Tx) Advice {
	at := tx.Now()
	switch {
	case w.Live && w.Mail == string(message.Undeliverable):
		return whereBounced
	case w.Live && w.ExpiresAt == nil:
		return whereOnWay
	case w.Live && at.Before(*w.ExpiresAt):
		return whereSent
	case w.Role == authz.Certifier && w.CodeID == nil && w.Enrolled && !dates.LaunchDue(at):
		return whereLaunch
	}
	return Next(ErrExpired, Holder{Role: w.Role, Closed: !w.Enrolled || w.CodeID == nil}, dates, tx.Today())
}

type question struct {
	ID          uuid.UUID
	EmailSealed []byte
	NPI         string
	AskedAt     time.Time
}

func insertQuestion(ctx context.Context, tx *postgres.Tx, id uuid.UUID, sealed []byte, npi string) error {
	_, err := tx.Exec(ctx, `INSERT INTO code_question (id, email_sealed, npi, asked_at) VALUES ($1, $2, $3, $4)`,
		id, sealed, npi, tx.Now())
	return err
}

func lockQuestion(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (question, error) {
	return postgres.One[question](ctx, tx, `
		SELECT id, email_sealed, npi, asked_at FROM code_question WHERE id = $1 AND done_at IS NULL FOR UPDATE`, id)
}

func setAnswered(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE code_question SET done_at = $2, email_sealed = NULL WHERE id = $1`, id, tx.Now())
	return err
}

// listWaiting returns who of a site waits for a code at an address.
func listWaiting(ctx context.Context, tx *postgres.Tx, emailKey, npi string) ([]waiting, error) {
	return postgres.All[waiting](ctx, tx, `
		SELECT m.id AS membership_id, m.role, s.name AS site_name, s.status = 'enrolled' AS enrolled, c.id AS code_id, c.expires_at,
			c.id IS NOT NULL AND c.used_at IS NULL AND c.superseded_at IS NULL AS live, coalesce(g.state, '') AS mail
		FROM membership m
		JOIN site s ON s.id = m.site_id
		LEFT JOIN LATERAL (SELECT a.id, a.expires_at, a.used_at, a.superseded_at FROM access_code a WHERE a.membership_id = m.id ORDER BY a.issued_at DESC, a.id DESC LIMIT 1) c ON true
		LEFT JOIN message g ON g.membership_id = m.id AND g.cause = 'access-code:' || c.id
		WHERE m.email_key = $1 AND ($2 = '' OR s.npi = $2) AND m.account_id IS NULL AND m.removed_at IS NULL
		ORDER BY m.id LIMIT 20`, emailKey, npi)
}

func hasLive(ctx context.Context, q postgres.Querier, membershipID uuid.UUID, at time.Time) (bool, error) {
	return postgres.Value[bool](ctx, q, `
		SELECT EXISTS (SELECT FROM access_code c WHERE c.membership_id = $1
			AND c.used_at IS NULL AND c.superseded_at IS NULL AND coalesce(c.expires_at > $2, true)
			AND NOT EXISTS (SELECT FROM message g WHERE g.membership_id = $1 AND g.cause = 'access-code:' || c.id AND g.state = 'undeliverable'))`,
		membershipID, at)
}

// forgetQuestions deletes questions a day after they were asked.
func forgetQuestions(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM code_question WHERE asked_at < $1`, tx.Now().Add(-24*time.Hour))
	return err
}
