package document

import (
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
)

var noon = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

func wordsOf(p paper.Paper) string { return strings.Join(p.Words(), "\n") }

// certified is a whole application of somebody who does not qualify.
func certified(t *testing.T, l locale.Language, changes ...applicationtest.Change) Certified {
	t.Helper()
	on := civil.Of(noon)
	a := application.Application{
		Number: "1000077", Action: application.New, Mode: application.Video,
		Answers: applicationtest.Complete(t, on, changes...),
		Signature: &application.Signature{
			Kind: application.Oral, Statement: application.Statement, Language: locale.Spanish, SignedAt: noon,
			Signing: application.Signing{Name: "Rosa Delgado", Interpreter: "Ines Baro", Witness: "Uma Otero", Kept: "Drawer nine", Whole: true},
		},
	}
	a.Disclosures = map[application.Code]application.Disclosure{}
	for _, topic := range a.Topics() {
		a.Disclosures[topic.Code] = application.Disclosure{Code: topic.Code, Answer: topic.Answers[0], GivenAt: noon}
	}
	return Certified{
		Application: a, Language: l, Certifier: "Cora Certifier", Statement: locale.CertifyStatement, Site: "North Clinic", At: noon,
		Decision: eligibility.Decision{Outcome: eligibility.Ineligible, AllReasons: []eligibility.Reason{eligibility.NotResident}},
	}
}

// The copy has every answer, the signature as it was made, what the client was
// told, the provider's certification, and the hearing rights when the client
// does not qualify (policy: client elig p3, p5).
func TestFormCopy(t *testing.T) {
	for _, l := range locale.Languages {
		ctx := locale.WithLanguage(t.Context(), l)
		got := wordsOf(Form(t.Context(), certified(t, l)))
		want := []string{
			"1000077", "Rosa Delgado", "Fresno", "2 Elm Street", "Ines Baro", "Uma Otero", "Drawer nine", "Cora Certifier",
			"North Clinic", locale.PaperFormOral.In(ctx), locale.PaperFormWhole.In(ctx), locale.CertifyStatement.In(ctx),
			locale.PaperFormIneligible.In(ctx), locale.NoticeReasonI01.In(ctx), locale.NoticeHearingFirst.In(ctx),
			locale.NoticeHearingAddress.In(ctx), locale.DisclosureD01.In(ctx), locale.DisclosureD14.In(ctx),
			locale.T(locale.WithLanguage(ctx, locale.Spanish), locale.SignStatement), // in the language in which it was signed
			locale.Date(ctx, civil.Of(noon)),
		}
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: the copy lacks %q", l, w)
			}
		}
	}
}

func TestFormCopyOfSomebodyWhoQualifies(t *testing.T) {
	c := certified(t, locale.English)
	c.Decision = eligibility.Decision{Outcome: eligibility.Eligible}
	c.HAP, c.StartsOn, c.EndsOn = "95000012A36013", civil.Of(noon), civil.Of(noon).AddDays(364)
	got := wordsOf(Form(t.Context(), c))
	for _, w := range []string{"9500 0012 A3 6013", "January 20, 2025", "January 19, 2026", "Eligible"} {
		if !strings.Contains(got, w) {
			t.Errorf("the copy lacks %q", w)
		}
	}
	if strings.Contains(got, "first level review") {
		t.Error("the copy of somebody who qualifies has the text for those who do not")
	}
}

// The number of Social Security never stands on a document in full
// (security.md 14.6).
func TestFormCopyMasksTheNumber(t *testing.T) {
	c := certified(t, locale.English, applicationtest.Answer(question.SSN, "ssn-number", "123-45-6789"))
	got := wordsOf(Form(t.Context(), c))
	if strings.Contains(got, "123-45-6789") || strings.Contains(got, "123456789") || !strings.Contains(got, "6789") {
		t.Error("the number is not masked, or missing")
	}
}

// A new question is one place in code and two texts: the completed form and
// the blank one follow by themselves.
func TestNewQuestionFollows(t *testing.T) {
	all := question.All
	t.Cleanup(func() { question.All = all })
	added, ok := question.Find(question.Marital, question.New(civil.Of(noon)))
	if !ok {
		t.Fatal("no question to start from")
	}
	added.ID, added.Label, added.Short = "pets", locale.Words("How many parrots are there?"), locale.Words("Parrots")
	fields := added.Fields
	added.Fields = func(a question.Answers, x question.Answer) []question.Field {
		list := fields(a, x)
		list[0].Label = added.Label
		return list
	}
	question.All = append(question.All[:len(all):len(all)], added)
	form := wordsOf(Form(t.Context(), certified(t, locale.English)))
	if !strings.Contains(form, "Parrots\n"+locale.QAnswerNotProvided.In(t.Context())) {
		t.Error("the completed form lacks the new question")
	}
	if !strings.Contains(wordsOf(Blank(t.Context(), locale.Spanish, locale.CertifyStatement, civil.Of(noon))), "How many parrots are there?") {
		t.Error("the blank form lacks the new question")
	}
}

// The blank form has every question and every box, and nothing of the other
// language.
func TestBlank(t *testing.T) {
	for _, l := range locale.Languages {
		ctx := locale.WithLanguage(t.Context(), l)
		p := Blank(t.Context(), l, locale.CertifyStatement, civil.Of(noon))
		got := wordsOf(p)
		for _, q := range question.All {
			if label := q.Label.In(ctx); q.Kind != question.KindTotal && !strings.Contains(got, label) {
				t.Errorf("%s: the blank form lacks %q", l, label)
			}
		}
		for _, w := range []locale.Phrase{
			locale.QYes, locale.PaperBlankSignature, locale.PaperBlankCertifierSignature, locale.PaperBlankIneligible,
			locale.SignStatement, locale.CertifyStatement, locale.QHouseholdRelationChild, locale.QIncomeOftenTwoWeeks,
		} {
			if !strings.Contains(got, w.In(ctx)) {
				t.Errorf("%s: the blank form lacks %q", l, w.In(ctx))
			}
		}
		if p.Name != locale.PaperNameForm.In(ctx) || p.Language != l {
			t.Errorf("%s: name %q, language %s", l, p.Name, p.Language)
		}
	}
}
