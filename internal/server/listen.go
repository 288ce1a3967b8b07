package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// times are how long the steps of a connection may take.
type times struct {
	header, read, write, idle time.Duration
	file                      time.Duration // to read a form that brings a file
}

// shippedTimes are those of security.md 11.1.
var shippedTimes = times{
	header: 5 * time.Second, read: 15 * time.Second, write: 30 * time.Second, idle: 60 * time.Second, file: 60 * time.Second,
}

// The end of the server (security.md 19.9).
const (
	drainPause   = 2 * time.Second
	drainTimeout = 25 * time.Second
)

func newHTTPServer(h http.Handler, t times) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: t.header,
		ReadTimeout:       t.read,
		WriteTimeout:      t.write,
		IdleTimeout:       t.idle,
		MaxHeaderBytes:    maxHeader,
	}
}

// public is what answers on the public listener.
func (s *Server) public() *http.Server { return newHTTPServer(s.Handler(), s.times) }

// Serve answers on the listener until ctx ends, then drains: readiness fails
// at once, the listener closes after pause, requests in hand have 25 seconds.
// With a certificate it speaks TLS 1.2 or newer.
func (s *Server) Serve(ctx context.Context, l net.Listener, certFile, keyFile string, pause time.Duration) error {
	srv := s.public()
	srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	failed := make(chan error, 1)
	go func() {
		if certFile != "" {
			failed <- srv.ServeTLS(l, certFile, keyFile)
			return
		}
		failed <- srv.Serve(l)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	if pause > 0 {
		time.Sleep(pause)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		_ = srv.Close()
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// DrainPause is how long a production replica goes on answering after it has
// said that it is not ready.
const DrainPause = drainPause

// ServePrivate answers metrics, profiles and health details on an address that
// only operators reach, until ctx ends.
func (s *Server) ServePrivate(ctx context.Context, address string, reg *prometheus.Registry) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Ready(r.Context()); err != nil {
			text(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		text(w, http.StatusOK, "ready")
	})
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("private listener: %w", err)
	}
	srv := newHTTPServer(mux, shippedTimes)
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("private listener: %w", err)
	}
	return nil
}
