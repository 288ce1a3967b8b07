package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
)

// Sweep is work that is due by date: it looks for what has become due, by
// portal_now(), and does it in transactions of its own. It is safe to run
// twice at once and after a long pause, and stops when its context ends; what
// is left is done the next time.
type Sweep struct {
	Name string
	Run  func(ctx context.Context) error
}

// Platform returns the sweeps of the platform's own tables, and the one that
// writes the head of the audit chain to the log, which is its second place
// (security.md 13.4).
func Platform(db *postgres.DB, head func(ctx context.Context, head audit.Head)) []Sweep {
	return []Sweep{
		{"submissions", func(ctx context.Context) error { return idempotency.Sweep(ctx, db) }},
		{"rate-limits", func(ctx context.Context) error { return ratelimit.Sweep(ctx, db) }},
		{"audit-head", func(ctx context.Context) error {
			h, err := audit.FindHead(ctx, db)
			if err == nil {
				head(ctx, h)
			}
			return err
		}},
	}
}

// beat is the job that looks which sweeps are due. River's leader adds one
// every minute; the hours themselves are counted by portal_now(), so a clock
// that is moved moves them.
type beat struct{}

func (beat) Kind() string { return "beat" }

// unfinished are the states in which a job is not to be added a second time.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

func (beat) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

func beats(every time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every),
		func() (river.JobArgs, *river.InsertOpts) { return beat{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}

type beating struct {
	river.WorkerDefaults[beat]
	db     *postgres.DB
	sweeps []Sweep
}

// Work adds the job of each sweep that has not begun in this hour.
func (b *beating) Work(ctx context.Context, _ *river.Job[beat]) error {
	return b.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		for _, s := range b.sweeps {
			due, err := begin(ctx, tx, s.Name)
			if err != nil {
				return err
			}
			if due {
				if err := job.Insert(ctx, tx, sweepArgs{Name: s.Name}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// begin notes that a sweep begins, and reports false when it has begun in this
// hour already. After the clock was moved, forward or back, it is due at once.
func begin(ctx context.Context, tx *postgres.Tx, name string) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		INSERT INTO sweep (name, begun_at) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET begun_at = $2
		WHERE date_trunc('hour', sweep.begun_at) <> date_trunc('hour', $2::timestamptz)`, name, tx.Now())
	if err != nil {
		return false, fmt.Errorf("begin sweep %s: %w", name, err)
	}
	return n == 1, nil
}

// sweepArgs is the job that runs one sweep.
type sweepArgs struct {
	Name string `json:"name" river:"unique"`
}

func (sweepArgs) Kind() string { return "sweep" }

// InsertOpts keeps a sweep from being added while it waits or runs.
func (sweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: sweepAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

// sweepAttempts is how often a sweep that fails is tried before it waits for
// the next hour.
const sweepAttempts = 8

type sweeping struct {
	river.WorkerDefaults[sweepArgs]
	sweeps []Sweep
	retry  time.Duration
}

// Work runs the sweep. One that this program does not know belongs to another
// version and is left to it.
func (s *sweeping) Work(ctx context.Context, j *river.Job[sweepArgs]) error {
	for _, sweep := range s.sweeps {
		if sweep.Name == j.Args.Name {
			if err := sweep.Run(ctx); err != nil {
				return fmt.Errorf("sweep %s: %w", sweep.Name, err)
			}
		}
	}
	return nil
}

// NextRetry returns when River tries again.
func (s *sweeping) NextRetry(j *river.Job[sweepArgs]) time.Time { return nextRetry(s.retry, j.Attempt) }

// Sweep runs every sweep once, now, one after the other, whatever the hour. It
// is for the training copy after its clock was moved, and for tests.
func (w *Worker) Sweep(ctx context.Context) error {
	var failed []error
	for _, s := range w.cfg.Sweeps {
		if err := s.Run(ctx); err != nil {
			failed = append(failed, fmt.Errorf("sweep %s: %w", s.Name, err))
		}
	}
	return errors.Join(failed...)
}
