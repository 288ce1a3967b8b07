package eligibility

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// coverageRow is one row of the program's table of other coverage. A nil list
// matches any answer.
type coverageRow struct {
	row     string
	mediCal []MediCalStatus
	ohc     []OHCStatus
	cost    []OHCCost
	barrier []YesNo
	reason  Reason
	student Reason // for a student, where it differs
}

// coverage is the program's table of other coverage (client elig p18-20): the
// first row that matches decides. A file that cannot be read, or leaves a
// combination of answers without a row, stops the program at start.
var coverage = must(readCoverage(data))

// coverageOf returns the row that matches the answers, its reason settled for
// students, and false while an answer is missing.
func coverageOf(f *Facts) (coverageRow, bool) {
	if !known(f.MediCalStatus, MediCalStatusValues) || !known(f.OHCStatus, OHCStatusValues) ||
		!known(f.BarrierToAccess, YesNoValues) || f.insured() && !known(f.OHCCost, OHCCostValues) {
		return coverageRow{}, false
	}
	for i := range coverage {
		if r := &coverage[i]; r.matches(f) {
			found := *r
			if f.Student == Yes && r.student != "" {
				found.reason = r.student
			}
			return found, true
		}
	}
	return coverageRow{}, false
}

func (r *coverageRow) matches(f *Facts) bool {
	return among(f.MediCalStatus, r.mediCal) && among(f.OHCStatus, r.ohc) &&
		among(f.OHCCost, r.cost) && among(f.BarrierToAccess, r.barrier)
}

func among[T comparable](v T, list []T) bool { return list == nil || slices.Contains(list, v) }

func readCoverage(files fs.FS) ([]coverageRow, error) {
	rows, err := readTable(files, "coverage_decision_table.csv",
		"row", "medi_cal_status", "ohc_status", "ohc_cost", "barrier_to_access", "result", "reason_code", "action")
	if err != nil {
		return nil, err
	}
	table := make([]coverageRow, 0, len(rows))
	for _, row := range rows {
		r, err := parseCoverage(row)
		if err != nil {
			return nil, fmt.Errorf("coverage row %s: %w", row[0], err)
		}
		table = append(table, r)
	}
	return table, complete(table)
}

func parseCoverage(row []string) (coverageRow, error) {
	r := coverageRow{row: row[0]}
	var errs [4]error
	r.mediCal, errs[0] = alternatives(row[1], MediCalStatusValues)
	r.ohc, errs[1] = alternatives(row[2], OHCStatusValues)
	r.cost, errs[2] = alternatives(row[3], OHCCostValues)
	r.barrier, errs[3] = alternatives(row[4], YesNoValues)
	for _, err := range errs {
		if err != nil {
			return r, err
		}
	}
	// A reason is "E04", or "E04 (E06 if student)".
	reason, rest, _ := strings.Cut(row[6], " ")
	r.reason = Reason(reason)
	if rest != "" {
		student, ok := strings.CutSuffix(strings.TrimPrefix(rest, "("), " if student)")
		if !ok {
			return r, fmt.Errorf("unknown reason %q", row[6])
		}
		r.student = Reason(student)
	}
	if passes := row[5] == "PASS"; !r.reason.known() || passes != (r.reason.Kind() == KindEligible) {
		return r, fmt.Errorf("result %s does not agree with reason %q", row[5], row[6])
	}
	return r, nil
}

// alternatives reads "A|B"; "ANY", and "-" for a question that is not asked,
// match every answer.
func alternatives[T ~string](cell string, values []T) ([]T, error) {
	if cell == "ANY" || cell == "-" {
		return nil, nil
	}
	var list []T
	for _, v := range strings.Split(cell, "|") {
		if !slices.Contains(values, T(v)) {
			return nil, fmt.Errorf("unknown value %q", v)
		}
		list = append(list, T(v))
	}
	return list, nil
}

// complete checks that every combination of answers has a row.
func complete(table []coverageRow) error {
	for _, m := range MediCalStatusValues {
		for _, o := range OHCStatusValues {
			for _, c := range OHCCostValues {
				for _, b := range YesNoValues {
					f := Facts{MediCalStatus: m, OHCStatus: o, OHCCost: c, BarrierToAccess: b}
					if !slices.ContainsFunc(table, func(r coverageRow) bool { return r.matches(&f) }) {
						return fmt.Errorf("no coverage row for %s, %s, %s, barrier %s", m, o, c, b)
					}
				}
			}
		}
	}
	return nil
}

// readTable reads a data file and checks its header.
func readTable(files fs.FS, name string, header ...string) ([][]string, error) {
	file, err := files.Open("data/" + name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) < 2 || !slices.Equal(rows[0], header) {
		return nil, fmt.Errorf("%s: the header is not %s", name, strings.Join(header, ","))
	}
	return rows[1:], nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) //nolint:forbidigo // at start-up: what comes with the program is broken
	}
	return v
}
