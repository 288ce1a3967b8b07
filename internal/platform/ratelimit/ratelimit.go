// Package ratelimit counts in PostgreSQL how often something was tried in a
// window of time, the same over all replicas. It knows neither what is tried
// nor by whom: buckets are kept as keyed digests.
package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// ErrExceeded is the fault of every limit that was exceeded.
var ErrExceeded = fault.New(fault.Throttled, locale.FaultThrottled)

// Limit is how often something may be tried.
type Limit struct {
	Name   string        // tells counts apart: "sign-in.address"
	Max    int           // tries in a window
	Window time.Duration // from the first try on
}

// Exceeded is the refusal of a try over the limit. It is ErrExceeded, a fault
// with the clock time of the next try, and knows how long that is from now.
type Exceeded struct {
	Until time.Time     // by the database's clock
	After time.Duration // for Retry-After
	fault *fault.Fault
}

// Error returns the words of the fault in English.
func (e *Exceeded) Error() string { return e.fault.Error() }

// ErrUnread means that a count could not be read, whatever the cause: the
// answer to that is 503 and not "allowed" (security.md 10.5).
var ErrUnread = errors.New("tries could not be counted")

// Unwrap returns the fault.
func (e *Exceeded) Unwrap() error { return e.fault }

// Take counts one try of the bucket and returns nil while there are no more of
// them than the limit allows, and an *Exceeded after that. It is a statement of
// its own, so a try stays counted whatever becomes of the work it was for:
// call it before the transaction, not inside. Any other error is ErrUnread.
func Take(ctx context.Context, db *postgres.DB, limit Limit, bucket string) error {
	ring := secret.Current()
	if ring == nil {
		return fmt.Errorf("%w: secret.Use has not been called", ErrUnread)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	n, err := count(ctx, db, ring.MAC("rate-limit:"+limit.Name, []byte(bucket)), limit)
	if err != nil {
		return fmt.Errorf("%w: count %s: %w", ErrUnread, limit.Name, err)
	}
	if n.Count <= limit.Max {
		return nil
	}
	return &Exceeded{
		Until: n.EndsAt,
		After: n.EndsAt.Sub(n.Now),
		fault: ErrExceeded.With(locale.FaultThrottled.With("Time", clock(n.EndsAt))),
	}
}

const patience = 3 * time.Second

// Address returns the bucket of a network address: an IPv4 address itself, of
// an IPv6 address its /64, since that is what one subscriber gets. What is no
// address is one bucket.
func Address(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return "unknown"
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return prefix.String()
}

// Sweep deletes counts whose window has ended.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM rate_limit WHERE ends_at <= $1`, tx.Now()); err != nil {
			return fmt.Errorf("delete counts: %w", err)
		}
		return nil
	})
}

// clock is an instant that is put into words when it is shown, rounded up to
// the minute, so that nobody is told a moment that is too early.
type clock time.Time

func (c clock) In(ctx context.Context) string {
	return locale.Clock(ctx, time.Time(c).Add(time.Minute-time.Nanosecond).Truncate(time.Minute))
}

type counted struct {
	Count  int
	EndsAt time.Time
	Now    time.Time
}

// count adds one to the key's count in its window, or begins a new window, and
// returns the count. A window never ends later than it would when it began
// now: a clock that was set back locks nobody out for long.
func count(ctx context.Context, db *postgres.DB, key []byte, limit Limit) (counted, error) {
	return postgres.One[counted](ctx, db, `
		INSERT INTO rate_limit AS r (key, name, count, ends_at)
		VALUES ($1, $2, 1, portal_now() + $3)
		ON CONFLICT (key) DO UPDATE SET
			count = CASE WHEN r.ends_at <= portal_now() THEN 1 ELSE least(r.count, $4) + 1 END,
			ends_at = CASE WHEN r.ends_at <= portal_now() THEN portal_now() + $3 ELSE least(r.ends_at, portal_now() + $3) END
		RETURNING count, ends_at, portal_now() AS now`,
		key, limit.Name, limit.Window, limit.Max)
}
