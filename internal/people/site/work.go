package site

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// GraceDays is how long staff of a site go on after its certifier has gone and
// nobody else is named (security.md 8.8).
const GraceDays = 30

// Why no work is done at a site. Everything there can still be looked at.
var (
	ErrSuspended    = fault.New(fault.Closed, locale.SiteClosedSuspended)
	ErrDisenrolled  = fault.New(fault.Closed, locale.SiteClosedDisenrolled)
	ErrNoCertifier  = fault.New(fault.Closed, locale.SiteClosedUncertified)
	ErrSameStatus   = fault.New(fault.Conflict, locale.SitesStatusSame)
	errStatusWrong  = fault.InvalidField("status", locale.SitesStatusMissing)
	errReasonWrong  = fault.InvalidField("reason", locale.SitesStatusReasonMissing)
	errNotConfirmed = fault.InvalidField("confirm", locale.SitesStatusConfirmMissing)
)

// Standing is what decides whether work may be done at a site.
type Standing struct {
	Status        Status
	UncertifiedOn civil.Date // first day without a certifier; zero: has one
}

// LastDay is the last day of work at a site without a certifier, and the zero
// date for one that has one.
func (s Standing) LastDay() civil.Date {
	if s.UncertifiedOn.IsZero() {
		return civil.Date{}
	}
	return s.UncertifiedOn.AddDays(GraceDays)
}

// OpenForWork returns nil when work may be done on the day, and otherwise why
// not. The day on which the certifier went and the thirty after it are days of
// work.
func (s Standing) OpenForWork(day civil.Date) error {
	switch {
	case s.Status == Suspended:
		return ErrSuspended
	case s.Status == Disenrolled:
		return ErrDisenrolled
	case !s.UncertifiedOn.IsZero() && day.After(s.LastDay()):
		return ErrNoCertifier
	}
	return nil
}

// OpenForWorkTx returns nil when clients may be enrolled and certified at the
// site, and otherwise ErrSuspended, ErrDisenrolled or ErrNoCertifier; an actor
// whose access there ended while the request was under way is
// session.ErrEnded. Until the transaction ends the site stays as it was found:
// whoever suspends it or names another certifier waits, and whoever comes
// later is refused.
func OpenForWorkTx(ctx context.Context, tx *postgres.Tx, site uuid.UUID) error {
	var found []Standing
	var gone bool
	var reads postgres.Batch
	postgres.QueueAll(&reads, &found, `SELECT status, uncertified_on FROM site WHERE id = $1 FOR SHARE`, site)
	postgres.QueueValue(&reads, &gone, `
		SELECT actor_role() IN ('staff', 'certifier')
			AND EXISTS (SELECT FROM membership WHERE account_id = actor_account() AND site_id = $1)
			AND NOT EXISTS (SELECT FROM membership WHERE account_id = actor_account() AND site_id = $1 AND removed_at IS NULL)`, site)
	err := reads.Send(ctx, tx)
	switch {
	case err != nil:
		return fmt.Errorf("read how site %s stands: %w", site, err)
	case len(found) == 0:
		return fault.ErrNotFound
	case gone:
		return session.ErrEnded
	}
	return found[0].OpenForWork(tx.Today())
}

// StatusReasons are why a site is suspended or disenrolled
// (domain/portal.md 4).
var StatusReasons = []string{
	"no_claims", "mail_returned", "license", "no_recertification", "investigation", "own_wish", "other",
}

// StatusChange is what OFP decides about a site.
type StatusChange struct {
	Status    Status
	Reason    string // one of StatusReasons; not for Enrolled
	Confirmed bool
}

func (c StatusChange) check() error {
	var wrong []fault.Field
	if c.Status != Enrolled && c.Status != Suspended && c.Status != Disenrolled {
		wrong = append(wrong, errStatusWrong.Fields...)
	}
	if c.Status != Enrolled && !slices.Contains(StatusReasons, c.Reason) {
		wrong = append(wrong, errReasonWrong.Fields...)
	}
	if !c.Confirmed {
		wrong = append(wrong, errNotConfirmed.Fields...)
	}
	return fault.InvalidFields(wrong)
}

var statusDeeds = map[Status]string{Enrolled: "site.reinstate", Suspended: "site.suspend", Disenrolled: "site.disenroll"}

// SetStatus suspends a site, disenrolls it or takes it back. Work there stops
// at once; at one that is disenrolled nobody is signed in any more. The status
// that it has already is ErrSameStatus.
func (s *Service) SetStatus(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, c StatusChange) (uuid.UUID, error) {
	if err := mayManage(actor); err != nil {
		return uuid.Nil, err
	}
	if err := c.check(); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		at, err := lock(ctx, tx, id)
		if err != nil {
			return uuid.Nil, err
		}
		if at.Status == c.Status {
			return uuid.Nil, ErrSameStatus
		}
		reason := c.Reason
		if c.Status == Enrolled {
			reason = ""
		}
		if err := setStatus(ctx, tx, id, c.Status, reason); err != nil {
			return uuid.Nil, fmt.Errorf("set status of site %s: %w", id, err)
		}
		if c.Status == Disenrolled {
			if err := session.EndSiteTx(ctx, tx, id); err != nil {
				return uuid.Nil, fmt.Errorf("end sessions at site %s: %w", id, err)
			}
		}
		return id, audit.Record(ctx, tx, actor, statusDeeds[c.Status], Subject(id), audit.Reason(reason))
	})
}

func setStatus(ctx context.Context, tx *postgres.Tx, id uuid.UUID, to Status, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE site SET status = $2, status_reason = nullif($3, ''), status_on = $4, updated_at = $5 WHERE id = $1`,
		id, string(to), reason, tx.Today(), tx.Now())
	return err
}

// CertifiedTx notes that a site, locked by LockTx, has a certifier from today
// on, or has none.
func CertifiedTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID, certified bool) error {
	var since civil.Date
	if !certified {
		since = tx.Today()
	}
	_, err := tx.Exec(ctx, `UPDATE site SET uncertified_on = $2 WHERE id = $1`, id, since)
	return err
}

// certified notes that the sites of a list have a certifier again.
func certified(ctx context.Context, tx *postgres.Tx, list []Certifier) error {
	ids := make([]uuid.UUID, len(list))
	for i, c := range list {
		ids[i] = c.SiteID
	}
	_, err := tx.Exec(ctx, `UPDATE site SET uncertified_on = NULL WHERE id = ANY($1) AND uncertified_on IS NOT NULL`, ids)
	return err
}
