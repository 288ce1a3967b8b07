// Package worker does the background work: jobs on River, hourly sweeps by the
// database's clock, and the sealing of the audit trail. What a job or a sweep
// does is said by the packages it belongs to.
package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Config is what the background work needs.
type Config struct {
	DB     *postgres.DB
	Ring   *secret.Ring
	Sender mail.Sender
	Texter message.TextSender // nil: there is no gateway for text messages
	Letter Letterhead
	Sweeps []Sweep
	Jobs   func(*river.Workers) error // adds the workers of the domain's jobs; nil: none
	Log    *slog.Logger
	Pace   Pace
}

// Pace is how often things are looked at. The zero Pace is that of production;
// Hurried is for tests, which would otherwise wait.
type Pace struct {
	FetchCooldown time.Duration // between two looks for jobs
	FetchPoll     time.Duration // when no notice of a job came
	Beat          time.Duration // between two looks for sweeps that are due
	Seal          time.Duration // between two rounds of sealing the audit trail
	Probe         time.Duration // between two tries of a mail server that does not answer
	Retry         time.Duration // before a job that failed is tried again
	Reconnect     time.Duration // between two tries to start on a database that does not answer
}

// Hurried is the pace of tests.
var Hurried = Pace{
	FetchCooldown: 50 * time.Millisecond, FetchPoll: 500 * time.Millisecond, Beat: time.Second,
	Seal: 100 * time.Millisecond, Probe: 500 * time.Millisecond, Retry: 500 * time.Millisecond, Reconnect: 100 * time.Millisecond,
}

var unhurried = Pace{
	FetchCooldown: 100 * time.Millisecond, FetchPoll: time.Second, Beat: time.Minute,
	Seal: time.Second, Probe: message.ProbeEvery, Retry: 5 * time.Second, Reconnect: time.Second,
}

func (p Pace) orDefault() Pace {
	for field, usual := range map[*time.Duration]time.Duration{
		&p.FetchCooldown: unhurried.FetchCooldown, &p.FetchPoll: unhurried.FetchPoll, &p.Beat: unhurried.Beat,
		&p.Seal: unhurried.Seal, &p.Probe: unhurried.Probe, &p.Retry: unhurried.Retry, &p.Reconnect: unhurried.Reconnect,
	} {
		if *field == 0 {
			*field = usual
		}
	}
	return p
}

// A job gets jobTimeout. One whose worker died is taken up again within two
// minutes (security.md 19.11): River looks for them every half minute.
const (
	jobTimeout  = time.Minute
	rescueAfter = 75 * time.Second
	softStop    = 20 * time.Second
	lastSeal    = 5 * time.Second
)

// Queues and how many jobs of each a replica does at once. Mail has its own,
// so that a slow mail server holds up nothing else.
var queues = map[string]river.QueueConfig{
	river.QueueDefault: {MaxWorkers: 4},
	message.Queue:      {MaxWorkers: 8},
}

// Worker does the background work of one replica. Any number of replicas may
// run at once.
type Worker struct {
	cfg     Config
	courier *message.Courier
	client  *river.Client[pgx.Tx]

	mu      sync.Mutex
	running bool // the client has been started
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

// New returns the worker, not yet running. It does not touch the database.
func New(cfg Config) (*Worker, error) {
	cfg.Pace = cfg.Pace.orDefault()
	w := &Worker{cfg: cfg}
	w.courier = message.NewCourier(cfg.DB, cfg.Ring, cfg.Sender, cfg.Letter.render, cfg.Pace.Probe)
	if cfg.Texter != nil {
		w.courier.Text(cfg.Texter, cfg.Letter.renderText)
	}
	workers := river.NewWorkers()
	if err := w.register(workers); err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	client, err := river.NewClient(riverpgxv5.New(cfg.DB.Pool()), &river.Config{
		Queues:               queues,
		Workers:              workers,
		PeriodicJobs:         []*river.PeriodicJob{beats(cfg.Pace.Beat)},
		FetchCooldown:        cfg.Pace.FetchCooldown,
		FetchPollInterval:    cfg.Pace.FetchPoll,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		SoftStopTimeout:      softStop,
		ReindexerSchedule:    river.NeverSchedule(), // the portal's role owns no index
		ErrorHandler:         failures{cfg.Log},
		Logger:               slog.New(warnings{cfg.Log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	w.client = client
	return w, nil
}

func (w *Worker) register(workers *river.Workers) error {
	retry := w.cfg.Pace.Retry
	if err := river.AddWorkerSafely(workers, &sending{courier: w.courier, retry: retry}); err != nil {
		return err
	}
	if err := river.AddWorkerSafely(workers, &beating{db: w.cfg.DB, sweeps: w.cfg.Sweeps}); err != nil {
		return err
	}
	if err := river.AddWorkerSafely(workers, &sweeping{sweeps: w.cfg.Sweeps, retry: retry}); err != nil {
		return err
	}
	if w.cfg.Jobs == nil {
		return nil
	}
	return w.cfg.Jobs(workers)
}

// Start begins the work and returns at once. While the database does not
// answer or its schema is older than the program, it waits for it; after that
// the work heals itself. Values of the context are kept, its end is not: Stop
// ends the work.
func (w *Worker) Start(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.cancel = cancel
	w.done.Go(func() { w.startClient(ctx) })
	w.done.Go(func() { w.seal(ctx) })
}

func (w *Worker) startClient(ctx context.Context) {
	told := false
	for {
		err := w.tryStart(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		if !told {
			w.cfg.Log.Warn("background work waits for the database", slog.String("error", err.Error()))
			told = true
		}
		if !pause(ctx, w.cfg.Pace.Reconnect) {
			return
		}
	}
}

func (w *Worker) tryStart(ctx context.Context) error {
	if err := w.cfg.DB.CheckSchema(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.client.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	w.running = true
	return nil
}

// Stop takes no more jobs, lets those that run end, and hands back what does
// not end in time. It returns when all is done or the context ends.
func (w *Worker) Stop(ctx context.Context) error {
	if w.cancel == nil {
		return nil
	}
	w.cancel()
	w.done.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.running {
		return nil
	}
	w.running = false
	if err := w.client.Stop(ctx); err != nil {
		return fmt.Errorf("stop background work: %w", err)
	}
	return nil
}

// pause waits and reports whether the context is still good.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
