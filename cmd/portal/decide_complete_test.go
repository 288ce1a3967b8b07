package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
)

// expectedCase is one line of facts_expected.csv.
type expectedCase struct {
	name     string
	outcome  string
	reasons  []string
	code     string
	table    string
	limit    string
	computed string
	on       string // determination date, from the line of facts of the same number
}

func expectedCases(t *testing.T) []expectedCase {
	t.Helper()
	file, err := os.Open("testdata/facts_expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	facts, err := os.Open("testdata/facts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = facts.Close() }()
	known := readCSV(t, facts)
	date := slices.Index(known[0], "determination_date")
	var list []expectedCase
	for i, l := range readCSV(t, file)[1:] {
		list = append(list, expectedCase{l[0], l[1], strings.Split(l[3], ";"), l[4], l[8], l[9], l[11], known[i+1][date]})
	}
	return list
}

// TestDecideFactsFollowTheData asks the published data, not a list kept beside
// it, what the file of facts must hold: both sides of every limit of every
// income table, both sides of every table's dates, every reason of the list,
// alone, and every deactivation code with the reason that leads to it.
func TestDecideFactsFollowTheData(t *testing.T) {
	cases := expectedCases(t)
	has := func(what string, is func(c expectedCase) bool) {
		t.Helper()
		if !slices.ContainsFunc(cases, is) {
			t.Errorf("no line about %s", what)
		}
	}
	for _, table := range incometable.Shipped() {
		from := table.EffectiveFrom.String()
		for size := 1; size <= 10; size++ {
			limit := table.Limit(size).String()
			for outcome, side := range map[string]string{"ELIGIBLE": "at the limit", "INELIGIBLE": "a cent over"} {
				has(from+" "+limit+" "+side, func(c expectedCase) bool {
					return c.table == from && c.limit == limit && c.outcome == outcome && strings.HasSuffix(c.name, side)
				})
			}
		}
		has("the day before "+from, func(c expectedCase) bool {
			before := table.EffectiveFrom.AddDays(-1).String()
			return c.on == before && c.table != from
		})
		has("the first day of "+from, func(c expectedCase) bool { return c.table == from && c.on == from })
	}
	for _, r := range eligibility.Reasons() {
		has(string(r.Code)+" alone", func(c expectedCase) bool { return slices.Equal(c.reasons, []string{string(r.Code)}) })
		if r.Deactivation != "" {
			has(string(r.Code)+" ending an enrollment", func(c expectedCase) bool {
				return c.reasons[0] == string(r.Code) && c.code == string(r.Deactivation)
			})
		}
	}
	for _, rule := range []eligibility.HouseholdRule{
		eligibility.H1, eligibility.H2, eligibility.H3, eligibility.H4, eligibility.H5,
	} {
		for _, outcome := range []string{"ELIGIBLE", "INELIGIBLE"} {
			has(string(rule)+" "+outcome, func(c expectedCase) bool {
				return strings.HasPrefix(c.name, string(rule)+" ") && c.outcome == outcome && c.computed != ""
			})
		}
	}
}
