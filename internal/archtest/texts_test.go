package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	templparser "github.com/a-h/templ/parser/v2"
	"github.com/a-h/templ/parser/v2/visitor"
)

// spoken are the attributes that a person reads or hears.
var spoken = []string{"alt", "aria-label", "aria-description", "aria-roledescription", "label", "placeholder", "title"}

// notTexts are what may stand in a template although it holds a letter.
var notTexts = []string{
	"Family PACT", // a name, the same in every language
}

func TestNoTextStandsInATemplate(t *testing.T) {
	t.Parallel()
	count := 0
	err := walk(".templ", func(name string) error {
		count++
		for _, found := range textsOf(t, name) {
			t.Errorf("%s: %s: texts come from the catalogue", name, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count == 0 {
		t.Error("no template was found")
	}
}

func textsOf(t *testing.T, name string) []string {
	t.Helper()
	tree, err := templparser.Parse(filepath.Join(root, name))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return nil
	}
	return literalTexts(t, tree)
}

// literalTexts returns the texts of a template that a person would read.
func literalTexts(t *testing.T, tree *templparser.TemplateFile) []string {
	t.Helper()
	var found []string
	note := func(line uint32, what, text string) {
		if isText(text) {
			found = append(found, fmt.Sprintf("line %d: %s %q", line+1, what, strings.TrimSpace(text)))
		}
	}
	v := visitor.New()
	v.Text = func(n *templparser.Text) error {
		note(n.Range.From.Line, "text", n.Value)
		return nil
	}
	v.StringExpression = func(n *templparser.StringExpression) error {
		note(n.Expression.Range.From.Line, "text", wholeLiteral(n.Expression.Value))
		return nil
	}
	v.ConstantAttribute = func(n *templparser.ConstantAttribute) error {
		if slices.Contains(spoken, n.Key.String()) {
			note(0, n.Key.String(), n.Value)
		}
		return nil
	}
	v.ExpressionAttribute = func(n *templparser.ExpressionAttribute) error {
		if slices.Contains(spoken, n.Key.String()) {
			note(n.Expression.Range.From.Line, n.Key.String(), wholeLiteral(n.Expression.Value))
		}
		return nil
	}
	if err := tree.Visit(v); err != nil {
		t.Fatal(err)
	}
	return found
}

func isText(s string) bool {
	s = strings.TrimSpace(s)
	return !slices.Contains(notTexts, s) && strings.ContainsFunc(s, unicode.IsLetter) && !entity.MatchString(s)
}

// entity is a text of character references alone, such as &nbsp;.
var entity = regexp.MustCompile(`^(&#?\w+;|[^\pL])+$`)

// wholeLiteral returns the text when the expression is a string literal, or a
// sum that begins with one.
func wholeLiteral(expression string) string {
	e, err := parser.ParseExpr(expression)
	if err != nil {
		return ""
	}
	for {
		sum, ok := e.(*ast.BinaryExpr)
		if !ok {
			break
		}
		e = sum.X
	}
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		return unquote(lit)
	}
	return ""
}

func TestTextsAreRecognized(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		`<p>Hello</p>`:                              1,
		`<p>{ "Hello" }</p>`:                        1,
		`<p title="Hello">{ name }</p>`:             1,
		`<p title={ "Hello " + name }></p>`:         1,
		`<p class="govuk-body" id="x">{ name }</p>`: 0,
		`<p>{ name } – 3 / 4 &nbsp;</p>`:            0,
		`<p>Family PACT</p>`:                        0,
	} {
		tree, err := templparser.ParseString("package p\n\ntempl P(name string) {\n\t" + body + "\n}\n")
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if got := literalTexts(t, tree); len(got) != want {
			t.Errorf("%s: found %v, want %d", body, got, want)
		}
	}
}

// unfinished and foreignSpelling are words that do not belong into the source.
var (
	unfinished      = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b|(?i)\bnot (yet )?implemented\b`)
	foreignSpelling = regexp.MustCompile(`(?i)\b(enrolments?|enrol|enrols)\b`)
	issueNumber     = regexp.MustCompile(`#\d+`)
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, ending := range []string{".go", ".templ", ".sql", ".json", ".md", ".scss"} {
		err := walk(ending, func(name string) error {
			if within(name, "internal/archtest") || strings.HasSuffix(name, "package-lock.json") {
				return nil
			}
			for i, line := range strings.Split(read(t, name), "\n") {
				if unfinished.MatchString(line) && !issueNumber.MatchString(line) {
					t.Errorf("%s:%d: unfinished work that names no issue", name, i+1)
				}
				if foreignSpelling.MatchString(line) {
					t.Errorf("%s:%d: the spelling is American: enroll, enrollment", name, i+1)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// top is all that may lie at the top of the repository besides dot files.
var top = []string{"cmd", "internal", "web", "migrations", "go.mod", "go.sum", "Makefile", "Dockerfile", "README.md", "bin"}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, ".") && !slices.Contains(top, name) && !strings.Contains(name, "LICENSE") {
			t.Errorf("%s lies at the top of the repository; hidden folders are for what operators and tools need", name)
		}
	}
}
