package site

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// WriteProblems writes the problems of a list as CSV: record and problem. No
// cell can start a formula in a spreadsheet.
func WriteProblems(ctx context.Context, w io.Writer, problems []Problem) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"record", "problem"}); err != nil {
		return err
	}
	for _, p := range problems {
		if err := out.Write([]string{strconv.Itoa(p.Record), defused(p.In(ctx))}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// defused puts an apostrophe before what a spreadsheet would calculate
// (security.md 18.4).
func defused(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\x00", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
