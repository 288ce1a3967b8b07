package browsertest

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Paste empties a field, found as by Fill, and pastes the last word into it
// from the clipboard. The page sees what it sees when a person or a password
// manager pastes, so one that refuses pasting leaves the field empty.
func (p *Page) Paste(wordsAndValue ...string) {
	p.t.Helper()
	words, value := split(p.t, wordsAndValue)
	p.watch.trace.keep(value)
	field := finder("field", words)
	p.do(fmt.Sprintf("paste into %q", words),
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`((text) => {
			const clip = document.createElement("textarea");
			clip.id = "clip";
			document.body.append(clip);
			clip.value = text;
			clip.focus();
			clip.select();
		})(%s)`, quote(value))),
		edit("copy"),
		chromedp.Evaluate[chromedp.Void](`document.querySelector("#clip").remove()`),
		chromedp.Focus(field),
		chromedp.Evaluate[chromedp.Void](string(field)+`.value = ""`),
		edit("paste"))
}

// edit gives the focused field a command of the editing menu.
func edit(command string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeRawKeyDown, Commands: []string{command},
		})
		return chromedp.Void{}, err
	}
}
