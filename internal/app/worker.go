package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/clients/linkcode"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/contact"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/people/kept"
	"familypact.example/portal/internal/people/registration"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/textmessage"
	"familypact.example/portal/internal/worker"
)

func (a *App) newWorker() (*worker.Worker, error) {
	sender, err := a.newSender()
	if err != nil {
		return nil, err
	}
	texter, err := a.newTexter()
	if err != nil {
		return nil, err
	}
	return worker.New(worker.Config{
		DB: a.DB, Ring: a.Ring, Sender: sender, Texter: texter, Log: a.log, Pace: a.Pace,
		Letter: worker.Letterhead{From: a.Config.MailFrom, ClientFrom: a.Config.ClientFrom(), Base: a.Config.BaseURL},
		Sweeps: append(worker.Platform(a.DB, a.logHead), a.sweeps()...),
		Jobs: func(workers *river.Workers) error {
			return errors.Join(
				river.AddWorkerSafely(workers, turns[accesscode.LaunchJob]{Worker: accesscode.NewLaunchWorker(a.Codes)}),
				river.AddWorkerSafely(workers, turns[accesscode.IssueJob]{Worker: accesscode.NewIssueWorker(a.Codes)}),
				river.AddWorkerSafely(workers, accesscode.NewQuestionWorker(a.Codes)),
				river.AddWorkerSafely(workers, account.NewRecoverWorker(a.Accounts)),
				river.AddWorkerSafely(workers, registration.NewCodeWorker(a.Registrations)),
				river.AddWorkerSafely(workers, inquiry.NewWorker(a.Inquiries)),
			)
		},
	})
}

// turns does a long job in turns that each fit into the time of a job: River
// takes a job up again whose worker was killed only when it has a time limit
// (security.md 19.11).
type turns[T river.JobArgs] struct{ river.Worker[T] }

const turnTime = 40 * time.Second

// Timeout is that of every job.
func (turns[T]) Timeout(*river.Job[T]) time.Duration { return 0 }

// Work goes on until everybody has a code, or its turn ends and the next one
// begins.
func (t turns[T]) Work(ctx context.Context, j *river.Job[T]) error {
	turn, cancel := context.WithTimeout(ctx, turnTime)
	defer cancel()
	err := t.Worker.Work(turn, j)
	if err != nil && turn.Err() != nil && ctx.Err() == nil {
		return river.JobSnooze(0)
	}
	return err
}

func (a *App) newSender() (mail.Sender, error) {
	if a.Config.MailDir != "" {
		return mail.NewFolder(a.Config.MailDir)
	}
	relay, err := mail.ParseRelay(a.Config.SMTPURL)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_SMTP_URL: %w", err)
	}
	return mail.NewSMTP(relay), nil
}

// newTexter returns the gateway for text messages, nil when there is none.
func (a *App) newTexter() (message.TextSender, error) {
	if a.Config.TextURL == "" {
		return nil, nil
	}
	key, err := config.TextKey(a.Config.TextKeyFile)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_TEXT_KEY_FILE: %w", err)
	}
	gateway, err := textmessage.New(a.Config.TextURL, key)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_TEXT_URL: %w", err)
	}
	return gateway, nil
}

// logHead writes the head of the audit chain to the log, its second place.
func (a *App) logHead(ctx context.Context, h audit.Head) {
	a.log.InfoContext(ctx, "audit head", "audit_head", h.String())
}

// sweeps are what becomes due by date, by the domain.
func (a *App) sweeps() []worker.Sweep {
	return []worker.Sweep{
		{Name: "access-codes", Run: a.Codes.Sweep},
		{Name: "training", Run: a.Trainings.Sweep},
		{Name: "account-setups", Run: a.Setups.Sweep},
		{Name: "drafts", Run: func(ctx context.Context) error { return application.Sweep(ctx, a.DB) }},
		{Name: "draft-reminders", Run: func(ctx context.Context) error { return application.SweepEndings(ctx, a.DB, a.Ring) }},
		{Name: "earlier-months", Run: func(ctx context.Context) error { return retro.Sweep(ctx, a.DB) }},
		{Name: "search-results", Run: func(ctx context.Context) error { return client.Sweep(ctx, a.DB) }},
		{Name: "renewals", Run: func(ctx context.Context) error { return inbox.SweepRenewals(ctx, a.DB, a.Ring) }},
		{Name: "link-codes", Run: func(ctx context.Context) error { return linkcode.Sweep(ctx, a.DB) }},
		{Name: "day-counts", Run: func(ctx context.Context) error { return monthly.Sweep(ctx, a.DB, a.Ring) }},
		{Name: "inquiries", Run: func(ctx context.Context) error { return inquiry.Sweep(ctx, a.DB) }},
		{Name: "desk-searches", Run: a.inBatches(desk.SweepTx)},
		{Name: "registrations", Run: a.inBatches(registration.SweepTx)},
		{Name: "sessions", Run: a.inBatches(session.SweepTx)},
		{Name: "sign-in-history", Run: a.inBatches(session.SweepHistoryTx)},
		{Name: "kept-forms", Run: a.inBatches(kept.SweepTx)},
		{Name: "contact-changes", Run: a.inBatches(contact.SweepTx)},
		{Name: "unused-accounts", Run: a.Accounts.SweepInactive},
		{Name: "lost-authenticators", Run: a.Resets.Sweep},
		{Name: "notice-codes", Run: a.inBatches(account.SweepDisavowalsTx)},
		{Name: "recovery-requests", Run: a.inBatches(account.SweepRequestsTx)},
		{Name: "password-failures", Run: a.inBatches(account.SweepTx)},
	}
}

// Sweep does everything that has become due, now: after the training clock was
// moved.
func (a *App) Sweep(ctx context.Context) error {
	w, err := a.worker()
	if err != nil {
		return err
	}
	return w.Sweep(ctx)
}

// inBatches runs a sweep of many rows, a transaction for each batch, until
// nothing is left.
func (a *App) inBatches(sweep func(context.Context, *postgres.Tx) (int64, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for n := int64(1); n > 0; {
			err := a.DB.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
				var err error
				n, err = sweep(ctx, tx)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}
