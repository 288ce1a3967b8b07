package codelist

import (
	"context"
	"testing"

	"familypact.example/portal/internal/platform/locale"
)

func TestListsHaveTheirEntries(t *testing.T) {
	tests := []struct {
		name        string
		list        []Choice
		count       int
		first, last string
	}{
		{"counties", Counties(), 59, "01", "99"},
		{"SSN reasons", SSNReasons(), 3, "01", "03"},
		{"coverages", Coverages(), 2, "01", "02"},
		{"ethnicities", Ethnicities(), 20, "R01", "R20"},
		{"languages", Languages(), 23, "en", "dts"},
		{"genders", Genders(), 7, "MALE", "DECLINED"},
		{"birth sexes", BirthSexes(), 4, "M", "D"},
		{"orientations", Orientations(), 7, "STRAIGHT", "DECLINED"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if len(tt.list) != tt.count || tt.list[0].Code != tt.first || tt.list[len(tt.list)-1].Code != tt.last {
				t.Errorf("got %d entries, %s to %s, want %d, %s to %s",
					len(tt.list), tt.list[0].Code, tt.list[len(tt.list)-1].Code, tt.count, tt.first, tt.last)
			}
			saysAll(t, tt.list)
		})
	}
}

func saysAll(t *testing.T, list []Choice) {
	t.Helper()
	for _, l := range locale.Languages {
		ctx := locale.WithLanguage(context.Background(), l)
		for _, c := range list {
			if c.Label.In(ctx) == "" {
				t.Errorf("%s has no label in %s", c.Code, l)
			}
		}
	}
}

func TestMaritalStatusSaysWhoCountsAsSpouse(t *testing.T) {
	want := map[string]bool{
		"SINGLE": false, "MARRIED": true, "COMMON_LAW": true, "RDP": true,
		"SEPARATED": false, "DIVORCED": false, "WIDOWED": false, "DECLINED": false,
	}
	if got := len(MaritalStatuses()); got != len(want) {
		t.Errorf("got %d statuses, want %d", got, len(want))
	}
	for code, counts := range want {
		m, ok := MaritalStatus(code)
		if !ok || m.CountsAsSpouse != counts {
			t.Errorf("%s: found %v, counts %v, want it to count: %v", code, ok, m.CountsAsSpouse, counts)
		}
		saysAll(t, []Choice{m.Choice})
	}
}

func TestDisclosures(t *testing.T) {
	list := Disclosures()
	if len(list) != 14 || list[0].Code != "D01" || list[13].Code != "D14" {
		t.Fatalf("got %d disclosures", len(list))
	}
	for _, d := range list {
		saysAll(t, []Choice{d.Choice})
		if d.When == "" || d.Evidence == "" {
			t.Errorf("%s has no time or no evidence", d.Code)
		}
	}
}

func TestZIP(t *testing.T) {
	tests := []struct {
		zip, county string
		ok          bool
	}{
		{"90001", "19", true},
		{"90001-1234", "19", true},
		{"900011234", "19", true},
		{" 94102 ", "38", true},
		{"10001", "", false},
		{"9000", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.zip, func(t *testing.T) {
			county, ok := CountyOfZIP(tt.zip)
			if county != tt.county || ok != tt.ok {
				t.Errorf("got %q, %v, want %q, %v", county, ok, tt.county, tt.ok)
			}
		})
	}
	p, _ := ZIP("90001")
	if p.City != "Los Angeles" || p.Latitude < 33 || p.Longitude > -118 {
		t.Errorf("got %+v, want a place in Los Angeles", p)
	}
	if n := len(lists.places); n != 2593 {
		t.Errorf("got %d ZIP codes, want 2593", n)
	}
}

func TestCounty(t *testing.T) {
	if name, ok := County("19"); !ok || name.In(context.Background()) != "Los Angeles" {
		t.Errorf("got %v, %v, want Los Angeles", name, ok)
	}
	if _, ok := County("00"); ok {
		t.Error("got a county for 00, want none")
	}
}

func TestListsAreCopies(t *testing.T) {
	Languages()[0].Code = "changed"
	if Languages()[0].Code != "en" {
		t.Error("a caller changed the list")
	}
}
