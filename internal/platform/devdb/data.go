package devdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// makeData makes the data folder unless there is one. It is made beside and
// then renamed, so that a kill in between leaves nothing half-made.
func (p place) makeData(ctx context.Context, bin binaries, opts Options) error {
	if _, err := os.Stat(p.data()); err == nil {
		return p.who.giveAll(p.data())
	}
	opts.say("Making a database in %s with PostgreSQL %s (a second or two)...", p.data(), bin.version)
	if err := p.initialize(ctx, bin, opts); err != nil {
		return err
	}
	if err := os.Rename(p.halfMade(), p.data()); err != nil {
		return fmt.Errorf("put the new database in place: %w", err)
	}
	return nil
}

// locales are tried in this order. With ctype C, lower('É') is 'É' and accents
// vanish from trigrams.
var locales = []string{"C.UTF-8", "en_US.UTF-8", "C"}

func (p place) initialize(ctx context.Context, bin binaries, opts Options) error {
	var err error
	for _, ctype := range locales {
		if err = p.initdb(ctx, bin, ctype, opts.Ephemeral); err == nil {
			if ctype == "C" {
				opts.say("Warning: this machine has neither the locale C.UTF-8 nor en_US.UTF-8; accents will not be matched in searches.")
			}
			return nil
		}
		if !strings.Contains(err.Error(), "locale") {
			return err
		}
	}
	return err
}

func (p place) initdb(ctx context.Context, bin binaries, ctype string, ephemeral bool) error {
	dir := p.halfMade()
	err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700), p.who.give(dir))
	if err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	args := []string{"-D", dir, "-U", Superuser, "-A", "trust", "--auth-host=reject",
		"--encoding=UTF8", "--locale=C", "--lc-ctype=" + ctype, "--no-instructions"}
	if ephemeral {
		args = append(args, "--no-sync")
	}
	out, err := p.run(ctx, bin.path("initdb"), args...)
	if err != nil {
		return errors.Join(fmt.Errorf("make the database: %w\n%s", err, out), os.RemoveAll(dir))
	}
	return nil
}

// run runs a program as the server's account and returns what it wrote.
func (p place) run(ctx context.Context, program string, args ...string) (string, error) {
	var out strings.Builder
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = p.dir, p.environment()
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = endWithUs(p.who.attributes(), syscall.SIGKILL)
	proc, err := launch(cmd)
	if err != nil {
		return "", err
	}
	select {
	case <-proc.done:
		return out.String(), proc.err
	case <-ctx.Done():
		_ = syscall.Kill(-proc.pid, syscall.SIGKILL)
		<-proc.done
		return out.String(), ctx.Err()
	}
}

// environment is all that the server gets of ours: nothing that could change
// its language or point it at another server.
func (p place) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "LC_ALL=C", "TZ=UTC"}
}

// settings are the server's settings on its command line.
func (p place) settings(ephemeral bool) []string {
	list := []string{
		"listen_addresses=",
		"unix_socket_directories=" + p.socketDir(),
		"port=5432",
		"max_connections=200",
		"shared_buffers=256MB",
		"timezone=UTC",
		"log_timezone=UTC",
		"logging_collector=off",
	}
	if ephemeral {
		list = append(list, "max_connections=400", "fsync=off", "synchronous_commit=off",
			"full_page_writes=off", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0")
	}
	args := make([]string, 0, 2*len(list))
	for _, s := range list {
		args = append(args, "-c", s)
	}
	return args
}
