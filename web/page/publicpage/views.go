package publicpage

import (
	"context"
	"time"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// EligibilityView has the income limits that are in force.
type EligibilityView struct {
	// Table is nil when the limits could not be read.
	Table *eligibility.IncomeTable
	// NextFrom is the first day of the table after it, zero when there is none
	// yet.
	NextFrom civil.Date
}

// StatusView says how the portal is.
type StatusView struct {
	Works bool
	At    time.Time // of the look, zero when no clock could be read

	Announced []outage.Outage // that go on, or will
}

// MyCodeView says which remedy holds today for a code that has run out.
type MyCodeView struct {
	Today civil.Date
	Dates calendar.Calendar // between which two new codes come by themselves
}

// condition is one of the four conditions in plain words.
type condition struct{ what, text locale.Key }

var conditions = []condition{
	{locale.PublicEligibilityResident, locale.PublicEligibilityResidentText},
	{locale.PublicEligibilityNeed, locale.PublicEligibilityNeedText},
	{locale.PublicEligibilityIncome, locale.PublicEligibilityIncomeText},
	{locale.PublicEligibilityCoverage, locale.PublicEligibilityCoverageText},
}

var conditionSteps = func() []ui.Step {
	steps := make([]ui.Step, len(conditions))
	for i, c := range conditions {
		steps[i] = ui.Step{Title: c.what, Text: c.text}
	}
	return steps
}()

var notNeeded = []locale.Key{
	locale.PublicEligibilityNotNeeded1, locale.PublicEligibilityNotNeeded2,
	locale.PublicEligibilityNotNeeded3, locale.PublicEligibilityNotNeeded4,
}

// limits returns the income table as it is shown.
func limits(ctx context.Context, t *eligibility.IncomeTable) ui.Table {
	rows := make([][]ui.Cell, 0, len(t.Monthly)+1)
	for i := range t.Monthly {
		rows = append(rows, []ui.Cell{
			{Text: locale.PublicEligibilityTablePeople.With("Count", i+1)},
			ui.Text(dollars(ctx, t.Monthly[i])), ui.Text(dollars(ctx, t.Annual[i])),
		})
	}
	rows = append(rows, []ui.Cell{
		{Text: locale.PublicEligibilityTableMore},
		ui.Text("+ " + dollars(ctx, t.MonthlyIncrement)), ui.Text("+ " + dollars(ctx, t.AnnualIncrement)),
	})
	return ui.Table{
		Caption: locale.PublicEligibilityTableCaption.With("From", locale.Date(ctx, t.EffectiveFrom)),
		Columns: []ui.Column{
			{Label: locale.PublicEligibilityTableSize},
			{Label: locale.PublicEligibilityTableMonth, Numeric: true},
			{Label: locale.PublicEligibilityTableYear, Numeric: true},
		},
		Rows: rows,
	}
}

// example is a family of two within the limit: nine tenths of it, in whole
// hundreds of dollars.
func example(ctx context.Context, t *eligibility.IncomeTable) locale.Phrase {
	const hundred = 100 * 100
	limit := t.Monthly[1]
	income := limit * 9 / 10 / hundred * hundred
	return locale.PublicEligibilityExampleText.With("Income", dollars(ctx, income), "Limit", dollars(ctx, limit))
}

func dollars(ctx context.Context, c eligibility.Cents) string { return locale.Dollars(ctx, int64(c)) }

var howItWorks = []ui.Step{
	{Title: locale.PublicHomeStep1, Text: locale.PublicHomeStep1Text},
	{Title: locale.PublicHomeStep2, Text: locale.PublicHomeStep2Text},
	{Title: locale.PublicHomeStep3, Text: locale.PublicHomeStep3Text},
}

var clinicSteps = []ui.Step{
	{Title: locale.PublicProvidersOrder1, Text: locale.PublicProvidersOrder1Text},
	{Title: locale.PublicProvidersOrder2, Text: locale.PublicProvidersOrder2Text},
	{Title: locale.PublicProvidersOrder3, Text: locale.PublicProvidersOrder3Text},
	{Title: locale.PublicProvidersOrder4, Text: locale.PublicProvidersOrder4Text},
}

// remedy answers one situation of somebody who looks for a code.
type remedy struct {
	situation locale.Key
	text      locale.Phrase
	office    bool // the program office helps
	create    bool // lead on to where the code is typed
}

// monthDay is a day of the running year that is put into words when it is
// shown.
type monthDay civil.Date

// In returns the day in the reader's words.
func (d monthDay) In(ctx context.Context) string { return locale.MonthDay(ctx, civil.Date(d)) }

// remedies for a certifier; expired ones depend on the day.
func (v MyCodeView) remedies() []remedy {
	expired := remedy{locale.PublicMyCodeExpired, locale.PublicMyCodeExpiredAfter, true, false}
	switch {
	case v.Dates.Reissues(v.Today):
		expired = remedy{locale.PublicMyCodeExpired, locale.PublicMyCodeExpiredWindow.With("To", monthDay(v.Dates.ReissueTo)), false, false}
	case v.Today.Before(v.Dates.ReissueFrom):
		expired = remedy{locale.PublicMyCodeExpired, locale.PublicMyCodeExpiredBefore.With("From", monthDay(v.Dates.ReissueFrom)), true, false}
	}
	return []remedy{
		{locale.PublicMyCodeMissing, locale.PublicMyCodeMissingCertifier, true, false},
		expired,
		{locale.PublicMyCodeRefused, locale.PublicMyCodeRefusedText, false, true},
	}
}

var staffRemedies = []remedy{
	{locale.PublicMyCodeMissing, locale.PublicMyCodeMissingStaff, false, false},
	{locale.PublicMyCodeExpired, locale.PublicMyCodeExpiredStaff, false, false},
	{locale.PublicMyCodeRefused, locale.PublicMyCodeRefusedText, false, true},
}

// span says from when to when an outage lasts.
func span(o outage.Outage) locale.Phrase {
	if o.EndsAt == nil {
		return locale.PublicStatusSince.With("From", clock(o.StartsAt))
	}
	return locale.PublicStatusSpan.With("From", clock(o.StartsAt), "To", clock(*o.EndsAt))
}

// clock is an instant that is put into words when it is shown.
type clock time.Time

// In returns the instant in words.
func (c clock) In(ctx context.Context) string { return locale.Clock(ctx, time.Time(c)) }
