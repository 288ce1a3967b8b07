package app

import (
	"testing"
	"time"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/session"
)

// TestSessionLimitsAreSettings reads the limits of decisions 10 as they ship
// and as they may be changed.
func TestSessionLimitsAreSettings(t *testing.T) {
	t.Parallel()
	if got, err := sessionLimits(setting.Values{}); err != nil || got != session.Standard {
		t.Errorf("shipped: %+v, %v; want %+v", got, err, session.Standard)
	}
	got, err := sessionLimits(setting.Values{
		"session_idle_min": "20", "session_idle_min_privileged": "10", "session_idle_min_shared": "5", "session_max_h": "8", "session_max": "2",
	})
	want := session.Limits{
		Idle: 20 * time.Minute, IdlePrivileged: 10 * time.Minute, IdleShared: 5 * time.Minute, Absolute: 8 * time.Hour, Most: 2,
	}
	if err != nil || got != want {
		t.Errorf("changed: %+v, %v; want %+v", got, err, want)
	}
	if _, err := sessionLimits(setting.Values{"session_max_h": "240"}); err == nil {
		t.Error("ten days are taken for a limit")
	}
}
