// Package app builds the whole portal from its settings and runs it: web,
// background work, or both. Only it and the commands know how everything fits
// together.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/internal/server"
	"familypact.example/portal/internal/worker"
)

// App is a portal that has been put together. Run it, then Close it.
type App struct {
	Services
	Config   config.Config
	DB       *postgres.DB
	Ring     *secret.Ring
	log      *slog.Logger
	server   *server.Server
	worker   func() (*worker.Worker, error) // made when it is first asked for
	Pace     worker.Pace                    // of background work; set before Run, tests hurry
	registry *prometheus.Registry
}

// New puts a portal together on a database whose schema is up to date. It
// reads the keys, and in production refuses a database that is not safe to
// serve from.
func New(ctx context.Context, c config.Config, log *slog.Logger) (*App, error) {
	return newApp(ctx, c, log, newHasher)
}

// newApp is New with a hasher made by hasherOf: tests that sign in a thousand
// times bring a cheap one.
func newApp(ctx context.Context, c config.Config, log *slog.Logger, hasherOf func(config.Config) (*account.Hasher, error)) (*App, error) {
	db, err := postgres.Open(ctx, c.DatabaseURL)
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, DB: db, log: log, registry: prometheus.NewRegistry()}
	if err := a.build(ctx, hasherOf); err != nil {
		db.Close()
		return nil, err
	}
	return a, nil
}

// errNoSchema says what to do about a database that has no tables yet.
var errNoSchema = errors.New("the database has no schema yet: run portal migrate")

// hasSchema returns nil when there is a schema, however old: one that is older
// than the program makes it not ready, and no more.
func (a *App) hasSchema(ctx context.Context) error {
	there, err := postgres.Value[bool](ctx, a.DB, `SELECT to_regclass('key_set') IS NOT NULL`)
	if err == nil && !there {
		err = errNoSchema
	}
	return err
}

func (a *App) build(ctx context.Context, hasherOf func(config.Config) (*account.Hasher, error)) error {
	if err := a.hasSchema(ctx); err != nil {
		return err
	}
	if err := a.checkDatabase(ctx); err != nil {
		return err
	}
	ring, err := openRing(ctx, a.Config, a.DB)
	if err != nil {
		return err
	}
	a.Ring = ring
	audit.Use(ring)
	hasher, err := hasherOf(a.Config)
	if err != nil {
		return err
	}
	a.Services = newServices(a.DB, ring, hasher, a.Config,
		func(w http.ResponseWriter, r *http.Request, err error) { a.server.SessionFailed(w, r, err) })
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.server = a.newServer()
	a.worker = sync.OnceValues(a.newWorker)
	return nil
}

func openRing(ctx context.Context, c config.Config, db *postgres.DB) (*secret.Ring, error) {
	key, err := config.Key(c.MasterKeyFile)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_MASTER_KEY_FILE: %w", err)
	}
	master, err := secret.NewMaster(key)
	if err != nil {
		return nil, err
	}
	return secret.Open(ctx, db, master)
}

func newHasher(c config.Config) (*account.Hasher, error) {
	text, err := config.Peppers(c.PepperFile)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_PEPPER_FILE: %w", err)
	}
	peppers, err := account.ParsePeppers(text)
	if err != nil {
		return nil, err
	}
	return account.NewHasher(peppers)
}

// Prepare makes what belongs to a schema that has just been migrated: the keys
// and the shipped income tables. Repeating it changes nothing.
func Prepare(ctx context.Context, c config.Config) error {
	url := c.DatabaseURL
	if url == "" {
		url = c.OwnerURL()
	}
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	ring, err := openRing(ctx, c, db)
	if err != nil {
		return err
	}
	audit.Use(ring)
	return incometable.Load(ctx, db)
}

// Handler answers requests, for tests that bring their own listener.
func (a *App) Handler() http.Handler { return a.server.Handler() }

// Server is what answers, for tests that look at its routes.
func (a *App) Server() *server.Server { return a.server }

// Run serves on the configured address and does background work until ctx
// ends, then stops both in order.
func (a *App) Run(ctx context.Context) error {
	if !a.Config.Web {
		return a.Serve(ctx, nil)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Config.Addr)
	if err != nil {
		return fmt.Errorf("PORTAL_ADDR: %w", err)
	}
	return a.Serve(ctx, l)
}

// Serve is Run on a listener that is there; nil does background work alone.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	if l != nil {
		group.Go(func() error {
			return a.server.Serve(ctx, l, a.Config.TLSCertFile, a.Config.TLSKeyFile, a.drainPause())
		})
	}
	if a.Config.MetricsAddr != "" {
		group.Go(func() error { return a.server.ServePrivate(ctx, a.Config.MetricsAddr, a.registry) })
	}
	if a.Config.Workers {
		group.Go(func() error { return a.work(ctx) })
	}
	group.Go(func() error { <-ctx.Done(); return nil })
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (a *App) drainPause() time.Duration {
	if a.Config.Mode == config.Production {
		return server.DrainPause
	}
	return 0
}

// stopWait is how long background work may take to hand back what it has.
const stopWait = 25 * time.Second

func (a *App) work(ctx context.Context) error {
	w, err := a.worker()
	if err != nil {
		return err
	}
	w.Start(ctx)
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
	defer cancel()
	return w.Stop(ctx)
}

// Close gives back what New opened.
func (a *App) Close() { a.DB.Close() }
