package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// What can be asked for by somebody who has forgotten it.
const (
	forgotPassword = "password"
	forgotUsername = "username"
)

// longestName is the longest text that can be a username or an e-mail.
const longestName = 254

// RecoverJob is the job that looks who has forgotten something.
type RecoverJob struct {
	RequestID uuid.UUID `json:"request_id" river:"unique"`
}

// Kind names the job.
func (RecoverJob) Kind() string { return "recover-account" }

// RecoverWorker does the job.
type RecoverWorker struct {
	river.WorkerDefaults[RecoverJob]
	service *Service
}

// NewRecoverWorker returns the worker of the service's requests.
func NewRecoverWorker(s *Service) *RecoverWorker { return &RecoverWorker{service: s} }

// Work looks for the account and mails its owner.
func (w *RecoverWorker) Work(ctx context.Context, j *river.Job[RecoverJob]) error {
	return w.service.Recover(ctx, j.Args.RequestID)
}

// AskReset asks for a code to set a new password, mailed to the owner of the
// account with the name if there is one with an e-mail address. Nobody looks
// for the account here: a job does, so that known and unknown names cost the
// same and get the same answer (security.md 9.1, 9.2). A new code ends the one
// before it. It lifts no block and no disablement.
func (s *Service) AskReset(ctx context.Context, actor authz.Actor, name string) error {
	return s.ask(ctx, actor, forgotPassword, name)
}

// AskUsername asks for the usernames of the accounts with the e-mail to be
// mailed to it, those of clients only when the birth date is theirs. Like
// AskReset it says nothing about whether there are any.
func (s *Service) AskUsername(ctx context.Context, actor authz.Actor, email string, birthOn civil.Date) error {
	if !birthOn.IsZero() {
		email += nameBirth + birthOn.String()
	}
	return s.ask(ctx, actor, forgotUsername, email)
}

// nameBirth stands between what is kept of an e-mail and a birth date.
const nameBirth = "\n"

func (s *Service) ask(ctx context.Context, actor authz.Actor, kind, name string) error {
	if len(name) > longestName {
		name = "" // nobody's
	}
	id := uuid.Must(uuid.NewV7())
	sealed, err := s.ring.Seal(requestCell(id), name)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO recovery_request (id, kind, name_sealed, asked_at) VALUES ($1, $2, $3, $4)`,
			id, kind, sealed, tx.Now())
		if err != nil {
			return fmt.Errorf("keep request: %w", err)
		}
		if err := job.Insert(ctx, tx, RecoverJob{RequestID: id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, kind+".ask", "recovery-request:"+id.String())
	})
}

func requestCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "recovery_request", Column: "name_sealed", Row: id}
}

type request struct {
	ID         uuid.UUID
	Kind       string
	NameSealed []byte
	AskedAt    time.Time
}

// Recover does what a request asked for and forgets what was typed. Repeating
// it does nothing. One that has waited as long as its code would have lasted
// is forgotten: nobody waits for it any more.
func (s *Service) Recover(ctx context.Context, id uuid.UUID) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		r, err := postgres.One[request](ctx, tx, `SELECT id, kind, name_sealed, asked_at FROM recovery_request
			WHERE id = $1 AND done_at IS NULL FOR UPDATE`, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find request: %w", err)
		}
		if tx.Now().Before(r.AskedAt.Add(s.limits.ResetLife)) {
			if err := s.recoverTx(ctx, tx, r); err != nil {
				return fmt.Errorf("recover for request %s: %w", id, err)
			}
		}
		_, err = tx.Exec(ctx, `UPDATE recovery_request SET done_at = $2, name_sealed = NULL WHERE id = $1`, id, tx.Now())
		return err
	})
}

func (s *Service) recoverTx(ctx context.Context, tx *postgres.Tx, r request) error {
	name, err := s.ring.Open(requestCell(r.ID), r.NameSealed)
	if err != nil {
		return err
	}
	if r.Kind == forgotUsername {
		email, birth, _ := strings.Cut(name, nameBirth)
		return s.tellUsernamesTx(ctx, tx, r.ID, email, birth)
	}
	found, known, err := findByName(ctx, tx, s.ring, name)
	if err != nil {
		return err
	}
	if !known || found.Email == "" {
		return audit.Record(ctx, tx, authz.SystemActor, "password.ask-reset", "account:unknown", audit.Denied())
	}
	a, err := s.lockTx(ctx, tx, found.ID) // requests at the same moment wait for one another
	if err != nil {
		return err
	}
	return s.issueResetTx(ctx, tx, authz.SystemActor, a)
}

// SweepRequestsTx deletes requests a day after they were made and returns how
// many. The job that tidies up calls it.
func SweepRequestsTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `DELETE FROM recovery_request WHERE id IN (
		SELECT id FROM recovery_request WHERE asked_at < $1 LIMIT 5000)`, tx.Now().Add(-24*time.Hour))
}
