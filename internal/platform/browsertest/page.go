package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "embed"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// stepLimit is how long one step may take, a page load included.
const stepLimit = 20 * time.Second

// Options say what kind of window a tab is.
type Options struct {
	Width, Height int  // in CSS pixels; 1280 by 900 when zero
	Dark          bool // the person prefers dark colors
	NoScript      bool // the browser runs no script of the pages
}

// Page is one tab of a browser of its own: it shares no cookie with other tabs.
// Its methods fail the test when a step cannot be done. It is for one goroutine.
type Page struct {
	t      testing.TB
	ctx    context.Context
	watch  *watch
	status int
}

// Tab opens a tab for the test. It is closed at the end, and the test fails if
// a page in it logged an error, broke the content policy, missed a file, or
// asked a host other than the ones it was sent to.
func Tab(t testing.TB, o Options) *Page {
	t.Helper()
	return open(t, theBrowser(t), o, &trace{}, chromedp.WithNewBrowserContext())
}

// Another opens a second tab in the same browser as p, with its cookies.
func (p *Page) Another(t testing.TB, o Options) *Page {
	t.Helper()
	return open(t, p.ctx, o, p.watch.trace)
}

func open(t testing.TB, parent context.Context, o Options, tr *trace, options ...chromedp.ContextOption) *Page {
	t.Helper()
	p := &Page{t: t, watch: newWatch(tr)}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(p.watch.see))...)
	p.ctx = ctx
	t.Cleanup(func() {
		p.report()
		cancel()
	})
	// The first step ties the tab to its context, so it has no deadline.
	if err := chromedp.Do(ctx, o.steps()...); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	return p
}

func (o Options) steps() []chromedp.Action[chromedp.Void] {
	width, height := o.Width, o.Height
	if width == 0 {
		width = 1280
	}
	if height == 0 {
		height = 900
	}
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	return []chromedp.Action[chromedp.Void]{
		chromedp.EmulateViewport(int64(width), int64(height)),
		func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			}})
			return chromedp.Void{}, err
		},
		func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.NoScript})
			return chromedp.Void{}, err
		},
	}
}

// Context returns the chromedp context of the tab, for what has no method here.
func (p *Page) Context() context.Context { return p.ctx }

// Goto opens an absolute address and waits until it has loaded. Its host may be
// asked for files from then on.
func (p *Page) Goto(address string) {
	p.t.Helper()
	p.watch.allow(address)
	p.load("go to "+address, chromedp.Navigate(address))
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.t.Helper()
	p.load("reload", chromedp.Reload())
}

// Back goes back to the page before.
func (p *Page) Back() {
	p.t.Helper()
	p.do("go back", chromedp.NavigateBack())
}

// Press presses the button with that text and waits for the page that follows.
func (p *Page) Press(text string) {
	p.t.Helper()
	p.load(fmt.Sprintf("press %q", text), click("button", text))
}

// Follow follows the link with that text and waits for the page that follows.
func (p *Page) Follow(text string) {
	p.t.Helper()
	p.load(fmt.Sprintf("follow %q", text), click("link", text))
}

// Click clicks the button with that text and waits for nothing: for buttons of
// scripts and for folded details.
func (p *Page) Click(text string) {
	p.t.Helper()
	p.do(fmt.Sprintf("click %q", text), click("button", text))
}

// Fill replaces what is in a field, found by its label or its name. A legend
// may come first when several fields have the same label:
// Fill("Date of birth", "Month", "4"). The last word is the value.
func (p *Page) Fill(wordsAndValue ...string) {
	p.t.Helper()
	words, value := split(p.t, wordsAndValue)
	p.watch.trace.keep(value)
	field := finder("field", words)
	p.do(fmt.Sprintf("fill %q", words),
		chromedp.Focus(field),
		chromedp.Evaluate[chromedp.Void]("void "+string(field)+".select()"),
		insert(field, value))
}

// Select picks an option of a list by its words or its value; the words before
// the option are those of Fill.
func (p *Page) Select(wordsAndOption ...string) {
	p.t.Helper()
	words, option := split(p.t, wordsAndOption)
	field := finder("field", words)
	p.do(fmt.Sprintf("select %q", wordsAndOption), chromedp.WaitReady(field),
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`((list, want) => {
			const o = [...list.options].find((o) => o.text.trim() === want || o.value === want);
			if (!o) throw new Error("no such option");
			list.value = o.value;
			list.dispatchEvent(new Event("input", {bubbles: true}));
			list.dispatchEvent(new Event("change", {bubbles: true}));
		})(%s, %s)`, field, quote(option))))
}

// Choose clicks a radio button or check box by its label; the question may come
// first: Choose("Do you have insurance?", "No").
func (p *Page) Choose(words ...string) {
	p.t.Helper()
	p.do(fmt.Sprintf("choose %q", words), click("choice", words...))
}

// Upload names a file in a file field found by its label or name.
func (p *Page) Upload(label, path string) {
	p.t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.do(fmt.Sprintf("upload to %q", label), chromedp.SetUploadFiles(finder("field", []string{label}), []string{abs}))
}

// Type sends keys to whatever has the focus; "\t" and "\r" are Tab and Enter.
func (p *Page) Type(keys string) {
	p.t.Helper()
	p.do("type", chromedp.KeyEvent(keys))
}

// Status returns the HTTP status of the page that was loaded last.
func (p *Page) Status() int { return p.status }

// URL returns the address of the page.
func (p *Page) URL() string {
	p.t.Helper()
	return Get(p, "read the address", chromedp.Location())
}

// Title returns the title of the page.
func (p *Page) Title() string {
	p.t.Helper()
	return Get(p, "read the title", chromedp.Title())
}

// Text returns the text of the first element that the CSS selector matches, as
// it is shown, or "" when there is none.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return Eval[string](p, fmt.Sprintf(`((document.querySelector(%s) || {}).innerText || "").trim()`, quote(selector)))
}

// Texts returns the texts of all elements that the CSS selector matches.
func (p *Page) Texts(selector string) []string {
	p.t.Helper()
	return Eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(%s)].map((e) => (e.innerText || "").trim())`, quote(selector)))
}

// Has reports whether the page shows the text, wherever lines break.
func (p *Page) Has(text string) bool {
	p.t.Helper()
	return strings.Contains(strings.Join(strings.Fields(p.Text("body")), " "), text)
}

// Want fails the test for every text that the page does not show.
func (p *Page) Want(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if !p.Has(text) {
			p.t.Errorf("the page does not show %q\n%s", text, p.describe())
		}
	}
}

// Value returns what is in a field found as by Fill.
func (p *Page) Value(words ...string) string {
	p.t.Helper()
	return Get(p, fmt.Sprintf("read %q", words), chromedp.Value(finder("field", words)))
}

// Attribute returns an attribute of the first element that the CSS selector
// matches, or "".
func (p *Page) Attribute(selector, name string) string {
	p.t.Helper()
	return Eval[string](p, fmt.Sprintf(`((e) => e && e.getAttribute(%s) || "")(document.querySelector(%s))`, quote(name), quote(selector)))
}

// Overflow returns by how many pixels the page is wider than its window: 0 when
// nobody has to scroll sideways.
func (p *Page) Overflow() int {
	p.t.Helper()
	return Eval[int](p, `Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)`)
}

// Screenshot writes the whole page as a PNG file and makes its folder.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	image := Get(p, "take a screenshot", chromedp.FullScreenshot(100))
	err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, image, 0o644))
	if err != nil {
		p.t.Fatal(err)
	}
}

// Eval evaluates a script expression in the page; the content policy does not
// stop it.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return Get(p, "evaluate", chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Get runs a chromedp action in the tab and returns its value.
func Get[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", what, err, p.describe())
	}
	return v
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v\n%s", what, err, p.describe())
	}
}

// load runs steps that end in another page and keeps its status.
func (p *Page) load(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	var response *network.Response
	response, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", what, err, p.describe())
	}
	if response != nil {
		p.status = int(response.Status)
	}
}

// describe says where the tab is, for the message of a failure.
func (p *Page) describe() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](`
		"at " + location.href + "\n" + ["h1", ".govuk-error-summary", "main"].map((s) =>
			s + ": " + ((document.querySelector(s) || {}).innerText || "").slice(0, 1500)).join("\n")`))
	if err != nil {
		return fmt.Sprintf("(the page cannot be read: %v)", err)
	}
	return said
}

//go:embed find.js
var findScript string

// finder is the selector of what a person would point at.
func finder(kind string, words []string) chromedp.JSPath {
	list, _ := json.Marshal(words) // strings always can
	return chromedp.JSPath(fmt.Sprintf("(%s)(%s, %s)", findScript, quote(kind), list))
}

func quote(s string) string {
	q, _ := json.Marshal(s)
	return string(q)
}

func split(t testing.TB, words []string) ([]string, string) {
	t.Helper()
	if len(words) < 2 {
		t.Fatalf("%q: a label and a value are needed", words)
	}
	last := len(words) - 1
	return words[:last], words[last]
}
