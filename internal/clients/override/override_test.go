package override_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/override"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
)

func day(s string) civil.Date { return civil.MustParse(s) }

func period(start string) client.Period {
	return client.Period{StartsOn: day(start), EndsOn: eligibility.PeriodEnd(day(start))}
}

// weekend is the outage of 17 to 19 April 2026; the form was entered on the
// 20th.
var weekend = application.Outage{ID: uuid.New(), Kind: "planned", FirstOn: day("2026-04-17"), LastOn: day("2026-04-19")}

func entered() override.Case {
	return override.Case{
		Today: day("2026-04-21"), EnteredOn: day("2026-04-20"), Period: period("2026-04-20"), Outage: &weekend, MostDays: 30,
	}
}

func asked() override.Request {
	return override.Request{
		Reason: override.Planned, Outage: weekend.ID, StartsOn: day("2026-04-18"), PaperOn: day("2026-04-18"), Kept: "binder 3", OnFile: true,
	}
}

func TestCheck(t *testing.T) {
	other := func(r *override.Request) {
		r.Reason, r.Outage, r.Comment = override.Other, uuid.Nil, "The line was cut"
	}
	for _, tt := range []struct {
		name string
		with func(r *override.Request, c *override.Case)
		want []string // fields that are wrong
	}{
		{"as prepared", func(*override.Request, *override.Case) {}, nil},
		{"nothing", func(r *override.Request, _ *override.Case) { *r = override.Request{} }, []string{"kept", "on-file", "paper", "reason", "starts"}},
		{"no outage named", func(_ *override.Request, c *override.Case) { c.Outage = nil }, []string{"outage-planned"}},
		{"an outage of another kind", func(r *override.Request, _ *override.Case) { r.Reason = override.Unplanned }, []string{"outage-unplanned"}},
		{"other, without a word", func(r *override.Request, _ *override.Case) { other(r); r.Comment = "" }, []string{"comment"}},
		{"other, explained", func(r *override.Request, _ *override.Case) { other(r) }, nil},

		{"first day of the outage", func(r *override.Request, _ *override.Case) { r.StartsOn, r.PaperOn = weekend.FirstOn, weekend.FirstOn }, nil},
		{"day before it", func(r *override.Request, _ *override.Case) {
			r.StartsOn = weekend.FirstOn.AddDays(-1)
			r.PaperOn = r.StartsOn
		}, []string{"paper", "starts"}},
		{"last day of the outage", func(r *override.Request, _ *override.Case) { r.StartsOn, r.PaperOn = weekend.LastOn, weekend.LastOn }, nil},
		{"paper earlier in the outage", func(r *override.Request, _ *override.Case) { r.PaperOn = weekend.FirstOn }, nil},
		{"day before the paper", func(r *override.Request, _ *override.Case) { r.StartsOn = r.PaperOn.AddDays(-1) }, []string{"starts"}},
		{"paper before the outage", func(r *override.Request, _ *override.Case) { r.PaperOn = weekend.FirstOn.AddDays(-1) }, []string{"paper"}},
		{"day after the outage", func(r *override.Request, c *override.Case) {
			c.EnteredOn, c.Period = day("2026-04-21"), period("2026-04-21")
			r.StartsOn = weekend.LastOn.AddDays(1)
		}, []string{"starts"}},

		{"day of the entry", func(r *override.Request, _ *override.Case) { other(r); r.StartsOn = day("2026-04-20") }, []string{"starts"}},
		{"day before the entry", func(r *override.Request, _ *override.Case) { other(r); r.StartsOn = day("2026-04-19") }, nil},
		{"tomorrow", func(r *override.Request, _ *override.Case) {
			other(r)
			r.StartsOn, r.PaperOn = day("2026-04-22"), day("2026-04-22")
		}, []string{"paper", "starts"}},
		{"paper signed today, entered yesterday", func(r *override.Request, _ *override.Case) { other(r); r.PaperOn = day("2026-04-21") }, []string{"paper", "starts"}},
		{"30 days before the entry", func(r *override.Request, _ *override.Case) {
			other(r)
			r.StartsOn = day("2026-03-21")
			r.PaperOn = r.StartsOn
		}, nil},
		{"31 days before the entry", func(r *override.Request, _ *override.Case) {
			other(r)
			r.StartsOn = day("2026-03-20")
			r.PaperOn = r.StartsOn
		}, []string{"starts"}},

		{"the period before is over", func(_ *override.Request, c *override.Case) { c.Before = period("2025-04-18") }, nil},
		{"the period before can be renewed from that day", func(_ *override.Request, c *override.Case) { c.Before = period("2025-06-18") }, nil},
		{"the period before cannot be renewed on that day", func(_ *override.Request, c *override.Case) { c.Before = period("2025-06-19") }, []string{"starts"}},
		{"the period before was ended that day", func(_ *override.Request, c *override.Case) {
			c.Before = period("2026-01-02")
			c.Before.DiscontinuedOn = day("2026-04-18")
		}, nil},
		{"the period before was ended the day after", func(_ *override.Request, c *override.Case) {
			c.Before = period("2026-01-02")
			c.Before.DiscontinuedOn = day("2026-04-19")
		}, []string{"starts"}},

		{"longest words", func(r *override.Request, _ *override.Case) {
			r.Kept, r.Comment = strings.Repeat("ñ", 120), strings.Repeat("ñ", 500)
		}, nil},
		{"longer", func(r *override.Request, _ *override.Case) {
			r.Kept, r.Comment = strings.Repeat("ñ", 121), strings.Repeat("ñ", 501)
		}, []string{"comment", "kept"}},
	} {
		r, c := asked(), entered()
		tt.with(&r, &c)
		var got []string
		if f, ok := fault.Of(r.Check(c)); ok {
			for _, x := range f.Fields {
				got = append(got, x.Name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: wrong are %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Only what lies inside the outage that is named can be approved with others.
func TestWithin(t *testing.T) {
	other, earlier, unknown := asked(), asked(), entered()
	other.Reason = override.Other
	earlier.PaperOn = weekend.FirstOn.AddDays(-1)
	unknown.Outage = nil
	for _, tt := range []struct {
		name string
		r    override.Request
		c    override.Case
		want bool
	}{
		{"inside", asked(), entered(), true}, {"other", other, entered(), false},
		{"paper before", earlier, entered(), false}, {"unknown outage", asked(), unknown, false},
	} {
		if got := tt.r.Within(tt.c); got != tt.want {
			t.Errorf("%s: within = %v, want %v", tt.name, got, tt.want)
		}
	}
}
