package registration

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

const (
	keyCode  = "client.register-code"
	keyKnown = "client.register-known"
	causeAsk = "registration-code:"
	macCode  = "registration-code"
)

// CodeJob is the job that mails a code.
type CodeJob struct {
	AskID uuid.UUID `json:"ask_id" river:"unique"`
}

// Kind names the job.
func (CodeJob) Kind() string { return "registration-code" }

// CodeWorker does the job.
type CodeWorker struct {
	river.WorkerDefaults[CodeJob]
	service *Service
}

// NewCodeWorker returns the worker of the service's codes.
func NewCodeWorker(s *Service) *CodeWorker { return &CodeWorker{service: s} }

// Work mails the code.
func (w *CodeWorker) Work(ctx context.Context, j *river.Job[CodeJob]) error {
	return w.service.MailCode(ctx, j.Args.AskID)
}

// Register keeps back the mails of codes that are dead before their turn comes.
// It is called once, while the program is put together.
func Register() {
	for _, key := range []string{keyCode, keyKnown} {
		message.BeforeSend(key, func(ctx context.Context, tx *postgres.Tx, m message.Message) (map[string]string, bool, error) {
			id, err := uuid.Parse(strings.TrimPrefix(m.Cause, causeAsk))
			if err != nil {
				return nil, false, err
			}
			alive, err := postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM registration
				WHERE ask_id = $1 AND asked_at > $2 AND proved_at IS NULL AND finished_at IS NULL)`, id, tx.Now().Add(-codeLife))
			return nil, alive, err
		})
	}
}

// AskCode asks for a code to be mailed. Nobody looks here whether the address
// is somebody's: a job does, so that every address costs the same and gets the
// same answer (security.md 9.1, 9.2). Within a minute of the last one it is
// ErrTooSoon, after five ErrMost.
func (s *Service) AskCode(ctx context.Context, actor authz.Actor) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		d, err := find(ctx, tx, s.ring, binding(actor), " FOR UPDATE")
		switch {
		case err != nil:
			return err
		case !d.Open(StepCode) || d.Proved:
			return ErrStep
		case d.Resting:
			return ErrTooSoon
		case d.asks >= mostAsks:
			return ErrMost
		}
		ask := uuid.Must(uuid.NewV7())
		if err := setAsked(ctx, tx, d.ID, ask); err != nil {
			return fmt.Errorf("ask for a code: %w", err)
		}
		if err := job.Insert(ctx, tx, CodeJob{AskID: ask}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "registration.ask-code", "registration:"+d.ID.String())
	})
}

// MailCode makes the code that was asked for and mails it. When the address is
// a client's already, its mail says so: nobody else is told (security.md 9.3).
// Repeating it does nothing; one that has waited as long as its code would have
// lasted is forgotten.
func (s *Service) MailCode(ctx context.Context, ask uuid.UUID) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		session, err := postgres.Value[string](ctx, tx, `SELECT session FROM registration
			WHERE ask_id = $1 AND code_digest IS NULL AND proved_at IS NULL AND finished_at IS NULL FOR UPDATE`, ask)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find registration: %w", err)
		}
		d, err := find(ctx, tx, s.ring, session, "")
		if errors.Is(err, ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.mailTx(ctx, tx, d, ask)
	})
}

func (s *Service) mailTx(ctx context.Context, tx *postgres.Tx, d Draft, ask uuid.UUID) error {
	a, err := findAsking(ctx, tx, d.ID)
	if err != nil || a.AskedAt == nil || !tx.Now().Before(a.AskedAt.Add(codeLife)) {
		return err
	}
	digits, err := passcode.NewDigits()
	if err != nil {
		return err
	}
	if err := setDigest(ctx, tx, ask, s.ring.MAC(macCode, append(ask[:], digits...))); err != nil {
		return err
	}
	known, err := account.ClientHasEmailTx(ctx, tx, s.ring, d.Email)
	if err != nil {
		return err
	}
	key := keyCode
	if known {
		key = keyKnown
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: key, Cause: causeAsk + ask.String(),
		To: message.Recipient{Sealed: true, Email: d.Email, Language: d.language},
		Values: map[string]string{
			"Code": digits, "Deadline": locale.Clock(locale.WithLanguage(ctx, d.language), a.AskedAt.Add(codeLife)),
		},
	})
	return err
}

// CheckCode takes the mailed code. The try is counted before anything is
// compared, in a transaction of its own; what can be no code counts nothing.
func (s *Service) CheckCode(ctx context.Context, actor authz.Actor, typed string) error {
	digits, err := passcode.ReadDigits(typed)
	if err != nil {
		return err
	}
	if err := s.countTry(ctx, actor); err != nil {
		return err
	}
	var refused error
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		d, err := find(ctx, tx, s.ring, binding(actor), " FOR UPDATE")
		if err != nil {
			return err
		}
		if !d.Open(StepCode) || d.Proved {
			return ErrStep
		}
		a, err := findAsking(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		subject := "registration:" + d.ID.String()
		if refused = s.judge(tx, a, digits); refused != nil {
			return audit.Record(ctx, tx, actor, "registration.prove", subject, audit.Denied())
		}
		if err := setProved(ctx, tx, d.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "registration.prove", subject)
	})
	if err != nil {
		return err
	}
	return refused
}

func (s *Service) countTry(ctx context.Context, actor authz.Actor) error {
	left := false
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		d, err := find(ctx, tx, s.ring, binding(actor), " FOR UPDATE")
		if err != nil {
			return err
		}
		if !d.Open(StepCode) || d.Proved {
			return ErrStep
		}
		left, err = raise(ctx, tx, d.ID)
		return err
	})
	if err == nil && !left {
		err = ErrTries
	}
	return err
}

// judge says why the code is not the one that was mailed, nil when it is.
func (s *Service) judge(tx *postgres.Tx, a asking, digits string) error {
	switch {
	case a.AskID == nil:
		return passcode.ErrWrong
	case !tx.Now().Before(a.AskedAt.Add(codeLife)):
		return passcode.ErrExpired
	case !s.ring.CheckMAC(macCode, append(a.AskID[:], digits...), a.CodeDigest):
		return passcode.ErrWrong
	}
	return nil
}

// ConfirmApp ends the setting up with one code of the app, whose step is spent
// with it, and returns ten new recovery codes, to be shown this once (security.md
// 2.9). The secret is the person's own, so a wrong code is counted nowhere.
func (s *Service) ConfirmApp(ctx context.Context, actor authz.Actor, typed string) ([]string, error) {
	digits, err := passcode.ReadDigits(typed)
	if err != nil {
		return nil, err
	}
	var was Draft
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		if was, err = s.appTx(ctx, tx, actor); err != nil {
			return err
		}
		_, err = passcode.StepTx(ctx, tx, was.Secret, digits, was.step)
		return err
	})
	if err != nil {
		return nil, err
	}
	shown, kept, err := s.passcodes.NewRecovery(ctx) // slow: outside of any transaction
	if err != nil {
		return nil, err
	}
	return shown, s.step(ctx, actor, StepApp, func(tx *postgres.Tx, d *Draft) error {
		if d.Secret != was.Secret {
			return ErrStep
		}
		if d.step, err = passcode.StepTx(ctx, tx, d.Secret, digits, d.step); err != nil {
			return err
		}
		d.recovery = kept
		if err := setProved(ctx, tx, d.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "registration.prove", "registration:"+d.ID.String())
	})
}

func (s *Service) appTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor) (Draft, error) {
	d, err := find(ctx, tx, s.ring, binding(actor), "")
	if err == nil && (!d.Open(StepApp)) {
		err = ErrStep
	}
	return d, err
}
