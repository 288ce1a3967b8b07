package devdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const (
	startLimit  = 90 * time.Second // for recovery after a crash
	zombieLimit = 45 * time.Second
	zombiePause = 500 * time.Millisecond
)

// process is a program that was started and is waited for.
type process struct {
	pid  int
	done chan struct{}
	err  error // set when done is closed
}

// launch starts cmd. The goroutine that does so keeps its thread until the
// program has ended, because on Linux the signal that follows our own death is
// tied to the thread and not to the process.
func launch(cmd *exec.Cmd) (*process, error) {
	p := &process{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	return p, <-started
}

// stop ends the server in order, and less so when it takes too long.
func (p *process) stop() error {
	return stopPid(p.pid, func(limit time.Duration) bool {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		select {
		case <-p.done:
			return true
		case <-timer.C:
			return false
		}
	})
}

// stopPid asks a server to end: quickly, then at once, then by force. gone
// waits at most so long and reports whether it has ended.
func stopPid(pid int, gone func(time.Duration) bool) error {
	if gone(0) {
		return nil
	}
	for _, step := range []struct {
		signal syscall.Signal
		limit  time.Duration
	}{{syscall.SIGINT, 10 * time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
		err := syscall.Kill(pid, step.signal)
		if err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the database server %d: %w", pid, err)
		}
		if gone(step.limit) {
			return nil
		}
	}
	return fmt.Errorf("the database server %d does not end", pid)
}

// launchReady starts the server and waits until it accepts connections. When a
// dead server has not been reaped yet, it tries again.
func (p place) launchReady(ctx context.Context, bin binaries, opts Options) (*process, error) {
	if err := p.makeSocketDir(); err != nil {
		return nil, err
	}
	giveUp := time.NewTimer(zombieLimit)
	defer giveUp.Stop()
	pause := time.NewTicker(zombiePause)
	defer pause.Stop()
	for told := false; ; told = true {
		proc, err := p.launchOnce(ctx, bin, opts.Ephemeral)
		if !errors.Is(err, errStillHeld) {
			return proc, err
		}
		if !told {
			opts.say("The server that ran before has ended but is not gone yet; waiting for it (up to %d s)...", int(zombieLimit.Seconds()))
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-giveUp.C:
			return nil, err
		case <-pause.C:
		}
	}
}

// errStillHeld is PostgreSQL's refusal because of what a dead server left:
// its lock file while it is a zombie, or helpers of it that still write.
var errStillHeld = errors.New("the data folder is still held by a server that has ended")

func (p place) launchOnce(ctx context.Context, bin binaries, ephemeral bool) (*process, error) {
	out, from, err := p.openLog()
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(bin.path("postgres"), append([]string{"-D", p.data()}, p.settings(ephemeral)...)...)
	cmd.Dir, cmd.Env = p.dir, p.environment()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = endWithUs(p.who.attributes(), syscall.SIGINT)
	proc, err := launch(cmd)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", bin.path("postgres"), err)
	}
	if err := p.waitReady(ctx, proc); err != nil {
		return nil, errors.Join(p.explain(err, from), proc.stop())
	}
	return proc, nil
}

// waitReady looks at the file in which the server says that it is ready;
// connecting before would fill its log with refusals.
func (p place) waitReady(ctx context.Context, proc *process) error {
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if pf, ok := readPidFile(p.pidFile()); ok && pf.pid == proc.pid && pf.ready {
			return nil
		}
		select {
		case <-proc.done:
			return fmt.Errorf("the database server ended at once: %w", proc.err)
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.C:
			return errors.New("the database server did not get ready")
		case <-tick.C:
		}
	}
}

// explain adds what the server wrote since the given position of its log.
func (p place) explain(err error, from int64) error {
	f, openErr := os.Open(p.logFile())
	if openErr != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, seekErr := f.Seek(from, io.SeekStart); seekErr != nil {
		return err
	}
	raw, _ := io.ReadAll(io.LimitReader(f, 8<<10))
	said := strings.TrimSpace(string(raw))
	if strings.Contains(said, `lock file "postmaster.pid" already exists`) || strings.Contains(said, "pre-existing shared memory block") {
		err = fmt.Errorf("%w: %w", errStillHeld, err)
	}
	return fmt.Errorf("%w\n%s\n(from %s)", err, said, p.logFile())
}

// openLog opens the server's log for appending and returns its length. A log
// that has grown large begins anew.
func (p place) openLog() (*os.File, int64, error) {
	const large = 10 << 20
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(p.logFile()); err == nil && info.Size() > large {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(p.logFile(), flags, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("open the database log: %w", err)
	}
	info, err := f.Stat()
	if err = errors.Join(err, p.who.give(p.logFile())); err != nil {
		_ = f.Close()
		return nil, 0, fmt.Errorf("look at the database log: %w", err)
	}
	return f, info.Size(), nil
}
