package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
)

// ErrLimit is the refusal of more acts than a representative may do in an hour.
// It carries the time of the next one.
var ErrLimit = fault.New(fault.Throttled, locale.FaultThrottled)

// alertAt is the number of acts in the time of the limit at which the office
// is told (security.md 4.8).
const alertAt = 20

// tally is what a representative has done in the time of the limit.
type tally struct {
	Count int
	First *time.Time
}

// next says what one more act means: nil when it may be done, and whether it is
// the one at which the office is told.
func (t tally) next(l ratelimit.Limit) (alert bool, err error) {
	if t.Count >= l.Max {
		first := time.Time{}
		if t.First != nil {
			first = *t.First
		}
		return false, ErrLimit.With(locale.DeskErrorLimit.With("Count", l.Max, "Time", moment(first.Add(l.Window))))
	}
	return t.Count+1 == min(alertAt, l.Max), nil
}

// moment is an instant that is put into words when it is shown, rounded up to
// the minute, so that nobody is told one that is too early.
type moment time.Time

// In returns the instant in the reader's words.
func (m moment) In(ctx context.Context) string {
	return locale.Clock(ctx, time.Time(m).Add(time.Minute-time.Nanosecond).Truncate(time.Minute))
}

// count counts one more act of the representative, whose account is locked, and
// tells the office when there are many.
func (s *Service) count(ctx context.Context, tx *postgres.Tx, actor authz.Actor) error {
	limit, err := setting.LimitDeskAction.Get(ctx, tx)
	if err != nil {
		return err
	}
	done, err := postgres.One[tally](ctx, tx, `
		SELECT count(*)::int AS count, min(at) AS first FROM (
			SELECT asked_at AS at FROM desk_act WHERE asked_by = $1 AND asked_at > $2
			UNION ALL
			SELECT decided_at FROM desk_act WHERE decided_by = $1 AND decided_at > $2
		) AS acts`, actor.Account, tx.Now().Add(-limit.Window))
	if err != nil {
		return fmt.Errorf("count acts: %w", err)
	}
	alert, err := done.next(limit)
	if err != nil || !alert {
		return err
	}
	return s.alert(ctx, tx, actor, done.Count+1)
}

// reader is somebody of the office who is told.
type reader struct {
	ID     uuid.UUID
	Name   string
	Email  string
	Teller string // the representative's name
}

// alert mails the number to the administrators of OFP, at most once in an hour
// of the clock.
func (s *Service) alert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, count int) error {
	readers, err := postgres.All[reader](ctx, tx, `
		SELECT a.id, a.first_name || ' ' || a.last_name AS name, a.email, d.first_name || ' ' || d.last_name AS teller
		FROM account a JOIN account d ON d.id = $1
		WHERE a.kind = 'ofp' AND a.removed_at IS NULL AND a.disabled_at IS NULL AND NOT a.sealed
			AND EXISTS (SELECT FROM membership m WHERE m.account_id = a.id AND m.role = 'ofp' AND m.removed_at IS NULL)
		ORDER BY a.id LIMIT 50`, actor.Account)
	if err != nil {
		return fmt.Errorf("list administrators: %w", err)
	}
	cause := actor.Account.String() + ":" + tx.Now().Truncate(time.Hour).Format(time.RFC3339)
	for _, r := range readers {
		_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
			Key: "ofp.desk-alert", Cause: cause + ":" + r.ID.String(),
			To:     message.Recipient{Account: r.ID, Name: r.Name, Email: r.Email},
			Values: map[string]string{"Representative": r.Teller, "Count": fmt.Sprint(count), "Time": locale.Clock(ctx, tx.Now())},
		})
		if err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, actor, "desk.alert", subject(actor.Account))
}
