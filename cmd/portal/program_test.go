package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	secret.Use(secret.NewTestRing()) // until a test that puts a portal together names its own
	dbtest.Main(m, func() { _ = os.RemoveAll(binary.dir) })
}

// binary is the program itself, built once for the tests that run it.
var binary struct {
	once sync.Once
	dir  string
	err  error
}

func portalBinary(t *testing.T) string {
	t.Helper()
	binary.once.Do(func() {
		if binary.dir, binary.err = os.MkdirTemp("", "portal-binary-"); binary.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-o", filepath.Join(binary.dir, "portal"), ".").CombinedOutput()
		if err != nil {
			binary.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if binary.err != nil {
		t.Fatalf("build the portal: %v", binary.err)
	}
	return filepath.Join(binary.dir, "portal")
}

// program is the portal as a process of its own.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string // address, once it serves
	host string // by which people know it
	out  output
	err  output
	done chan struct{}
}

// output is what a program writes; it can be read meanwhile.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func (o *output) says(words string) bool { return strings.Contains(o.String(), words) }

// launch starts the program with nothing in its environment but the settings.
// It is killed at the end of the test, if it still runs then.
func launch(t *testing.T, dir string, settings []string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(portalBinary(t), args...), done: make(chan struct{})} //nolint:gosec // our own program
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, &p.out, &p.err
	p.cmd.WaitDelay = 2 * time.Second
	p.cmd.Env = settings
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "DEVDB_BIN_DIR", "DEVDB_USER"} {
		if v, ok := os.LookupEnv(name); ok {
			p.cmd.Env = append(p.cmd.Env, name+"="+v)
		}
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s wrote:\n%s%s", strings.Join(args, " "), p.out.String(), p.err.String())
		}
	})
	return p
}

// ended reports whether the program has ended.
func (p *program) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// kill is kill -9; it returns when the process is gone.
func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *program) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Errorf("send %v: %v", s, err)
	}
}

// status waits for the end and returns the exit status, -1 after a signal.
func (p *program) status() int {
	p.t.Helper()
	until(p.t, "the program ends", p.ended)
	return p.cmd.ProcessState.ExitCode()
}

// stop ends the program in order.
func (p *program) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	if got := p.status(); got != 0 {
		p.t.Errorf("exit status after SIGTERM = %d, want 0", got)
	}
}

// patience is how long a condition may take to come true: much longer than it
// ever takes, for machines that are busy.
const patience = 45 * time.Second

// until waits for a condition and fails the test when it does not come true.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-limit.C:
			t.Fatalf("in vain: %s", what)
		case <-tick.C:
		}
	}
}

// host is where people find the portal, whatever port it listens on.
const host = "portal.example"

// serve starts `portal serve` on a free port and returns when it is ready.
func (p *place) serve(more ...string) *program {
	p.t.Helper()
	s := p.begin(more...)
	until(p.t, "the portal is ready", func() bool {
		if s.ended() {
			p.t.Fatalf("the portal ended: %s", s.err.String())
		}
		return s.asks("/readyz") == http.StatusOK
	})
	return s
}

// begin starts `portal serve` and returns when it answers.
func (p *place) begin(more ...string) *program {
	p.t.Helper()
	for range 5 { // the port may be taken between the look and the start
		address := freeAddress(p.t)
		s := launch(p.t, p.dir, append(append(p.settings(),
			"PORTAL_ADDR="+address, "PORTAL_BASE_URL=http://"+host), more...), "serve")
		s.base, s.host = "http://"+address, host
		until(p.t, "the portal answers", func() bool { return s.ended() || s.asks("/healthz") == http.StatusOK })
		if !s.ended() {
			return s
		}
		if !s.err.says("address already in use") {
			p.t.Fatalf("the portal ended: %s", s.err.String())
		}
	}
	p.t.Fatal("no free port")
	return nil
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// asks returns the status of a page that needs no session, 0 without answer.
func (p *program) asks(path string) int {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(p.base + path)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// refuses reports whether nobody listens any more.
func (p *program) refuses() bool {
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
	if err == nil {
		_ = conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// command runs a subcommand to its end.
func (p *place) command(args ...string) *program {
	p.t.Helper()
	c := launch(p.t, p.dir, p.settings(), args...)
	c.status()
	return c
}

// succeeds runs a subcommand that must end well, and returns what it printed.
func (p *place) succeeds(args ...string) string {
	p.t.Helper()
	c := p.command(args...)
	if got := c.status(); got != 0 {
		p.t.Fatalf("portal %s: exit status %d\n%s", strings.Join(args, " "), got, c.err.String())
	}
	return c.out.String()
}
