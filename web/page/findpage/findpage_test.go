package findpage_test

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/markup"
	"familypact.example/portal/web/page/findpage"
)

func TestPage(t *testing.T) {
	t.Parallel()
	p, _ := codelist.ZIP("95814")
	near := findpage.View{Found: true, ZIP: p.ZIP, Place: locale.Words(p.City), Within: 10, Page: 2, Last: 3, Total: 41}
	near.Near(codelist.Within(p, 10))
	for _, zip := range []string{"95814", "95816-1234"} {
		near.Clinics = append(near.Clinics, site.Clinic{Name: "Clinic " + zip, Street: "1 Oak Street", City: "Sacramento", ZIP: zip, Phone: "555-555-0100"})
	}
	none := findpage.View{Found: true, Place: locale.Words("Fresno"), Page: 1, Last: 1}
	for name, v := range map[string]findpage.View{"empty": {}, "near": near, "none": none} {
		for _, l := range locale.Languages {
			var b strings.Builder
			ctx := layout.With(locale.WithLanguage(t.Context(), l), layout.Frame{Path: "/find-care"})
			if err := findpage.Find(form.New().Set("where", "x"), v).Render(ctx, &b); err != nil {
				t.Fatal(err)
			}
			html := b.String()
			for _, wrong := range markup.Check(html) {
				t.Errorf("%s in %s: %s", name, l, wrong)
			}
			if l == locale.English && name == "near" && (!strings.Contains(html, "In this ZIP code") || strings.Contains(html, ">0.0 miles")) {
				t.Error("distances are not said")
			}
		}
	}
}
