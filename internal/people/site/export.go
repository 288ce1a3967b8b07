package site

import (
	"context"
	"io"

	"familypact.example/portal/internal/platform/sheet"
)

// WriteProblems writes the problems of a list as CSV: record and problem. No
// cell can start a formula in a spreadsheet (security.md 18.4).
func WriteProblems(ctx context.Context, w io.Writer, problems []Problem) error {
	return sheet.WriteProblems(ctx, w, "record", problems)
}
