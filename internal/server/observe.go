package server

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"familypact.example/portal/internal/handler"
)

// metrics are the figures that operators scrape, labelled by route pattern,
// never by path, account or address (security.md 16.4).
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	reports  *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "portal_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "portal_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
	}
	m.reports = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "portal_policy_reports_total", Help: "Reports of the content policy by browsers, by directive.",
	}, []string{"directive"})
	reg.MustRegister(m.requests, m.seconds, m.reports)
	return m
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += n
	return n, err
}

// Unwrap lets the response controller reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// observe numbers each request, writes its one log line and its figures, and
// turns a panic into one 500 and nothing else (security.md 11.7).
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		number := uuid.Must(uuid.NewV7()).String()
		visit := handler.Visit{}
		visit.Actor.Origin.Request = number
		route := &routeName{}
		ctx := withRoute(handler.WithVisit(r.Context(), visit, nil), route)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			s.line(r.Method, route.pattern, number, rec, time.Since(began))
		}()
		defer s.rescue(rec, r.WithContext(ctx))
		next.ServeHTTP(rec, r.WithContext(ctx))
	})
}

func (s *Server) line(method, pattern, number string, rec *recorder, took time.Duration) {
	if pattern == "" {
		pattern = "none"
	}
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	s.metrics.requests.WithLabelValues(pattern, strconv.Itoa(status)).Inc()
	s.metrics.seconds.WithLabelValues(pattern).Observe(took.Seconds())
	if pattern == "/static/*" || pattern == "/healthz" || pattern == "/readyz" {
		return
	}
	s.log.Info("request", "method", method, "route", pattern, "status", status,
		"ms", took.Milliseconds(), "bytes", rec.bytes, "request", number)
}

func (s *Server) rescue(w *recorder, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // the standard library panics with this value
		panic(cause)
	}
	s.log.Error("panic", slog.Any("cause", cause), "request", handler.VisitOf(r.Context()).Actor.Origin.Request, "stack", stack())
	if w.status == 0 {
		s.plain(w, r, http.StatusInternalServerError)
	}
}
