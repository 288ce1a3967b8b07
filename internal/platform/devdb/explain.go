package devdb

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// ErrNone is in the error of Start when no usable PostgreSQL was found.
var ErrNone = errors.New("no usable PostgreSQL installation")

// ErrOtherMajor is in the error of Start when the data need another PostgreSQL
// than the ones found. The data are never deleted for that.
var ErrOtherMajor = errors.New("the data need another PostgreSQL")

// hint is an error that reads as its text and is of a kind.
type hint struct {
	text string
	kind error
}

func (h hint) Error() string { return h.text }
func (h hint) Unwrap() error { return h.kind }

func (p place) wrongMajor(major int, have []binaries) error {
	versions := make([]string, len(have))
	for i, bin := range have {
		versions[i] = bin.version
	}
	versions = unique(versions)
	verb := "is"
	if len(versions) > 1 {
		verb = "are"
	}
	return hint{fmt.Sprintf(
		"the data in %s was made by PostgreSQL %d, but only %s %s installed; install PostgreSQL %d, or run `make db-reset` to throw the local data away",
		p.data(), major, strings.Join(versions, ", "), verb, major), ErrOtherMajor}
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// failure is the error that says where was looked and what to do.
func (s *searcher) failure() error {
	var b strings.Builder
	fmt.Fprintf(&b, "no usable PostgreSQL installation (need %d or newer).\n\nLooked at:\n", oldestMajor)
	for _, l := range s.looked {
		fmt.Fprintf(&b, "  %-16s %s\n", l.where, l.what)
	}
	b.WriteString("\nDo one of these, then run the command again:\n")
	for _, r := range remedies() {
		fmt.Fprintf(&b, "  %-37s # %s\n", r[0], r[1])
	}
	return hint{strings.TrimRight(b.String(), "\n"), ErrNone}
}

func remedies() [][2]string {
	install := [][2]string{
		{"apt-get install -y postgresql", "Debian, Ubuntu"},
		{"dnf install -y postgresql-server postgresql-contrib", "Fedora, RHEL"},
		{"apk add postgresql postgresql-contrib", "Alpine"},
	}
	if runtime.GOOS == "darwin" {
		install = [][2]string{{"brew install postgresql@17", "macOS"}}
	}
	return append(install,
		[2]string{"make db-download", "fetch a private copy, no root needed"},
		[2]string{"DEVDB_BIN_DIR=/path/to/bin", "point at the folder that holds initdb and postgres"},
		[2]string{"DATABASE_URL=postgres://...", "use a server that already runs"})
}
