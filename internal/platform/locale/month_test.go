package locale

import (
	"testing"

	"familypact.example/portal/internal/platform/civil"
)

func TestMonth(t *testing.T) {
	tests := []struct {
		day, en, es string
	}{
		{"2024-10-31", "October 2024", "octubre de 2024"},
		{"2025-01-01", "January 2025", "enero de 2025"},
		{"2024-02-29", "February 2024", "febrero de 2024"},
	}
	for _, tt := range tests {
		d := civil.MustParse(tt.day)
		if en, es := Month(WithLanguage(t.Context(), English), d), Month(WithLanguage(t.Context(), Spanish), d); en != tt.en || es != tt.es {
			t.Errorf("%s is %q, %q; want %q, %q", tt.day, en, es, tt.en, tt.es)
		}
	}
	if got := Month(t.Context(), civil.Date{}); got != "" {
		t.Errorf("no day is %q", got)
	}
}
