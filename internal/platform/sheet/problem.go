package sheet

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"familypact.example/portal/internal/platform/locale"
)

// Problem is what is wrong with one field of one record of a list.
type Problem struct {
	Record  int    // 1 is the first below the header
	Field   string // name of the column, empty for the record as a whole
	Text    locale.Phrase
	Warning bool // accepted all the same
}

// In returns "field: what is wrong" in the reader's words.
func (p Problem) In(ctx context.Context) string {
	if p.Field == "" {
		return p.Text.In(ctx)
	}
	return locale.T(ctx, locale.SiteProblemSentence, "Field", p.Field, "Text", p.Text)
}

// WriteProblems writes the problems of a list as CSV, each with its number
// under the given head. No cell can start a formula in a spreadsheet.
func WriteProblems(ctx context.Context, w io.Writer, head string, problems []Problem) error {
	rows := make([][]string, 0, len(problems)+1)
	rows = append(rows, []string{head, "problem"})
	for _, p := range problems {
		rows = append(rows, []string{strconv.Itoa(p.Record), p.In(ctx)})
	}
	return Write(w, rows)
}

// Write writes rows as CSV. No cell can start a formula in a spreadsheet.
func Write(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = defused(cell)
		}
		if err := out.Write(safe); err != nil {
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
