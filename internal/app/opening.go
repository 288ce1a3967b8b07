package app

import (
	"context"
	"sync"
	"time"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// keepDates is how long a replica goes by the dates it has read. The time they
// are compared with is that of the request, by the database's clock.
const keepDates = 10 * time.Second

// opening says whether an area is open. It reads the program's dates once in a
// while, not for every page.
type opening struct {
	db    *postgres.DB
	mu    sync.Mutex
	read  time.Time
	dates calendar.Calendar
}

func (o *opening) calendar(ctx context.Context) (calendar.Calendar, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.read) < keepDates {
		return o.dates, nil
	}
	dates, err := setting.Calendar(ctx, o.db)
	if err != nil {
		return calendar.Calendar{}, err
	}
	o.dates, o.read = dates, time.Now()
	return dates, nil
}

// closed refuses the provider and client areas before go-live (decisions 34).
func (o *opening) closed(ctx context.Context, role authz.Role, now time.Time) error {
	if !role.Provider() && role != authz.Client {
		return nil
	}
	dates, err := o.calendar(ctx)
	if err != nil {
		return err
	}
	if dates.Open(civil.Of(now)) {
		return nil
	}
	if role == authz.Client {
		return errClosed.With(locale.ClosedClient.With("Day", locale.Date(ctx, dates.GoLive)))
	}
	return errClosed.With(locale.ClosedProvider.With("Day", locale.Date(ctx, dates.GoLive)))
}

var errClosed = fault.New(fault.Closed, locale.ClosedProvider)
