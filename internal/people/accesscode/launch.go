package accesscode

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
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
	FinishedAt *time.Time         // nil: under way, or waiting for its time
	ByCalendar bool               // nobody pressed
	Waiting    int                // certifiers who would be sent a code now
	Alone      bool               // one administrator may start a mailing now
	Asked      *approval.Approval // the reader's newest request for it, nil when there is none
	LaunchAt   time.Time          // hour of the launch mailing
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

// launchDigest is what an approval of a mailing is about: whoever waits when
// it starts.
var launchDigest = approval.Of("launch mailing")

// StartLaunch starts a mailing to every certifier who never had a code, at
// once or at the hour of the launch, and returns its id. One is under way at a
// time (ErrRunning); with nobody to write to it is ErrNobody. From go-live on a
// mailing to more than a few spends the approval of a second administrator
// (security.md 16.7); without one it is ErrTwoPersons.
func (s *Service) StartLaunch(ctx context.Context, actor authz.Actor, sub idempotency.Submission, atOnce bool) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		dates, err := setting.Calendar(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		left, err := countWithoutCode(ctx, tx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("count certifiers: %w", err)
		}
		if err := spendWhenMany(ctx, tx, actor, approval.LaunchMailing, launchDigest, left); err != nil {
			return uuid.Nil, err
		}
		return s.startLaunchTx(ctx, tx, actor, launching{due: dueAt(tx.Now(), dates, atOnce), left: left})
	})
}

// spendWhenMany uses up the approval of an act on that many accounts when it
// needs one. Without one it is ErrTwoPersons.
func spendWhenMany(ctx context.Context, tx *postgres.Tx, actor authz.Actor, kind approval.Kind, digest []byte, count int) error {
	needed, err := approval.NeededTx(ctx, tx, count)
	if err != nil || !needed {
		return err
	}
	err = approval.SpendTx(ctx, tx, actor, kind, digest)
	if isFault(err, approval.ErrNotApproved) {
		return ErrTwoPersons
	}
	return err
}

// AskLaunch asks a second administrator to approve a mailing, for a reason,
// and returns the request's id.
func (s *Service) AskLaunch(ctx context.Context, actor authz.Actor, sub idempotency.Submission, reason string) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		left, err := countWithoutCode(ctx, tx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("count certifiers: %w", err)
		}
		if left == 0 {
			return uuid.Nil, ErrNobody
		}
		return approval.AskTx(ctx, tx, actor, approval.Ask{Kind: approval.LaunchMailing, Digest: launchDigest, Count: left, Reason: reason})
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

// launching is a mailing to be started.
type launching struct {
	due        time.Time
	left       int  // certifiers to write to
	byCalendar bool // nobody pressed
}

func (s *Service) startLaunchTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, l launching) (uuid.UUID, error) {
	if l.left == 0 {
		return uuid.Nil, ErrNobody
	}
	id := uuid.Must(uuid.NewV7())
	first, err := insertMailing(ctx, tx, id, actor.Account, l)
	if err != nil {
		return uuid.Nil, err
	}
	if !first {
		return uuid.Nil, ErrRunning
	}
	if !tx.Now().Before(l.due) {
		if err := job.Insert(ctx, tx, LaunchJob{MailingID: id}); err != nil {
			return uuid.Nil, err
		}
	}
	return id, audit.Record(ctx, tx, actor, "code.launch", "launch-mailing:"+id.String())
}

// launchByCalendar starts the mailing of the program's calendar at its hour,
// without anybody pressing: once, unless one has left at that hour or later. It
// is for those who were listed by go-live: what OFP imports afterwards starts no
// mail to many by itself (security.md 16.7).
func (s *Service) launchByCalendar(ctx context.Context) error {
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		dates, err := setting.Calendar(ctx, tx)
		if err != nil || !dates.Launches(tx.Now()) {
			return err
		}
		launched, err := launchedSince(ctx, tx, dates.LaunchAt())
		if err != nil || launched {
			return err
		}
		goLive, _ := day(dates.GoLive)
		left, err := countListedBefore(ctx, tx, goLive)
		if err != nil || left == 0 {
			return err
		}
		_, err = s.startLaunchTx(ctx, tx, authz.SystemActor, launching{due: tx.Now(), left: left, byCalendar: true})
		if isFault(err, ErrRunning) {
			return nil // another replica, or OFP, was faster
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("launch by the calendar: %w", err)
	}
	return nil
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
		before, err := listedBy(ctx, tx, m)
		if err != nil {
			return err
		}
		if next, err = listWithoutCode(ctx, tx, before, launchBatch); err != nil || len(next) > 0 {
			return err
		}
		if err := finishMailing(ctx, tx, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authz.SystemActor, "code.launch-finished", "launch-mailing:"+id.String())
	})
	return next, err
}

// listedBy returns before when somebody must have been listed to be in a
// mailing: before go-live in that of the calendar, which no second administrator
// has approved; nil in others.
func listedBy(ctx context.Context, tx *postgres.Tx, m Mailing) (*time.Time, error) {
	if !m.ByCalendar {
		return nil, nil
	}
	dates, err := setting.Calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	goLive, _ := day(dates.GoLive)
	return &goLive, nil
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
		reason, err := reasonOfFirst(ctx, tx, m)
		if err != nil {
			return err
		}
		if _, err := s.issueTx(ctx, tx, authz.SystemActor, m, issue{reason: reason}); err != nil {
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
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		m, err = readLaunch(ctx, tx, actor)
		return err
	})
	return m, err
}

// standing returns the reader's newest request for an act that may need an
// approval, nil when it needs none or there is none, and whether the act may be
// done now.
func standing(needed bool, newest *approval.Approval, now time.Time) (asked *approval.Approval, alone bool) {
	if !needed || newest == nil {
		return nil, !needed
	}
	return newest, newest.State(now) == approval.Approved
}
