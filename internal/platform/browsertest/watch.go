package browsertest

import (
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// watch collects what no page of ours may do.
type watch struct {
	mu     sync.Mutex
	hosts  map[string]bool
	faults []string
	trace  *trace
}

func newWatch(tr *trace) *watch { return &watch{hosts: map[string]bool{}, trace: tr} }

func (w *watch) allow(address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts[host(address)] = true
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// see is called for every event of the tab, in order, and returns at once.
func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			w.add("console.%s: %s", e.Type, arguments(e.Args))
		}
	case *runtime.EventExceptionThrown:
		w.add("exception: %s", exception(e.ExceptionDetails))
	case *log.EventEntryAdded:
		// What the network says comes with its type and status below.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			w.add("%s: %s", e.Entry.Source, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		w.request(e.Request.URL)
		w.trace.asks(e)
	case *network.EventResponseReceived:
		w.trace.answers(e.Response.Headers)
		if e.Response.Status >= 400 && e.Type != network.ResourceTypeDocument {
			w.add("%s answers %d", e.Response.URL, e.Response.Status)
		}
	}
}

func (w *watch) request(address string) {
	u, err := url.Parse(address)
	if err == nil && (u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about") {
		return
	}
	if !w.hosts[host(address)] {
		w.add("asks a foreign host: %s", address)
	}
}

func (w *watch) add(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// take returns what was seen since the last time.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	faults := w.faults
	w.faults = nil
	return faults
}

// Faults returns what the pages of the tab did wrong so far and forgets it, so
// that the test does not fail for it at the end: for tests that provoke it.
func (p *Page) Faults() []string { return p.watch.take() }

func (p *Page) report() {
	for _, fault := range p.watch.take() {
		p.t.Errorf("the browser reports: %s", fault)
	}
}

func arguments(args []*runtime.RemoteObject) string {
	words := make([]string, len(args))
	for i, a := range args {
		if words[i] = string(a.Value); words[i] == "" {
			words[i] = a.Description
		}
	}
	return strings.Join(words, " ")
}

func exception(d *runtime.ExceptionDetails) string {
	if d == nil {
		return ""
	}
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}
