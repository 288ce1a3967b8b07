package devdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ephemeralPrefix begins the name of the folder of every server for tests.
const ephemeralPrefix = "portal-testpg-"

// startEphemeral starts a new server in memory where the machine allows it.
func startEphemeral(ctx context.Context, opts Options, p place) (*Server, error) {
	root := ephemeralRoot()
	sweep(root)
	dir, err := os.MkdirTemp(root, ephemeralPrefix)
	if err != nil {
		return nil, fmt.Errorf("make the folder for the test database: %w", err)
	}
	p.dir = dir
	claim, err := tryLock(p.lockFile())
	if err == nil && claim == nil {
		err = errors.New("the folder of the test database was taken by another program; run it again")
	}
	if err == nil {
		err = errors.Join(os.Chmod(dir, 0o711), p.who.give(dir))
	}
	var s *Server
	if err == nil {
		s, err = p.start(ctx, opts)
	}
	if err != nil {
		claim.release()
		return nil, errors.Join(err, p.remove())
	}
	s.claim, s.discard = claim, true
	return s, nil
}

// ephemeralRoot is /dev/shm when that has a gigabyte to spare, else the folder
// for temporary files.
func ephemeralRoot() string {
	const memory, enough = "/dev/shm", 1 << 30
	var st syscall.Statfs_t
	info, err := os.Stat(memory)
	if err == nil && info.IsDir() && syscall.Statfs(memory, &st) == nil &&
		uint64(st.Bavail)*uint64(st.Bsize) >= enough && syscall.Access(memory, 2) == nil {
		return memory
	}
	return os.TempDir()
}

// sweep removes what servers of programs that were killed have left: folders
// of ours whose lock is free and on which no server runs.
func sweep(root string) {
	dirs, _ := filepath.Glob(filepath.Join(root, ephemeralPrefix+"*"))
	for _, dir := range dirs {
		p := place{dir: dir}
		if _, err := os.Stat(p.lockFile()); err != nil {
			continue
		}
		l, err := tryLock(p.lockFile())
		if err != nil || l == nil {
			continue
		}
		if p.nothingRuns() {
			_ = p.remove()
		}
		l.release()
	}
}
