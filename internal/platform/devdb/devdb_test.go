package devdb

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// serverDir is a folder that the server's account can enter, also for root.
func serverDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "devdb-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, DefaultDir)
	t.Cleanup(func() {
		if err := Reset(context.Background(), dir); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(filepath.Dir(dir))
		_ = os.RemoveAll(place{dir: dir}.socketDir())
	})
	return dir
}

func start(t *testing.T, opts Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func ask[T any](t *testing.T, conn *pgx.Conn, sql string) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestStartKeepsData(t *testing.T) {
	t.Parallel()
	opts := Options{Dir: serverDir(t), Log: func(s string) { t.Log(s) }}
	s := start(t, opts)
	conn := connect(t, s.URL(DatabaseName, OwnerRole))
	if _, err := conn.Exec(t.Context(), `CREATE TABLE kept AS SELECT 7 AS n`); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if running, err := Running(t.Context(), opts.Dir); err != nil || running != nil {
		t.Fatalf("after Stop: Running = %v, %v; want nothing", running, err)
	}
	again := connect(t, start(t, opts).URL(DatabaseName, OwnerRole))
	if n := ask[int](t, again, `SELECT n FROM kept`); n != 7 {
		t.Errorf("kept value = %d, want 7", n)
	}
	if got := ask[string](t, again, `SELECT lower('É')`); got != "é" {
		t.Errorf("lower('É') = %q, want é", got)
	}
	if got := ask[string](t, again, `SHOW fsync`); got != "on" {
		t.Errorf("fsync = %s, want on: a killed machine must not cost data", got)
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Ephemeral: true})
	for _, role := range []string{OwnerRole, AppRole, ReadRole} {
		conn := connect(t, s.URL(DatabaseName, role))
		if ask[bool](t, conn, `SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user`) {
			t.Errorf("%s has a right that it must not have", role)
		}
		for _, kind := range []string{"TEMPORARY TABLE t", "TABLE public.t"} {
			_, err := conn.Exec(t.Context(), `CREATE `+kind+` (n int)`)
			if owner := role == OwnerRole; (err == nil) != owner {
				t.Errorf("%s makes %s: %v", role, kind, err)
			}
		}
	}
}

func TestTwoStartsUseOneServer(t *testing.T) {
	t.Parallel()
	opts := Options{Dir: serverDir(t)}
	var (
		group   sync.WaitGroup
		servers [3]*Server
		faults  [3]error
	)
	for i := range servers {
		group.Go(func() { servers[i], faults[i] = Start(t.Context(), opts) })
	}
	group.Wait()
	owners := 0
	for i, s := range servers {
		if faults[i] != nil {
			t.Fatal(faults[i])
		}
		if s.Own() {
			owners++
		}
		connect(t, s.URL(DatabaseName, AppRole))
	}
	if owners != 1 {
		t.Errorf("%d of three starts made the server, want 1", owners)
	}
	for _, s := range servers {
		if !s.Own() {
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
			connect(t, s.URL(DatabaseName, AppRole)) // goes on
		}
	}
	if stopped, err := StopRunning(t.Context(), opts.Dir); !stopped || err != nil {
		t.Errorf("StopRunning = %t, %v; want true", stopped, err)
	}
}

func TestKilledServerStartsAgain(t *testing.T) {
	t.Parallel()
	opts := Options{Dir: serverDir(t), Log: func(s string) { t.Log(s) }}
	s := start(t, opts)
	conn := connect(t, s.URL(DatabaseName, OwnerRole))
	if _, err := conn.Exec(t.Context(), `CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)`); err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `INSERT INTO kept VALUES (2)`); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(s.proc.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	again := connect(t, start(t, opts).URL(DatabaseName, OwnerRole))
	if n := ask[int](t, again, `SELECT count(*)::int FROM kept`); n != 1 {
		t.Errorf("%d rows after the kill, want the one that was committed", n)
	}
}

func TestEphemeralLeavesNothing(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Ephemeral: true})
	conn := connect(t, s.URL("postgres", Superuser))
	if got := ask[string](t, conn, `SHOW fsync`); got != "off" {
		t.Errorf("fsync = %s, want off", got)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{s.place.dir, s.place.socketDir()} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there (%v)", path, err)
		}
	}
}

func TestSweepRemovesOnlyWhatIsDead(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dead, held, foreign := filepath.Join(root, ephemeralPrefix+"1"), filepath.Join(root, ephemeralPrefix+"2"), filepath.Join(root, "other")
	for _, dir := range []string{dead, held, foreign} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{dead, held} {
		l, err := tryLock(place{dir: dir}.lockFile())
		if err != nil {
			t.Fatal(err)
		}
		if dir == dead {
			l.release()
		} else {
			defer l.release()
		}
	}
	sweep(root)
	for dir, want := range map[string]bool{dead: false, held: true, foreign: true} {
		_, err := os.Stat(dir)
		if got := err == nil; got != want {
			t.Errorf("%s is there: %t, want %t", dir, got, want)
		}
	}
}

func TestLockWaitsForContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	l, err := tryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.release()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := takeLock(ctx, path); err == nil {
		t.Error("took a lock that is held")
	}
}

func TestForeignProcessIsNoServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pidfile := filepath.Join(dir, "postmaster.pid")
	self := strconv.Itoa(os.Getpid())
	if err := os.WriteFile(pidfile, []byte(self+"\n"+dir+"\n1\n5432\n/tmp\n\n1 2\nready   \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	pf, ok := readPidFile(pidfile)
	if !ok || !pf.ready {
		t.Fatalf("readPidFile = %+v, %t; want ready", pf, ok)
	}
	if pf.serves(dir) {
		t.Error("a process that is not PostgreSQL counts as a server")
	}
}
