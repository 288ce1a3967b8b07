package inquiry

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/sheet"
)

// MaxLines is how many inquiries a list may hold.
const MaxLines = 5000

// Columns are those that a list must have.
var Columns = []string{"hap_number", "date_of_service"}

// Faults of a list as a whole. Each is about the field that took the file.
var (
	ErrTooMany  = fault.InvalidField(sheet.FileField, locale.InquiryBatchTooMany)
	ErrAllWrong = fault.InvalidField(sheet.FileField, locale.InquiryBatchAllWrong.With("Line", 0, "Text", ""))
)

// Line is one line of a list. One with a problem is not answered.
type Line struct {
	Line    int              `json:"line"` // of the file
	Number  string           `json:"number"`
	Service string           `json:"service"` // as it was written
	HAP     client.HAPNumber `json:"hap,omitempty"`
	On      civil.Date       `json:"on,omitzero"`
	Problem locale.Key       `json:"problem,omitempty"`
}

// longestCell is how much is kept of what a cell of a list holds, in
// characters.
const longestCell = 40

// Read reads a list: its lines in the order of the file, each judged by itself.
// A list that cannot be read, that is too long, or of which no line can be
// answered is a fault about the file.
func Read(content []byte) ([]Line, error) {
	var lines []Line
	many, good := false, false
	err := sheet.Read(content, Columns, func(r sheet.Record) {
		if many = len(lines) == MaxLines; many {
			return
		}
		l := judged(r)
		good = good || l.Problem == ""
		lines = append(lines, l)
	})
	switch {
	case many:
		return nil, ErrTooMany
	case err != nil:
		return nil, err
	case !good:
		return nil, allWrong(lines[0])
	}
	return lines, nil
}

func allWrong(first Line) error {
	text := locale.InquiryBatchAllWrong.With("Line", first.Line, "Text", first.Problem)
	f := ErrAllWrong.With(text)
	f.Fields = []fault.Field{{Name: sheet.FileField, Text: text}}
	return f
}

func judged(r sheet.Record) Line {
	l := Line{Line: r.Line}
	if r.Values == nil {
		l.Problem = locale.InquiryProblemFields
		return l
	}
	l.Number, l.Service = cell(r.Values[Columns[0]]), cell(r.Values[Columns[1]])
	l.HAP = client.FoldHAPNumber(l.Number)
	on, dated := dateOf(l.Service)
	switch {
	case l.Number == "":
		l.Problem = locale.InquiryProblemNumberMissing
	case !l.HAP.Valid():
		l.Problem = locale.InquiryProblemNumberWrong
	case l.Service == "":
		l.Problem = locale.InquiryProblemDateMissing
	case !dated:
		l.Problem = locale.InquiryProblemDateWrong
	}
	if l.Problem != "" {
		l.HAP = ""
		return l
	}
	l.On = on
	return l
}

// cell is what is kept of a cell.
func cell(typed string) string {
	runes := []rune(sheet.Plain(strings.TrimSpace(typed)))
	return string(runes[:min(len(runes), longestCell)])
}

// dateOf reads 01/15/2026, 1/15/2026 and 2026-01-15.
func dateOf(typed string) (civil.Date, bool) {
	for _, layout := range []string{"1/2/2006", time.DateOnly} {
		if t, err := time.Parse(layout, typed); err == nil {
			return civil.New(t.Year(), t.Month(), t.Day()), true
		}
	}
	return civil.Date{}, false
}

// Answered is a line with its answer, the zero Answer when the line has a
// problem.
type Answered struct {
	Line
	Answer Answer
}

// Write writes the answers as CSV, a line for each of the list's. No cell can
// start a formula in a spreadsheet (security.md 18.4).
func Write(ctx context.Context, w io.Writer, lines []Answered) error {
	rows := make([][]string, 0, len(lines)+1)
	rows = append(rows, []string{"line", Columns[0], Columns[1], "answer", "problem"})
	for _, l := range lines {
		row := []string{strconv.Itoa(l.Line.Line), l.Number, l.Service, "", ""}
		if l.Problem == "" {
			row[1], row[3] = string(l.HAP), l.Answer.In(ctx)
		} else {
			row[4] = l.Problem.In(ctx)
		}
		rows = append(rows, row)
	}
	return sheet.Write(w, rows)
}
