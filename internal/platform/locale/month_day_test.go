package locale_test

import (
	"testing"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

func TestMonthDay(t *testing.T) {
	t.Parallel()
	for l, want := range map[locale.Language]string{locale.English: "February 3", locale.Spanish: "3 de febrero"} {
		if got := locale.MonthDay(locale.WithLanguage(t.Context(), l), civil.New(2025, 2, 3)); got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
	if got := locale.MonthDay(t.Context(), civil.Date{}); got != "" {
		t.Errorf("no day = %q", got)
	}
}
