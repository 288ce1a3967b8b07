package layout_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/page/publicpage"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/card"
	"familypact.example/portal/web/ui/chart"
)

func TestMain(m *testing.M) {
	m.Run()
	browsertest.Stop()
}

func word(s string) locale.Phrase { return locale.Words(s) }

func all(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return templ.Join(parts...).Render(templ.ClearChildren(ctx), w)
	})
}

// within renders a component with content as its children.
func within(outer, inner templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, inner), w)
	})
}

var long = word("Una respuesta con palabras extraordinariamente largas, como Wohnungsgenossenschaftsversammlung")

func fields() templ.Component {
	f := form.New().Set("amount", "about 1200").Set("period", "week")
	f.Note("amount", word("Enter an amount, like 1250"))
	f.Note("birth-date", word("Enter your birth date"))
	f.Note("period", word("Select how often"))
	f.Note("agree", word("Tick the box"))
	items := []ui.Choice{{Value: "week", Label: word("Every week"), Hint: long, Reveal: ui.TextField(f, ui.Field{Name: "since", Label: word("Since when")})}, {Value: "no", Or: word("or"), Label: long, Alone: true}}
	return all(
		ui.ErrorSummary(f), ui.Progress(3, 5, word("Income")), ui.Title(word("Part"), word("Fields")),
		templ.Raw(`<form method="post" id="answers" data-module="fp-unsaved" novalidate>`), ui.SubmissionField(f),
		ui.MoneyField(f, ui.Field{Name: "amount", Label: word("Amount"), Hint: long}),
		ui.TextField(f, ui.Field{Name: "county", Label: word("County"), Suggestions: []string{"Fresno"}, Optional: true, Suffix: "CA"}),
		ui.DateField(f, ui.Field{Name: "birth-date", Label: word("Birth date"), Autocomplete: "bday"}),
		ui.Radios(f, ui.Choices{Name: "period", Legend: word("How often"), Size: "s", Items: items}),
		ui.Checkboxes(f, ui.Choices{Name: "ways", Legend: word("Which"), Items: []ui.Choice{{Value: "a", Label: long}, {Value: "b", Label: word("B")}}}),
		ui.Checkbox(f, "agree", long), ui.TextArea(f, ui.Field{Name: "note", Label: word("Note"), Max: 200}),
		ui.Select(f, ui.Field{Name: "language", Label: word("Language")}, []ui.Choice{{Label: locale.UiSelectChoose}, {Value: "en", Label: long}}),
		ui.PasswordField(f, ui.Field{Name: "password", Label: word("New password")}, 12), ui.CodeField(f, ui.Field{Name: "code", Label: word("Code"), InputMode: "numeric"}),
		ui.FileField(f, ui.Field{Name: "file", Label: word("File")}), ui.Why(long), ui.Button(word("Save and continue"), ""), ui.NamedButton(word("Delete"), "act", "delete", "warning"),
		templ.Raw(`</form>`),
	)
}

func content() templ.Component {
	link := ui.Link{Text: word("Change"), Href: "/x"}
	cells := []ui.Cell{ui.Text("Alvarez, M."), ui.Text("9500 0012 A3 6013"), {Text: word("Ends soon"), Tag: true, Kind: ui.Bad}, {Text: word("Recertify"), Href: "/x", Hidden: word("Alvarez, M.")}}
	columns := []ui.Column{{Label: word("Name"), Sort: "/x?sort=name", Order: "ascending"}, {Label: word("HAP number")}, {Label: word("Status")}, {Label: word("Act"), Hidden: true}}
	return all(
		within(ui.Panel(word("It is done")), templ.Raw(`<span class="fp-number">9500 0012 A3 6013</span>`)), ui.Confidential(word("Keep this private"), long),
		within(ui.Box(word("Figures")), chart.BarChart(chart.Bars{ID: "c", Title: word("Enrollments"), Message: word("Most in May"), Head: word("Month"), Series: []locale.Phrase{word("New"), word("Again")}, Groups: []chart.Group{{Label: word("Apr"), Values: []int{4, 9}}, {Label: word("May"), Values: []int{40, 12}}}})),
		ui.Tiles([]ui.Tile{{Number: "412", Label: word("active clients"), Link: link}, {Number: "9", Label: long, Link: link, Kind: ui.Bad}}),
		ui.FilterChips([]ui.Link{{Text: word("Status: ends soon"), Href: "/x"}}, "/x"), ui.DataTable(ui.Table{Caption: word("1 to 1 of 312"), Columns: columns, Rows: [][]ui.Cell{cells}}),
		ui.Pagination(ui.Pages{Number: 4, Size: 25, Total: 312, Path: "/x"}),
		ui.SummaryCard(word("Answers"), []ui.Link{link}, []ui.Row{{Key: word("Name"), Values: ui.Words("Sample", "Person"), Acts: []ui.Link{link, link}}, {Key: word("Phone"), Values: []locale.Phrase{long}}}),
		ui.ReasonsList([]ui.Reason{{Outcome: ui.Met, Text: word("Lives in California"), Detail: long}, {Outcome: ui.Unmet, Text: word("Income")}, {Outcome: ui.Open, Text: word("Coverage")}}),
		ui.TaskList([]ui.Task{{Link: link, Hint: long, Status: word("Not started"), Kind: ui.Quiet}, {Link: ui.Link{Text: word("Later")}, Status: word("Done"), Done: true}}),
		ui.Timeline([]ui.Event{{When: word("01/13/2026"), Title: word("Reaffirmed"), Text: long}}), ui.DifferenceTable(word("Changes"), word("Before"), word("After"), []ui.Difference{{Label: word("Family size"), Before: word("2"), After: word("3")}}),
		ui.WarningText(long), within(ui.InsetText(), templ.Raw("Apart.")), within(ui.EmptyState(word("Nothing yet"), long), ui.ButtonLink(link, "secondary")), ui.CopyButton("9500"), ui.PrintButton(),
		card.Sheet(card.Card{Name: "Sample Person", Number: "95000012A36013", Issued: word("01/13/2025"), Period: word("01/13/2025 – 01/12/2026")}),
	)
}

// site serves every component, the frames around them and the files, under the
// portal's own content policy.
func site(t *testing.T) string {
	t.Helper()
	pages := map[string]templ.Component{
		"/":                publicpage.Home(),
		"/contact":         publicpage.Contact(),
		"/my/fields":       within(layout.Client(word("Fields"), layout.Back("/my"), layout.SwitchForm("answers")), fields()),
		"/provider/things": within(layout.Provider(word("Things"), layout.Trail(ui.Link{Text: word("Clients"), Href: "/provider"}, ui.Link{Text: word("Things")})), content()),
		"/session/expired": within(layout.SignIn(word("Signed out")), templ.Raw("<h1>Signed out</h1>")),
		"/ofp/fields":      within(layout.OFP(word("Fields")), fields()),
	}
	mux := http.NewServeMux()
	var extended atomic.Int32
	mux.Handle("/static/", web.Handler())
	mux.HandleFunc("/leave", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/weather", http.StatusSeeOther) })
	mux.HandleFunc("POST /session/extend", func(w http.ResponseWriter, r *http.Request) {
		if extended.Add(1) > 1 {
			http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/weather", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!DOCTYPE html><html lang="en"><head><link rel="icon" href="data:,"><title>Weather</title></head><body><h1>Weather</h1></body></html>`)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		path, es := strings.CutPrefix(r.URL.Path, "/es")
		ctx := r.Context()
		if es {
			ctx = locale.WithLanguage(ctx, locale.Spanish)
		}
		f := layout.Frame{Path: path, Menu: full("").Menu, Training: true}
		if strings.Contains(path, "/provider") || strings.Contains(path, "/my") {
			f = full(path)
			f.Theme, f.Query = "", ""
			if r.URL.Query().Get("rest") != "" {
				f.Minutes = 2
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'")
		if page, ok := pages[path]; ok {
			if err := page.Render(layout.With(ctx, f), w); err != nil {
				t.Error(err)
			}
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// Every component in every frame: no violation of the accessibility rules, no
// sideways scrolling, nothing in the console.
func TestInABrowser(t *testing.T) {
	address := site(t)
	for name, o := range map[string]browsertest.Options{
		"wide": {}, "phone, dark": {Width: 320, Height: 640, Dark: true}, "without script": {NoScript: true, Width: 320, Height: 640},
	} {
		p := browsertest.Tab(t, o)
		for _, path := range []string{"/", "/contact", "/my/fields", "/es/my/fields", "/provider/things", "/ofp/fields"} {
			p.Goto(address + path)
			if over := p.Overflow(); over > 0 {
				t.Errorf("%s, %s: %d pixels too wide", name, path, over)
			}
			if o.NoScript {
				continue
			}
			for _, v := range p.Axe() {
				t.Errorf("%s, %s: %s: %s %v", name, path, v.ID, v.Help, v.Nodes)
			}
		}
	}
}

// Quick exit replaces the page, so that the way back does not lead to it.
func TestQuickExitReplacesThePage(t *testing.T) {
	p := browsertest.Tab(t, browsertest.Options{})
	address := site(t)
	p.Goto(address + "/weather")
	p.Goto(address + "/my/fields")
	before := browsertest.Eval[int](p, "history.length")
	p.Follow("Leave this site")
	if p.Title() != "Weather" {
		t.Fatalf("quick exit leads to %q", p.Title())
	}
	if after := browsertest.Eval[int](p, "history.length"); after != before {
		t.Errorf("history grew from %d to %d", before, after)
	}
}

// Two minutes before the end a dialog asks; staying closes it, and a session
// that is over leads to the page that says so.
func TestTimeLimit(t *testing.T) {
	p := browsertest.Tab(t, browsertest.Options{})
	address := site(t)
	open := func() bool { return browsertest.Eval[bool](p, "document.querySelector('dialog').open") }
	p.Goto(address + "/provider/things")
	if open() {
		t.Error("the dialog is open with 30 minutes left")
	}
	p.Goto(address + "/provider/things?rest=short")
	if !open() || !p.Has("Do you need more time?") {
		t.Fatal("the dialog is closed with 2 minutes left")
	}
	for _, v := range p.Axe() {
		t.Errorf("dialog: %s: %s %v", v.ID, v.Help, v.Nodes)
	}
	browsertest.Eval[bool](p, `new Promise((done) => {
		document.querySelector("dialog").addEventListener("close", () => done(true));
		document.querySelector("[data-stay] button").click();
	})`)
	if open() {
		t.Error("staying does not close the dialog")
	}
	p.Goto(address + "/provider/things?rest=short")
	p.Press("Stay signed in")
	if p.Title() != "Signed out – Sign in" {
		t.Errorf("a session that is over leads to %q", p.Title())
	}
}
