package setting_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the top of the source.
const root = "../../.."

// declared finds the variable and the name of a parameter.
var declared = regexp.MustCompile(`(?m)^\s*(?:var )?([A-Z]\w+)\s*= \w+\("([a-z0-9._-]+)"`)

// elsewhere are parameters that the decisions name and that no rule of this
// program asks for: nothing is erased at the end of its years, and a clinic
// decides about every application.
var elsewhere = map[string]bool{
	"renew_after_months": true, "client_online_decides": true, "retention_years": true, "audit_years": true,
}

// Every parameter that is declared decides something and stands in the README:
// one that nothing reads would promise what it does not keep.
func TestEveryParameterIsReadAndExplained(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("parameters.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	code := sources(t)
	found := declared.FindAllStringSubmatch(string(source), -1)
	if len(found) < 40 {
		t.Fatalf("%d parameters are declared", len(found))
	}
	for _, m := range found {
		if elsewhere[m[2]] {
			continue
		}
		read := strings.Contains(code.others, "'"+m[2]+"'") || regexp.MustCompile(`\bsetting\.`+m[1]+`\b`).MatchString(code.others) || regexp.MustCompile(`\b`+m[1]+`\b`).MatchString(code.own)
		if !read {
			t.Errorf("nothing reads %s", m[2])
		}
		if !strings.Contains(string(readme), "`"+m[2]+"`") {
			t.Errorf("the README does not explain %s", m[2])
		}
	}
}

type read struct{ own, others string }

// sources is all code but tests, the declarations and the catalog.
func sources(t *testing.T) read {
	t.Helper()
	var own, others strings.Builder
	for _, dir := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			name := filepath.Base(path)
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			to := &others
			if filepath.Base(filepath.Dir(path)) == "setting" {
				if name == "parameters.go" || name == "catalog.go" {
					return nil
				}
				to = &own
			}
			text, err := os.ReadFile(path)
			to.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return read{own.String(), others.String()}
}
