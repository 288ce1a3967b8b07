package publicpage_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/andybalholm/brotli"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/markup"
	"familypact.example/portal/web/page/checkpage"
	"familypact.example/portal/web/page/findpage"
	"familypact.example/portal/web/page/publicpage"
)

func pages() map[string]templ.Component {
	tables := incometable.Shipped()
	last := tables[len(tables)-1]
	return map[string]templ.Component{
		"/":                       publicpage.Home(),
		"/eligibility":            publicpage.Eligibility(publicpage.EligibilityView{Table: &last, NextFrom: last.EffectiveFrom}),
		"/contact":                publicpage.Contact(),
		"/privacy":                publicpage.Privacy(),
		"/safety":                 publicpage.Safety(),
		"/accessibility":          publicpage.Accessibility(),
		"/language-help":          publicpage.LanguageHelp(),
		"/nondiscrimination":      publicpage.Nondiscrimination(),
		"/terms":                  publicpage.Terms(),
		"/status":                 publicpage.Status(publicpage.StatusView{At: time.Unix(0, 0)}),
		"/about":                  publicpage.About(),
		"/how-to-use":             publicpage.HowToUse(),
		"/rights":                 publicpage.Rights(),
		"/rights/hearing":         publicpage.Hearing(),
		"/forms":                  publicpage.Forms(),
		"/apply":                  publicpage.Apply(true),
		"/sitemap":                publicpage.Sitemap(),
		"/check":                  checkpage.Questions(form.New(), checkpage.Residence),
		"/find-care":              findpage.Find(form.New(), findpage.View{}),
		"/providers":              publicpage.Providers(),
		"/providers/my-code/sent": publicpage.MyCodeSent(),
		"/providers/my-code":      publicpage.MyCode(form.New(), publicpage.MyCodeView{}),
	}
}

func render(t *testing.T, path string, l locale.Language, page templ.Component) string {
	t.Helper()
	var b strings.Builder
	ctx := layout.With(locale.WithLanguage(t.Context(), l), layout.Frame{Path: path})
	if err := page.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The one list of public pages has each page that is here, but for the answer
// to a question, and nothing else.
func TestListOfPagesIsWhole(t *testing.T) {
	all := pages()
	delete(all, "/providers/my-code/sent")
	for _, path := range publicpage.Paths() {
		if all[path] == nil {
			t.Errorf("%s is no page", path)
		}
		delete(all, path)
	}
	for path := range all {
		t.Errorf("%s is not in the list", path)
	}
}

// Every page is sound in both languages and within the budgets of ux.md 12.
func TestPages(t *testing.T) {
	titles := map[string]string{}
	for path, page := range pages() {
		for _, l := range locale.Languages {
			html := render(t, path, l, page)
			for _, wrong := range markup.Check(html) {
				t.Errorf("%s in %s: %s", path, l, wrong)
			}
			if n := compressed(html); n > 6_000 {
				t.Errorf("%s in %s: %d bytes compressed, limit 6000", path, l, n)
			}
			if n := markup.Elements(html); n > 1_500 {
				t.Errorf("%s in %s: %d elements, limit 1500", path, l, n)
			}
			_, rest, _ := strings.Cut(html, "<title>")
			title, _, _ := strings.Cut(rest, "</title>")
			if other, ok := titles[title]; ok && other != path {
				t.Errorf("%s and %s have the title %q", path, other, title)
			}
			titles[title] = path
		}
	}
}

func compressed(html string) int {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, 5)
	_, _ = w.Write([]byte(html))
	_ = w.Close()
	return b.Len()
}

// Every link inside the site leads to a page that exists: one of these, or one
// of those named here, which other handlers answer.
func TestLinksLeadSomewhere(t *testing.T) {
	known := map[string]bool{"/sign-in": true, "/create-account": true, "/leave": true, "/register": true, "/forms/cec": true, "/forms/rec": true}
	all := pages()
	for path := range all {
		known[path] = true
	}
	for path, page := range all {
		for part := range strings.SplitSeq(render(t, path, locale.English, page), `href="`) {
			href, _, _ := strings.Cut(part, `"`)
			href, _, _ = strings.Cut(href, "?")
			href = strings.TrimSuffix(href, "/pdf")
			if strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "/static/") && !strings.HasPrefix(href, "/es") && !known[href] {
				t.Errorf("%s leads to %s", path, href)
			}
		}
	}
}

// Whoever has a problem with a code never sees the number of the service
// center for it, and no problem has two numbers (domain/portal.md 25).
func TestOneNumberForEachProblem(t *testing.T) {
	html := render(t, "/contact", locale.English, publicpage.Contact())
	cards := strings.Split(html, `<li class="fp-card">`)[1:]
	if len(cards) < 5 {
		t.Fatalf("%d problems", len(cards))
	}
	for _, c := range cards {
		c, _, _ = strings.Cut(c, "</li>")
		if strings.Count(c, "tel:") > 1 {
			t.Errorf("two numbers for one problem: %s", c)
		}
		if strings.Contains(c, "access code") && strings.Contains(c, "906-8521") {
			t.Error("the service center is named for codes")
		}
	}
}

func TestMyCodeByTheDay(t *testing.T) {
	const itself, office = "by itself", "for a new code."
	on := func(day string, l locale.Language, dates calendar.Calendar) string {
		return render(t, "/providers/my-code", l, publicpage.MyCode(form.New(), publicpage.MyCodeView{Today: civil.MustParse(day), Dates: dates}))
	}
	before := on("2025-01-12", locale.English, calendar.Launch)
	inside := on("2025-02-03", locale.English, calendar.Launch)
	after := on("2025-02-04", locale.English, calendar.Launch)
	if !strings.Contains(before, "From January 13 on") || strings.Contains(before, office) {
		t.Error("before the window the page does not say from when on codes come by themselves")
	}
	moved := calendar.Launch
	moved.ReissueTo = civil.MustParse("2025-02-10")
	if later := on("2025-02-04", locale.Spanish, moved); !strings.Contains(later, "hasta el 10 de febrero.") {
		t.Error("the page does not name the last day that OFP has set")
	}
	if !strings.Contains(inside, itself) || strings.Contains(inside, office) {
		t.Error("inside the window the page does not say that a code comes by itself")
	}
	if strings.Contains(after, itself) || !strings.Contains(after, office) {
		t.Error("after the window the page does not lead to the office")
	}
}

// Nobody is sent to a page for applying online where that is not open.
func TestApplyWithoutOnline(t *testing.T) {
	for _, online := range []bool{true, false} {
		html := render(t, "/apply", locale.English, publicpage.Apply(online))
		if strings.Contains(html, `href="/register"`) != online || !strings.Contains(html, `href="/find-care"`) {
			t.Errorf("online %v: the page leads somewhere else", online)
		}
	}
}

func TestLicensesAreComplete(t *testing.T) {
	html := render(t, "/terms", locale.English, publicpage.Terms())
	file, err := os.ReadFile("../../../THIRD_PARTY_LICENSES")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"Crown Copyright", "SIL OPEN FONT LICENSE"} {
		if !strings.Contains(html, s) || !bytes.Contains(file, []byte(s)) {
			t.Errorf("%q does not stand on the page and in the file", s)
		}
	}
}
