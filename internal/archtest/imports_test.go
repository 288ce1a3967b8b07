package archtest

import (
	"go/ast"
	"strconv"
	"strings"
	"testing"
)

// rule says what the packages below from may import of ours. An import that is
// below none of only, or below one of never, is an arrow that runs up.
type rule struct {
	from  []string
	only  []string // nil: everything that is not below never
	never []string
}

var upper = []string{"internal/handler", "internal/server", "internal/worker", "internal/app", "cmd"}

// low is what everything of a domain may stand on.
var low = []string{"internal/platform", "internal/office/calendar", "internal/office/setting", "migrations"}

// pure packages stand on nothing but each other and the words; code lists and
// days are plain values, too.
var pure = []string{"internal/platform/authz", "internal/platform/civil", "internal/platform/codelist", "internal/platform/fault",
	"internal/office/calendar", "internal/clients/eligibility", "internal/clients/question"}

var rules = []rule{
	{from: pure, only: append([]string{"internal/platform/locale"}, pure...)},
	{from: []string{"internal/platform"}, only: []string{"internal/platform", "migrations"}},
	{from: []string{"internal/people"}, only: append([]string{"internal/people"}, low...)},
	{from: []string{"internal/clients"}, only: append([]string{"internal/clients", "internal/people"}, low...)},
	{from: []string{"internal/office/setting"}, only: []string{"internal/platform", "internal/office/calendar"}},
	{from: []string{"internal/office"}, only: append([]string{"internal/office", "internal/clients", "internal/people"}, low...)},
	{from: []string{"web"}, never: append([]string{"internal/platform/postgres"}, upper...)},
	{from: []string{"web/layout"}, never: []string{"internal/people", "internal/clients"}},
	{from: []string{"internal/handler"}, never: []string{"internal/server", "internal/worker", "internal/app", "cmd"}},
	{from: []string{"internal/worker"}, never: []string{"internal/handler", "internal/server", "internal/app", "cmd"}},
	{from: []string{"internal/server"}, never: []string{"internal/worker", "internal/app", "cmd"}},
	{from: []string{"internal/app"}, never: []string{"cmd"}},
	{from: []string{"internal", "web", "migrations"}, never: []string{"internal/platform/dbtest", "internal/platform/browsertest"}},
}

// allows returns whether a package may import another of ours by this rule; a
// package may always import what lies below itself.
func (r rule) allows(pkg, target string) bool {
	if !within(pkg, r.from...) || within(target, pkg) {
		return true
	}
	if r.only != nil && !within(target, r.only...) {
		return false
	}
	return !within(target, r.never...)
}

func TestNoArrowRunsUp(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test {
			continue // tests may stand on anything
		}
		for _, spec := range f.ast.Imports {
			target, ours := strings.CutPrefix(unquote(spec.Path), module)
			if !ours {
				continue
			}
			for _, r := range rules {
				if !r.allows(f.pkg(), target) {
					t.Errorf("%s imports %s: an arrow that runs up (see README, where things are)", f.path, target)
					break
				}
			}
		}
	}
}

// TestAreasDoNotImportEachOther keeps handler packages apart: what two of them
// share belongs into internal/handler, and what concerns the questions of the
// application into internal/handler/asking.
func TestAreasDoNotImportEachOther(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test || !strings.HasPrefix(f.pkg(), "internal/handler/") {
			continue
		}
		for _, spec := range f.ast.Imports {
			target := strings.TrimPrefix(unquote(spec.Path), module)
			shared := target == "internal/handler/asking"
			if strings.HasPrefix(target, "internal/handler/") && !shared && !within(target, f.pkg()) {
				t.Errorf("%s imports %s", f.path, target)
			}
		}
	}
}

// foreign lists packages that are not ours and where they may be used.
var foreign = []struct {
	path  string
	only  []string
	why   string
	tests bool // the rule holds in tests as well
}{
	{"net/http", []string{"cmd", "internal/app", "internal/server", "internal/handler", "internal/platform", "internal/worker", "internal/people/session", "web"},
		"services know nothing of HTTP", false},
	{"github.com/a-h/templ", []string{"cmd", "internal/app", "internal/archtest", "internal/server", "internal/handler", "internal/worker", "internal/platform/message", "web"},
		"services know nothing of HTML", false},
	{"text/template", []string{"internal/platform/locale"}, "it escapes nothing", false},
	{"html/template", nil, "pages are templ", false},
	{"math/rand", nil, "it can be guessed; use crypto/rand", false},
	{"math/rand/v2", []string{"internal/platform/postgres", "internal/office/demo", "internal/worker"}, "it can be guessed; use crypto/rand (jitter and invented people excepted)", false},
	{"github.com/nicksnyder/go-i18n/v2/i18n", []string{"internal/platform/locale"}, "the catalogue is behind locale", true},
	{"github.com/go-playground/form/v4", []string{"internal/platform/form"}, "forms are behind form", true},
	{"github.com/fergusstrange/embedded-postgres", []string{"internal/platform/devdb"}, "it only fetches", true},
	{"codeberg.org/go-pdf/fpdf", []string{"internal/platform/pdf"}, "files are drawn by pdf", true},
	{"github.com/stretchr/testify", []string{}, "compare with if and cmp.Diff", true},
}

func TestForeignPackages(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		for _, spec := range f.ast.Imports {
			for _, rule := range foreign {
				if f.test && !rule.tests || !within(unquote(spec.Path), rule.path) || within(f.path, rule.only...) {
					continue
				}
				if rule.path == "math/rand" && unquote(spec.Path) == "math/rand/v2" {
					continue
				}
				t.Errorf("%s imports %s: %s", f.path, unquote(spec.Path), rule.why)
			}
		}
	}
}

func unquote(lit *ast.BasicLit) string {
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}
