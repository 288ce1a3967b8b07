// Package devdb finds, fetches, starts and stops a private PostgreSQL: the
// server behind `make run` and `make test` on a machine where nothing is
// configured. It is a real server, a child process, in a folder of its own and
// on a socket that nobody else can reach. It knows nothing of the portal's
// tables.
package devdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// The login roles and the database that every private server has.
const (
	Superuser    = "postgres"     // the server's own administrator
	OwnerRole    = "portal_owner" // owns the tables and runs migrations
	AppRole      = "portal_app"   // what the portal signs in as; owns nothing
	ReadRole     = "portal_read"  // reads only
	DatabaseName = "portal"
)

// DefaultDir is the folder of the private server inside a checkout.
const DefaultDir = ".devdb"

// Options says which private server is wanted.
type Options struct {
	// Dir is the folder for the data, the log and the lock; empty means
	// DefaultDir in the working directory. An ephemeral server does not use it.
	Dir string
	// Ephemeral asks for a new server for tests: quick, not durable, and
	// removed by Stop.
	Ephemeral bool
	// Log is told, in one line each, what is being done whenever something
	// takes a while. It may be nil.
	Log func(string)
}

func (o Options) say(format string, args ...any) {
	if o.Log != nil {
		o.Log(fmt.Sprintf(format, args...))
	}
}

// Server is a private PostgreSQL that accepts connections.
type Server struct {
	place   place
	proc    *process // nil: another program started it
	claim   *lock    // held as long as an ephemeral server lives
	discard bool
}

// Start returns a server that is ready, has the roles of this package and the
// database named DatabaseName. If a server already runs on the folder, that one
// is used. Several programs may call it at the same instant.
func Start(ctx context.Context, opts Options) (*Server, error) {
	p, err := locate(opts)
	if err != nil {
		return nil, err
	}
	if opts.Ephemeral {
		return startEphemeral(ctx, opts, p)
	}
	if err := p.makeDir(); err != nil {
		return nil, err
	}
	l, err := takeLock(ctx, p.lockFile())
	if err != nil {
		return nil, err
	}
	defer l.release()
	if err := p.who.give(p.lockFile()); err != nil {
		return nil, err
	}
	s, err := p.findRunning(ctx)
	if err != nil || s != nil {
		return s, err
	}
	return p.start(ctx, opts)
}

// start makes the data if there are none, starts the server and prepares it.
func (p place) start(ctx context.Context, opts Options) (*Server, error) {
	bin, err := p.findBinaries(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := p.makeData(ctx, bin, opts); err != nil {
		return nil, err
	}
	proc, err := p.launchReady(ctx, bin, opts)
	if err != nil {
		return nil, err
	}
	s := &Server{place: p, proc: proc}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// URL returns the connection string of a database on this server for a user.
func (s *Server) URL(database, user string) string {
	return s.place.url(database, user)
}

// Own reports whether this program started the server, so that Stop ends it.
func (s *Server) Own() bool { return s.proc != nil }

// Stop ends the server if this Start started it, and removes it if it was
// ephemeral. A server that another program started goes on. It may be called
// more than once.
func (s *Server) Stop() error {
	if s.proc == nil {
		return nil
	}
	err := s.proc.stop()
	if s.discard {
		err = errors.Join(err, s.place.remove())
	}
	s.claim.release()
	return err
}

// Running returns the server that runs on the folder dir, or nil when none
// does. It starts nothing.
func Running(ctx context.Context, dir string) (*Server, error) {
	p, err := locate(Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	return p.findRunning(ctx)
}

// StopRunning ends the server on the folder dir, whoever started it, and
// reports whether there was one.
func StopRunning(ctx context.Context, dir string) (bool, error) {
	p, err := locate(Options{Dir: dir})
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(p.dir); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	l, err := takeLock(ctx, p.lockFile())
	if err != nil {
		return false, err
	}
	defer l.release()
	return p.stopAny()
}

// Reset ends the server on the folder dir and deletes its data for good.
func Reset(ctx context.Context, dir string) error {
	p, err := locate(Options{Dir: dir})
	if err != nil {
		return err
	}
	if _, err := os.Stat(p.dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	l, err := takeLock(ctx, p.lockFile())
	if err != nil {
		return err
	}
	defer l.release()
	if _, err := p.stopAny(); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(p.data()), os.RemoveAll(p.halfMade()), os.RemoveAll(p.logFile()), os.RemoveAll(p.socketDir()))
}

// Download fetches a private copy of PostgreSQL into the user's cache, unless
// one is there, and returns its folder of programs.
func Download(ctx context.Context, log func(string)) (string, error) {
	who, err := chooseAccount(".")
	if err != nil {
		return "", err
	}
	s := &searcher{who: who}
	if bin, ok := s.cached(ctx, anyMajor); ok {
		return bin.dir, nil
	}
	bin, ok := s.fetch(ctx, Options{Log: log})
	if !ok {
		return "", s.failure()
	}
	return bin.dir, nil
}

func (p place) stopAny() (bool, error) {
	pf, ok := readPidFile(p.pidFile())
	if !ok || p.nothingRuns() {
		return false, nil
	}
	return true, stopPid(pf.pid, func(limit time.Duration) bool { return until(limit, p.nothingRuns) })
}

// until asks done every few milliseconds and reports whether it came true
// before the limit.
func until(limit time.Duration, done func() bool) bool {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if done() {
			return true
		}
		select {
		case <-deadline.C:
			return done()
		case <-tick.C:
		}
	}
}

func absolute(dir string) (string, error) {
	if dir == "" {
		dir = DefaultDir
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the database folder: %w", err)
	}
	return abs, nil
}
