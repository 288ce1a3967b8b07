package locale

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/platform/civil"
)

// Month returns the month of a day in words: "October 2024", "octubre de
// 2024". No day is the empty text.
func Month(ctx context.Context, d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	month := monthNames[Of(ctx)][d.Month-1]
	if Of(ctx) == Spanish {
		return fmt.Sprintf("%s de %d", month, d.Year)
	}
	return fmt.Sprintf("%s %d", month, d.Year)
}
