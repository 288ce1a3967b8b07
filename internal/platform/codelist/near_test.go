package codelist

import (
	"math"
	"testing"
)

func TestWithin(t *testing.T) {
	p, _ := ZIP("95814") // Sacramento
	list := Within(p, 10)
	if len(list) < 10 || list[0].ZIP != p.ZIP || list[0].Miles != 0 {
		t.Fatalf("%d ZIP codes, the first %+v", len(list), list[0])
	}
	for i, n := range list {
		if n.Miles > 10 || i > 0 && n.Miles < list[i-1].Miles {
			t.Errorf("%s at %.1f miles stands out of order", n.ZIP, n.Miles)
		}
	}
	edge := list[len(list)-1]
	if got := Within(p, edge.Miles); len(got) != len(list) {
		t.Errorf("at the very distance of the last: %d, want %d", len(got), len(list))
	}
	if got := Within(p, math.Nextafter(edge.Miles, 0)); len(got) >= len(list) {
		t.Errorf("just under it: %d, want fewer than %d", len(got), len(list))
	}
	if got := Within(p, -1); len(got) != 0 {
		t.Errorf("a distance below zero found %d", len(got))
	}
	far, _ := ZIP("92101") // San Diego, about 470 miles away
	if d := between(p, far); math.Abs(d-472) > 8 || d != between(far, p) {
		t.Errorf("Sacramento to San Diego = %.1f miles", d)
	}
}

func TestCity(t *testing.T) {
	for typed, want := range map[string]string{
		"Fresno": "Fresno", " los   ANGELES ": "Los Angeles", "San José": "San Jose", "": "", "Reno": "", "%": "",
	} {
		name, zips, ok := City(typed)
		if name != want || ok != (want != "") || ok != (len(zips) > 0) {
			t.Errorf("City(%q) = %q, %d, %v", typed, name, len(zips), ok)
		}
	}
}

func TestCountyNamed(t *testing.T) {
	tests := []struct {
		typed, code string
		said, ok    bool
	}{
		{"Kern", "15", false, true},
		{"kern county", "15", true, true},
		{"Condado de Los Ángeles", "19", true, true},
		{"condado Kern", "15", true, true},
		{"Unknown", "", false, false},
		{"county", "", false, false},
		{"", "", false, false},
	}
	for _, tt := range tests {
		if c, said, ok := CountyNamed(tt.typed); c.Code != tt.code || said != tt.said || ok != tt.ok {
			t.Errorf("CountyNamed(%q) = %q, %v, %v", tt.typed, c.Code, said, ok)
		}
	}
}
