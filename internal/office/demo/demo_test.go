package demo_test

import (
	"testing"
	"time"

	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func pacific(year int, month time.Month, day, hour int) time.Time {
	return time.Date(year, month, day, hour, 0, 0, 0, civil.Pacific)
}

func TestPlan(t *testing.T) {
	present := pacific(2026, time.November, 24, 14)
	live := pacific(2025, time.January, 13, 8)
	tests := []struct {
		name        string
		preset      demo.Preset
		portal      time.Time
		want        time.Time
		back, stays bool
	}{
		{"eve from the present", demo.LaunchEve, present, pacific(2025, time.January, 11, 9), true, false},
		{"go-live from the eve", demo.GoLive, pacific(2025, time.January, 11, 9), live, false, false},
		{"go-live at go-live", demo.GoLive, live.Add(59 * time.Second), live, false, true},
		{"go-live a minute later", demo.GoLive, live.Add(time.Minute), live, true, false},
		{"window from go-live", demo.Reissue, live, pacific(2025, time.January, 20, 9), false, false},
		{"ten months on", demo.TenMonths, live, pacific(2025, time.November, 13, 8), false, false},
		{"ten months over the turn of summer time", demo.TenMonths, pacific(2025, time.June, 1, 9), pacific(2026, time.April, 1, 9), false, false},
		{"April of the same year", demo.April, live, pacific(2025, time.April, 1, 9), false, false},
		{"April a minute before", demo.April, pacific(2025, time.April, 1, 9).Add(-time.Minute), pacific(2025, time.April, 1, 9), false, false},
		{"April on the morning itself", demo.April, pacific(2025, time.April, 1, 9), pacific(2026, time.April, 1, 9), false, false},
		{"present from the past", demo.Present, live, present, false, false},
		{"present from the future", demo.Present, present.AddDate(0, 10, 0), present, true, false},
		{"present at present", demo.Present, present, present, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := tt.preset.Plan(tt.portal, present)
			if !ok || !got.At.Equal(tt.want) || got.Back != tt.back || got.Stays != tt.stays {
				t.Errorf("got %v back %v stays %v (%v), want %v back %v stays %v", got.At, got.Back, got.Stays, ok, tt.want, tt.back, tt.stays)
			}
		})
	}
	if _, ok := demo.Preset("yesterday").Plan(present, present); ok {
		t.Error("an unknown preset has a plan")
	}
}

func TestPasswordsKeepTheRules(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range demo.People {
		kind := account.Workforce
		if p.Site == "" {
			kind = account.OFP
		}
		if err := account.Shipped.Check(kind, p.Password, p.FirstName, p.LastName, p.Email, p.Username); err != nil {
			t.Errorf("password of %s: %v", p.Username, err)
		}
		if err := account.CheckUsername(p.Username); err != nil {
			t.Errorf("username %s: %v", p.Username, err)
		}
		if seen[p.Password] || seen[p.Username] {
			t.Errorf("%s shares a password or a name", p.Username)
		}
		seen[p.Password], seen[p.Username] = true, true
	}
}
