package site

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
)

func clinics(n int, providerType string, approved ...int) []Held {
	var held []Held
	for i := range n {
		held = append(held, Held{Code: fmt.Sprint("S", i), Name: fmt.Sprint("Clinic ", i), Type: providerType})
	}
	for _, i := range approved {
		held[i].Approved = true
	}
	return held
}

// security.md 3.12, decisions 18: both regimes.
func TestRegime(t *testing.T) {
	t.Parallel()
	off, on := Regime{Most: 10}, Regime{Several: true, Most: 10}
	more := Held{Code: "NEW", Type: "FQHC"}
	approved := more
	approved.Approved = true
	solo := more
	solo.Type = "Solo"
	tests := []struct {
		name string
		r    Regime
		held []Held
		more Held
		want string // part of the refusal
	}{
		{"off, the first site", off, nil, more, ""},
		{"off, the second", off, clinics(1, "FQHC"), more, "already used by site S0 (Clinic 0); site NEW"},
		{"off, the second with an approval", off, clinics(1, "FQHC", 0), approved, "already used by site S0"},
		{"off, the second of a list", off, []Held{{Record: 3}}, more, "same as record 3"},
		{"on, the first site", on, nil, solo, ""},
		{"on, no approval", on, clinics(1, "FQHC"), more, "no approval of several locations (DHCS 4475) is recorded"},
		{"on, approval of the old site", on, clinics(1, "FQHC", 0), more, ""},
		{"on, approval of the new one", on, clinics(1, "FQHC"), approved, ""},
		{"on, approval of one among several", on, clinics(4, "FQHC", 2), more, ""},
		{"on, the tenth", on, clinics(9, "FQHC", 0), more, ""},
		{"on, the eleventh", on, clinics(10, "FQHC", 0), more, "10 sites, the most"},
		{"on, a type that shares with nobody", on, clinics(1, "FQHC", 0), solo, "may not share its certifier (Solo)"},
		{"on, shared with such a type", on, clinics(1, "Solo", 0), more, "site S0 is of a type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if text := tt.r.Refusal(tt.held, tt.more); text != nil {
				got = text.In(context.Background())
			}
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("refusal = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestDeclarationIsCheckedAllAtOnce(t *testing.T) {
	t.Parallel()
	today := civil.MustParse("2025-11-01")
	good := Declaration{Number: "4475-0001", ApprovedOn: today, Basis: Parent}
	tests := []struct {
		name   string
		change func(d *Declaration)
		at     string // type of the site
		want   string // fields with a fault
	}{
		{"good", func(*Declaration) {}, "Primary care clinic", ""},
		{"nothing", func(d *Declaration) { *d = Declaration{} }, "FQHC", "number approved basis"},
		{"longest number", func(d *Declaration) { d.Number = strings.Repeat("1", 40) }, "Affiliate clinic", ""},
		{"too long", func(d *Declaration) { d.Number = strings.Repeat("1", 41) }, "Affiliate clinic", "number"},
		{"two lines", func(d *Declaration) { d.Number = "1\r\nBcc: x" }, "Affiliate clinic", "number"},
		{"tomorrow", func(d *Declaration) { d.ApprovedOn = today.AddDays(1) }, "Primary care clinic", "approved"},
		{"a basis for others", func(*Declaration) {}, "FQHC", "basis"},
		{"community", func(d *Declaration) { d.Basis = Community }, "Rural health clinic", ""},
		{"a solo practice", func(d *Declaration) { d.Basis = Community }, "Solo", "basis"},
		{"a basis that is none", func(d *Declaration) { d.Basis = "x" }, "FQHC", "basis"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := good
			tt.change(&d)
			var fields []string
			if f, ok := fault.Of(d.Check(Site{ProviderType: tt.at}, today)); ok {
				for _, x := range f.Fields {
					fields = append(fields, x.Name)
				}
			}
			if got := strings.Join(fields, " "); got != tt.want {
				t.Errorf("faults at %q, want %q", got, tt.want)
			}
		})
	}
}

// A list in the regime of several: the certifier of an approved site may be
// named for others, also by rows of one list, up to the tenth.
func TestCompareWhereSeveralMayShare(t *testing.T) {
	t.Parallel()
	on := Regime{Several: true, Most: 3}
	health := func(n int, code, email string) Row {
		r := row(n, "1", code, email)
		r.Site.ProviderType = "FQHC"
		return r
	}
	parent := known("1", "P", "p@x.example", true)
	parent.Site.ProviderType = "FQHC"
	approved := parent
	approved.Approved = true
	same := health(1, "P", "p@x.example")
	tests := []struct {
		name           string
		rows           []Row
		known          []Known
		add, unchanged int
		problem        string
	}{
		{"no approval", []Row{health(1, "A", "p@x.example")}, []Known{parent}, 0, 0,
			"certifier_email: already certifies site P (P), and no approval of several locations (DHCS 4475) is recorded for it"},
		{"approved", []Row{health(1, "A", "P@x.example"), health(2, "B", "p@x.example")}, []Known{approved}, 2, 0, ""},
		{"one too many", []Row{health(1, "A", "p@x.example"), health(2, "B", "p@x.example"), health(3, "C", "p@x.example")}, []Known{approved}, 2, 0,
			"certifier_email: already certifies 3 sites, the most that one person may"},
		{"both new", []Row{health(1, "A", "a@x.example"), health(2, "B", "a@x.example")}, nil, 1, 0,
			"certifier_email: already certifies site A (A), and no approval of several locations (DHCS 4475) is recorded for it"},
		{"what is there stays, whatever became of the approval", []Row{same, health(2, "A", "p@x.example")},
			[]Known{parent, func() Known { k := known("1", "A", "p@x.example", true); k.Site.ProviderType = "FQHC"; return k }()}, 0, 2, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := compare(List{Records: len(tt.rows), Rows: tt.rows}, tt.known, on)
			got := ""
			for _, p := range plan.Problems {
				got += p.In(context.Background())
			}
			if len(plan.Add) != tt.add || plan.Unchanged != tt.unchanged || got != tt.problem {
				t.Errorf("add %d, unchanged %d, problems %q; want %d, %d, %q", len(plan.Add), plan.Unchanged, got, tt.add, tt.unchanged, tt.problem)
			}
		})
	}
}
