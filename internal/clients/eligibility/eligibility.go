// Package eligibility decides who qualifies for Family PACT. It is pure: facts
// and income tables go in, a decision with all its reasons comes out. It reads
// no clock and no database, changes nothing, and is safe for use by several
// goroutines. The words for its codes are left to the catalogue, keeping a
// decision to enrollment, and the state of income tables to incometable.
package eligibility

import "familypact.example/portal/internal/platform/civil"

// RuleVersion names the rules of this package. It is kept with every
// determination, and changes whenever the same facts could be decided
// differently.
const RuleVersion = "2026-1"

// Outcome is what came of the facts.
type Outcome string

// The three outcomes. A blocked decision is no determination: nothing is kept
// as a denial and no hearing right arises.
const (
	Eligible   Outcome = "ELIGIBLE"
	Ineligible Outcome = "INELIGIBLE"
	Blocked    Outcome = "BLOCKED"
)

// Decision is the answer to a set of facts. Fields that could not be computed,
// or do not apply, hold their zero value.
type Decision struct {
	Outcome       Outcome  `json:"outcome"`
	PrimaryReason Reason   `json:"primary_reason"`
	AllReasons    []Reason `json:"all_reasons"` // in order of precedence; the first is PrimaryReason

	// Set only when an active enrollment fails at a visit or on recertification.
	DeactivationCode      DeactivationCode `json:"deactivation_code,omitempty"`
	DeactivationEffective civil.Date       `json:"deactivation_effective,omitzero"`

	// Set only for an eligible NEW or RECERTIFY. Both days are in the period.
	PeriodStart civil.Date `json:"period_start,omitzero"`
	PeriodEnd   civil.Date `json:"period_end,omitzero"`

	// The figures that were used, filled as far as they are known.
	TableEffectiveFrom civil.Date `json:"table_effective_from,omitzero"`
	TableDerived       bool       `json:"table_derived,omitempty"` // computed, not published: flagged to OFP
	Limit              Cents      `json:"limit,omitempty"`         // a month, for FamilySize
	FamilySize         int        `json:"family_size,omitempty"`   // declared, or else computed
	Income             *Cents     `json:"income,omitempty"`        // a month, declared or else computed

	// What the household facts give (H1 to H5), also beside declared figures.
	HouseholdRule      HouseholdRule `json:"household_rule,omitempty"`
	ComputedFamilySize int           `json:"computed_family_size,omitempty"`
	ComputedIncome     *Cents        `json:"computed_income,omitempty"`

	CoverageRow string     `json:"coverage_row,omitempty"` // C01 to C12
	WindowOpens civil.Date `json:"window_opens,omitzero"`  // when the enrollment on file may be recertified
	Missing     []string   `json:"missing,omitempty"`      // names of the facts without an answer, in their order
	Tests       []Test     `json:"tests"`                  // in order of precedence
	Warnings    []Warning  `json:"warnings,omitempty"`
	RuleVersion string     `json:"rule_version"`
}

// Criterion is one of the things that are tested.
type Criterion string

// The criteria, in order of precedence.
const (
	Residence     Criterion = "residence"
	Institution   Criterion = "institution"
	PregnancyTest Criterion = "pregnancy"
	MedicalNeed   Criterion = "medical_need"
	MediCal       Criterion = "medi_cal"
	OtherCoverage Criterion = "other_coverage"
	IncomeTest    Criterion = "income"
	Affirmation   Criterion = "affirmation" // of REAFFIRM alone
)

// Result is how a test came out.
type Result string

// The results of a test.
const (
	Met         Result = "met"
	NotMet      Result = "not_met"
	NeedsAnswer Result = "needs_answer"
)

// Test is one criterion with its result. Reason is set when it is not met.
type Test struct {
	Criterion Criterion `json:"criterion"`
	Result    Result    `json:"result"`
	Reason    Reason    `json:"reason,omitempty"`
}

// Warning is something that a certifier should look at and that decides
// nothing.
type Warning string

// The warnings.
const (
	WarnCountyUnknown     Warning = "county_unknown"      // county 99 beside a declared residence in California
	WarnFamilySizeDiffers Warning = "family_size_differs" // the declared size is not the computed one
	WarnIncomeDiffers     Warning = "income_differs"      // the declared income is not the computed one
	WarnTableDerived      Warning = "table_derived"       // the income table was computed, not published
)

// Decide applies all the rules to the facts. A gate that is hit blocks the
// decision, with X reasons in the order of their numbers and no I reasons; else
// every criterion is tested, since a notice must name every reason; else the
// person is eligible, for the reason that the coverage table gives. Facts with
// a value that is not among the known ones count as not given.
func Decide(f Facts, tables []IncomeTable) Decision {
	d := Decision{RuleVersion: RuleVersion}
	home := householdOf(&f)
	figures(&d, &f, home, tables)
	d.Missing = missing(&f, home)
	cover, covered := coverageOf(&f)
	d.CoverageRow = cover.row
	d.Tests = runTests(&d, &f, cover, covered)
	d.Warnings = warnings(&d, &f)

	reasons := gates(&d, &f)
	if len(reasons) > 0 {
		return d.with(Blocked, reasons)
	}
	reasons = failures(d.Tests)
	if len(reasons) > 0 {
		d = d.with(Ineligible, reasons)
		deactivate(&d, &f)
		return d
	}
	d = d.with(Eligible, []Reason{cover.reason})
	if f.Action == ActionNew || f.Action == ActionRecertify {
		d.PeriodStart = f.DeterminationDate
		d.PeriodEnd = PeriodEnd(f.DeterminationDate)
	}
	return d
}

func (d Decision) with(o Outcome, reasons []Reason) Decision {
	d.Outcome, d.AllReasons, d.PrimaryReason = o, reasons, reasons[0]
	return d
}

// figures fills in family size, income, table and limit as far as they are
// known; declared figures go before computed ones (policy: client elig p10,
// self-declaration).
func figures(d *Decision, f *Facts, home household, tables []IncomeTable) {
	d.HouseholdRule = home.rule
	d.ComputedFamilySize, d.FamilySize = home.size, home.size
	d.ComputedIncome, d.Income = home.income, home.income
	if f.familySizeGiven() {
		d.FamilySize = *f.FamilySize
	}
	if given(f.MonthlyTaxableIncome) {
		d.Income = f.MonthlyTaxableIncome
	}
	if f.CurrentPeriodStart.Valid() {
		d.WindowOpens = WindowOpens(f.CurrentPeriodStart)
	}
	if table, ok := InForce(tables, f.DeterminationDate); ok {
		d.TableEffectiveFrom, d.TableDerived = table.EffectiveFrom, table.Derived
		d.Limit = table.Limit(d.FamilySize)
	}
}

// deactivate fills in how an active enrollment ends that fails at a visit or
// on recertification. The code and the day are those of the primary reason.
func deactivate(d *Decision, f *Facts) {
	if f.CurrentStatus != StatusActive || (f.Action != ActionReaffirm && f.Action != ActionRecertify) {
		return
	}
	d.DeactivationCode = d.PrimaryReason.Deactivation()
	switch {
	case d.PrimaryReason == Pregnant:
		// The visit at which it is found is covered (hap id p4).
		d.DeactivationEffective = f.DeterminationDate.AddDays(1)
	case d.PrimaryReason == NoMedicalNeed && f.ReproductiveStatus == PostSterilization:
		d.DeactivationEffective = LastCoveredDay(f.SterilizationDate, f.PostOpReleaseDate).AddDays(1)
	default:
		d.DeactivationEffective = f.DeterminationDate
	}
}

func warnings(d *Decision, f *Facts) []Warning {
	var out []Warning
	if f.CountyCode == CountyUnknown && f.CAResident == Yes {
		out = append(out, WarnCountyUnknown)
	}
	if d.ComputedFamilySize != 0 && d.ComputedFamilySize != d.FamilySize {
		out = append(out, WarnFamilySizeDiffers)
	}
	if d.ComputedIncome != nil && *d.ComputedIncome != *d.Income {
		out = append(out, WarnIncomeDiffers)
	}
	if d.TableDerived {
		out = append(out, WarnTableDerived)
	}
	return out
}
