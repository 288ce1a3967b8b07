package errorpage_test

import (
	"context"
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/page/errorpage"
)

func render(t *testing.T, ctx context.Context, v errorpage.View) string {
	t.Helper()
	var b strings.Builder
	if err := errorpage.Page(v).Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every page renders without anything in the context but the language.
func TestPagesStandAlone(t *testing.T) {
	for _, status := range []int{400, 403, 404, 405, 409, 410, 413, 414, 415, 421, 422, 429, 431, 500, 503, 599} {
		for _, l := range locale.Languages {
			ctx := locale.WithLanguage(t.Context(), l)
			html := render(t, ctx, errorpage.View{Status: status, Reference: "1a2b3c4d"})
			if !strings.Contains(html, `lang="`+string(l)+`"`) || strings.Count(html, "<h1") != 1 {
				t.Errorf("%d in %s: wrong language or not one heading", status, l)
			}
			if shown := strings.Contains(html, "1a2b3c4d"); shown != (status >= 500) {
				t.Errorf("%d in %s: reference shown = %v", status, l, shown)
			}
		}
	}
}

func TestWords(t *testing.T) {
	tests := []struct {
		name string
		path string
		view errorpage.View
		want []string
		not  []string
	}{
		{
			name: "the fault's own words", path: "/provider/access",
			view: errorpage.View{Status: 403, Text: locale.Words("Ask your site certifier.")},
			want: []string{"Ask your site certifier.", `href="/provider"`}, not: []string{"Your account does not allow"},
		},
		{
			name: "a page that was not found says no more than that", path: "/provider/clients/x",
			view: errorpage.View{Status: 404, Text: locale.Words("no such client")},
			not:  []string{"no such client"},
		},
		{
			name: "the client area stays quiet", path: "/my/card",
			view: errorpage.View{Status: 404},
			want: []string{"My Account", `href="/my"`}, not: []string{"Family PACT", "Family Planning"},
		},
		{
			name: "the start of an area offers another try", path: "/provider",
			view: errorpage.View{Status: 503}, want: []string{"Try again", `href="/status"`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			html := render(t, layout.With(t.Context(), layout.Frame{Path: tt.path}), tt.view)
			for _, s := range tt.want {
				if !strings.Contains(html, s) {
					t.Errorf("page lacks %q", s)
				}
			}
			for _, s := range tt.not {
				if strings.Contains(html, s) {
					t.Errorf("page shows %q", s)
				}
			}
		})
	}
}
