package accesscode

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// Sweep does what has become due, by the portal's clock: it begins mailings
// whose hour has come, that of the calendar among them, writes to the certifiers
// of new sites, notes codes that ran out, replaces those of certifiers inside the window, warns before the window
// closes, and forgets spent codes and questions. It is safe to repeat and to
// run on several replicas at once: nobody gets two codes.
func (s *Service) Sweep(ctx context.Context) error {
	return errors.Join(
		s.launchByCalendar(ctx),
		s.beginMailings(ctx),
		s.mailNewSites(ctx),
		s.noteLapsed(ctx),
		s.warnOfClosing(ctx),
		s.forget(ctx),
	)
}

func (s *Service) beginMailings(ctx context.Context) error {
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		due, err := dueMailings(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range due {
			if err := job.Insert(ctx, tx, LaunchJob{MailingID: id}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("begin mailings: %w", err)
	}
	return nil
}

// noteLapsed goes through the codes that have run out unused, one transaction
// for each. One that fails does not hold up the others.
func (s *Service) noteLapsed(ctx context.Context) error {
	var ids []uuid.UUID
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		var err error
		if ids, err = listLapsed(ctx, tx); err != nil {
			return err
		}
		dates, err := setting.Calendar(ctx, tx)
		if err != nil || !dates.Reissues(tx.Today()) {
			return err
		}
		more, err := listUndelivered(ctx, tx)
		ids = append(ids, more...)
		return err
	})
	var failed []error
	for _, id := range ids {
		if ctx.Err() != nil {
			return errors.Join(append(failed, ctx.Err())...)
		}
		if err := s.noteOne(ctx, id); err != nil {
			failed = append(failed, fmt.Errorf("note lapsed code %s: %w", id, err))
		}
	}
	return errors.Join(append(failed, err)...)
}

func (s *Service) noteOne(ctx context.Context, membershipID uuid.UUID) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error { return s.noteOneTx(ctx, tx, membershipID) })
}

// noteOneTx notes that the code of a membership ran out, if it did, and
// replaces it when it is due.
func (s *Service) noteOneTx(ctx context.Context, tx *postgres.Tx, membershipID uuid.UUID) error {
	m, err := membership.FindForUpdateTx(ctx, tx, membershipID)
	if err != nil {
		return err
	}
	c, found, err := lockLapsed(ctx, tx, membershipID)
	if err != nil {
		return err
	}
	if !found {
		return s.reissueUndelivered(ctx, tx, m)
	}
	if c.LapsedAt == nil {
		if err := s.lapse(ctx, tx, m, c.Code); err != nil {
			return err
		}
	}
	return s.reissue(ctx, tx, m, issue{replaces: &c.ID})
}

// lapse notes that a code ran out and tells the certifier about an invitation
// of theirs.
func (s *Service) lapse(ctx context.Context, tx *postgres.Tx, m membership.Membership, c Code) error {
	if err := setLapsed(ctx, tx, c.ID); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, authz.SystemActor, "code.expire", subject(c.ID), audit.Reason(string(c.Reason))); err != nil {
		return err
	}
	if m.Role != authz.Staff {
		return nil
	}
	to, ok, err := membership.CertifierOf(ctx, tx, m.At())
	if err != nil || !ok {
		return err
	}
	at, err := siteName(ctx, tx, m.SiteID)
	if err != nil {
		return err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: "staff.invite-expired", Cause: subject(c.ID), To: to,
		Values: map[string]string{"Site": at, "Staff": m.Name()},
	})
	return err
}

// reissue replaces a certifier's code, between the two dates of the program
// (security.md 3.8): once for each code, and never when the account exists.
func (s *Service) reissue(ctx context.Context, tx *postgres.Tx, m membership.Membership, i issue) error {
	dates, err := setting.Calendar(ctx, tx)
	if err != nil || m.Role != authz.Certifier || !dates.Reissues(tx.Today()) {
		return err
	}
	enrolled, err := siteEnrolled(ctx, tx, m.At())
	if err != nil || !enrolled {
		return err
	}
	i.reason = AutoReissue
	_, err = s.issueTx(ctx, tx, authz.SystemActor, m, i)
	return err
}

// forget erases the digests of codes that are spent: until then their page can
// say what became of them (decisions 25).
func (s *Service) forget(ctx context.Context) error {
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		days, err := setting.SpentCodeDays.Get(ctx, tx)
		if err != nil {
			return err
		}
		return errors.Join(forgetSpent(ctx, tx, tx.Now().Add(-setting.Days(days))), forgetQuestions(ctx, tx))
	})
	if err != nil {
		return fmt.Errorf("forget spent codes: %w", err)
	}
	return nil
}

// lapsed are the codes in force that have run out, of people who have no
// account and are not on the way to one: a code that was typed in time is not
// taken from somebody who is choosing a password.
const lapsed = ` FROM access_code c
	JOIN membership m ON m.id = c.membership_id AND m.removed_at IS NULL AND m.account_id IS NULL
	WHERE c.used_at IS NULL AND c.superseded_at IS NULL AND c.expires_at <= $1
		AND NOT EXISTS (SELECT FROM account_setup u WHERE u.code_id = c.id AND u.finished_at IS NULL AND u.verified_at > $1::timestamptz - interval '1 hour')`

// listLapsed returns the memberships whose code has run out and was not yet
// noted, or belongs to a certifier.
func listLapsed(ctx context.Context, tx *postgres.Tx) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT c.membership_id`+lapsed+` AND (c.lapsed_at IS NULL OR m.role = 'certifier') ORDER BY c.expires_at`, tx.Now())
}

type lapsedCode struct {
	Code
	LapsedAt *time.Time
}

func lockLapsed(ctx context.Context, tx *postgres.Tx, membershipID uuid.UUID) (lapsedCode, bool, error) {
	found, err := postgres.All[lapsedCode](ctx, tx, `
		SELECT `+Columns+`, c.lapsed_at`+lapsed+` AND m.id = $2 FOR UPDATE OF c`, tx.Now(), membershipID)
	if err != nil || len(found) == 0 {
		return lapsedCode{}, false, err
	}
	return found[0], true, nil
}

func setLapsed(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE access_code SET lapsed_at = $2 WHERE id = $1`, id, tx.Now())
	return err
}

func siteEnrolled(ctx context.Context, q postgres.Querier, id uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, q, `SELECT status = 'enrolled' FROM site WHERE id = $1`, id)
}

// forgetSpent erases the digests of codes that ended before the time.
func forgetSpent(ctx context.Context, tx *postgres.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE access_code SET digest = NULL
		WHERE digest IS NOT NULL AND coalesce(used_at, superseded_at, lapsed_at) < $1`, before)
	return err
}
