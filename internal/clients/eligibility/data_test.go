package eligibility

import (
	"strings"
	"testing"
	"testing/fstest"
)

// Every alternative of every row of the coverage table leads to that row and
// no other.
func TestEveryCoverageRowIsReached(t *testing.T) {
	reached := map[string]int{}
	for _, m := range MediCalStatusValues {
		for _, o := range OHCStatusValues {
			for _, c := range OHCCostValues {
				for _, b := range YesNoValues {
					row, ok := coverageOf(&Facts{MediCalStatus: m, OHCStatus: o, OHCCost: c, BarrierToAccess: b})
					if !ok {
						t.Errorf("%s, %s, %s, %s: no row", m, o, c, b)
					}
					reached[row.row]++
				}
			}
		}
	}
	want := map[string]int{
		"C01": 7 * 4 * 4, "C02": 16, "C03": 16, "C04": 16, "C05": 16,
		"C06": 3 * 3, "C07": 3 * 4, "C08": 3, "C09": 3 * 4, "C10": 4, "C11": 4, "C12": 4,
	}
	for _, row := range coverage {
		if reached[row.row] != want[row.row] {
			t.Errorf("row %s is reached by %d combinations, want %d", row.row, reached[row.row], want[row.row])
		}
	}
	if len(coverage) != len(want) {
		t.Errorf("%d rows, want %d", len(coverage), len(want))
	}
}

func TestCodeLists(t *testing.T) {
	want := map[Reason]string{
		"I01": "01 1", "I07": "06 2", "I06": "05 3", "I03": "03 4", "I05": "05 5", "I04": "04 6", "I02": "02 7", "I09": "06 8",
	}
	kinds := map[Kind]int{}
	for _, r := range Reasons() {
		kinds[r.Kind]++
		if got := string(r.Deactivation) + " " + string(rune('0'+r.Precedence)); r.Kind == KindIneligible && got != want[r.Code] {
			t.Errorf("%s: %q, want %q", r.Code, got, want[r.Code])
		}
	}
	if kinds[KindEligible] != 7 || kinds[KindIneligible] != 8 || kinds[KindBlocked] != 9 {
		t.Errorf("reasons by kind: %v", kinds)
	}
	for _, g := range allGates {
		if g.reason.Kind() != KindBlocked {
			t.Errorf("gate %s is not on the list", g.reason)
		}
	}
	codes := Deactivations()
	if len(codes) != 6 || codes[2].Code != "03" || codes[2].Curable || !codes[4].Curable {
		t.Errorf("deactivation codes: %+v", codes)
	}
	treatments := map[Treatment]int{}
	for _, s := range IncomeSources() {
		treatments[s.Treatment]++
	}
	if treatments[Count] != 9 || treatments[CountIfTaxable] != 1 || treatments[Exclude] != 19 || treatments[RecordZero] != 1 {
		t.Errorf("income sources by treatment: %v", treatments)
	}
}

func TestCoverageTableIsRefused(t *testing.T) {
	text, err := data.ReadFile("data/coverage_decision_table.csv")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"other header", "row,", "line,", "header"},
		{"unknown value", "SOC_MET,", "SOC_MEET,", `row C04: unknown value "SOC_MEET"`},
		{"unknown reason", "E05", "E55", "does not agree"},
		{"result against reason", "PASS,E05", "FAIL,E05", "does not agree"},
		{"unknown condition", "(E06 if student)", "(E06 if rich)", "unknown reason"},
		{"a row is gone", "C12,NONE,NONE,-,N,PASS,E00,Activate HAP ID\n", "", "no coverage row for NONE, NONE"},
		{"short line", "C12,NONE,NONE,-,", "C12,NONE,NONE,", "wrong number of fields"},
	}
	for _, tt := range tests {
		changed := strings.Replace(string(text), tt.old, tt.new, 1)
		files := fstest.MapFS{"data/coverage_decision_table.csv": {Data: []byte(changed)}}
		if _, err := readCoverage(files); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", tt.name, err, tt.want)
		}
	}
	if _, err := readCoverage(fstest.MapFS{}); err == nil {
		t.Error("no file, and no error")
	}
}
