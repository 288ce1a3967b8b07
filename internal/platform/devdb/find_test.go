package devdb

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		said    string
		version string
		major   int
	}{
		{"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18", 15},
		{"postgres (PostgreSQL) 18.4\n", "18.4", 18},
		{"postgres (PostgreSQL) 19beta1\n", "19beta1", 19},
		{"something else", "something else", 0},
	}
	for _, tt := range tests {
		if version, major := parseVersion(tt.said); version != tt.version || major != tt.major {
			t.Errorf("parseVersion(%q) = %q, %d; want %q, %d", tt.said, version, major, tt.version, tt.major)
		}
	}
}

func TestParseStat(t *testing.T) {
	t.Parallel()
	tests := []struct {
		raw, state, name string
		ok               bool
	}{
		{"42 (postgres) S 1 42", "S", "postgres", true},
		{"42 (a) b) Z 1 42", "Z", "a) b", true},
		{"42 (cut", "", "", false},
		{"", "", "", false},
	}
	for _, tt := range tests {
		state, name, ok := parseStat(tt.raw)
		if state != tt.state || name != tt.name || ok != tt.ok {
			t.Errorf("parseStat(%q) = %q, %q, %t", tt.raw, state, name, ok)
		}
	}
}

// fakeInstallation makes a folder whose postgres says that it is of a version.
func fakeInstallation(t *testing.T, version string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "devdb-bin-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestGivenFolder(t *testing.T) {
	tests := []struct {
		name, version, data string
		want                string
	}{
		{name: "new enough", version: "16.2"},
		{name: "too old", version: "14.9", want: "version 14.9 is older than 15"},
		{name: "same major as the data", version: "16.2", data: "16"},
		{name: "other major than the data", version: "16.2", data: "15", want: "was made by PostgreSQL 15, but only 16.2 is installed; install PostgreSQL 15, or run `make db-reset`"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("DEVDB_BIN_DIR", fakeInstallation(t, tt.version))
			p := place{dir: t.TempDir()}
			if tt.data != "" {
				if err := os.Mkdir(p.data(), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(p.data(), "PG_VERSION"), []byte(tt.data+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			bin, err := p.findBinaries(t.Context(), Options{})
			if tt.want == "" {
				if err != nil || bin.version != tt.version {
					t.Fatalf("found %+v, %v; want %s", bin, err, tt.version)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestGivenFolderWithoutServerIsRefused(t *testing.T) {
	t.Setenv("DEVDB_BIN_DIR", t.TempDir())
	_, err := place{dir: t.TempDir()}.findBinaries(t.Context(), Options{})
	if err == nil || !strings.Contains(err.Error(), "does not hold initdb and postgres") {
		t.Errorf("error = %v", err)
	}
}

func TestFailureSaysWhereAndWhat(t *testing.T) {
	t.Parallel()
	s := &searcher{}
	s.note("PATH", "initdb: not on PATH")
	s.note("usual folder", "/usr/lib/postgresql/14/bin: version 14.9 is older than 15")
	err := s.failure()
	if !errors.Is(err, ErrNone) {
		t.Errorf("%v is not ErrNone", err)
	}
	for _, want := range []string{
		"no usable PostgreSQL installation (need 15 or newer).\n\nLooked at:\n",
		"  PATH             initdb: not on PATH\n",
		"  usual folder     /usr/lib/postgresql/14/bin: version 14.9 is older than 15\n",
		"\nDo one of these, then run the command again:\n",
		"  make db-download                      # fetch a private copy, no root needed\n",
		"  DATABASE_URL=postgres://...           # use a server that already runs",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
}

func TestMakeLinks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, list string
		wantErr    bool
	}{
		{"inside", `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`, false},
		{"leads out", `[{"source":"native/lib/libpq.so.5.18","target":"../../elsewhere"}]`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			lib := filepath.Join(root, "native", "lib")
			if err := os.MkdirAll(lib, 0o755); err != nil {
				t.Fatal(err)
			}
			for path, text := range map[string]string{
				filepath.Join(lib, "libpq.so.5.18"):               "library",
				filepath.Join(root, "native", "pg-symlinks.json"): tt.list,
			} {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := makeLinks(root)
			if (err != nil) != tt.wantErr {
				t.Fatalf("makeLinks: %v, want an error: %t", err, tt.wantErr)
			}
			if tt.wantErr {
				return
			}
			if got, err := os.ReadFile(filepath.Join(lib, "libpq.so.5")); err != nil || string(got) != "library" {
				t.Errorf("through the link: %q, %v", got, err)
			}
		})
	}
}

func TestCanEnter(t *testing.T) {
	t.Parallel()
	root, err := os.MkdirTemp("/tmp", "devdb-enter-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	stranger := account{uid: 1 << 20, gid: 1 << 20}
	for mode, want := range map[os.FileMode]bool{0o700: false, 0o750: false, 0o755: true, 0o711: true} {
		if err := os.Chmod(root, mode); err != nil {
			t.Fatal(err)
		}
		if got := stranger.canEnter(root); got != want {
			t.Errorf("mode %o: canEnter = %t, want %t", mode, got, want)
		}
	}
}
