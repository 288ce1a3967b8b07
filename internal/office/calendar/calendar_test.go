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

func TestLaunchesAndClosing(t *testing.T) {
	t.Parallel()
	at := func(day, hour, minute, second int, month time.Month) time.Time {
		return time.Date(2025, month, day, hour, minute, second, 0, civil.Pacific)
	}
	tests := []struct {
		name              string
		at                time.Time
		launches, closing bool
	}{
		{"a second before the launch mailing", at(12, 7, 59, 59, time.January), false, false},
		{"its hour", at(12, 8, 0, 0, time.January), true, false},
		{"three days late", at(15, 8, 0, 0, time.January), true, false},
		{"a second before the warning", at(1, 7, 59, 59, time.February), true, false},
		{"two days before the window closes", at(1, 8, 0, 0, time.February), true, true},
		{"the last second of the window", at(3, 23, 59, 59, time.February), true, true},
		{"the day after", at(4, 0, 0, 0, time.February), false, false},
	}
	for _, tt := range tests {
		c := calendar.Launch
		if c.Launches(tt.at) != tt.launches || c.Closing(tt.at) != tt.closing {
			t.Errorf("%s: launches %v, closing %v; want %v, %v", tt.name, c.Launches(tt.at), c.Closing(tt.at), tt.launches, tt.closing)
		}
	}
}
