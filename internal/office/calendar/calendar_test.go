package calendar_test

import (
	"testing"
	"time"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/platform/civil"
)

func TestPhases(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                     string
		day                      string
		open, reissues, parallel bool
	}{
		{"launch eve", "2025-01-11", false, false, false},
		{"launch mailing", "2025-01-12", false, false, false},
		{"go-live", "2025-01-13", true, true, true},
		{"in the window", "2025-01-20", true, true, true},
		{"last day of the window", "2025-02-03", true, true, true},
		{"the day after", "2025-02-04", true, false, false},
		{"ten months on", "2025-11-13", true, false, false},
	}
	for _, tt := range tests {
		day := civil.MustParse(tt.day)
		c := calendar.Launch
		if c.Open(day) != tt.open || c.Reissues(day) != tt.reissues || c.ParallelRun(day) != tt.parallel {
			t.Errorf("%s: open %v, reissues %v, parallel %v", tt.name, c.Open(day), c.Reissues(day), c.ParallelRun(day))
		}
	}
}

func TestLaunchDue(t *testing.T) {
	t.Parallel()
	eight := time.Date(2025, 1, 12, 16, 0, 0, 0, time.UTC) // 8:00 Pacific
	if !calendar.Launch.LaunchAt().Equal(eight) {
		t.Errorf("LaunchAt = %s", calendar.Launch.LaunchAt())
	}
	if calendar.Launch.LaunchDue(eight.Add(-time.Second)) || !calendar.Launch.LaunchDue(eight) {
		t.Error("the mailing leaves at its hour, not before")
	}
	summer := calendar.Launch
	summer.LaunchMail = civil.New(2025, time.July, 1)
	if want := time.Date(2025, 7, 1, 15, 0, 0, 0, time.UTC); !summer.LaunchAt().Equal(want) {
		t.Errorf("in summer LaunchAt = %s, want %s", summer.LaunchAt(), want)
	}
}

func TestOrdered(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *calendar.Calendar){
		"mailing after go-live":       func(c *calendar.Calendar) { c.LaunchMail = c.GoLive.AddDays(1) },
		"window ends before it opens": func(c *calendar.Calendar) { c.ReissueTo = c.ReissueFrom.AddDays(-1) },
		"old system ends too early":   func(c *calendar.Calendar) { c.LegacyEnd = c.GoLive.AddDays(-1) },
		"no hour":                     func(c *calendar.Calendar) { c.LaunchHour = 24 },
	} {
		c := calendar.Launch
		change(&c)
		if c.Ordered() {
			t.Errorf("%s: passes", name)
		}
	}
	if !calendar.Launch.Ordered() {
		t.Error("the launch's own calendar is refused")
	}
}
