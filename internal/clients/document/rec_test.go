package document_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/pdf"
)

// The paper about earlier months names every month with its figures, the last
// day to claim only where there is something to claim, and both signatures; it
// can be saved as a file in both languages.
func TestRec(t *testing.T) {
	day := civil.MustParse("2026-05-15")
	income := eligibility.Cents(264000)
	month := func(first string, d eligibility.Decision, from, to string) document.EarlierMonth {
		d.FamilySize, d.Income = 1, &income
		return document.EarlierMonth{First: civil.MustParse(first), Decision: d, FirstClaim: civil.MustParse(from), LastClaim: civil.MustParse(to)}
	}
	yes := eligibility.Decision{Outcome: eligibility.Eligible, Limit: 266000, TableEffectiveFrom: civil.MustParse("2026-04-01")}
	no := eligibility.Decision{
		Outcome: eligibility.Ineligible, AllReasons: []eligibility.Reason{eligibility.IncomeOverLimit, eligibility.Inmate},
		Limit: 260800, TableEffectiveFrom: civil.MustParse("2025-04-01"),
	}
	for _, language := range []locale.Language{locale.English, locale.Spanish} {
		ctx := locale.WithLanguage(t.Context(), language)
		p := document.Rec(t.Context(), document.Earlier{
			Language: language, Answers: applicationtest.Complete(t, day), HAP: "95000000G85134", Mode: application.Telephone,
			EnrolledOn: day, Statement: locale.RetroStatement, Certifier: "Ina Rossi", Site: "Harbor Test Clinic", At: day.Start(),
			Months: []document.EarlierMonth{
				month("2026-02-01", no, "2027-02-01", "2027-02-28"), month("2026-03-01", yes, "2027-03-01", "2027-03-31"),
				month("2026-04-01", yes, "2027-05-01", "2027-05-01"),
			},
			Signature: &application.Signature{
				Kind: application.Oral, Statement: application.Statement, Language: locale.English, SignedAt: day.Start(),
				Signing: application.Signing{Kept: "Call 12", Whole: true},
			},
		})
		words := p.Words()
		for _, want := range []string{
			"Rosa Delgado", "9500 0000 G8 5134", "$2,640.00", "$2,608.00", "$2,660.00", "Ina Rossi", "Call 12",
			locale.Month(ctx, civil.MustParse("2026-02-01")), locale.Date(ctx, civil.MustParse("2027-03-01")), locale.Date(ctx, civil.MustParse("2027-03-31")),
			locale.Date(ctx, civil.MustParse("2027-05-01")), locale.RecClaimBy.In(ctx), locale.RecYes.In(ctx), locale.RecNo.In(ctx),
			locale.NoticeReasonI02.In(ctx), locale.NoticeReasonI07.In(ctx), locale.RetroStatement.In(ctx), locale.NoticeHearing.In(ctx),
			locale.PaperFormOral.In(ctx), locale.PaperFormTelephone.In(ctx), locale.RecSameForm.In(ctx),
		} {
			if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, want) }) {
				t.Errorf("%s: the paper lacks %q", language, want)
			}
		}
		if text := strings.Join(words, "\n"); strings.Contains(text, locale.Date(ctx, civil.MustParse("2027-02-01"))) {
			t.Errorf("%s: a claim is offered for a month without eligibility", language)
		}
		file, err := pdf.Document(p, "", day.Start())
		if err != nil || !bytes.HasPrefix(file, []byte("%PDF-")) {
			t.Errorf("%s: no file, %v", language, err)
		}
	}
}
