package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
)

// maxRecord bounds one line of facts, so that a file without line ends or with
// an open quote is refused before it fills the memory.
const maxRecord = 1 << 20

// factsReader reads a CSV file of facts line by line.
type factsReader struct {
	csv     *csv.Reader
	guard   *recordGuard
	header  []string
	columns []factColumn
	facts   eligibility.Facts // of the line that next returned last
	numbers numbers
	last    int // the line that was read last
}

// numbers are the places that the pointers in the facts of a line lead to.
type numbers struct {
	people [5]int
	money  [6]eligibility.Cents
}

// newFactsReader reads the header. Columns may come in any order and be left
// out; one that is unknown or there twice is an inputError.
func newFactsReader(in io.Reader) (*factsReader, error) {
	guard := &recordGuard{in: in, left: maxRecord}
	r := &factsReader{guard: guard, csv: csv.NewReader(withoutBOM(guard))}
	r.csv.ReuseRecord = true
	header, err := r.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, &inputError{line: 1, column: 1, problem: "the file is empty; its first line names the columns"}
	}
	if err != nil {
		return nil, r.fault(err, nil)
	}
	r.header = slices.Clone(header)
	r.last, _ = r.csv.FieldPos(0)
	for i, name := range r.header {
		column, ok := factColumns[name]
		line, _ := r.csv.FieldPos(i)
		switch {
		case !ok:
			return nil, &inputError{line: line, column: i + 1, problem: "unknown column " + quoteCell(name)}
		case slices.Contains(r.header[:i], name):
			return nil, &inputError{line: line, column: i + 1, problem: "the column " + name + " is there twice"}
		}
		r.columns = append(r.columns, column)
	}
	return r, nil
}

// next reads the next line into r.facts and returns its cells, which hold
// until the next call; io.EOF after the last, and an inputError for a line
// that cannot be read.
func (r *factsReader) next() ([]string, error) {
	r.guard.left = maxRecord
	cells, err := r.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, r.fault(err, cells)
	}
	r.last, _ = r.csv.FieldPos(0)
	r.facts = eligibility.Facts{}
	for i, cell := range cells {
		if cell == "" {
			continue
		}
		if problem := r.columns[i](&r.facts, &r.numbers, cell); problem != "" {
			line, _ := r.csv.FieldPos(i)
			return nil, &inputError{line: line, column: i + 1, fact: r.header[i], problem: quoteCell(cell) + " " + problem}
		}
	}
	return cells, nil
}

// fault says where reading failed.
func (r *factsReader) fault(err error, cells []string) error {
	parse, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case errors.Is(err, errRecordTooLong):
		return &inputError{line: r.last + 1, column: 1, problem: "the line is too long, or a quote is not closed"}
	case !ok:
		return fmt.Errorf("read the facts: %w", err)
	case errors.Is(err, csv.ErrFieldCount):
		return &inputError{
			line: parse.StartLine, column: min(len(cells), len(r.header)) + 1,
			problem: fmt.Sprintf("the line has %d values and the header %d", len(cells), len(r.header)),
		}
	}
	return &inputError{line: parse.Line, column: len(cells) + 1, problem: parse.Err.Error()}
}

// quoteCell shows a value as it stands in the file, shortened.
func quoteCell(s string) string {
	const shown = 40
	if len(s) > shown {
		return strconv.Quote(s[:shown]) + "…"
	}
	return strconv.Quote(s)
}

// withoutBOM skips the mark that some programs put before UTF-8.
func withoutBOM(in io.Reader) io.Reader {
	buffered := bufio.NewReaderSize(in, 64<<10)
	mark := []byte("\xef\xbb\xbf")
	if start, err := buffered.Peek(len(mark)); err == nil && bytes.Equal(start, mark) {
		if _, err := buffered.Discard(len(mark)); err != nil {
			return in
		}
	}
	return buffered
}

var errRecordTooLong = errors.New("record too long")

// recordGuard ends reading when more is read than one record may have.
type recordGuard struct {
	in   io.Reader
	left int
}

// Read reads from the guarded input.
func (g *recordGuard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errRecordTooLong
	}
	n, err := g.in.Read(p)
	g.left -= n
	return n, err
}

// factColumn puts a cell into the facts and returns what is wrong with it.
type factColumn func(f *eligibility.Facts, n *numbers, cell string) (problem string)

// factColumns are the columns that a file of facts can have.
var factColumns = map[string]factColumn{
	"action":                 answerColumn(eligibility.ActionValues, func(f *eligibility.Facts) *eligibility.Action { return &f.Action }),
	"determination_date":     dateColumn(func(f *eligibility.Facts) *civil.Date { return &f.DeterminationDate }),
	"entry_date":             dateColumn(func(f *eligibility.Facts) *civil.Date { return &f.EntryDate }),
	"modality":               answerColumn(eligibility.ModalityValues, func(f *eligibility.Facts) *eligibility.Modality { return &f.Modality }),
	"certifier_is_applicant": yesNoColumn(func(f *eligibility.Facts) *eligibility.YesNo { return &f.CertifierIsApplicant }),
	"site_status":            answerColumn(eligibility.SiteStatusValues, func(f *eligibility.Facts) *eligibility.SiteStatus { return &f.SiteStatus }),
	"current_status":         answerColumn(eligibility.StatusValues, func(f *eligibility.Facts) *eligibility.Status { return &f.CurrentStatus }),
	"client_signature": answerColumn(eligibility.ClientSignatureValues,
		func(f *eligibility.Facts) *eligibility.ClientSignature { return &f.ClientSignature }),
	"certifier_signature":   yesNoColumn(func(f *eligibility.Facts) *eligibility.YesNo { return &f.CertifierSignature }),
	"ca_resident":           yesNoColumn(func(f *eligibility.Facts) *eligibility.YesNo { return &f.CAResident }),
	"county_code":           countyColumn,
	"in_public_institution": yesNoColumn(func(f *eligibility.Facts) *eligibility.YesNo { return &f.InPublicInstitution }),
	"date_of_birth":         dateColumn(func(f *eligibility.Facts) *civil.Date { return &f.DateOfBirth }),
	"pregnancy":             answerColumn(eligibility.PregnancyValues, func(f *eligibility.Facts) *eligibility.Pregnancy { return &f.Pregnancy }),
	"reproductive_status": answerColumn(eligibility.ReproductiveStatusValues,
		func(f *eligibility.Facts) *eligibility.ReproductiveStatus { return &f.ReproductiveStatus }),
	"sterilization_date":   dateColumn(func(f *eligibility.Facts) *civil.Date { return &f.SterilizationDate }),
	"post_op_release_date": dateColumn(func(f *eligibility.Facts) *civil.Date { return &f.PostOpReleaseDate }),
	"medi_cal_status":      answerColumn(eligibility.MediCalStatusValues, func(f *eligibility.Facts) *eligibility.MediCalStatus { return &f.MediCalStatus }),
	"ohc_status":           answerColumn(eligibility.OHCStatusValues, func(f *eligibility.Facts) *eligibility.OHCStatus { return &f.OHCStatus }),
	"ohc_cost":             answerColumn(eligibility.OHCCostValues, func(f *eligibility.Facts) *eligibility.OHCCost { return &f.OHCCost }),
	"student":              yesNoColumn(func(f *eligibility.Facts) *eligibility.YesNo { return &f.Student }),
	"barrier_to_access":    yesNoColumn(func(f *eligibility.Facts) *eligibility.YesNo { return &f.BarrierToAccess }),
	"ssn_status":           answerColumn(eligibility.SSNStatusValues, func(f *eligibility.Facts) *eligibility.SSNStatus { return &f.SSNStatus }),
	"affirmed_at_visit":    yesNoColumn(func(f *eligibility.Facts) *eligibility.YesNo { return &f.AffirmedAtVisit }),
	"current_period_start": dateColumn(func(f *eligibility.Facts) *civil.Date { return &f.CurrentPeriodStart }),
	"spouse_in_home":       yesNoColumn(func(f *eligibility.Facts) *eligibility.YesNo { return &f.SpouseInHome }),
	"tax_role":             answerColumn(eligibility.TaxRoleValues, func(f *eligibility.Facts) *eligibility.TaxRole { return &f.TaxRole }),

	"family_size":               countColumn(0, 1, eligibility.MaxPeople, func(f *eligibility.Facts) **int { return &f.FamilySize }),
	"own_minor_children":        countColumn(1, 0, eligibility.MaxPeople, func(f *eligibility.Facts) **int { return &f.OwnMinorChildren }),
	"own_tax_dependents":        countColumn(2, 0, eligibility.MaxPeople, func(f *eligibility.Facts) **int { return &f.OwnTaxDependents }),
	"claiming_filers":           countColumn(3, 1, 2, func(f *eligibility.Facts) **int { return &f.ClaimingFilers }),
	"claiming_other_dependents": countColumn(4, 0, eligibility.MaxPeople, func(f *eligibility.Facts) **int { return &f.ClaimingOtherDependents }),

	"monthly_taxable_income": moneyColumn(0, func(f *eligibility.Facts) **eligibility.Cents { return &f.MonthlyTaxableIncome }),
	"income_self":            moneyColumn(1, func(f *eligibility.Facts) **eligibility.Cents { return &f.IncomeSelf }),
	"income_spouse":          moneyColumn(2, func(f *eligibility.Facts) **eligibility.Cents { return &f.IncomeSpouse }),
	"income_parents":         moneyColumn(3, func(f *eligibility.Facts) **eligibility.Cents { return &f.IncomeParents }),
	"income_children":        moneyColumn(4, func(f *eligibility.Facts) **eligibility.Cents { return &f.IncomeChildren }),
	"income_dependents":      moneyColumn(5, func(f *eligibility.Facts) **eligibility.Cents { return &f.IncomeDependents }),
}

// answerColumn reads an answer from a list.
func answerColumn[T ~string](values []T, field func(*eligibility.Facts) *T) factColumn {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	problem := "is not one of " + strings.Join(names, ", ")
	return func(f *eligibility.Facts, _ *numbers, cell string) string {
		for _, v := range values {
			if string(v) == cell {
				*field(f) = v
				return ""
			}
		}
		return problem
	}
}

func yesNoColumn(field func(*eligibility.Facts) *eligibility.YesNo) factColumn {
	return answerColumn(eligibility.YesNoValues, field)
}

func dateColumn(field func(*eligibility.Facts) *civil.Date) factColumn {
	return func(f *eligibility.Facts, _ *numbers, cell string) string {
		d, err := civil.Parse(cell)
		if err != nil {
			return "is not a date like 2026-04-01"
		}
		*field(f) = d
		return ""
	}
}

func countyColumn(f *eligibility.Facts, _ *numbers, cell string) string {
	if !eligibility.KnownCounty(cell) {
		return "is not a county code (01 to 58, or 99)"
	}
	f.CountyCode = cell
	return ""
}

// countColumn reads a count into its place among the numbers.
func countColumn(place, least, most int, field func(*eligibility.Facts) **int) factColumn {
	problem := fmt.Sprintf("is not a whole number from %d to %d", least, most)
	return func(f *eligibility.Facts, n *numbers, cell string) string {
		count, err := strconv.ParseUint(cell, 10, 16)
		if err != nil || int(count) < least || int(count) > most {
			return problem
		}
		n.people[place] = int(count)
		*field(f) = &n.people[place]
		return ""
	}
}

// moneyColumn reads an amount into its place among the numbers.
func moneyColumn(place int, field func(*eligibility.Facts) **eligibility.Cents) factColumn {
	return func(f *eligibility.Facts, n *numbers, cell string) string {
		amount, err := eligibility.ParseCents(cell)
		if err != nil {
			return "is not an amount in dollars with two decimals, like 2430.00"
		}
		n.money[place] = amount
		*field(f) = &n.money[place]
		return ""
	}
}
