package client

import (
	"slices"
	"testing"
)

func TestFormsMeet(t *testing.T) {
	stored := Name{First: "María José", Last: "García-López"}
	tests := []struct {
		name  string
		typed Name
		want  bool
	}{
		{"as stored", Name{First: "María José", Last: "García-López"}, true},
		{"without accents and hyphen, capitals", Name{First: "MARIA JOSE", Last: "GARCIA LOPEZ"}, true},
		{"one first name, one last name", Name{First: "Maria", Last: "Garcia"}, true},
		{"the other last name", Name{First: "Maria", Last: "Lopez"}, true},
		{"swapped order", Name{First: "Lopez", Last: "Maria"}, true},
		{"swapped and doubled", Name{First: "García López", Last: "María José"}, true},
		{"somebody else", Name{First: "Mario", Last: "Garcia"}, false},
		{"first name alone", Name{First: "Maria"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := slices.ContainsFunc(tt.typed.forms(), func(f string) bool { return slices.Contains(stored.forms(), f) })
			if got != tt.want {
				t.Errorf("%+v meets %+v: %t, want %t", tt.typed, stored, got, tt.want)
			}
		})
	}
}

func TestFormsAreFew(t *testing.T) {
	long := Name{First: "A B C D E F G H", Last: "One Two Three Four Five Six Seven Eight"}
	if n := len(long.forms()); n > 12 {
		t.Errorf("%d forms for a long name, want at most 12", n)
	}
	if n := len((Name{First: "Xi"}).forms()); n != 1 {
		t.Errorf("%d forms for a single name, want 1", n)
	}
}

func TestSameAs(t *testing.T) {
	tests := []struct {
		a, b Name
		want bool
	}{
		{Name{First: "José", Last: "O'Neill"}, Name{First: "JOSE", Last: "ONeill"}, true},
		{Name{First: "O'Neill", Last: "José"}, Name{First: "Jose", Last: "ONeill"}, true},
		{Name{First: "José", Last: "O'Neill"}, Name{First: "Josefa", Last: "O'Neill"}, false},
		{Name{}, Name{}, false},
	}
	for _, tt := range tests {
		if got := tt.a.SameAs(tt.b); got != tt.want {
			t.Errorf("%+v.SameAs(%+v) = %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestInitials(t *testing.T) {
	if got := (Name{First: "ñandú", Last: "Øst"}).Initials(); got != "Ñ.Ø." {
		t.Errorf("Initials() = %q", got)
	}
}
