package eligibility

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/platform/civil"
)

func day(s string) civil.Date {
	if s == "" {
		return civil.Date{}
	}
	return civil.MustParse(s)
}

func certified(start, discontinued string, code DeactivationCode) Certified {
	return Certified{StartsOn: day(start), EndsOn: PeriodEnd(day(start)), DiscontinuedOn: day(discontinued), Code: code}
}

func covered(from, to string) Coverage {
	return Coverage{Finding: FoundEligible, From: day(from), To: day(to)}
}

func renewable(from, to string) Coverage {
	return Coverage{Finding: FoundRenewable, From: day(from), To: day(to), DueBy: day(to)}
}

// TestCoverageOn looks at both sides of every border of eligibility 7.1.
func TestCoverageOn(t *testing.T) {
	t.Parallel()
	one := []Certified{certified("2025-02-04", "", "")} // until 3 February 2026; the window opens on 4 December
	ended := []Certified{certified("2025-02-04", "2025-06-10", "05")}
	early := []Certified{certified("2025-02-04", "", ""), certified("2025-12-20", "", "")}
	gap := []Certified{certified("2025-12-20", "", ""), certified("2024-01-10", "", "")} // the later one first
	back := []Certified{certified("2024-03-01", "2024-06-01", "02"), certified("2024-09-01", "", "")}
	undone := []Certified{certified("2025-02-04", "2025-02-04", "06"), certified("2025-02-04", "", "")}
	tests := []struct {
		name    string
		periods []Certified
		service string
		want    Coverage
	}{
		{"never certified", nil, "2025-02-04", Coverage{Finding: FoundNone}},
		{"day before the certification", one, "2025-02-03", Coverage{Finding: FoundNone}},
		{"first day", one, "2025-02-04", covered("2025-02-04", "2026-02-03")},
		{"last day before the window", one, "2025-12-03", covered("2025-02-04", "2026-02-03")},
		{"first day of the last two months", one, "2025-12-04", renewable("2025-02-04", "2026-02-03")},
		{"last day", one, "2026-02-03", renewable("2025-02-04", "2026-02-03")},
		{"day after the last", one, "2026-02-04", Coverage{Finding: FoundExpired, EndedOn: day("2026-02-03")}},
		{"last day before the end by code", ended, "2025-06-09", covered("2025-02-04", "2025-06-09")},
		{"first day without", ended, "2025-06-10", Coverage{Finding: FoundEnded, EndedOn: day("2025-06-10"), Code: "05"}},
		{"long after the end by code", ended, "2027-01-01", Coverage{Finding: FoundEnded, EndedOn: day("2025-06-10"), Code: "05"}},
		{"in the window, already recertified", early, "2025-12-19", covered("2025-02-04", "2025-12-19")},
		{"day of the early recertification", early, "2025-12-20", covered("2025-12-20", "2026-12-19")},
		{"last day of the first of two periods", gap, "2025-01-08", covered("2024-01-10", "2025-01-08")},
		{"in the gap", gap, "2025-01-09", Coverage{Finding: FoundExpired, EndedOn: day("2025-01-08")}},
		{"end of the gap", gap, "2025-12-19", Coverage{Finding: FoundExpired, EndedOn: day("2025-01-08")}},
		{"after the gap", gap, "2025-12-20", covered("2025-12-20", "2026-12-19")},
		{"between an end by code and a new period", back, "2024-08-31", Coverage{Finding: FoundEnded, EndedOn: day("2024-06-01"), Code: "02"}},
		{"a new period after an end by code", back, "2024-09-01", covered("2024-09-01", "2025-08-31")},
		{"ended and certified again on one day", undone, "2025-02-04", covered("2025-02-04", "2026-02-03")},
		{"window of a 30 April opens on the last of February", []Certified{certified("2025-04-30", "", "")}, "2026-02-28", renewable("2025-04-30", "2026-04-29")},
		{"and not the day before", []Certified{certified("2025-04-30", "", "")}, "2026-02-27", covered("2025-04-30", "2026-04-29")},
		{"an end by code that is dated after the period", []Certified{certified("2025-02-04", "2026-03-01", "03")}, "2026-02-03", renewable("2025-02-04", "2026-02-03")},
		{"the same, day after the period", []Certified{certified("2025-02-04", "2026-03-01", "03")}, "2026-02-04", Coverage{Finding: FoundExpired, EndedOn: day("2026-02-03")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, CoverageOn(day(tt.service), tt.periods)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
