package browsertest

import (
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"
)

// Typed is what somebody typed or pasted into a field, and the address of the
// page it was on.
type Typed struct{ At, Value string }

// trace is what the tabs of one browser have been told and have asked for.
type trace struct {
	mu        sync.Mutex
	at        string // the document asked for last
	typed     []Typed
	addresses []string
	names     []string
}

// Typed returns everything typed in the tabs of the browser so far.
func (p *Page) Typed() []Typed {
	p.watch.trace.mu.Lock()
	defer p.watch.trace.mu.Unlock()
	return slices.Clone(p.watch.trace.typed)
}

// Addresses returns every address that the tabs of the browser have asked for,
// with its query and fragment.
func (p *Page) Addresses() []string {
	p.watch.trace.mu.Lock()
	defer p.watch.trace.mu.Unlock()
	return slices.Clone(p.watch.trace.addresses)
}

// FileNames returns what answers have said of the files that they are: their
// Content-Disposition.
func (p *Page) FileNames() []string {
	p.watch.trace.mu.Lock()
	defer p.watch.trace.mu.Unlock()
	return slices.Clone(p.watch.trace.names)
}

func (tr *trace) keep(value string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.typed = append(tr.typed, Typed{tr.at, value})
}

func (tr *trace) asks(e *network.EventRequestWillBeSent) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.addresses = append(tr.addresses, e.Request.URL+e.Request.URLFragment)
	if e.Type == network.ResourceTypeDocument {
		tr.at = e.Request.URL
	}
}

func (tr *trace) answers(headers network.Headers) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for name, value := range headers {
		if text, ok := value.(string); ok && strings.EqualFold(name, "Content-Disposition") {
			tr.names = append(tr.names, text)
		}
	}
}
