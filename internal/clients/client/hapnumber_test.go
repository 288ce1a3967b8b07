package client_test

import (
	"testing"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/civil"
)

func TestNewHAPNumber(t *testing.T) {
	on := civil.MustParse("2025-01-13")
	tests := []struct {
		sequence int64
		on       civil.Date
		want     client.HAPNumber
	}{
		{95000000, on, "95000000G45013"},
		{95000001, on, "95000001H05013"},
		{99999999, civil.MustParse("2028-12-31"), "99999999X68366"},
	}
	for _, tt := range tests {
		got := client.NewHAPNumber(tt.sequence, tt.on)
		if got != tt.want || !got.Valid() {
			t.Errorf("NewHAPNumber(%d, %s) = %s (valid: %t), want %s", tt.sequence, tt.on, got, got.Valid(), tt.want)
		}
	}
}

func TestHAPNumberValid(t *testing.T) {
	good := client.NewHAPNumber(95012345, civil.MustParse("2025-06-30"))
	tests := []struct {
		name string
		n    client.HAPNumber
		want bool
	}{
		{"issued", good, true},
		{"typed with spaces and small letters", client.FoldHAPNumber(" 9501 2345" + string(good[8:])), true},
		{"legacy, other check digit", "90024381Y93227", true},
		{"wrong check digit", good[:9] + client.HAPNumber('0'+(good[9]-'0'+1)%10) + good[10:], false},
		{"two digits swapped", client.HAPNumber("95012435") + good[8:], false},
		{"letter that is not used", good[:8] + "B" + good[9:], false},
		{"too short", good[:13], false},
		{"nothing", "", false},
		{"words", "ROBERT'); DROP", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.n.Valid(); got != tt.want {
				t.Errorf("%q.Valid() = %t, want %t", string(tt.n), got, tt.want)
			}
		})
	}
}

func TestHAPNumberGroups(t *testing.T) {
	if got, want := client.HAPNumber("95000000G45013").Groups(), "9500 0000 G4 5013"; got != want {
		t.Errorf("Groups() = %q, want %q", got, want)
	}
}
