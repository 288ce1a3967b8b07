package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

const (
	keyInactiveSoon = "account.inactive-soon"
	keyInactive     = "account.disabled"
)

// ReadLimits returns the limits with the program's parameters in them, as they
// are now.
func ReadLimits(ctx context.Context, q postgres.Querier) (Limits, error) {
	values, err := setting.Read(ctx, q)
	if err != nil {
		return Limits{}, err
	}
	return limitsOf(values)
}

// LimitsLater is what ReadLimits returns, asked for together with other
// queries. Limits holds once they have been sent.
type LimitsLater struct{ settings setting.Later }

// Add adds the question to others.
func (l *LimitsLater) Add(b *postgres.Batch) { l.settings.Add(b) }

// Limits returns what was read, like ReadLimits.
func (l *LimitsLater) Limits() (Limits, error) { return limitsOf(l.settings.Values()) }

func limitsOf(values setting.Values) (Limits, error) {
	limits := DefaultLimits
	var faults [6]error
	number := func(i int, s setting.Setting[int]) int {
		var n int
		n, faults[i] = s.In(values)
		return n
	}
	limits.Failures = number(3, setting.PasswordTries)
	limits.Window = time.Duration(number(4, setting.PasswordWindowMinutes)) * time.Minute
	limits.Lock = time.Duration(number(5, setting.PasswordSoftLockMinutes)) * time.Minute
	limits.WorkforceDays, faults[0] = setting.InactiveDaysWorkforce.In(values)
	limits.ClientMonths, faults[1] = setting.InactiveMonthsClient.In(values)
	days, err := setting.InactiveWarningDays.In(values)
	faults[2] = err
	limits.WarningDays = slices.Sorted(slices.Values(days))
	slices.Reverse(limits.WarningDays)
	return limits, errors.Join(faults[:]...)
}

// disuse is what the disuse of an account calls for.
type disuse struct {
	disable bool
	warning int // the last of the warnings that are due; 0: none
}

// disused judges an account that has had so many warnings, at the given time.
// A warning is due from its number of days before the end on, and of several
// that are due only the last is sent: whoever looks late warns once.
func (a Account) disused(at time.Time, warnings int, limits Limits) disuse {
	end := a.inactiveFrom(limits)
	if !at.Before(end) {
		return disuse{disable: true}
	}
	due := 0
	for _, days := range limits.WarningDays {
		if !at.Before(end.AddDate(0, 0, -days)) {
			due++
		}
	}
	if due <= warnings || a.BlockedAt != nil { // nobody blocked can keep the account by signing in
		return disuse{}
	}
	return disuse{warning: due}
}

// SweepInactive warns the owners of accounts that will be disabled for disuse,
// and disables those whose time is over (security.md 4.5). It does each once,
// however often and however late it runs; sign-in judges by itself.
func (s *Service) SweepInactive(ctx context.Context) error {
	for after, more := uuid.Nil, true; more; {
		err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
			var err error
			after, more, err = s.sweepInactiveTx(ctx, tx, after)
			return err
		})
		if err != nil {
			return fmt.Errorf("look for accounts out of use: %w", err)
		}
	}
	return nil
}

// idle is an account with the number of warnings that it has had.
type idle struct {
	Account
	Warnings int
}

// inactiveBatch is how many accounts a transaction looks at.
const inactiveBatch = 200

func (s *Service) sweepInactiveTx(ctx context.Context, tx *postgres.Tx, after uuid.UUID) (uuid.UUID, bool, error) {
	limits, err := ReadLimits(ctx, tx)
	if err != nil {
		return after, false, err
	}
	list, err := listIdle(ctx, tx, after, limits)
	if err != nil {
		return after, false, err
	}
	for _, a := range list {
		after = a.ID
		if opened, err := a.Opened(s.ring); err == nil { // a cell that does not open holds up nobody else
			a.Account = opened
		}
		switch d := a.disused(tx.Now(), a.Warnings, limits); {
		case d.disable:
			err = s.disableInactiveTx(ctx, tx, authz.SystemActor, a.Account, limits)
		case d.warning > 0:
			err = s.warnInactiveTx(ctx, tx, a.Account, d.warning, limits)
		}
		if err != nil {
			return after, false, err
		}
	}
	return after, len(list) == inactiveBatch, nil
}

// listIdle locks the next accounts whose disuse may call for something: those
// not used since the first warning would be due, by a day's grace. One that
// somebody signs in to at this moment is left to the next hour.
func listIdle(ctx context.Context, tx *postgres.Tx, after uuid.UUID, l Limits) ([]idle, error) {
	lead := 1
	if len(l.WarningDays) > 0 {
		lead += l.WarningDays[0]
	}
	soon := tx.Now().AddDate(0, 0, lead)
	return postgres.All[idle](ctx, tx, `
		SELECT `+columns+`, a.inactivity_warnings AS warnings FROM account a
		WHERE a.id > $1 AND a.removed_at IS NULL AND a.disabled_inactive_at IS NULL AND a.disabled_at IS NULL AND NOT a.sealed
			AND `+lastUse+` < CASE a.kind WHEN 'client' THEN $3::timestamptz ELSE $2::timestamptz END
		ORDER BY a.id LIMIT $4 FOR UPDATE SKIP LOCKED`,
		after, soon.AddDate(0, 0, -l.WorkforceDays), soon.AddDate(0, -l.ClientMonths, 0), inactiveBatch)
}

// disableInactiveTx disables an account that was not used for too long, and
// tells its owner at this moment. An account that is disabled already is left
// alone.
func (s *Service) disableInactiveTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Account, limits Limits) error {
	if a.DisabledInactiveAt != nil {
		return nil
	}
	if err := setInactive(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("disable account %s: %w", a.ID, err)
	}
	if err := session.EndAllTx(ctx, tx, a.ID); err != nil {
		return err
	}
	_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: keyInactive, Cause: a.cause(limits), To: a.Told(), Values: map[string]string{},
	})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "account.disable-inactive", subject(a.ID))
}

func (s *Service) warnInactiveTx(ctx context.Context, tx *postgres.Tx, a Account, warning int, limits Limits) error {
	_, err := tx.Exec(ctx, `UPDATE account SET inactivity_warnings = $2, inactivity_warned_at = $3 WHERE id = $1`, a.ID, warning, tx.Now())
	if err != nil {
		return fmt.Errorf("note warning of account %s: %w", a.ID, err)
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: keyInactiveSoon, Cause: fmt.Sprintf("%s:%d", a.cause(limits), warning), To: a.Told(),
		Values: map[string]string{"Deadline": locale.Clock(locale.WithLanguage(ctx, a.Language), a.inactiveFrom(limits))},
	})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, authz.SystemActor, "account.warn-inactive", subject(a.ID))
}

// cause names one spell of disuse: the next sign-in begins another.
func (a Account) cause(limits Limits) string {
	return subject(a.ID) + ":unused-until:" + a.inactiveFrom(limits).UTC().Format(time.RFC3339)
}
