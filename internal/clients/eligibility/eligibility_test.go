package eligibility

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/platform/civil"
)

// tables has one table, with round figures, from 1 April 2026.
var tables = []IncomeTable{{
	EffectiveFrom:    civil.MustParse("2026-04-01"),
	Monthly:          [8]Cents{100_00, 200_00, 300_00, 400_00, 500_00, 600_00, 700_00, 800_00},
	MonthlyIncrement: 100_00,
}}

// walkIn returns the facts of somebody who qualifies.
func walkIn() Facts {
	return Facts{
		Action: ActionNew, DeterminationDate: civil.MustParse("2026-06-10"), EntryDate: civil.MustParse("2026-06-10"),
		Modality: InPerson, CertifierIsApplicant: No, SiteStatus: SiteEnrolled, CurrentStatus: StatusNone,
		ClientSignature: SignedWritten, CertifierSignature: Yes,
		CAResident: Yes, CountyCode: "19", InPublicInstitution: No, DateOfBirth: civil.MustParse("1998-02-14"),
		Pregnancy: NotPregnant, ReproductiveStatus: Capable,
		MediCalStatus: MediCalNone, OHCStatus: OHCNone, BarrierToAccess: No,
		FamilySize: new(1), MonthlyTaxableIncome: new(Cents(100_00)), SSNStatus: SSNProvided,
	}
}

func TestDecideEligible(t *testing.T) {
	want := Decision{
		Outcome: Eligible, PrimaryReason: "E00", AllReasons: []Reason{"E00"},
		PeriodStart: civil.MustParse("2026-06-10"), PeriodEnd: civil.MustParse("2027-06-09"),
		TableEffectiveFrom: civil.MustParse("2026-04-01"), Limit: 100_00, FamilySize: 1, Income: new(Cents(100_00)),
		CoverageRow: "C12", RuleVersion: RuleVersion,
		Tests: []Test{
			{Residence, Met, ""}, {Institution, Met, ""}, {PregnancyTest, Met, ""}, {MedicalNeed, Met, ""},
			{MediCal, Met, ""}, {OtherCoverage, Met, ""}, {IncomeTest, Met, ""},
		},
	}
	if diff := cmp.Diff(want, Decide(walkIn(), tables)); diff != "" {
		t.Error(diff)
	}
}

func TestTestsAndMissing(t *testing.T) {
	tests := []struct {
		name    string
		change  func(f *Facts)
		missing []string
		results map[Criterion]Result // those that are not met
	}{
		{name: "nothing at all", change: func(f *Facts) { *f = Facts{} },
			missing: []string{
				"action", "determination_date", "entry_date", "modality", "certifier_is_applicant", "site_status",
				"current_status", "ca_resident", "county_code", "in_public_institution", "date_of_birth", "pregnancy",
				"reproductive_status", "medi_cal_status", "ohc_status", "barrier_to_access", "ssn_status",
				"family_size", "monthly_taxable_income",
			},
			results: map[Criterion]Result{
				Residence: NeedsAnswer, Institution: NeedsAnswer, PregnancyTest: NeedsAnswer, MedicalNeed: NeedsAnswer,
				MediCal: NeedsAnswer, OtherCoverage: NeedsAnswer, IncomeTest: NeedsAnswer,
			}},
		{name: "values nobody knows", change: func(f *Facts) {
			f.CAResident, f.CountyCode, f.MediCalStatus, f.FamilySize = "maybe", "60", "SOME", new(0)
			f.MonthlyTaxableIncome, f.DateOfBirth = new(Cents(-1)), civil.Date{Year: 2026, Month: 2, Day: 30}
		},
			missing: []string{"ca_resident", "county_code", "date_of_birth", "medi_cal_status", "family_size", "monthly_taxable_income"},
			results: map[Criterion]Result{Residence: NeedsAnswer, MediCal: NeedsAnswer, OtherCoverage: NeedsAnswer, IncomeTest: NeedsAnswer}},
		{name: "sterilized, no date", change: func(f *Facts) { f.ReproductiveStatus = PostSterilization },
			missing: []string{"sterilization_date"}, results: map[Criterion]Result{MedicalNeed: NeedsAnswer}},
		{name: "insured, no cost", change: func(f *Facts) { f.OHCStatus = OHCCovers },
			missing: []string{"ohc_cost"}, results: map[Criterion]Result{MediCal: NeedsAnswer, OtherCoverage: NeedsAnswer}},
		{name: "reaffirm without affirmation", change: func(f *Facts) { f.Action = ActionReaffirm },
			missing: []string{"affirmed_at_visit", "current_period_start"}, results: map[Criterion]Result{Affirmation: NeedsAnswer}},
		{name: "household of an adult without tax role", change: func(f *Facts) {
			f.FamilySize, f.MonthlyTaxableIncome, f.SpouseInHome, f.IncomeSelf = nil, nil, No, new(Cents(0))
		},
			missing: []string{"tax_role"}, results: map[Criterion]Result{IncomeTest: NeedsAnswer}},
		{name: "household with gaps", change: func(f *Facts) {
			f.FamilySize, f.MonthlyTaxableIncome, f.TaxRole, f.IncomeSelf = nil, nil, TaxDependentOfParent, new(Cents(0))
		},
			missing: []string{"spouse_in_home", "claiming_filers", "claiming_other_dependents", "income_parents"},
			results: map[Criterion]Result{IncomeTest: NeedsAnswer}},
		{name: "over the limit, fully insured by Medi-Cal", change: func(f *Facts) {
			f.MonthlyTaxableIncome, f.MediCalStatus = new(Cents(100_01)), MediCalManagedCare
		},
			results: map[Criterion]Result{IncomeTest: NotMet, MediCal: NotMet}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := walkIn()
			tt.change(&f)
			d := Decide(f, tables)
			if diff := cmp.Diff(tt.missing, d.Missing); diff != "" {
				t.Errorf("missing: %s", diff)
			}
			for _, test := range d.Tests {
				want := tt.results[test.Criterion]
				if want == "" {
					want = Met
				}
				if test.Result != want || (test.Reason != "") != (want == NotMet) {
					t.Errorf("%s is %s for %q, want %s", test.Criterion, test.Result, test.Reason, want)
				}
			}
			if blocked := d.Outcome == Blocked; blocked != (len(tt.missing) > 0) {
				t.Errorf("outcome %s", d.Outcome)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	f := walkIn()
	f.CountyCode, f.TaxRole, f.SpouseInHome, f.OwnMinorChildren, f.IncomeSelf = CountyUnknown, TaxNonFiler, No, new(1), new(Cents(1))
	derived := slices.Clone(tables)
	derived[0].Derived = true
	d := Decide(f, derived)
	want := []Warning{WarnCountyUnknown, WarnFamilySizeDiffers, WarnIncomeDiffers, WarnTableDerived}
	if diff := cmp.Diff(want, d.Warnings); diff != "" || d.Outcome != Eligible || d.HouseholdRule != H5 || d.FamilySize != 1 {
		t.Errorf("%s %s, %s, size %d", diff, d.Outcome, d.HouseholdRule, d.FamilySize)
	}
	f.CAResident = No
	if d := Decide(f, tables); slices.Contains(d.Warnings, WarnCountyUnknown) {
		t.Error("a warning about the county of somebody from elsewhere")
	}
}

func TestWindowIsShownBeforeItOpens(t *testing.T) {
	f := walkIn()
	f.Action, f.CurrentStatus, f.CurrentPeriodStart = ActionRecertify, StatusActive, civil.MustParse("2026-04-30")
	if d := Decide(f, tables); d.PrimaryReason != WindowClosed || d.WindowOpens.String() != "2027-02-28" {
		t.Errorf("%s, opens %s", d.PrimaryReason, d.WindowOpens)
	}
}

// A table with a limit of nothing lets nobody with an income through.
func TestEmptyTable(t *testing.T) {
	empty := []IncomeTable{{EffectiveFrom: civil.MustParse("2026-04-01")}}
	if d := Decide(walkIn(), empty); d.Outcome != Ineligible || d.PrimaryReason != IncomeOverLimit {
		t.Errorf("%s for %s", d.Outcome, d.PrimaryReason)
	}
	if d := Decide(walkIn(), nil); d.PrimaryReason != NoIncomeTable {
		t.Errorf("without tables: %s", d.PrimaryReason)
	}
}

func TestMinor(t *testing.T) {
	born := civil.MustParse("2008-06-10")
	for on, want := range map[string]bool{"2026-06-09": true, "2026-06-10": false, "2008-06-10": true} {
		if got := Minor(born, civil.MustParse(on)); got != want {
			t.Errorf("on %s: %v, want %v", on, got, want)
		}
	}
}

func TestCents(t *testing.T) {
	for text, want := range map[string]Cents{
		"0.00": 0, "0.01": 1, "2430.00": 243000, "007.50": 750, "999999999.99": MaxMoney,
	} {
		if got, err := ParseCents(text); got != want || err != nil {
			t.Errorf("ParseCents(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", ".", ".00", "00", "1", "1.0", "1.000", "12.345", "-1.00", "+1.00", "1,000.00", "$1.00", " 1.00", "1.00 ",
		"1..00", "1.0.00", "1e3.00", "1000000000.00", "99999999999999999999.00", "١.00", "0x1.00", "1.0O", "x.yz",
	} {
		if got, err := ParseCents(text); err == nil {
			t.Errorf("ParseCents(%q) = %d, want an error", text, got)
		}
	}
	for c, want := range map[Cents]string{0: "0.00", 5: "0.05", 123456: "1234.56", -150: "-1.50"} {
		if got := c.String(); got != want {
			t.Errorf("%d cents = %q, want %q", int64(c), got, want)
		}
	}
}

func TestFactsAndDecisionAsJSON(t *testing.T) {
	f := walkIn()
	f.PostOpReleaseDate = civil.MustParse("2026-02-28")
	f.OwnMinorChildren, f.IncomeSelf = new(0), new(Cents(0))
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var back Facts
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, back); diff != "" {
		t.Error(diff)
	}
	before := Decide(f, tables)
	if text, err = json.Marshal(before); err != nil {
		t.Fatal(err)
	}
	var after Decision
	if err := json.Unmarshal(text, &after); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}

// TestDecideHolds decides many sets of facts drawn at random, most of them
// nearly good and some full of values that nobody knows, and checks what holds
// for every decision.
func TestDecideHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(4461, 2026))
	outcomes := map[Outcome]int{}
	for range 200_000 {
		f := walkIn()
		spoil(r, &f)
		d := Decide(f, tables)
		outcomes[d.Outcome]++
		if problem := broken(&f, &d); problem != "" {
			t.Fatalf("%s\nfacts %+v\ndecision %+v", problem, f, d)
		}
	}
	for _, o := range []Outcome{Eligible, Ineligible, Blocked} {
		if outcomes[o] < 1_000 {
			t.Errorf("only %d decisions are %s", outcomes[o], o)
		}
	}
}

// broken says what does not hold for the decision.
func broken(f *Facts, d *Decision) string {
	kinds := map[Outcome]Kind{Eligible: KindEligible, Ineligible: KindIneligible, Blocked: KindBlocked}
	if len(d.AllReasons) == 0 || d.PrimaryReason != d.AllReasons[0] {
		return "the primary reason is not the first"
	}
	last := 0
	for _, reason := range d.AllReasons {
		if reason.Kind() != kinds[d.Outcome] {
			return "a reason of another outcome"
		}
		place := reason.Precedence()
		if d.Outcome == Blocked {
			place = int(reason[2] - '0')
		}
		if d.Outcome != Eligible && place <= last {
			return "the reasons are out of order or there twice"
		}
		last = place
	}
	ended := d.Outcome == Ineligible && f.CurrentStatus == StatusActive && (f.Action == ActionReaffirm || f.Action == ActionRecertify)
	starts := d.Outcome == Eligible && (f.Action == ActionNew || f.Action == ActionRecertify)
	switch {
	case d.Outcome == Eligible && len(d.AllReasons) != 1:
		return "eligible for several reasons"
	case (len(d.Missing) > 0) != slices.Contains(d.AllReasons, AnswerMissing):
		return "missing answers and X01 do not agree"
	case ended != (d.DeactivationCode != "") || ended != !d.DeactivationEffective.IsZero():
		return "the end of the enrollment"
	case starts != !d.PeriodStart.IsZero() || starts && d.PeriodEnd.DaysSince(d.PeriodStart) != 364:
		return "the period"
	case d.Outcome != Blocked && (d.Limit == 0 || d.Income == nil || d.FamilySize == 0 || d.CoverageRow == ""):
		return "decided without figures"
	}
	for _, test := range d.Tests {
		if d.Outcome != Blocked && test.Result == NeedsAnswer || d.Outcome == Eligible && test.Result != Met {
			return "decided with a test that is " + string(test.Result)
		}
	}
	return ""
}

// spoil changes some of the facts.
func spoil(r *rand.Rand, f *Facts) {
	day := func() civil.Date { return civil.New(2026, 6, 10+r.IntN(500)-250) }
	count := func() *int { return new(r.IntN(6) - 1) }
	amount := func() *Cents { return new(Cents(r.IntN(400_00) - 5_00)) }
	changes := []func(){
		func() { f.Action = pick(r, ActionValues) },
		func() { f.DeterminationDate = day() },
		func() { f.DeterminationDate = day(); f.EntryDate = f.DeterminationDate },
		func() { f.Modality = pick(r, ModalityValues) },
		func() { f.CertifierIsApplicant = pick(r, YesNoValues) },
		func() { f.SiteStatus = pick(r, SiteStatusValues) },
		func() { f.CurrentStatus = pick(r, StatusValues) },
		func() { f.ClientSignature = pick(r, ClientSignatureValues) },
		func() { f.CertifierSignature = pick(r, YesNoValues) },
		func() { f.CAResident = pick(r, YesNoValues) },
		func() { f.CountyCode = "99" },
		func() { f.InPublicInstitution = pick(r, YesNoValues) },
		func() { f.DateOfBirth = civil.New(2008, 6, 10+r.IntN(3)-1) },
		func() { f.Pregnancy = pick(r, PregnancyValues) },
		func() { f.ReproductiveStatus, f.SterilizationDate = pick(r, ReproductiveStatusValues), day() },
		func() { f.PostOpReleaseDate = day() },
		func() { f.MediCalStatus = pick(r, MediCalStatusValues) },
		func() { f.OHCStatus, f.OHCCost = pick(r, OHCStatusValues), pick(r, OHCCostValues) },
		func() { f.Student = pick(r, YesNoValues) },
		func() { f.BarrierToAccess = pick(r, YesNoValues) },
		func() { f.FamilySize = count() },
		func() { f.MonthlyTaxableIncome = amount() },
		func() { f.FamilySize, f.MonthlyTaxableIncome = nil, nil },
		func() {
			f.Action, f.AffirmedAtVisit, f.CurrentPeriodStart = ActionReaffirm, pick(r, YesNoValues), day()
		},
		func() { f.Action, f.CurrentPeriodStart = ActionRecertify, day() },
		func() { f.CurrentStatus = StatusActive },
		func() { f.TaxRole, f.SpouseInHome = pick(r, TaxRoleValues), pick(r, YesNoValues) },
		func() { f.OwnMinorChildren, f.OwnTaxDependents = count(), count() },
		func() { f.ClaimingFilers, f.ClaimingOtherDependents = count(), count() },
		func() { f.IncomeSelf, f.IncomeSpouse, f.IncomeParents = amount(), amount(), amount() },
		func() { f.IncomeChildren, f.IncomeDependents = amount(), amount() },
	}
	for range r.IntN(8) {
		changes[r.IntN(len(changes))]()
	}
}

// pick returns one of the values, and now and then none or an unknown one.
func pick[T ~string](r *rand.Rand, values []T) T {
	switch r.IntN(20) {
	case 0:
		return ""
	case 1:
		return "UNKNOWN"
	}
	return values[r.IntN(len(values))]
}

func BenchmarkDecide(b *testing.B) {
	f := walkIn()
	b.ReportAllocs()
	for b.Loop() {
		Decide(f, tables)
	}
}
