package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func parseDevdb(t *testing.T, args ...string) (*devdbCmd, error) {
	t.Helper()
	var cmd devdbCmd
	parser, err := kong.New(&cmd, kong.Exit(func(int) { t.Fatal("parsing ended the program") }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return &cmd, err
}

func TestDevdbRunTakesACommand(t *testing.T) {
	t.Parallel()
	cmd, err := parseDevdb(t, "run", "--ephemeral", "--", "go", "test", "-race", "./...")
	if err != nil {
		t.Fatal(err)
	}
	if !cmd.Run.Ephemeral {
		t.Error("--ephemeral was not read")
	}
	if got := strings.Join(cmd.Run.command(), " "); got != "go test -race ./..." {
		t.Errorf("command = %q", got)
	}
	if _, err := parseDevdb(t, "run", "--ephemeral"); err == nil {
		t.Error("run without a command is accepted")
	}
}

func TestDevdbRunGivesAddressAndStatus(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", "")
	out := filepath.Join(t.TempDir(), "out")
	cmd := devdbRunCmd{Ephemeral: true, Command: []string{"sh", "-c", `echo "$TEST_DATABASE_URL" >"$0"; exit 3`, out}}
	err := cmd.Run(t.Context())
	var status exitError
	if !errors.As(err, &status) || int(status) != 3 {
		t.Errorf("error = %v, want status 3", err)
	}
	got, err := os.ReadFile(out)
	if err != nil || !strings.HasPrefix(string(got), "postgres:///postgres?host=") {
		t.Errorf("TEST_DATABASE_URL = %q (%v)", got, err)
	}
}

func TestDevdbRunUsesTheServerThatIsNamed(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://db.example/portal")
	cmd := devdbRunCmd{devdbDir: devdbDir{Dir: t.TempDir()}, Command: []string{"true"}}
	env, server, err := cmd.environment(t.Context())
	if env != nil || server != nil || err != nil {
		t.Errorf("environment = %v, %v, %v; want nothing started", env, server, err)
	}
}

func TestCommandStatus(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]int{"exit 7": 7, "kill -TERM $$": 128 + 15} {
		var status exitError
		if err := runCommand([]string{"sh", "-c", script}, nil); !errors.As(err, &status) || int(status) != want {
			t.Errorf("%s: %v, want status %d", script, err, want)
		}
	}
	if err := runCommand([]string{"true"}, nil); err != nil {
		t.Errorf("true: %v", err)
	}
}
