package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "familypact.example/portal/"

// root is the top of the repository, from this package.
const root = "../.."

// file is one Go file that people write.
type file struct {
	path    string // from the root, with slashes
	test    bool   // or a package of helpers for tests, whose name ends in test
	ast     *ast.File
	imports map[string]string // name in this file → import path
}

// pkg is the folder of the file's package, from the root.
func (f file) pkg() string { return path.Dir(f.path) }

var (
	fset     = token.NewFileSet()
	allFiles = sync.OnceValues(readFiles)
)

func files(t *testing.T) []file {
	t.Helper()
	list, err := allFiles()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 50 {
		t.Fatalf("only %d files were found; is the root right?", len(list))
	}
	return list
}

func readFiles() ([]file, error) {
	var list []file
	err := walk(".go", func(name string) error {
		parsed, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.ParseComments)
		if err != nil {
			return err
		}
		list = append(list, file{name, isTest(name), parsed, importsOf(parsed)})
		return nil
	})
	return list, err
}

func isTest(name string) bool {
	return strings.HasSuffix(name, "_test.go") || strings.HasSuffix(path.Dir(name), "test")
}

// walk calls fn for every file of our own with that ending.
func walk(ending string, fn func(name string) error) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() && rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || rel == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(rel, ending) {
			return nil
		}
		return fn(rel)
	})
}

func importsOf(parsed *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range parsed.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(target)
		if strings.HasPrefix(name, "v") && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(target))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = target
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// within reports whether name is one of the folders or lies below one.
func within(name string, folders ...string) bool {
	for _, folder := range folders {
		if name == folder || strings.HasPrefix(name, folder+"/") {
			return true
		}
	}
	return false
}
