package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

func click(kind string, words ...string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(finder(kind, words))
}

// insert puts text into the focused field in one piece, as pasting does; an
// empty text clears it.
func insert(field chromedp.JSPath, text string) chromedp.Action[chromedp.Void] {
	if text == "" {
		return chromedp.Clear(field)
	}
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return chromedp.Void{}, err
	}
}
