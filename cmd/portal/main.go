// Command portal is the Family PACT portal: the server, its migrations, its
// training copy and the commands of its operators. portal --help lists them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // California's days in an image without a time zone folder

	"github.com/alecthomas/kong"
)

// commandLine is every subcommand, one file for each.
type commandLine struct {
	Serve       serveCmd       `cmd:"" help:"Serve pages and do background work."`
	Migrate     migrateCmd     `cmd:"" help:"Bring the database's schema to this version."`
	Demo        demoCmd        `cmd:"" help:"Run the training copy on a private database."`
	Decide      decideCmd      `cmd:"" help:"Decide eligibility for a CSV of facts."`
	CreateAdmin createAdminCmd `cmd:"" help:"Print the access code of a first administrator."`
	BreakGlass  breakGlassCmd  `cmd:"" help:"Make the sealed administrator account, or ask to open it."`
	Keys        keysCmd        `cmd:"" help:"Make and look at the keys of the sealed fields."`
	Audit       auditCmd       `cmd:"" help:"Verify the audit trail."`
	Devdb       devdbCmd       `cmd:"" help:"The private database of development and tests."`
	Health      healthCmd      `cmd:"" help:"Ask a running portal whether it lives; for containers."`
}

func main() { os.Exit(run(os.Args[1:])) }

// exitError carries the exit status of a command that has said what was wrong
// itself, or of a program that it ran.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run parses the arguments, runs the command and returns its exit status: 0,
// 1 when it failed, 2 when its input was not good.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	var cl commandLine
	parser, err := kong.New(&cl, kong.Name("portal"),
		kong.Description("The Family PACT portal."), kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "portal:", err)
		return 1
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "portal:", err)
		return 2
	}
	return status(command.Run())
}

func status(err error) int {
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintln(os.Stderr, "portal:", err)
	return 1
}
