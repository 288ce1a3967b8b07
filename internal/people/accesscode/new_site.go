package accesscode

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// On enrollment the certifier of a new site is mailed access without anybody
// pressing (domain/portal.md 5): what OFP has applied, or entered, since go-live
// is the act that mails. That holds for a few. More than approval.Few at once
// are a bulk act, which one administrator does not start alone, by way of a list
// either (security.md 16.7): they wait for a mailing that a second one approves.
// A certifier who comes after another at a site is not of a new site: OFP names
// them with a code, and after the window nothing is mailed to them by itself.

// ofNewSite are the certifiers who were never sent a code, of enrolled sites
// that nobody certified before, listed since the time $1.
const ofNewSite = withoutCode + ` AND m.created_at >= $1
	AND NOT EXISTS (SELECT FROM membership b WHERE b.site_id = m.site_id AND b.role = 'certifier' AND b.id <> m.id)`

// mailNewSites writes to the certifiers of new sites, one transaction for each.
// One that fails does not hold up the others.
func (s *Service) mailNewSites(ctx context.Context) error {
	var waiting []uuid.UUID
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		waiting = nil
		dates, err := setting.Calendar(ctx, tx)
		if err != nil || !dates.Open(tx.Today()) {
			return err
		}
		goLive, _ := day(dates.GoLive)
		waiting, err = listOfNewSites(ctx, tx, goLive)
		return err
	})
	if err != nil || len(waiting) > approval.Few {
		return err
	}
	var failed []error
	for _, id := range waiting {
		if err := s.mailNewSite(ctx, id); err != nil {
			failed = append(failed, fmt.Errorf("issue code to membership %s of a new site: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) mailNewSite(ctx context.Context, membershipID uuid.UUID) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		m, err := membership.FindForUpdateTx(ctx, tx, membershipID)
		if err != nil {
			return err
		}
		had, err := hadCode(ctx, tx, membershipID)
		if err != nil || had || m.Joined() || m.RemovedAt != nil {
			return err
		}
		enrolled, err := siteEnrolled(ctx, tx, m.At())
		if err != nil || !enrolled {
			return err
		}
		_, err = s.issueTx(ctx, tx, authz.SystemActor, m, issue{reason: NewSite})
		return err
	})
}

// listOfNewSites returns one more than may be written to, when there are so
// many.
func listOfNewSites(ctx context.Context, tx *postgres.Tx, since time.Time) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `SELECT m.id`+ofNewSite+` ORDER BY m.id LIMIT $2`, since, approval.Few+1)
}

// reasonOfFirst is why a certifier who never had a code is sent one: the launch
// for those listed by go-live, however late its mailing, a new site for those
// listed since.
func reasonOfFirst(ctx context.Context, tx *postgres.Tx, m membership.Membership) (Reason, error) {
	dates, err := setting.Calendar(ctx, tx)
	if err != nil {
		return "", err
	}
	if goLive, _ := day(dates.GoLive); m.CreatedAt.Before(goLive) {
		return Launch, nil
	}
	return NewSite, nil
}
