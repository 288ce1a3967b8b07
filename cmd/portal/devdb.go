package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"familypact.example/portal/internal/platform/devdb"
)

// devdbCmd is `portal devdb`: the private PostgreSQL of development and tests.
type devdbCmd struct {
	Run      devdbRunCmd      `cmd:"" help:"Run a command with a private database; its address is in the command's environment."`
	URL      devdbURLCmd      `cmd:"" name:"url" help:"Print the address of the private database that runs."`
	Stop     devdbStopCmd     `cmd:"" help:"Stop the private database, whoever started it."`
	Reset    devdbResetCmd    `cmd:"" help:"Stop the private database and delete its data."`
	Download devdbDownloadCmd `cmd:"" help:"Fetch a private copy of PostgreSQL into your cache."`
}

// devdbDir is the flag of the commands that work on a folder.
type devdbDir struct {
	Dir string `default:".devdb" type:"path" help:"Folder of the private database."`
}

type devdbRunCmd struct {
	devdbDir
	Ephemeral bool     `help:"A new, quick, not durable server for tests (TEST_DATABASE_URL) instead of the one for development (DATABASE_URL)."`
	Command   []string `arg:"" passthrough:"partial" help:"The command, after --."`
}

// Run starts the database, runs the command and stops what it started. The
// command's exit status is ours.
func (c *devdbRunCmd) Run(ctx context.Context) error {
	env, server, err := c.environment(ctx)
	if err != nil {
		return err
	}
	err = runCommand(c.command(), env)
	if server != nil {
		err = errors.Join(err, server.Stop())
	}
	return err
}

// command leaves out the two dashes before the command.
func (c *devdbRunCmd) command() []string {
	if len(c.Command) > 1 && c.Command[0] == "--" {
		return c.Command[1:]
	}
	return c.Command
}

// environment starts the server, unless the environment already names one, and
// returns what the command gets.
func (c *devdbRunCmd) environment(ctx context.Context) ([]string, *devdb.Server, error) {
	name := "DATABASE_URL"
	if c.Ephemeral {
		name = "TEST_DATABASE_URL"
	}
	if os.Getenv(name) != "" {
		return nil, nil, nil
	}
	s, err := devdb.Start(ctx, devdb.Options{Dir: c.Dir, Ephemeral: c.Ephemeral, Log: sayOnStderr})
	if err != nil {
		return nil, nil, err
	}
	if c.Ephemeral {
		return []string{name + "=" + s.URL("postgres", devdb.Superuser)}, s, nil
	}
	return []string{
		name + "=" + s.URL(devdb.DatabaseName, devdb.AppRole),
		"DATABASE_OWNER_URL=" + s.URL(devdb.DatabaseName, devdb.OwnerRole),
		"DATABASE_READ_URL=" + s.URL(devdb.DatabaseName, devdb.ReadRole),
	}, s, nil
}

func sayOnStderr(line string) { fmt.Fprintln(os.Stderr, line) }

// runCommand runs the command to its end and passes signals on to it.
func runCommand(command, env []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = slices.Concat(os.Environ(), env)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run the command: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			if s != syscall.SIGINT || !sharesTerminal() {
				_ = cmd.Process.Signal(s) // it may have ended meanwhile
			}
		case err := <-done:
			return commandError(err)
		}
	}
}

// sharesTerminal reports whether the terminal has already sent its Ctrl-C to
// the command too.
func sharesTerminal() bool {
	group, err := unix.IoctlGetInt(int(os.Stdin.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

func commandError(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return exitError(128 + int(ws.Signal()))
	}
	return exitError(exit.ExitCode())
}

type devdbURLCmd struct {
	devdbDir
	Owner bool `help:"The address of the tables' owner instead of the portal's."`
}

// Run prints the address, or fails when no private database runs.
func (c *devdbURLCmd) Run(ctx context.Context) error {
	s, err := devdb.Running(ctx, c.Dir)
	if err != nil {
		return err
	}
	if s == nil {
		return fmt.Errorf("no private database runs on %s; start one with `make run` or `portal devdb run`", c.Dir)
	}
	role := devdb.AppRole
	if c.Owner {
		role = devdb.OwnerRole
	}
	fmt.Println(s.URL(devdb.DatabaseName, role))
	return nil
}

type devdbStopCmd struct{ devdbDir }

// Run stops the server; that none runs is no failure.
func (c *devdbStopCmd) Run(ctx context.Context) error {
	stopped, err := devdb.StopRunning(ctx, c.Dir)
	if err != nil {
		return err
	}
	if stopped {
		fmt.Println("The private database has stopped.")
	} else {
		fmt.Println("No private database was running.")
	}
	return nil
}

type devdbResetCmd struct{ devdbDir }

// Run deletes the data of the private database.
func (c *devdbResetCmd) Run(ctx context.Context) error {
	if err := devdb.Reset(ctx, c.Dir); err != nil {
		return err
	}
	fmt.Println("The private database is gone; the next start makes a new one.")
	return nil
}

type devdbDownloadCmd struct{}

// Run fetches a PostgreSQL unless one was fetched before.
func (c *devdbDownloadCmd) Run(ctx context.Context) error {
	dir, err := devdb.Download(ctx, sayOnStderr)
	if err != nil {
		return err
	}
	fmt.Println("PostgreSQL is in", dir)
	return nil
}
