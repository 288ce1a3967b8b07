// Package server is the portal's face to the network: the one table of routes
// with the permission of each, the middleware in front of them, static files,
// health and metrics.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/web"
	"familypact.example/portal/web/page/errorpage"
)

// Config is what the server is made from.
type Config struct {
	Log      *slog.Logger
	DB       *postgres.DB
	Sessions *session.Manager
	Pages    Pages
	Registry prometheus.Registerer
	Host     string // the one host name that is answered, with its port
	Proxies  []netip.Prefix
	Training bool // a training copy: its helpers exist and its banner shows
	// Closed returns when the area of a role opens, in the time of the visit,
	// and false when it is open (decisions 34).
	Closed func(ctx context.Context, role authz.Role, now time.Time) error
	// Limit counts a request of an actor and refuses too many (security.md 10).
	Limit func(ctx context.Context, actor authz.Actor, method string) error
	// Kept keeps forms that came after the time limit.
	Kept keeper
	// Theme returns the appearance that the reader chose, "" for the system's.
	Theme func(r *http.Request) string
}

// Server answers requests. Make it with New.
type Server struct {
	Config
	log      *slog.Logger
	db       *postgres.DB
	kit      *handler.Kit
	host     string
	cookie   string
	metrics  *metrics
	inFlight chan struct{}
	times    times
	stopping atomic.Bool
	list     []route
	files    map[string]bool // paths that take a file
}

// New returns the server of the routes in the table.
func New(c Config) *Server {
	s := &Server{
		Config:   c,
		log:      c.Log,
		db:       c.DB,
		host:     c.Host,
		cookie:   c.Sessions.CookieName(),
		metrics:  newMetrics(c.Registry),
		inFlight: make(chan struct{}, maxInFlight),
		times:    shippedTimes,
		files:    map[string]bool{},
	}
	s.kit = &handler.Kit{Log: c.Log, Remember: c.Sessions.Remember, Unopened: s.unopened}
	s.list = s.routes()
	for _, rt := range s.list {
		if rt.file {
			s.files[rt.path] = true
		}
	}
	return s
}

func (s *Server) takesFile(path string) bool { return s.files[path] }

func (s *Server) routes() []route {
	all := append(table(s.Pages), post("/session/keep", authz.Open, s.keepTyped))
	if s.Training {
		all = append(all, trainingTable(s.Pages)...)
	}
	return all
}

// Handler returns everything: what stands before the routes, in its order, and
// the routes.
func (s *Server) Handler() http.Handler {
	r := chi.NewRouter()
	r.Use(headers, language, s.observe, s.known, s.clientAddress(), s.sameSite, s.body, s.room)
	for path, fn := range map[string]http.HandlerFunc{
		"/healthz": healthz, "/readyz": s.readyz, "/robots.txt": robots, "/.well-known/change-password": changePassword,
	} {
		r.Get(path, fn)
		r.Head(path, fn)
	}
	r.Post("/csp-report", s.cspReport)
	r.Handle("/static/*", named("/static/*", web.Handler()))
	r.Handle("/*", s.pages()) // not mounted: a mounted router would not see that /es was taken away
	return r
}

func (s *Server) clientAddress() func(http.Handler) http.Handler {
	if len(s.Proxies) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	prefixes := make([]string, len(s.Proxies))
	for i, p := range s.Proxies {
		prefixes[i] = p.String()
	}
	return middleware.ClientIPFromXFF(prefixes...)
}

// pages are the routes of the table, in both languages, behind the session.
func (s *Server) pages() http.Handler {
	r := chi.NewRouter()
	for _, rt := range s.list {
		r.Method(rt.method, rt.path, s.guard(rt))
		if rt.method == http.MethodGet {
			r.Method(http.MethodHead, rt.path, s.guard(rt))
		}
	}
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { s.plain(w, r, http.StatusNotFound) })
	r.MethodNotAllowed(s.otherMethod(r))
	return withoutPrefix(s.session(s.visit(s.bilingual(r))))
}

// otherMethod answers what a path of the routes is not asked for, and says what
// it may be. Paths beside the table can only be read.
func (s *Server) otherMethod(r chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		allowed := "GET, HEAD"
		if r.Match(chi.NewRouteContext(), http.MethodPost, req.URL.Path) {
			allowed = "POST" // and nothing else, or it would not be refused
		}
		w.Header().Set("Allow", allowed)
		s.plain(w, req, http.StatusMethodNotAllowed)
	}
}

// bilingual answers 404 below /es for the areas that are in English only.
func (s *Server) bilingual(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handler.VisitOf(r.Context()).Spanish && !handler.Bilingual(r.URL.Path) {
			s.plain(w, r, http.StatusNotFound)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func named(pattern string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setRoute(r.Context(), pattern)
		next.ServeHTTP(w, r)
	})
}

// plain answers with the page for a status, in its own words.
func (s *Server) plain(w http.ResponseWriter, r *http.Request, status int) {
	err := handler.Render(w, r, status, errorpage.Page(errorpage.View{
		Status: status, Reference: handler.Reference(r.Context()),
	}))
	if err != nil {
		http.Error(w, http.StatusText(status), status)
	}
}
