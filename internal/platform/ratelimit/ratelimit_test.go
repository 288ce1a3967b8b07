package ratelimit_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	secret.Use(secret.NewTestRing())
	dbtest.Main(m)
}

var limit = ratelimit.Limit{Name: "code.email", Max: 5, Window: 15 * time.Minute}

// TestSameOverReplicas lets two pools, as of two replicas, try four times the
// limit at once: exactly the limit passes.
func TestSameOverReplicas(t *testing.T) {
	t.Parallel()
	one := dbtest.New(t)
	two, err := postgres.Open(t.Context(), dbtest.URL(t, one))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(two.Close)
	limit := ratelimit.Limit{Name: "sign-in.address", Max: 20, Window: time.Minute}
	var passed atomic.Int32
	var wg sync.WaitGroup
	for i := range 4 * limit.Max {
		db := []*postgres.DB{one, two}[i%2]
		wg.Go(func() {
			err := ratelimit.Take(t.Context(), db, limit, "192.0.2.1")
			if err == nil {
				passed.Add(1)
			} else if !errors.Is(err, ratelimit.ErrExceeded) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if passed.Load() != int32(limit.Max) {
		t.Errorf("%d passed, want %d", passed.Load(), limit.Max)
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	ctx := t.Context()
	at := time.Date(2025, 1, 13, 14, 0, 30, 0, time.UTC) // 6:00:30 a.m. Pacific
	take := func(after time.Duration) error {
		dbtest.Freeze(t, db, at.Add(after))
		return ratelimit.Take(ctx, db, limit, "ana@clinic.example")
	}
	for i := range limit.Max {
		if err := take(0); err != nil {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	err := take(5 * time.Minute)
	var exceeded *ratelimit.Exceeded
	if !errors.As(err, &exceeded) || exceeded.After != 10*time.Minute || !exceeded.Until.Equal(at.Add(15*time.Minute)) {
		t.Fatalf("one too many: %+v", err)
	}
	f, ok := fault.Of(err)
	if !ok || f.Kind != fault.Throttled || !errors.Is(err, ratelimit.ErrExceeded) {
		t.Fatalf("fault = %+v", f)
	}
	if words := f.Text.In(ctx); !strings.Contains(words, "6:16 a.m. Pacific") {
		t.Errorf("words = %q, want the next whole minute", words)
	}
	if words := f.Text.In(locale.WithLanguage(ctx, locale.Spanish)); !strings.Contains(words, "6:16") || strings.Contains(words, "Try") {
		t.Errorf("words = %q", words)
	}
	if err := ratelimit.Take(ctx, db, limit, "eva@clinic.example"); err != nil {
		t.Errorf("another bucket: %v", err)
	}
	if err := take(15*time.Minute - time.Microsecond); err == nil {
		t.Error("passed just before the window's end")
	}
	if err := take(15 * time.Minute); err != nil {
		t.Errorf("at the window's end: %v", err)
	}
}

func TestClockSetBackLocksNobodyOut(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	at := time.Date(2025, 11, 13, 14, 0, 0, 0, time.UTC)
	dbtest.Freeze(t, db, at)
	for range limit.Max + 1 {
		_ = ratelimit.Take(t.Context(), db, limit, "x")
	}
	back := at.AddDate(0, -10, 0)
	dbtest.Freeze(t, db, back)
	var exceeded *ratelimit.Exceeded
	if err := ratelimit.Take(t.Context(), db, limit, "x"); !errors.As(err, &exceeded) || exceeded.After > limit.Window {
		t.Errorf("after the clock went back: %+v, want a refusal for one window", err)
	}
	dbtest.Freeze(t, db, back.Add(limit.Window))
	if err := ratelimit.Take(t.Context(), db, limit, "x"); err != nil {
		t.Errorf("a window later: %v", err)
	}
}

func TestRowsHoldNoAddressAndAreSwept(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	ctx := t.Context()
	at := time.Date(2025, 1, 13, 14, 0, 0, 0, time.UTC)
	dbtest.Freeze(t, db, at)
	if err := ratelimit.Take(ctx, db, limit, "canary@clinic.example"); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		n, err := postgres.Value[int](ctx, db, `SELECT count(*)::int FROM rate_limit`)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	rows, err := postgres.Values[[]byte](ctx, db, `SELECT convert_to(r::text, 'UTF8') || key FROM rate_limit r`)
	if err != nil || len(rows) != 1 || bytes.Contains(rows[0], []byte("canary")) || len(rows[0]) > 1024 {
		t.Errorf("rows = %q, %v", rows, err)
	}
	for after, want := range map[time.Duration]int{limit.Window: 0} {
		if err := ratelimit.Sweep(ctx, db); err != nil || count() != 1 {
			t.Errorf("swept too early: %v", err)
		}
		dbtest.Freeze(t, db, at.Add(after))
		if err := ratelimit.Sweep(ctx, db); err != nil || count() != want {
			t.Errorf("%d rows after the window, %v", count(), err)
		}
	}
}

func TestUnreadableCountIsNoPermission(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := ratelimit.Take(ctx, db, limit, "x")
	if _, isFault := fault.Of(err); err == nil || isFault {
		t.Errorf("Take = %v, want an error that is no fault", err)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::9":      "2001:db8:1:2::/64",
		"2001:db8:1:3::9":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
		"":                     "unknown",
		"somewhere":            "unknown",
	} {
		if got := ratelimit.Address(in); got != want {
			t.Errorf("Address(%q) = %q, want %q", in, got, want)
		}
	}
}
