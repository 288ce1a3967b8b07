package server_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"
)

// TestShutdown ends a server with a request in hand: it is not ready at once,
// the request is finished, and the end is no error.
func TestShutdown(t *testing.T) {
	w := newWorld(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	w.app.Server().Add("GET", "/slow", func(rw http.ResponseWriter, _ *http.Request) error {
		close(entered)
		<-leave
		rw.WriteHeader(http.StatusNoContent)
		return nil
	})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	w.must(err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- w.app.Server().Serve(ctx, l, "", "", 300*time.Millisecond) }()
	slow := make(chan int, 1)
	go func() { slow <- w.over(l.Addr().String(), "/slow") }()
	<-entered
	if got := w.over(l.Addr().String(), "/readyz"); got != http.StatusOK {
		t.Errorf("before: /readyz = %d, want 200", got)
	}
	stop()
	// From the signal to the closing of the listener the answer is 503; before
	// the signal has arrived it may once more be 200.
	last := http.StatusOK
	for got := last; got != 0; got = w.over(l.Addr().String(), "/readyz") {
		last = got
	}
	if last != http.StatusServiceUnavailable {
		t.Errorf("after the signal: /readyz = %d, want 503", last)
	}
	close(leave)
	if got := <-slow; got != http.StatusNoContent {
		t.Errorf("the request in hand = %d, want 204", got)
	}
	if err := <-served; err != nil {
		t.Errorf("the end = %v, want none", err)
	}
}

// over asks over the network and returns the status, 0 when nobody answers.
func (w *world) over(address, target string) int {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+address+target, nil)
	if err != nil {
		return 0
	}
	r.Host, r.Close = w.host, true
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}
