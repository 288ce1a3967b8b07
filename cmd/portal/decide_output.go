package main

import (
	"strconv"
	"strings"

	"familypact.example/portal/internal/clients/eligibility"
)

// decisionColumns are the columns that follow those of the input.
const decisionColumns = "outcome,primary_reason,all_reasons,deactivation_code,deactivation_effective," +
	"period_start,period_end,table_effective_from,limit,computed_family_size,computed_income\n"

func appendHeader(b []byte, header []string) []byte {
	return append(append(b, strings.Join(header, ",")...), ","+decisionColumns...)
}

// appendCells adds the cells of a line of facts. They have been read, so none
// holds what CSV would have to quote.
func appendCells(b []byte, cells []string) []byte {
	for _, cell := range cells {
		b = append(append(b, cell...), ',')
	}
	return b
}

func appendDecision(b []byte, d *eligibility.Decision) []byte {
	b = append(append(b, d.Outcome...), ',')
	b = append(append(b, d.PrimaryReason...), ',')
	for i, reason := range d.AllReasons {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, reason...)
	}
	b = append(b, ',')
	b = append(append(b, d.DeactivationCode...), ',')
	b = append(d.DeactivationEffective.Append(b), ',')
	b = append(d.PeriodStart.Append(b), ',')
	b = append(d.PeriodEnd.Append(b), ',')
	b = append(d.TableEffectiveFrom.Append(b), ',')
	if d.Limit != 0 {
		b = d.Limit.Append(b)
	}
	b = append(b, ',')
	if d.ComputedFamilySize != 0 {
		b = strconv.AppendInt(b, int64(d.ComputedFamilySize), 10)
	}
	b = append(b, ',')
	if d.ComputedIncome != nil {
		b = d.ComputedIncome.Append(b)
	}
	return append(b, '\n')
}
