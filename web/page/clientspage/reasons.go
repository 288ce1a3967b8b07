package clientspage

import (
	"context"
	"slices"
	"strconv"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

var criteria = map[eligibility.Criterion]locale.Key{
	eligibility.Residence:     locale.TestResidence,
	eligibility.Institution:   locale.TestInstitution,
	eligibility.PregnancyTest: locale.TestPregnancy,
	eligibility.MedicalNeed:   locale.TestMedicalNeed,
	eligibility.MediCal:       locale.TestMediCal,
	eligibility.OtherCoverage: locale.TestOtherCoverage,
	eligibility.IncomeTest:    locale.TestIncome,
	eligibility.Affirmation:   locale.TestAffirmation,
}

var outcomes = map[eligibility.Result]ui.Outcome{
	eligibility.Met:         ui.Met,
	eligibility.NotMet:      ui.Unmet,
	eligibility.NeedsAnswer: ui.Open,
}

var reasonWords = map[eligibility.Reason]locale.Key{
	"E00": locale.ReasonE00, "E01": locale.ReasonE01, "E02": locale.ReasonE02, "E03": locale.ReasonE03,
	"E04": locale.ReasonE04, "E05": locale.ReasonE05, "E06": locale.ReasonE06,
	eligibility.NotResident: locale.ReasonI01, eligibility.IncomeOverLimit: locale.ReasonI02,
	eligibility.NoMedicalNeed: locale.ReasonI03, eligibility.Covered: locale.ReasonI04,
	eligibility.FullMediCal: locale.ReasonI05, eligibility.Pregnant: locale.ReasonI06,
	eligibility.Inmate: locale.ReasonI07, eligibility.NotAffirmed: locale.ReasonI09,
	eligibility.AnswerMissing: locale.ReasonX01, eligibility.ClientSignatureMissing: locale.ReasonX02,
	eligibility.NotLive: locale.ReasonX03, eligibility.CertifiesSelf: locale.ReasonX04,
	eligibility.SiteMayNotEnroll: locale.ReasonX05, eligibility.CertifierSignatureMissing: locale.ReasonX06,
	eligibility.NotToday: locale.ReasonX07, eligibility.NoIncomeTable: locale.ReasonX09,
}

// ReasonText returns a reason of the decision in words.
func ReasonText(d eligibility.Decision, r eligibility.Reason) locale.Phrase {
	if r == eligibility.WindowClosed {
		return locale.ReasonX08.With("Date", Day(d.WindowOpens))
	}
	if key, ok := reasonWords[r]; ok {
		return key
	}
	return locale.Words(string(r))
}

// Reasons returns the tests of a decision with the figures that were used.
func Reasons(d eligibility.Decision) []ui.Reason {
	var out []ui.Reason
	for _, t := range d.Tests {
		r := ui.Reason{Outcome: outcomes[t.Result], Text: criteria[t.Criterion]}
		switch {
		case t.Criterion == eligibility.IncomeTest && d.Income != nil && d.Limit > 0:
			r.Detail = Figures(d)
		case t.Result == eligibility.NotMet:
			r.Detail = ReasonText(d, t.Reason)
		case t.Criterion == eligibility.OtherCoverage && t.Result == eligibility.Met && coverageReason(d) != nil:
			r.Detail = coverageReason(d)
		}
		out = append(out, r)
	}
	return out
}

// coverageReason says why coverage does not stand in the way.
func coverageReason(d eligibility.Decision) locale.Phrase {
	i := slices.IndexFunc(d.AllReasons, func(r eligibility.Reason) bool { return r.Kind() == eligibility.KindEligible })
	if i < 0 {
		return nil
	}
	return ReasonText(d, d.AllReasons[i])
}

// Figures says the income, the family size and the limit that were compared.
func Figures(d eligibility.Decision) locale.Phrase {
	return locale.ReasonIncomeDetail.With("Size", strconv.Itoa(d.FamilySize), "Income", Money(*d.Income), "Limit", Money(d.Limit))
}

// TableUsed says which income table was used, nil when none was.
func TableUsed(d eligibility.Decision) locale.Phrase {
	if d.TableEffectiveFrom.IsZero() {
		return nil
	}
	return locale.ReviewTable.With("Date", Day(d.TableEffectiveFrom))
}

// Money is an amount that is put into words when it is shown.
type Money eligibility.Cents

// In returns the amount in dollars.
func (m Money) In(ctx context.Context) string { return locale.Money(ctx, int64(m)) }
