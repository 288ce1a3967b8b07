// Package browsertest drives a headless browser for tests: it opens tabs,
// fills and sends forms the way a person does, checks accessibility with axe,
// and fails the test when a page logs an error, breaks the content policy or
// asks a foreign host for anything. Only tests import it.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// Names are the browsers that are looked for, the quickest first.
var Names = []string{
	"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
}

// Missing is the sentence that is said when there is no browser.
const Missing = "NO BROWSER FOUND: the browser tests do not run. Install one: apt-get install -y chromium-headless-shell fonts-liberation"

// Find returns the path of a browser, or false when the machine has none.
func Find() (string, bool) {
	for _, name := range Names {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// browser is the one of this test package.
var browser struct {
	sync.Mutex
	ctx    context.Context
	cancel []context.CancelFunc
	err    error
}

// Stop ends the package's browser; call it after the last test, from TestMain.
// Without it the browser ends with the process, on Linux.
func Stop() {
	browser.Lock()
	defer browser.Unlock()
	for i := len(browser.cancel) - 1; i >= 0; i-- {
		browser.cancel[i]()
	}
	browser.ctx, browser.cancel = nil, nil
}

// theBrowser returns the context of the package's browser, which the first call
// starts. Without a browser the test is skipped, or fails where CI is set.
func theBrowser(t testing.TB) context.Context {
	t.Helper()
	path, ok := Find()
	if !ok {
		if os.Getenv("CI") != "" {
			t.Fatal(Missing)
		}
		fmt.Fprintln(os.Stderr, Missing)
		t.SkipNow()
	}
	browser.Lock()
	defer browser.Unlock()
	if browser.ctx == nil && browser.err == nil {
		browser.err = launch(path)
	}
	if browser.err != nil {
		t.Fatalf("start %s: %v", path, browser.err)
	}
	return browser.ctx
}

func launch(path string) error {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "en-US"))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	browser.cancel = []context.CancelFunc{cancelAlloc, cancel}
	if err := chromedp.Do(ctx); err != nil {
		return err
	}
	browser.ctx = ctx
	return nil
}
