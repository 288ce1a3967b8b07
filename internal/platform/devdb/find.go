package devdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

const (
	oldestMajor = 15
	anyMajor    = 0
)

// binaries is a folder that holds initdb and postgres.
type binaries struct {
	dir     string
	version string
	major   int
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

// searcher looks for a PostgreSQL and remembers what it looked at.
type searcher struct {
	who    account
	looked []look
	others []binaries // usable, but of another major than the data
}

type look struct{ where, what string }

func (s *searcher) note(where, format string, args ...any) {
	s.looked = append(s.looked, look{where, fmt.Sprintf(format, args...)})
}

// findBinaries returns the PostgreSQL for this place: the first usable one, of
// the same major as the data if there are any.
func (p place) findBinaries(ctx context.Context, opts Options) (binaries, error) {
	major, err := p.dataMajor()
	if err != nil {
		return binaries{}, err
	}
	s := &searcher{who: p.who}
	if dir := os.Getenv("DEVDB_BIN_DIR"); dir != "" {
		return s.given(ctx, dir, major, p)
	}
	for _, search := range []func(context.Context, int) (binaries, bool){s.onPath, s.byConfig, s.usual, s.cached} {
		if bin, ok := search(ctx, major); ok {
			return bin, nil
		}
	}
	if len(s.others) == 0 {
		if bin, ok := s.fetch(ctx, opts); ok && (major == anyMajor || bin.major == major) {
			return bin, nil
		} else if ok {
			s.others = append(s.others, bin)
		}
	}
	if len(s.others) > 0 {
		return binaries{}, p.wrongMajor(major, s.others)
	}
	return binaries{}, s.failure()
}

// given judges DEVDB_BIN_DIR, which is used or refused; nothing else is tried.
func (s *searcher) given(ctx context.Context, dir string, major int, p place) (binaries, error) {
	bin, err := s.inspect(ctx, dir)
	if err != nil {
		return binaries{}, fmt.Errorf("DEVDB_BIN_DIR=%s: %w", dir, err)
	}
	if major != anyMajor && bin.major != major {
		return binaries{}, p.wrongMajor(major, []binaries{bin})
	}
	return bin, nil
}

func (s *searcher) onPath(ctx context.Context, major int) (binaries, bool) {
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		s.note("PATH", "initdb: not on PATH")
		return binaries{}, false
	}
	real, err := filepath.EvalSymlinks(initdb)
	if err != nil {
		s.note("PATH", "%s: %v", initdb, err)
		return binaries{}, false
	}
	return s.try(ctx, "PATH", filepath.Dir(real), major)
}

func (s *searcher) byConfig(ctx context.Context, major int) (binaries, bool) {
	out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output()
	if err != nil {
		s.note("pg_config", "not on PATH")
		return binaries{}, false
	}
	return s.try(ctx, "pg_config", strings.TrimSpace(string(out)), major)
}

// usualFolders are where systems and people put PostgreSQL.
var usualFolders = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*",
	"/usr/lib/postgresql*/bin", "/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin",
	"/opt/local/lib/postgresql*/bin",
	"/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin", "~/.nix-profile/bin",
}

func (s *searcher) usual(ctx context.Context, major int) (binaries, bool) {
	found := false
	for _, pattern := range usualFolders {
		if home, err := os.UserHomeDir(); err == nil {
			pattern = strings.Replace(pattern, "~", home, 1)
		}
		dirs, _ := filepath.Glob(pattern)
		sort.Slice(dirs, func(i, j int) bool { return firstNumber(dirs[i]) > firstNumber(dirs[j]) })
		for _, dir := range dirs {
			if !holdsServer(dir) {
				continue
			}
			found = true
			if bin, ok := s.try(ctx, "usual folder", dir, major); ok {
				return bin, true
			}
		}
	}
	if !found {
		s.note("usual folders", "nothing there")
	}
	return binaries{}, false
}

// cached looks at the copies that were fetched earlier.
func (s *searcher) cached(ctx context.Context, major int) (binaries, bool) {
	cache, err := cacheDir()
	if err != nil {
		s.note("fetched copy", "%v", err)
		return binaries{}, false
	}
	dirs, _ := filepath.Glob(filepath.Join(cache, "[0-9]*", "bin"))
	sort.Slice(dirs, func(i, j int) bool { return dirs[i] > dirs[j] })
	for _, dir := range dirs {
		if bin, ok := s.try(ctx, "fetched copy", dir, major); ok {
			return bin, true
		}
	}
	if len(dirs) == 0 {
		s.note("fetched copy", "%s: none", cache)
	}
	return binaries{}, false
}

// try inspects a folder and takes it if it is usable and of the right major.
func (s *searcher) try(ctx context.Context, where, dir string, major int) (binaries, bool) {
	bin, err := s.inspect(ctx, dir)
	switch {
	case err != nil:
		s.note(where, "%s: %v", dir, err)
		return binaries{}, false
	case major != anyMajor && bin.major != major:
		s.others = append(s.others, bin)
		s.note(where, "%s: version %s, but the data need %d", dir, bin.version, major)
		return binaries{}, false
	}
	return bin, true
}

func holdsServer(dir string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, program)) //nolint:gosec // the developer names the folder
		if err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

// inspect returns what the folder holds if the server's account can run it and
// it is new enough.
func (s *searcher) inspect(ctx context.Context, dir string) (binaries, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return binaries{}, err
	}
	if !holdsServer(abs) {
		return binaries{}, errors.New("does not hold initdb and postgres")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(abs, "postgres"), "-V") //nolint:gosec // the developer names the folder
	cmd.Dir, cmd.Env = "/", []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = s.who.attributes()
	out, err := cmd.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) && s.who.other {
		return binaries{}, fmt.Errorf("the account %s cannot reach it", s.who.name)
	}
	if err != nil {
		return binaries{}, fmt.Errorf("postgres -V: %w %s", err, strings.TrimSpace(string(out)))
	}
	version, major := parseVersion(string(out))
	if major < oldestMajor {
		return binaries{}, fmt.Errorf("version %s is older than %d", version, oldestMajor)
	}
	return binaries{dir: abs, version: version, major: major}, nil
}

var versionText = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[^ \n]*)`)

// parseVersion reads what `postgres -V` says; an unknown text has major 0.
func parseVersion(said string) (version string, major int) {
	m := versionText.FindStringSubmatch(said)
	if m == nil {
		return strings.TrimSpace(said), 0
	}
	major, _ = strconv.Atoi(m[2])
	return m[1], major
}

var digits = regexp.MustCompile(`\d+`)

func firstNumber(path string) int {
	n, _ := strconv.Atoi(digits.FindString(path))
	return n
}

// dataMajor returns the major version that made the data, or anyMajor when
// there are none yet.
func (p place) dataMajor() (int, error) {
	raw, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return anyMajor, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0, fmt.Errorf("read the version of the data: %w", err)
	}
	return major, nil
}

// cacheDir is where fetched copies are kept. Root's own cache is closed to the
// account that runs the server.
func cacheDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache/portal/postgres", nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find your cache folder: %w", err)
	}
	return filepath.Join(dir, "portal", "postgres"), nil
}
