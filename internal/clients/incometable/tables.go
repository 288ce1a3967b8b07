// Package incometable keeps the program's income tables: which are drafts,
// published or withdrawn, and which is in force on a day. What a table means
// for a person is left to eligibility.
package incometable

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
)

//go:embed data/*.csv
var data embed.FS

var shipped = must(readShipped())

// Shipped returns the tables that come with the program, the earliest first:
// 2023, 2024, 2025 (derived, since none was published) and 2026. There is none
// for a day before April 2023. The slice is the caller's.
func Shipped() []eligibility.IncomeTable { return slices.Clone(shipped) }

// InForce returns the table that applies on the day, of several the one that
// began last, and false when there is none.
func InForce(tables []eligibility.IncomeTable, on civil.Date) (eligibility.IncomeTable, bool) {
	table, ok := eligibility.InForce(tables, on)
	if !ok {
		return eligibility.IncomeTable{}, false
	}
	return *table, true
}

func readShipped() ([]eligibility.IncomeTable, error) {
	limits, err := data.Open("data/income_guidelines.csv")
	if err != nil {
		return nil, err
	}
	defer func() { _ = limits.Close() }()
	increments, err := data.Open("data/income_guideline_increments.csv")
	if err != nil {
		return nil, err
	}
	defer func() { _ = increments.Close() }()
	return Parse(limits, increments)
}

// Parse reads income tables from the program's two files: the limits for
// families of 1 to 8, and the increments for each person more. It refuses
// tables that are incomplete, do not rise with the family, or overlap. The
// tables come back with the earliest first.
func Parse(limits, increments io.Reader) ([]eligibility.IncomeTable, error) {
	lines, err := readLines(limits, "effective_from", "effective_to", "fpg_year", "family_size",
		"monthly_limit_usd", "monthly_limit_cents", "annual_limit_usd", "status")
	if err != nil {
		return nil, fmt.Errorf("income limits: %w", err)
	}
	more, err := readLines(increments, "effective_from", "effective_to", "fpg_year", "applies_above_family_size",
		"monthly_increment_usd", "monthly_increment_cents", "annual_increment_usd", "status")
	if err != nil {
		return nil, fmt.Errorf("income increments: %w", err)
	}
	tables, err := assemble(lines, more)
	if err != nil {
		return nil, err
	}
	return tables, apart(tables)
}

// line is one row of either file: the limit of a family size, or the increment
// above one.
type line struct {
	from, to civil.Date
	size     int
	monthly  eligibility.Cents
	annual   eligibility.Cents
	derived  bool
}

func readLines(in io.Reader, header ...string) ([]line, error) {
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || !slices.Equal(rows[0], header) {
		return nil, fmt.Errorf("the header is not %q", header)
	}
	lines := make([]line, 0, len(rows)-1)
	for i, row := range rows[1:] {
		l, err := parseLine(row)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+2, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func parseLine(row []string) (l line, err error) {
	if l.from, err = civil.Parse(row[0]); err != nil {
		return l, err
	}
	if row[1] != "" {
		if l.to, err = civil.Parse(row[1]); err != nil {
			return l, err
		}
	}
	var numbers [4]int64
	for i, cell := range row[3:7] {
		if numbers[i], err = strconv.ParseInt(cell, 10, 64); err != nil {
			return l, fmt.Errorf("%q is not a number", cell)
		}
	}
	dollars, cents, annual := numbers[1], numbers[2], numbers[3]
	if dollars < 1 || dollars > int64(eligibility.MaxMoney/100) || cents != dollars*100 || annual < dollars ||
		annual > int64(eligibility.MaxMoney/100) {
		return l, fmt.Errorf("the amounts %d, %d and %d do not agree", dollars, cents, annual)
	}
	l.size, l.monthly, l.annual = int(numbers[0]), eligibility.Cents(cents), eligibility.Cents(annual*100)
	l.derived = row[7] == "derived"
	return l, nil
}

// assemble puts the lines of one start together.
func assemble(lines, more []line) ([]eligibility.IncomeTable, error) {
	var tables []eligibility.IncomeTable
	for _, l := range more {
		t := eligibility.IncomeTable{
			EffectiveFrom: l.from, EffectiveTo: l.to, Derived: l.derived,
			MonthlyIncrement: l.monthly, AnnualIncrement: l.annual,
		}
		if l.size != len(t.Monthly) {
			return nil, fmt.Errorf("income increment from %s: applies above %d, want %d", l.from, l.size, len(t.Monthly))
		}
		tables = append(tables, t)
	}
	slices.SortFunc(tables, func(a, b eligibility.IncomeTable) int { return a.EffectiveFrom.Compare(b.EffectiveFrom) })
	for _, l := range lines {
		if err := place(tables, l); err != nil {
			return nil, fmt.Errorf("income limit from %s for %d: %w", l.from, l.size, err)
		}
	}
	return tables, nil
}

func place(tables []eligibility.IncomeTable, l line) error {
	i := slices.IndexFunc(tables, func(t eligibility.IncomeTable) bool { return t.EffectiveFrom == l.from })
	switch {
	case i < 0:
		return fmt.Errorf("there is no increment for that start")
	case tables[i].EffectiveTo != l.to:
		return fmt.Errorf("ends on %q, its increment on %q", l.to, tables[i].EffectiveTo)
	case l.size < 1 || l.size > len(tables[i].Monthly):
		return fmt.Errorf("sizes are 1 to %d", len(tables[i].Monthly))
	case tables[i].Monthly[l.size-1] != 0:
		return fmt.Errorf("is there twice")
	}
	tables[i].Monthly[l.size-1], tables[i].Annual[l.size-1] = l.monthly, l.annual
	tables[i].Derived = tables[i].Derived || l.derived
	return nil
}

// apart checks each table and that none overlaps the next.
func apart(tables []eligibility.IncomeTable) error {
	for i, t := range tables {
		if err := Complete(t); err != nil {
			return fmt.Errorf("income table from %s: %w", t.EffectiveFrom, err)
		}
		if i > 0 && !tables[i-1].EffectiveTo.Before(t.EffectiveFrom) || i > 0 && tables[i-1].EffectiveTo.IsZero() {
			return fmt.Errorf("income tables from %s and %s overlap", tables[i-1].EffectiveFrom, t.EffectiveFrom)
		}
	}
	return nil
}

// Complete returns what makes the table unusable: a limit that is missing or
// does not rise with the family, or an end before its start.
func Complete(t eligibility.IncomeTable) error {
	if !t.EffectiveFrom.Valid() || !t.EffectiveTo.IsZero() && t.EffectiveTo.Before(t.EffectiveFrom) {
		return fmt.Errorf("its dates %q and %q are not a span", t.EffectiveFrom, t.EffectiveTo)
	}
	for size := 1; size <= len(t.Monthly)+1; size++ {
		if t.Limit(size) <= t.Limit(size-1) || t.AnnualLimit(size) <= t.AnnualLimit(size-1) {
			return fmt.Errorf("the limits for a family of %d are missing or do not rise", size)
		}
	}
	return nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) //nolint:forbidigo // at start-up: what comes with the program is broken
	}
	return v
}
