package registerpage

import (
	"context"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

// day is put into words when it is shown.
type day civil.Date

// In returns the day in the reader's words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }
