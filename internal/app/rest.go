package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/postgres"
)

// rest says how long a sign-in may rest and last, by the program's parameters.
// It reads them once in a while, not for every page.
type rest struct {
	db     *postgres.DB
	mu     sync.Mutex
	read   time.Time
	limits session.Limits
}

func (r *rest) current(ctx context.Context) (session.Limits, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.read) < keepDates {
		return r.limits, nil
	}
	values, err := setting.Read(ctx, r.db)
	if err != nil {
		return session.Limits{}, err
	}
	limits, err := sessionLimits(values)
	if err == nil {
		r.limits, r.read = limits, time.Now()
	}
	return limits, err
}

// sessionLimits returns the limits of a session among the parameters.
func sessionLimits(values setting.Values) (session.Limits, error) {
	var faults []error
	number := func(s setting.Setting[int]) int {
		n, err := s.In(values)
		faults = append(faults, err)
		return n
	}
	minutes := func(s setting.Setting[int]) time.Duration { return time.Duration(number(s)) * time.Minute }
	l := session.Limits{
		Idle: minutes(setting.SessionIdleMinutes), IdlePrivileged: minutes(setting.SessionIdleMinutesOffice),
		IdleShared: minutes(setting.SessionIdleMinutesShared),
		Absolute:   time.Duration(number(setting.SessionHours)) * time.Hour, Most: number(setting.SessionsAtOnce),
	}
	return l, errors.Join(faults...)
}
