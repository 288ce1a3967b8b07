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
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/postgres"
)

// Mailing is a mailing of codes to every certifier who never had one.
type Mailing struct {
	ID         uuid.UUID
	StartedAt  time.Time
	DueAt      time.Time
	Issued     int
	FinishedAt *time.Time // nil: under way, or waiting for its time
	Waiting    int        // certifiers who would be sent a code now
	Alone      bool       // one administrator may start a mailing now
	LaunchAt   time.Time  // hour of the launch mailing
	Now        time.Time
}

// Begun reports whether its time has come.
func (m Mailing) Begun() bool { return !m.Now.Before(m.DueAt) }

// LaunchJob is the job that does a mailing.
type LaunchJob struct {
	MailingID uuid.UUID `json:"mailing_id" river:"unique"`
}

// Kind names the job.
func (LaunchJob) Kind() string { return "launch-mailing" }

// LaunchWorker does mailings.
type LaunchWorker struct {
	river.WorkerDefaults[LaunchJob]
	service *Service
}

// NewLaunchWorker returns the worker of the service's mailings.
func NewLaunchWorker(s *Service) *LaunchWorker { return &LaunchWorker{service: s} }

// Work goes on with the mailing until everybody has a code.
func (w *LaunchWorker) Work(ctx context.Context, j *river.Job[LaunchJob]) error {
	return w.service.RunLaunch(ctx, j.Args.MailingID)
}

// Timeout is none: the mailing is as long as its list, and what is done of it
// is done when it is stopped.
func (w *LaunchWorker) Timeout(*river.Job[LaunchJob]) time.Duration { return -1 }

// StartLaunch starts a mailing to every certifier who never had a code, at
// once or at the hour of the launch, and returns its id. One is under way at a
// time (ErrRunning); with nobody to write to it is ErrNobody. From go-live on a
// second administrator has to approve it: ErrTwoPersons.
func (s *Service) StartLaunch(ctx context.Context, actor authz.Actor, sub idempotency.Submission, atOnce bool) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		dates, err := setting.Calendar(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		if !bulkAlone(dates, tx.Today()) {
			return uuid.Nil, ErrTwoPersons
		}
		return s.startLaunchTx(ctx, tx, actor, dueAt(tx.Now(), dates, atOnce))
	})
}

// dueAt returns when a mailing leaves: now, or at the hour of the launch when
// that is still to come.
func dueAt(now time.Time, dates calendar.Calendar, atOnce bool) time.Time {
	if atOnce || dates.LaunchDue(now) {
		return now
	}
	return dates.LaunchAt()
}

// bulkAlone reports whether one administrator may start a mailing on the day:
// before go-live (decisions 31).
func bulkAlone(dates calendar.Calendar, day civil.Date) bool { return !dates.Open(day) }

func (s *Service) startLaunchTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, due time.Time) (uuid.UUID, error) {
	left, err := countWithoutCode(ctx, tx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("count certifiers: %w", err)
	}
	if left == 0 {
		return uuid.Nil, ErrNobody
	}
	id := uuid.Must(uuid.NewV7())
	if err := insertMailing(ctx, tx, id, actor.Account, due); err != nil {
		return uuid.Nil, err
	}
	if !tx.Now().Before(due) {
		if err := job.Insert(ctx, tx, LaunchJob{MailingID: id}); err != nil {
			return uuid.Nil, err
		}
	}
	return id, audit.Record(ctx, tx, actor, "code.launch", "launch-mailing:"+id.String())
}

// RunLaunch issues the codes of a mailing, each in a transaction of its own,
// until nobody is left. It goes on where an earlier run stopped; several runs
// at once give nobody two codes.
func (s *Service) RunLaunch(ctx context.Context, id uuid.UUID) error {
	for {
		next, err := s.nextOfLaunch(ctx, id)
		if err != nil || len(next) == 0 {
			return err
		}
		for _, membershipID := range next {
			if err := s.launchOne(ctx, id, membershipID); err != nil {
				return fmt.Errorf("issue code to membership %s: %w", membershipID, err)
			}
		}
	}
}

const launchBatch = 200

// nextOfLaunch returns whom to write to next; when nobody is left it marks the
// mailing as finished.
func (s *Service) nextOfLaunch(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	var next []uuid.UUID
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		m, err := findMailing(ctx, tx, id)
		if err != nil || m.FinishedAt != nil || tx.Now().Before(m.DueAt) {
			return err
		}
		if next, err = listWithoutCode(ctx, tx, launchBatch); err != nil || len(next) > 0 {
			return err
		}
		if err := finishMailing(ctx, tx, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authz.SystemActor, "code.launch-finished", "launch-mailing:"+id.String())
	})
	return next, err
}

func (s *Service) launchOne(ctx context.Context, mailing, membershipID uuid.UUID) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		m, err := membership.FindForUpdateTx(ctx, tx, membershipID)
		if err != nil {
			return err
		}
		had, err := hadCode(ctx, tx, membershipID)
		if err != nil || had || m.Joined() || m.RemovedAt != nil {
			return err
		}
		if _, err := s.issueTx(ctx, tx, authz.SystemActor, m, issue{reason: Launch}); err != nil {
			return err
		}
		return countIssued(ctx, tx, mailing)
	})
}

// LaunchState returns the newest mailing, an empty one when there was none,
// with how many certifiers a mailing would write to now.
func (s *Service) LaunchState(ctx context.Context, actor authz.Actor) (Mailing, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return Mailing{}, fault.ErrNotFound
	}
	var m Mailing
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		if m, err = newestMailing(ctx, tx); err != nil {
			return err
		}
		dates, err := setting.Calendar(ctx, tx)
		if err != nil {
			return err
		}
		m.Now, m.LaunchAt, m.Alone = tx.Now(), dates.LaunchAt(), bulkAlone(dates, tx.Today())
		m.Waiting, err = countWithoutCode(ctx, tx)
		return err
	})
	return m, err
}

const mailingColumns = `id, started_at, due_at, issued, finished_at`

type mailingRow struct {
	ID         uuid.UUID
	StartedAt  time.Time
	DueAt      time.Time
	Issued     int
	FinishedAt *time.Time
}

func (r mailingRow) mailing() Mailing {
	return Mailing{ID: r.ID, StartedAt: r.StartedAt, DueAt: r.DueAt, Issued: r.Issued, FinishedAt: r.FinishedAt}
}

func insertMailing(ctx context.Context, tx *postgres.Tx, id, by uuid.UUID, due time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO launch_mailing (id, started_by, started_at, due_at) VALUES ($1, $2, $3, $4)`,
		id, orNil(by), tx.Now(), due)
	if postgres.Violates(err, "launch_mailing_one_running") {
		return ErrRunning
	}
	return err
}

func findMailing(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Mailing, error) {
	r, err := postgres.One[mailingRow](ctx, tx, `SELECT `+mailingColumns+` FROM launch_mailing WHERE id = $1`, id)
	return r.mailing(), err
}

func newestMailing(ctx context.Context, tx *postgres.Tx) (Mailing, error) {
	r, err := postgres.One[mailingRow](ctx, tx, `
		SELECT `+mailingColumns+` FROM launch_mailing ORDER BY started_at DESC, id DESC LIMIT 1`)
	if errors.Is(err, pgx.ErrNoRows) {
		return Mailing{}, nil
	}
	return r.mailing(), err
}

func countIssued(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE launch_mailing SET issued = issued + 1 WHERE id = $1`, id)
	return err
}

func finishMailing(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE launch_mailing SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL`, id, tx.Now())
	return err
}

func dueMailings(ctx context.Context, tx *postgres.Tx) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT id FROM launch_mailing WHERE finished_at IS NULL AND due_at <= $1`, tx.Now())
}

// withoutCode are the certifiers of enrolled sites who have no account and
// never had a code.
const withoutCode = ` FROM membership m
	JOIN site s ON s.id = m.site_id AND s.status = 'enrolled'
	WHERE m.role = 'certifier' AND m.removed_at IS NULL AND m.account_id IS NULL
		AND NOT EXISTS (SELECT FROM access_code c WHERE c.membership_id = m.id)`

func countWithoutCode(ctx context.Context, q postgres.Querier) (int, error) {
	return postgres.Value[int](ctx, q, `SELECT count(*)::int`+withoutCode)
}

func listWithoutCode(ctx context.Context, q postgres.Querier, most int) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, q, `SELECT m.id`+withoutCode+` ORDER BY m.id LIMIT $1`, most)
}
