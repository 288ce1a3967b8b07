package locale

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/platform/civil"
)

// MonthDay returns a day of the running year in words: "February 3", "3 de
// febrero". No day is the empty text.
func MonthDay(ctx context.Context, d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	month := monthNames[Of(ctx)][d.Month-1]
	if Of(ctx) == Spanish {
		return fmt.Sprintf("%d de %s", d.Day, month)
	}
	return fmt.Sprintf("%s %d", month, d.Day)
}
