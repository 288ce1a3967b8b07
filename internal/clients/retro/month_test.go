package retro_test

import (
	"encoding/json"
	"testing"

	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/platform/civil"
)

// The window is the three calendar months before the month of certification,
// whatever the day in it (client elig p5: certified 15 April, from 1 January).
func TestMonths(t *testing.T) {
	tests := []struct{ certified, first, second, third, last string }{
		{"2011-04-15", "2011-01", "2011-02", "2011-03", "2011-03-31"},
		{"2011-04-01", "2011-01", "2011-02", "2011-03", "2011-03-31"},
		{"2011-04-30", "2011-01", "2011-02", "2011-03", "2011-03-31"},
		{"2011-05-01", "2011-02", "2011-03", "2011-04", "2011-04-30"},
		{"2025-01-31", "2024-10", "2024-11", "2024-12", "2024-12-31"},
		{"2025-03-31", "2024-12", "2025-01", "2025-02", "2025-02-28"},
		{"2024-03-31", "2023-12", "2024-01", "2024-02", "2024-02-29"},
	}
	for _, tt := range tests {
		got := retro.Months(civil.MustParse(tt.certified))
		if len(got) != 3 || got[0].String() != tt.first || got[1].String() != tt.second || got[2].String() != tt.third {
			t.Errorf("certified %s: %v, want %s, %s, %s", tt.certified, got, tt.first, tt.second, tt.third)
		}
		if last := got[2].Last().String(); last != tt.last || got[2].First().Day != 1 {
			t.Errorf("certified %s: the last month is from %s to %s, want to %s", tt.certified, got[2].First(), last, tt.last)
		}
	}
}

// A claim can be made for a year from the service or 90 days from the
// certification of the month, whichever is longer (client elig p9).
func TestClaimBy(t *testing.T) {
	tests := []struct{ service, certified, want string }{
		{"2024-10-01", "2025-01-20", "2025-10-01"}, // a year is longer
		{"2024-10-01", "2025-07-03", "2025-10-01"}, // both end on the same day
		{"2024-10-01", "2025-07-04", "2025-10-02"}, // 90 days are longer, by one
		{"2024-02-29", "2024-05-01", "2025-02-28"},
		{"2024-10-31", "2026-01-01", "2026-04-01"},
	}
	for _, tt := range tests {
		if got := retro.ClaimBy(civil.MustParse(tt.service), civil.MustParse(tt.certified)); got.String() != tt.want {
			t.Errorf("service %s, certified %s: %s, want %s", tt.service, tt.certified, got, tt.want)
		}
	}
}

func TestMonthAsText(t *testing.T) {
	for _, text := range []string{"", "2024", "2024-13", "2024-00", "2024-1", "2024-10-01", "October", "2024-10 ", "-1-01"} {
		if m, err := retro.ParseMonth(text); err == nil {
			t.Errorf("%q is the month %s", text, m)
		}
	}
	said := map[retro.Month]string{}
	if err := json.Unmarshal([]byte(`{"2024-10":"x"}`), &said); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(said)
	if err != nil || string(raw) != `{"2024-10":"x"}` {
		t.Errorf("%s, %v", raw, err)
	}
	if err := json.Unmarshal([]byte(`{"2024":"x"}`), &said); err == nil {
		t.Error("a year was read as a month")
	}
}
