package incometable

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
)

func TestShipped(t *testing.T) {
	tests := []struct {
		from, to   string
		derived    bool
		one, eight eligibility.Cents
		nine       eligibility.Cents
		annualFour eligibility.Cents
	}{
		{"2023-04-01", "2024-03-31", false, 243000, 842700, 928400, 6000000},
		{"2024-04-01", "2025-03-31", false, 251000, 878700, 968400, 6240000},
		{"2025-04-01", "2026-03-31", true, 260800, 902500, 994200, 6430000},
		{"2026-04-01", "", false, 266000, 928800, 1023600, 6600000},
	}
	tables := Shipped()
	if len(tables) != len(tests) {
		t.Fatalf("%d tables, want %d", len(tables), len(tests))
	}
	for i, tt := range tests {
		got := tables[i]
		if got.EffectiveFrom.String() != tt.from || got.EffectiveTo.String() != tt.to || got.Derived != tt.derived {
			t.Errorf("table %d: %s to %s, derived %v; want %+v", i, got.EffectiveFrom, got.EffectiveTo, got.Derived, tt)
		}
		if got.Limit(1) != tt.one || got.Limit(8) != tt.eight || got.Limit(9) != tt.nine || got.AnnualLimit(4) != tt.annualFour {
			t.Errorf("table %s: limits %s, %s, %s, annual %s; want %+v",
				tt.from, got.Limit(1), got.Limit(8), got.Limit(9), got.AnnualLimit(4), tt)
		}
	}
	tables[0].Monthly[0] = 1
	if Shipped()[0].Monthly[0] == 1 {
		t.Error("a caller changed the shipped tables")
	}
}

func TestInForce(t *testing.T) {
	tests := []struct{ on, want string }{
		{"2023-03-31", ""},
		{"2023-04-01", "2023-04-01"},
		{"2024-03-31", "2023-04-01"},
		{"2024-04-01", "2024-04-01"},
		{"2025-03-31", "2024-04-01"},
		{"2025-04-01", "2025-04-01"},
		{"2026-03-31", "2025-04-01"},
		{"2026-04-01", "2026-04-01"},
		{"2031-12-31", "2026-04-01"},
	}
	for _, tt := range tests {
		got, ok := InForce(Shipped(), civil.MustParse(tt.on))
		if got.EffectiveFrom.String() != tt.want || ok != (tt.want != "") {
			t.Errorf("on %s: %s, %v; want %q", tt.on, got.EffectiveFrom, ok, tt.want)
		}
	}
}

func TestInForceTakesTheLatestStart(t *testing.T) {
	tables := []eligibility.IncomeTable{
		{EffectiveFrom: civil.MustParse("2027-04-01")},
		{EffectiveFrom: civil.MustParse("2026-04-01")},
	}
	for on, want := range map[string]string{"2027-03-31": "2026-04-01", "2027-04-01": "2027-04-01"} {
		if got, _ := InForce(tables, civil.MustParse(on)); got.EffectiveFrom.String() != want {
			t.Errorf("on %s: %s, want %s", on, got.EffectiveFrom, want)
		}
	}
}

func TestRoundingWarnings(t *testing.T) {
	for _, table := range Shipped() {
		if got := RoundingWarnings(table); got != nil {
			t.Errorf("table %s: %v", table.EffectiveFrom, got)
		}
	}
	typo := Shipped()[3]
	typo.Monthly[1] = 360700 // what the other way gives
	typo.MonthlyIncrement = 984_00
	want := []RoundingWarning{
		{FamilySize: 2, Monthly: 360700, NearestDollar: 360700, DoubledCeiling: 360800},
		{FamilySize: 0, Monthly: 98400, NearestDollar: 94700, DoubledCeiling: 94800},
	}
	if diff := cmp.Diff(want, RoundingWarnings(typo)); diff != "" {
		t.Error(diff)
	}
	// The 2014 table, rounded to the nearest dollar, with one misprint.
	old := eligibility.IncomeTable{
		Monthly:          [8]eligibility.Cents{194500, 262200, 329800, 397500, 465200, 532800, 600500, 668300},
		Annual:           [8]eligibility.Cents{2334000, 3146000, 3958000, 4770000, 5582000, 6394000, 7206000, 8018000},
		MonthlyIncrement: 67700, AnnualIncrement: 812000,
	}
	want = []RoundingWarning{{FamilySize: 8, Monthly: 668300, NearestDollar: 668200, DoubledCeiling: 668200}}
	if diff := cmp.Diff(want, RoundingWarnings(old)); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	limits, err := data.ReadFile("data/income_guidelines.csv")
	if err != nil {
		t.Fatal(err)
	}
	more, err := data.ReadFile("data/income_guideline_increments.csv")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"other header", "family_size,", "size,", "header"},
		{"no date", "2026-04-01,,2026,1,", "April,,2026,1,", `line 26: date "April"`},
		{"bad end", "2023-04-01,2024-03-31,2023,1,", "2023-04-01,2024-02-30,2023,1,", "line 2"},
		{"no number", ",2660,", ",2 660,", "not a number"},
		{"dollars and cents", "2660,266000", "2660,266001", "do not agree"},
		{"annual below monthly", ",266000,31920", ",266000,192", "do not agree"},
		{"unknown start", "2026-04-01,,2026,1,", "2026-05-01,,2026,1,", "no increment"},
		{"other end", "2026-04-01,,2026,1,", "2026-04-01,2027-03-31,2026,1,", "its increment on"},
		{"size 9", "2026,8,9288", "2026,9,9288", "sizes are 1 to 8"},
		{"twice", "2026,8,9288,928800,111440", "2026,7,9288,928800,111440", "twice"},
		{"does not rise", "2026,8,9288,928800,111440", "2026,8,8288,828800,111440", "do not rise"},
		{"size missing", "2026-04-01,,2026,8,9288,928800,111440,published\n", "", "family of 8 are missing"},
	}
	for _, tt := range tests {
		text := strings.Replace(string(limits), tt.old, tt.new, 1)
		if text == string(limits) {
			t.Fatalf("%s: nothing replaced", tt.name)
		}
		_, err := Parse(strings.NewReader(text), strings.NewReader(string(more)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", tt.name, err, tt.want)
		}
	}
	above7 := strings.Replace(string(more), "2023,8,857", "2023,7,857", 1)
	if _, err := Parse(strings.NewReader(string(limits)), strings.NewReader(above7)); err == nil {
		t.Error("an increment above 7 was read")
	}
	longer := strings.NewReplacer("2024-03-31,2023", "2024-04-01,2023")
	_, err = Parse(strings.NewReader(longer.Replace(string(limits))), strings.NewReader(longer.Replace(string(more))))
	if err == nil || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("two tables for 1 April 2024: %v", err)
	}
	if _, err := Parse(strings.NewReader(""), strings.NewReader(string(more))); err == nil {
		t.Error("an empty file was read")
	}
}
