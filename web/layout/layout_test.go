package layout_test

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/markup"
	"familypact.example/portal/web/ui"
)

func render(t *testing.T, ctx context.Context, frame templ.Component) string {
	t.Helper()
	var b strings.Builder
	ctx = templ.WithChildren(ctx, templ.Raw(`<h1 class="govuk-heading-l">Page</h1><form id="answers"></form>`))
	if err := frame.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var title = locale.Words("Page")

// full is a frame with everything in it.
func full(path string) layout.Frame {
	return layout.Frame{
		Path: path, Query: "page=2", Name: "Sample Person", Account: "/provider/account", Minutes: 30, Training: true, Theme: "dark",
		Menu:  []layout.Item{{Text: locale.Words("Home"), Href: "/provider"}, {Text: locale.Words("Staff"), Href: "/provider/access", Count: 3}},
		Site:  layout.Site{Name: "Sample Clinic", Detail: "NPI 1234567893", Switch: "/provider/site"},
		Flash: layout.Flash{Text: locale.Words("It was done."), Success: true, Link: &ui.Link{Text: locale.Words("Undo"), Href: "/provider/undo"}},
	}
}

func TestFramesAreSound(t *testing.T) {
	frames := map[string]func(locale.Phrase, ...layout.Option) templ.Component{
		"public": layout.Public, "sign-in": layout.SignIn, "client": layout.Client, "provider": layout.Provider,
		"ofp": layout.OFP, "desk": layout.Desk, "demo": layout.Demo, "here": layout.Here,
	}
	trail := layout.Trail(ui.Link{Text: locale.Words("Clients"), Href: "/provider/clients"}, ui.Link{Text: title})
	for name, frame := range frames {
		for _, l := range locale.Languages {
			for _, f := range []layout.Frame{{}, full("/provider/access/new")} {
				for _, o := range [][]layout.Option{nil, {layout.Back("/"), layout.SwitchForm("answers")}, {trail, layout.Wide()}, {layout.Landing()}} {
					ctx := layout.With(locale.WithLanguage(t.Context(), l), f)
					for _, wrong := range markup.Check(render(t, ctx, frame(title, o...))) {
						t.Errorf("%s, %s: %s", name, l, wrong)
					}
				}
			}
		}
	}
}

func TestTitles(t *testing.T) {
	tests := []struct {
		name  string
		frame templ.Component
		with  layout.Frame
		want  string
	}{
		{"public", layout.Public(title), layout.Frame{}, "Page – Family PACT"},
		{"client is quiet", layout.Client(title), layout.Frame{}, "Page – My Account"},
		{"quiet outside the client area", layout.SignIn(title, layout.Quiet()), layout.Frame{}, "Page – My Account"},
		{"not twice the same", layout.SignIn(locale.LayoutSuffixSignIn), layout.Frame{}, "Sign in"},
		{"with faults", layout.Provider(title), layout.Frame{Faulty: true}, "Error: Page – Provider portal"},
		{"error below /my", layout.Here(title), layout.Frame{Path: "/my/x"}, "Page – My Account"},
		{"error below /ofp", layout.Here(title), layout.Frame{Path: "/ofp/x"}, "Page – OFP"},
		{"/providers is public", layout.Here(title), layout.Frame{Path: "/providers"}, "Page – Family PACT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if html := render(t, layout.With(t.Context(), tt.with), tt.frame); !strings.Contains(html, "<title>"+tt.want+"</title>") {
				t.Errorf("title is not %q", tt.want)
			}
		})
	}
}

func TestWhatAFrameShows(t *testing.T) {
	spanish := locale.WithLanguage(t.Context(), locale.Spanish)
	tests := []struct {
		name      string
		ctx       context.Context
		frame     templ.Component
		want, not []string
	}{
		{
			"client area: quiet, with exit", layout.With(t.Context(), layout.Frame{Path: "/my"}), layout.Client(title),
			[]string{"icon-quiet", `href="/leave"`, `name="robots" content="noindex"`}, []string{"Family PACT", "Family Planning", `<h2 class="govuk-notification`},
		},
		{
			"public in Spanish", layout.With(spanish, layout.Frame{Path: "/contact"}), layout.Public(title),
			[]string{`lang="es"`, `href="/contact" rel="alternate" lang="en"`, `href="/es/privacy"`, `href="/es/leave"`, `hreflang="es" href="/es/contact"`}, []string{"noindex"},
		},
		{
			"start page in English", layout.With(t.Context(), layout.Frame{Path: "/"}), layout.Public(title),
			[]string{`href="/es" rel="alternate"`}, []string{`href="/es/"`},
		},
		{"staff page: no exit", t.Context(), layout.Public(title, layout.NoExit()), nil, []string{"/leave"}},
		{
			"provider portal: site, no languages, no exit", layout.With(t.Context(), full("/provider/access/new")), layout.Provider(title),
			[]string{"Sample Clinic", `href="/provider/site"`, `aria-current="true"`, "Training copy", `data-theme="dark"`, `data-seconds="1800"`, "after 30 minutes", `action="/sign-out"`},
			[]string{"/leave", "Español"},
		},
		{
			"form: the switch of languages sends it", layout.With(t.Context(), layout.Frame{Path: "/my/application/name"}), layout.Client(title, layout.SwitchForm("answers")),
			[]string{`<button class="fp-language" form="answers" formnovalidate name="switch-language" value="es" lang="es">`}, []string{`rel="alternate" lang="es"`},
		},
		{"nobody: no limit of time", layout.With(t.Context(), layout.Frame{Minutes: 30}), layout.Public(title), nil, []string{"fp-time-limit", "after 30 minutes"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			html := render(t, tt.ctx, tt.frame)
			for _, s := range tt.want {
				if !strings.Contains(html, s) {
					t.Errorf("frame lacks %q", s)
				}
			}
			for _, s := range tt.not {
				if strings.Contains(html, s) {
					t.Errorf("frame has %q", s)
				}
			}
		})
	}
}

func TestCurrentMenuItem(t *testing.T) {
	menu := []layout.Item{
		{Text: locale.Words("Home"), Href: "/provider"}, {Text: locale.Words("Clients"), Href: "/provider/clients"},
		{Text: locale.Words("Mine"), Href: "/provider/clients/mine"},
	}
	for path, want := range map[string]string{
		"/provider":                "Home",
		"/provider/clients":        "Clients",
		"/provider/clients/1":      "Clients",
		"/provider/clients/mine/2": "Mine",
		"/provider/clientsx":       "",
		"/provider/access":         "",
	} {
		html := render(t, layout.With(t.Context(), layout.Frame{Path: path, Menu: menu}), layout.Provider(title))
		got := ""
		if _, rest, ok := strings.Cut(html, `active-fallback">`); ok {
			got, _, _ = strings.Cut(rest, "<")
		}
		if got != want || strings.Count(html, "active-fallback") > 1 {
			t.Errorf("at %s the menu marks %q, want %q", path, got, want)
		}
	}
}
