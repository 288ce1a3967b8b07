package site

import (
	"errors"
	"testing"

	"familypact.example/portal/internal/platform/civil"
)

// security.md 8.8: staff go on for 30 days, then the site can only be looked
// at.
func TestOpenForWork(t *testing.T) {
	t.Parallel()
	gone := civil.MustParse("2025-03-01")
	tests := []struct {
		name string
		s    Standing
		day  string
		want error
	}{
		{"with a certifier", Standing{Status: Enrolled}, "2025-03-01", nil},
		{"the day that the certifier goes", Standing{Enrolled, gone}, "2025-03-01", nil},
		{"the thirtieth day after", Standing{Enrolled, gone}, "2025-03-31", nil},
		{"the day after that", Standing{Enrolled, gone}, "2025-04-01", ErrNoCertifier},
		{"suspended", Standing{Status: Suspended}, "2025-03-01", ErrSuspended},
		{"disenrolled", Standing{Status: Disenrolled}, "2025-03-01", ErrDisenrolled},
		{"suspended and without one", Standing{Suspended, gone}, "2025-12-01", ErrSuspended},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.s.OpenForWork(civil.MustParse(tt.day)); !errors.Is(got, tt.want) {
				t.Errorf("OpenForWork = %v, want %v", got, tt.want)
			}
		})
	}
}
