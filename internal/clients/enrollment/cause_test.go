package enrollment_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
)

func day(s string) civil.Date { return civil.MustParse(s) }

// The rules of the day on which an enrollment ends, with both sides of every
// boundary (domain/portal.md 19; deactivation codes).
func TestDiscontinuationRules(t *testing.T) {
	t.Parallel()
	now := day("2025-06-15")
	period := client.Period{StartsOn: day("2025-01-20"), EndsOn: day("2026-01-19")}
	tests := []struct {
		name       string
		d          enrollment.Discontinuation
		today      civil.Date
		reaffirmed string
		want       string // fields that are wrong
		on         string // effective day, when nothing is wrong
	}{
		{name: "nothing chosen", want: "cause"},
		{name: "unknown cause", d: enrollment.Discontinuation{Cause: "x", On: now}, want: "cause"},
		{name: "moved today", d: enrollment.Discontinuation{Cause: enrollment.Moved, On: now}, on: "2025-06-15"},
		{name: "moved tomorrow", d: enrollment.Discontinuation{Cause: enrollment.Moved, On: now.AddDays(1)}, want: "on-moved"},
		{name: "no day", d: enrollment.Discontinuation{Cause: enrollment.OverIncome}, want: "on-income"},
		{name: "first day of the period", d: enrollment.Discontinuation{Cause: enrollment.Insured, On: day("2025-01-20")}, on: "2025-01-20"},
		{name: "day before the period", d: enrollment.Discontinuation{Cause: enrollment.Insured, On: day("2025-01-19")}, want: "on-insured"},
		{name: "day of the last reaffirmation", d: enrollment.Discontinuation{Cause: enrollment.FullMediCal, On: day("2025-04-02")}, reaffirmed: "2025-04-02", on: "2025-04-02"},
		{name: "day before the last reaffirmation", d: enrollment.Discontinuation{Cause: enrollment.FullMediCal, On: day("2025-04-01")}, reaffirmed: "2025-04-02", want: "on-medi-cal"},
		{name: "pregnancy found today ends tomorrow", d: enrollment.Discontinuation{Cause: enrollment.Pregnant, VisitOn: now}, on: "2025-06-16"},
		{name: "pregnancy to be found tomorrow", d: enrollment.Discontinuation{Cause: enrollment.Pregnant, VisitOn: now.AddDays(1)}, want: "visit"},
		{name: "pregnancy without a visit", d: enrollment.Discontinuation{Cause: enrollment.Pregnant, On: now}, want: "visit"},
		{name: "pregnancy found on the day before the last", d: enrollment.Discontinuation{Cause: enrollment.Pregnant, VisitOn: day("2026-01-18")}, today: day("2026-01-19"), on: "2026-01-19"},
		{name: "pregnancy found on the last day", d: enrollment.Discontinuation{Cause: enrollment.Pregnant, VisitOn: day("2026-01-19")}, today: day("2026-01-19"), want: "visit"},
		{name: "sterilized today: 90 days are covered", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: now}, on: "2025-09-14"},
		{name: "sterilized, released earlier", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: day("2025-06-01"), ReleasedOn: now}, on: "2025-06-16"},
		{name: "released on the last of the 90 days", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: day("2025-03-17"), ReleasedOn: now}, on: "2025-06-16"},
		{name: "released after the 90 days", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: day("2025-03-16"), ReleasedOn: now}, on: "2025-06-15"},
		{name: "operation tomorrow", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: now.AddDays(1)}, want: "operated"},
		{name: "release tomorrow", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: now, ReleasedOn: now.AddDays(1)}, want: "released"},
		{name: "release before the operation", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: now, ReleasedOn: now.AddDays(-1)}, want: "released"},
		{name: "the 90 days end with the period", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: day("2025-10-20")}, today: day("2025-10-20"), on: "2026-01-19"},
		{name: "the 90 days outlast the period", d: enrollment.Discontinuation{Cause: enrollment.Sterilized, OperatedOn: day("2025-10-21")}, today: day("2025-10-21"), want: "operated"},
		{name: "other loss of need", d: enrollment.Discontinuation{Cause: enrollment.NoNeed, On: now}, on: "2025-06-15"},
		{name: "number closed without a case, and no day", d: enrollment.Discontinuation{Cause: enrollment.NumberClosed}, want: "why on-number"},
		{name: "number closed", d: enrollment.Discontinuation{Cause: enrollment.NumberClosed, Why: enrollment.Died, On: now}, on: "2025-06-15"},
		{name: "note of 500", d: enrollment.Discontinuation{Cause: enrollment.Moved, On: now, Note: strings.Repeat("é", 500)}, on: "2025-06-15"},
		{name: "note of 501", d: enrollment.Discontinuation{Cause: enrollment.Moved, On: now, Note: strings.Repeat("é", 501)}, want: "note"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			on, reaffirmed := now, civil.Date{}
			if !tt.today.IsZero() {
				on = tt.today
			}
			if tt.reaffirmed != "" {
				reaffirmed = day(tt.reaffirmed)
			}
			err := tt.d.Check(on, period, reaffirmed)
			if got := fields(err); got != tt.want {
				t.Fatalf("wrong fields %q, want %q", got, tt.want)
			}
			if tt.want == "" && tt.d.Effective() != day(tt.on) {
				t.Errorf("effective on %s, want %s", tt.d.Effective(), tt.on)
			}
		})
	}
}

func fields(err error) string {
	f, ok := fault.Of(err)
	if !ok {
		return ""
	}
	var names []string
	for _, x := range f.Fields {
		names = append(names, x.Name)
	}
	return strings.Join(names, " ")
}

func TestEveryCauseHasAPublishedCode(t *testing.T) {
	t.Parallel()
	want := []string{"01", "02", "03", "03", "04", "05", "05", "06"}
	var got []string
	for _, c := range enrollment.Causes {
		got = append(got, string(c.Code()))
	}
	if !slices.Equal(got, want) {
		t.Errorf("codes are %v, want %v", got, want)
	}
}

// Every deed by status: allowed exactly where domain/portal.md 9.7 says.
func TestDeedsByStatus(t *testing.T) {
	t.Parallel()
	start := day("2025-01-20")
	period := client.Period{StartsOn: start, EndsOn: start.AddDays(364)}
	ended := period
	ended.DiscontinuedOn = day("2025-06-01")
	tests := []struct {
		name  string
		p     client.Period
		today string
		code  string
		want  []enrollment.Deed
	}{
		{name: "never eligible", today: "2025-06-01"},
		{name: "active", p: period, today: "2025-06-01", want: []enrollment.Deed{enrollment.ToReaffirm, enrollment.ToChange, enrollment.ToDiscontinue, enrollment.ToOverride}},
		{name: "day before the window", p: period, today: "2025-11-19", want: []enrollment.Deed{enrollment.ToReaffirm, enrollment.ToChange, enrollment.ToDiscontinue, enrollment.ToOverride}},
		{name: "window opens", p: period, today: "2025-11-20", want: []enrollment.Deed{enrollment.ToReaffirm, enrollment.ToChange, enrollment.ToRecertify, enrollment.ToDiscontinue, enrollment.ToOverride}},
		{name: "last day", p: period, today: "2026-01-19", want: []enrollment.Deed{enrollment.ToReaffirm, enrollment.ToChange, enrollment.ToRecertify, enrollment.ToDiscontinue, enrollment.ToOverride}},
		{name: "expired", p: period, today: "2026-01-20", want: []enrollment.Deed{enrollment.ToRecertify}},
		{name: "end is set for tomorrow", p: ended, today: "2025-05-31", code: "05", want: []enrollment.Deed{enrollment.ToReaffirm, enrollment.ToChange}},
		{name: "inactive, curable", p: ended, today: "2025-06-01", code: "05", want: []enrollment.Deed{enrollment.ToRecertify, enrollment.ToReactivate}},
		{name: "inactive, not curable", p: ended, today: "2025-06-01", code: "03", want: []enrollment.Deed{enrollment.ToReactivate}},
		{name: "inactive, after the period", p: ended, today: "2027-06-01", code: "02", want: []enrollment.Deed{enrollment.ToRecertify, enrollment.ToReactivate}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := enrollment.Standing{Client: client.Record{Period: tt.p, Today: day(tt.today)}}
			s.Code = eligibilityCode(tt.code)
			var got []enrollment.Deed
			for _, d := range enrollment.Deeds {
				if err := s.May(d); err == nil {
					got = append(got, d)
				} else if _, ok := fault.Of(err); !ok || errors.Is(err, fault.ErrNotFound) {
					t.Errorf("%s: %v says nothing to a person", d, err)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("may %v, want %v", got, tt.want)
			}
		})
	}
}
