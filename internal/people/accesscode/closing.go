package accesscode

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

const keyClosing = "certifier.window-closing"

const closingBatch = 500

// warnOfClosing writes to the certifiers who have no account two days before
// codes stop to come by themselves: to each once, in a transaction of its own,
// and to those who come later until the window has closed.
func (s *Service) warnOfClosing(ctx context.Context) error {
	for {
		next, closes, err := s.nextToWarn(ctx)
		if err != nil || len(next) == 0 {
			return err
		}
		var failed []error
		for _, id := range next {
			if err := s.warnOne(ctx, id, closes); err != nil {
				failed = append(failed, fmt.Errorf("warn membership %s of the closing: %w", id, err))
			}
		}
		if err := errors.Join(append(failed, ctx.Err())...); err != nil {
			return err
		}
	}
}

func (s *Service) nextToWarn(ctx context.Context) (next []uuid.UUID, closes civil.Date, err error) {
	err = s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		dates, err := setting.Calendar(ctx, tx)
		if err != nil || !dates.Closing(tx.Now()) {
			return err
		}
		closes = dates.ReissueTo
		next, err = listToWarn(ctx, tx, closes)
		return err
	})
	if err != nil {
		err = fmt.Errorf("find whom to warn of the closing: %w", err)
	}
	return next, closes, err
}

func (s *Service) warnOne(ctx context.Context, id uuid.UUID, closes civil.Date) error {
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		m, err := membership.FindForUpdateTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if m.Joined() || m.RemovedAt != nil {
			return nil
		}
		at, err := siteName(ctx, tx, m.SiteID)
		if err != nil {
			return err
		}
		_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
			Key: keyClosing, Cause: closingCause(m.ID, closes),
			To:     message.Recipient{Membership: m.ID, Name: m.Name(), Email: m.Email},
			Values: map[string]string{"Site": at, "Closes": locale.MonthDay(ctx, closes)},
		})
		return err
	})
}

// closingCause makes the warning come once for a membership and an end of the
// window.
func closingCause(id uuid.UUID, closes civil.Date) string {
	return "membership:" + id.String() + ":" + closes.String()
}

// listToWarn returns certifiers who were sent a code, have no account, and
// were not warned yet.
func listToWarn(ctx context.Context, q postgres.Querier, closes civil.Date) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, q, `
		SELECT m.id FROM membership m
		JOIN site s ON s.id = m.site_id AND s.status = 'enrolled'
		WHERE m.role = 'certifier' AND m.removed_at IS NULL AND m.account_id IS NULL
			AND EXISTS (SELECT FROM access_code c WHERE c.membership_id = m.id)
			AND NOT EXISTS (SELECT FROM message g WHERE g.key = $1 AND g.cause = 'membership:' || m.id || ':' || $2)
		ORDER BY m.id LIMIT $3`, keyClosing, closes.String(), closingBatch)
}

// stillWaits keeps back the warning of somebody who has an account meanwhile.
func stillWaits(ctx context.Context, tx *postgres.Tx, m message.Message) (map[string]string, bool, error) {
	waits, err := postgres.Value[bool](ctx, tx, `
		SELECT EXISTS (SELECT FROM membership WHERE id = $1 AND removed_at IS NULL AND account_id IS NULL)`, m.To.Membership)
	return nil, waits, err
}
