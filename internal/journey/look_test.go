package journey

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/web/markup"
)

// A window as wide as a desk has, and as narrow as a small phone or a zoomed
// page has.
const (
	wide, high   = 1280, 900
	narrow, tall = 320, 640
)

// looked are the pages that have been looked at, in browsers with script and
// without, whatever journey passed by first.
var looked = map[bool]map[string]bool{false: {}, true: {}}

// look checks the page that the person sees, the first time under each name:
// its structure, axe in the light and, of pages with script, in the dark;
// nothing to scroll sideways for at 320 pixels. With PORTAL_SCREENSHOTS set it
// takes pictures of it.
func (w *person) look(name string) {
	w.Helper()
	w.said(name)
	seen := looked[w.browser.NoScript]
	if seen[name] {
		return
	}
	seen[name] = true
	for _, wrong := range markup.Check("<!DOCTYPE html>" + browsertest.Eval[string](w.Page, "document.documentElement.outerHTML")) {
		w.Errorf("%s: markup: %s", name, wrong)
	}
	w.axe(name)
	w.picture(name, "wide")
	w.window(narrow, tall, "light")
	if n := w.Overflow(); n > 0 {
		w.Errorf("%s: at %d pixels the page is %d too wide: %v", name, narrow, n, w.widest())
	}
	w.picture(name, "320")
	w.window(narrow, tall, "dark")
	if !w.browser.NoScript { // the colors are the same
		w.axe(name + ", narrow and dark")
	}
	w.window(wide, high, "dark")
	w.picture(name, "dark")
	w.window(wide, high, "light")
	w.said(name)
}

func (w *person) axe(name string) {
	w.Helper()
	if w.browser.NoScript {
		w.scripts(true) // for axe; the page has been loaded without
		defer w.scripts(false)
	}
	for _, v := range w.Axe() {
		w.Errorf("%s: axe: %v", name, v)
	}
}

func (w *person) scripts(run bool) {
	w.Helper()
	browsertest.Get(w.Page, "switch scripts", func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
		return chromedp.Void{}, err
	})
}

// said fails for what the browser has reported of the pages so far.
func (w *person) said(name string) {
	w.Helper()
	for _, fault := range w.Faults() {
		w.Errorf("%s: the browser reports: %s", name, fault)
	}
}

// widest names what stands out over the right edge of a page.
func (w *person) widest() []string {
	return browsertest.Eval[[]string](w.Page, `[...document.querySelectorAll("main *, header *, footer *")]
		.filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(-3).map((e) => e.outerHTML.slice(0, 120))`)
}

func (w *person) window(width, height int64, scheme string) {
	w.Helper()
	browsertest.Get(w.Page, "set the window", chromedp.EmulateViewport(width, height))
	browsertest.Get(w.Page, "set the colors", func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return chromedp.Void{}, err
	})
}

func (w *person) picture(name, kind string) {
	w.Helper()
	if dir := os.Getenv("PORTAL_SCREENSHOTS"); dir != "" {
		if w.browser.NoScript {
			dir = filepath.Join(dir, "noscript")
		}
		w.Screenshot(filepath.Join(dir, name+"-"+kind+".png"))
	}
}

// choices names the questions of a form of radio buttons and checkboxes.
func (w *person) choices() []string {
	w.Helper()
	return browsertest.Eval[[]string](w.Page, `[...new Set([...document.querySelectorAll("main input[type=radio], main input[type=checkbox]")].map((e) => e.name))]`)
}

// has reports whether a choice is there.
func (w *person) has(name, value string) bool {
	w.Helper()
	return w.Attribute(`input[name="`+name+`"][value="`+value+`"]`, "name") != ""
}

// ticked names what is chosen in the form that is open, as name=value.
func (w *person) ticked() []string {
	w.Helper()
	return browsertest.Eval[[]string](w.Page, `[...document.querySelectorAll("main input:checked")].map((e) => e.name + "=" + e.value)`)
}
