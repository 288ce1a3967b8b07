package document_test

import (
	"bytes"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/pdf"
)

// The blank form about earlier months has three parts, each with every question
// of need and coverage, room for the family and for what the clinic decides; the
// claim, both signatures and the hearing rights once. It is in one language, and
// can be saved as a file.
func TestBlankRec(t *testing.T) {
	on := civil.MustParse("2026-05-15")
	for _, l := range locale.Languages {
		ctx := locale.WithLanguage(t.Context(), l)
		p := document.BlankRec(t.Context(), l, locale.RetroStatement, on)
		words := strings.Join(p.Words(), "\n")
		for n, list := range map[int][]locale.Phrase{
			1: {
				locale.RecTitle, locale.PaperBlankRecIntro, locale.RecClaimAddress, locale.PaperBlankSignature, locale.RetroStatement,
				locale.SignStatement, locale.PaperBlankCertifierSignature, locale.NoticeHearingFirst,
				locale.PaperBlankRecPart.With("Number", 1), locale.PaperBlankRecPart.With("Number", 3),
			},
			3: {
				locale.PaperBlankRecMonth, locale.RetroHowDifferent, locale.PaperBlankRecHousehold, locale.NoticeFiguresIncome,
				locale.PaperBlankIneligible, locale.PaperBlankRecPerson.With("Number", 5), locale.QNeedLabel, locale.QMediCalLabel,
				locale.QInstitutionLabel, locale.QResidentLabel, locale.QInsuranceLabel, locale.QPregnantLabel,
			},
		} {
			for _, x := range list {
				if got := strings.Count(words, x.In(ctx)); got < n || n == 1 && got > 1 {
					t.Errorf("%s: %q stands %d times, want %d", l, x.In(ctx), got, n)
				}
			}
		}
		for _, q := range question.All {
			if q.Part == question.NeedAndCoverage && strings.Count(words, q.Label.In(ctx)) < 3 {
				t.Errorf("%s: %s is not asked for each month", l, q.ID)
			}
		}
		if p.Language != l {
			t.Errorf("the form is in %s, want %s", p.Language, l)
		}
		file, err := pdf.Document(p, "", on.Start())
		if err != nil || !bytes.HasPrefix(file, []byte("%PDF")) {
			t.Errorf("%s: as a file: %v", l, err)
		}
	}
}
