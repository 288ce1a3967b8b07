package devdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// fallbackRoot holds the folders of checkouts that the account which runs the
// server cannot enter, such as one below /root.
const fallbackRoot = "/var/lib/portal-devdb"

// socketName is the file that PostgreSQL makes in its socket folder.
const socketName = ".s.PGSQL.5432"

// place is where one private server lives and as whom it runs.
type place struct {
	dir string
	who account
}

func (p place) data() string     { return filepath.Join(p.dir, "data") }
func (p place) halfMade() string { return filepath.Join(p.dir, "data.new") }
func (p place) logFile() string  { return filepath.Join(p.dir, "postgres.log") }
func (p place) lockFile() string { return filepath.Join(p.dir, "lock") }
func (p place) pidFile() string  { return filepath.Join(p.data(), "postmaster.pid") }

// socketDir is outside the checkout because the path of a socket may have only
// about a hundred bytes.
func (p place) socketDir() string { return "/tmp/portal-pg-" + digest(p.dir) }

func (p place) url(database, user string) string {
	q := url.Values{"host": {p.socketDir()}, "user": {user}}
	return "postgres:///" + url.PathEscape(database) + "?" + q.Encode()
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// locate settles the folder and the account of the server that opts asks for.
func locate(opts Options) (place, error) {
	dir, err := absolute(opts.Dir)
	if err != nil {
		return place{}, err
	}
	who, err := chooseAccount(filepath.Dir(dir))
	if err != nil {
		return place{}, err
	}
	p := place{dir: dir, who: who}
	if opts.Ephemeral || !who.other || who.canEnter(filepath.Dir(dir)) {
		return p, nil
	}
	p.dir = filepath.Join(fallbackRoot, digest(dir))
	opts.say("The account %s cannot enter %s; the database is kept in %s.", who.name, filepath.Dir(dir), p.dir)
	return p, nil
}

// makeDir makes the folder, for the account that runs the server: when root
// works in somebody's checkout, that person finds a folder of their own.
func (p place) makeDir() error {
	if err := os.MkdirAll(filepath.Dir(p.dir), 0o755); err != nil {
		return fmt.Errorf("make the database folder: %w", err)
	}
	err := os.Mkdir(p.dir, 0o755)
	switch {
	case err == nil:
		return p.who.give(p.dir)
	case errors.Is(err, os.ErrExist):
		return nil
	}
	return fmt.Errorf("make the database folder: %w", err)
}

// makeSocketDir makes the folder of the socket, which only the server's account
// may enter, and refuses one that somebody else has put there.
func (p place) makeSocketDir() error {
	dir := p.socketDir()
	if os.Geteuid() == 0 {
		// Root may have run the server as another account before.
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("make the socket folder: %w", err)
		}
	}
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		return p.who.give(dir)
	}
	if !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make the socket folder: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the socket folder: %w", err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || st.Uid != p.who.uid {
		return fmt.Errorf("the socket folder %s belongs to somebody else; remove it", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder has to be entered
		return fmt.Errorf("close the socket folder: %w", err)
	}
	return nil
}

// remove deletes everything that an ephemeral server leaves.
func (p place) remove() error {
	return errors.Join(os.RemoveAll(p.dir), os.RemoveAll(p.socketDir()))
}

// findRunning returns the server that runs on the place, or nil. It waits for
// one that is still starting or still stopping.
func (p place) findRunning(ctx context.Context) (*Server, error) {
	ready := false
	settled := until(startLimit, func() bool {
		if p.nothingRuns() || ctx.Err() != nil {
			return true
		}
		pf, ok := readPidFile(p.pidFile())
		ready = ok && pf.ready
		return ready
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !settled {
		return nil, fmt.Errorf("the server that runs on %s does not get ready; see %s, or run `make db-stop`", p.data(), p.logFile())
	}
	if !ready {
		return nil, nil
	}
	s := &Server{place: p}
	err := s.prepare(ctx)
	if err == nil {
		return s, nil
	}
	if until(dyingLimit, p.nothingRuns) {
		return nil, nil // it was killed a moment ago
	}
	return nil, err
}

// dyingLimit is how long a server that no longer answers may take to be gone.
const dyingLimit = 2 * time.Second

func (p place) nothingRuns() bool {
	pf, ok := readPidFile(p.pidFile())
	return !ok || !pf.serves(p.data())
}
