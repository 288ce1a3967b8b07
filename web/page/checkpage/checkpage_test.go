package checkpage_test

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/markup"
	"familypact.example/portal/web/page/checkpage"
)

func render(t *testing.T, l locale.Language, page templ.Component) string {
	t.Helper()
	var b strings.Builder
	ctx := layout.With(locale.WithLanguage(t.Context(), l), layout.Frame{Path: "/check"})
	if err := page.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// outlook has every condition with the same result.
func outlook(r eligibility.Result) checkpage.ResultView {
	income := eligibility.Cents(150_000)
	o := eligibility.Outlook{Likely: r == eligibility.Met, FamilySize: 2, Income: &income, Limit: 260_000}
	for _, c := range []eligibility.Criterion{
		eligibility.Residence, eligibility.Institution, eligibility.PregnancyTest, eligibility.MedicalNeed,
		eligibility.MediCal, eligibility.OtherCoverage, eligibility.IncomeTest,
	} {
		o.Tests = append(o.Tests, eligibility.Test{Criterion: c, Result: r})
	}
	return checkpage.ResultView{Outlook: o, Minor: true}
}

func TestPages(t *testing.T) {
	t.Parallel()
	pages := map[string]templ.Component{}
	for p := checkpage.Residence; p < checkpage.Result; p++ {
		pages[p.Path()] = checkpage.Questions(form.New().Set("income", "5"), p)
	}
	for _, r := range []eligibility.Result{eligibility.Met, eligibility.NotMet, eligibility.NeedsAnswer} {
		pages[string(r)] = checkpage.Outcome(form.New().Set("income", "5"), outlook(r))
	}
	for name, page := range pages {
		for _, l := range locale.Languages {
			html := render(t, l, page)
			for _, wrong := range markup.Check(html) {
				t.Errorf("%s in %s: %s", name, l, wrong)
			}
			for _, personal := range []string{`name="first`, `name="last`, `name="name"`, `type="email"`, `type="tel"`, `name="birth`} {
				if strings.Contains(html, personal) {
					t.Errorf("%s asks who it is: %s", name, personal)
				}
			}
		}
	}
}

// Each condition has words for each result; a result without words would be an
// empty line.
func TestEveryConditionIsSaid(t *testing.T) {
	t.Parallel()
	for _, r := range []eligibility.Result{eligibility.Met, eligibility.NotMet, eligibility.NeedsAnswer} {
		html := render(t, locale.English, checkpage.Outcome(form.New(), outlook(r)))
		if n := strings.Count(html, `<li class="fp-reason `); n != 7 || strings.Contains(html, "</b> </p>") {
			t.Errorf("%s: %d conditions, or one without words", r, n)
		}
	}
}

// Whoever may not be eligible is told where else to go, everybody else where to
// apply.
func TestWhereToGo(t *testing.T) {
	t.Parallel()
	for r, applies := range map[eligibility.Result]bool{eligibility.Met: true, eligibility.NotMet: false, eligibility.NeedsAnswer: true} {
		html := render(t, locale.English, checkpage.Outcome(form.New(), outlook(r)))
		if strings.Contains(html, `href="/apply"`) != applies || strings.Contains(html, "Covered California: ") == applies || !strings.Contains(html, `href="/find-care"`) {
			t.Errorf("%s leads somewhere else", r)
		}
	}
}
