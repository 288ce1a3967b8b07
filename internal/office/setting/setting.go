// Package setting holds the program's parameters that OFP may change, with
// their defaults and who changed what. A parameter is read in the transaction
// that uses it. Settings of the process are in config, what the year changes
// is dated data.
package setting

import (
	"context"
	"errors"
	"fmt"
	"time"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Faults of changing a parameter.
var (
	// ErrUnfit means that the value is outside what the parameter allows.
	ErrUnfit = errors.New("value does not fit the setting")
	// ErrNoReason means that no reason was given for a change.
	ErrNoReason = errors.New("a change of a setting needs a reason")
)

// Setting is one parameter of type T.
type Setting[T any] struct {
	name    string
	initial T
	kind    kind[T]
	fits    func(T) bool
}

// Name returns the parameter's name, as the record of changes has it.
func (s Setting[T]) Name() string { return s.name }

// Default returns the value that holds until OFP changes it.
func (s Setting[T]) Default() T { return s.initial }

// Fits reports whether the parameter may have the value.
func (s Setting[T]) Fits(value T) bool { return s.fits(value) }

// Values is every changed parameter, read at one time, for work that needs
// several.
type Values map[string]string

// Read returns every changed parameter in one query.
func Read(ctx context.Context, q postgres.Querier) (Values, error) {
	values, err := listValues(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return values, nil
}

// In returns the parameter's value among those that were read. A stored value
// that no longer fits is an error, never a silent default.
func (s Setting[T]) In(values Values) (T, error) {
	text, changed := values[s.name]
	if !changed {
		return s.initial, nil
	}
	v, err := s.kind.read(text)
	if err != nil || !s.fits(v) {
		return s.initial, fmt.Errorf("setting %s: %w", s.name, ErrUnfit)
	}
	return v, nil
}

// Get returns the parameter's value now.
func (s Setting[T]) Get(ctx context.Context, q postgres.Querier) (T, error) {
	values, err := findValue(ctx, q, s.name)
	if err != nil {
		return s.initial, fmt.Errorf("read setting %s: %w", s.name, err)
	}
	return s.In(values)
}

// SetTx changes the parameter from this transaction on, with the reason and an
// audit entry. Only OFP and the program itself may.
func (s Setting[T]) SetTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, value T, reason string) error {
	switch {
	case actor.Role != authz.OFP && actor.Role != authz.System:
		return fault.ErrNotFound
	case reason == "":
		return ErrNoReason
	case !s.fits(value):
		return fmt.Errorf("setting %s: %w", s.name, ErrUnfit)
	}
	if err := insert(ctx, tx, actor, s.name, s.kind.write(value), reason); err != nil {
		return fmt.Errorf("change setting %s: %w", s.name, err)
	}
	return audit.Record(ctx, tx, actor, "setting.change", "setting:"+s.name, audit.Fields(s.name))
}

// Calendar returns the dates of the program as they are now.
func Calendar(ctx context.Context, q postgres.Querier) (calendar.Calendar, error) {
	values, err := Read(ctx, q)
	if err != nil {
		return calendar.Calendar{}, err
	}
	return values.Calendar()
}

// Calendar returns the dates of the program among those that were read.
func (values Values) Calendar() (calendar.Calendar, error) {
	var c calendar.Calendar
	var faults []error
	day := func(s Setting[civil.Date]) civil.Date {
		d, err := s.In(values)
		faults = append(faults, err)
		return d
	}
	c.LaunchMail, c.GoLive, c.LegacyEnd = day(LaunchMail), day(GoLive), day(LegacyEnd)
	c.ReissueFrom, c.ReissueTo = day(ReissueFrom), day(ReissueTo)
	hour, err := LaunchHour.In(values)
	c.LaunchHour = hour
	if err = errors.Join(append(faults, err)...); err == nil && !c.Ordered() {
		err = fmt.Errorf("dates of the program: %w", ErrUnfit)
	}
	return c, err
}

// Days returns n days as a span of time, for parameters that count them.
func Days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
