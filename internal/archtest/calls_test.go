package archtest

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// ban is a name of a package that must not be used, and where it may be.
type ban struct {
	pkg, name string
	why       string
	only      []string
	tests     bool // the ban holds in tests as well
}

const chiMiddleware = "github.com/go-chi/chi/v5/middleware"

// clockUsers measure how long something took, or wait; they decide nothing.
var clockUsers = []string{
	"cmd", "internal/server", "internal/worker", "internal/app",
	"internal/platform/devdb", "internal/platform/dbtest", "internal/platform/browsertest",
	"internal/platform/mail", // deadlines of connections
}

var bans = []ban{
	{pkg: "time", name: "Now", why: "the clock is the database's: tx.Now(), tx.Today() or an argument", only: clockUsers},
	{pkg: "time", name: "Since", why: "the clock is the database's", only: clockUsers},
	{pkg: "time", name: "Until", why: "the clock is the database's", only: clockUsers},
	{pkg: "time", name: "Sleep", why: "wait for what is to happen, not for time to pass", tests: true,
		only: []string{"internal/server/listen.go"}}, // the time a balancer takes to look elsewhere
	{pkg: chiMiddleware, name: "RealIP", why: "it trusts any caller's header", tests: true},
	{pkg: "net/http", name: "ListenAndServe", why: "it has no time limits", tests: true},
	{pkg: "net/http", name: "ListenAndServeTLS", why: "it has no time limits", tests: true},
	{pkg: "net/http", name: "DefaultServeMux", why: "anybody may add a route to it", tests: true},
	{pkg: "github.com/a-h/templ", name: "Raw", why: "it escapes nothing"},
	{pkg: "github.com/a-h/templ", name: "ComponentScript", why: "the content policy forbids inline scripts"},
	{pkg: "github.com/a-h/templ", name: "JSONScript", why: "the content policy forbids inline scripts"},
	{pkg: "log", name: "Print", why: "use slog"},
	{pkg: "log", name: "Printf", why: "use slog"},
	{pkg: "log", name: "Println", why: "use slog"},
	{pkg: "os", name: "Exit", why: "only a command ends the program", only: []string{"cmd"}},
}

func TestForbiddenCalls(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil {
				checkBans(t, f, f.imports[x.Name], sel)
			}
			return true
		})
	}
}

func checkBans(t *testing.T, f file, pkg string, sel *ast.SelectorExpr) {
	t.Helper()
	for _, b := range bans {
		if b.pkg != pkg || b.name != sel.Sel.Name || f.test && !b.tests || within(f.path, b.only...) {
			continue
		}
		t.Errorf("%s: %s.%s: %s", fset.Position(sel.Pos()), b.pkg, b.name, b.why)
	}
}

func TestNobodySkipsCertificates(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == "InsecureSkipVerify" {
				t.Errorf("%s: InsecureSkipVerify", fset.Position(id.Pos()))
			}
			return true
		})
	}
}

var (
	// sqlText begins a statement, in the capitals of the house style.
	sqlText = regexp.MustCompile(`\b(SELECT|INSERT INTO|DELETE FROM|UPDATE [a-z_]+|CREATE (TABLE|ROLE|DATABASE|INDEX)|ALTER (TABLE|ROLE)|DROP (TABLE|ROLE|DATABASE)|WHERE|SET [a-z_]+ =)\b`)
	// openQuote ends a text in the middle of an SQL string.
	openQuote = regexp.MustCompile(`[=(,]\s*'$`)
	everyRow  = regexp.MustCompile(`(?is)\bselect\s+([a-z]+\.)?\*`)
	// arrays names its columns by its arguments.
	arrays = regexp.MustCompile(`(?is)\bselect\s+\*\s+from\s+unnest\(`)
)

func TestValuesNeverGoIntoSQL(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test || within(f.pkg(), "internal/archtest") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if isSprintf(f, n) && len(n.Args) > 0 && sqlText.MatchString(literals(n.Args[0])) {
					t.Errorf("%s: Sprintf into SQL; pass values as arguments", fset.Position(n.Pos()))
				}
			case *ast.BinaryExpr:
				if n.Op == token.ADD && openQuote.MatchString(lastLiteral(n.X)) && sqlText.MatchString(literals(n.X)) {
					t.Errorf("%s: a value is joined into SQL; pass it as an argument", fset.Position(n.Pos()))
				}
			case *ast.BasicLit:
				if n.Kind == token.STRING && everyRow.MatchString(arrays.ReplaceAllString(n.Value, "")) {
					t.Errorf("%s: SELECT * breaks when a column is added; name the columns", fset.Position(n.Pos()))
				}
			}
			return true
		})
	}
}

func isSprintf(f file, call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Sprintf" {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && f.imports[x.Name] == "fmt"
}

// literals joins the string literals of an expression.
func literals(e ast.Expr) string {
	var b strings.Builder
	ast.Inspect(e, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			b.WriteString(unquote(lit))
		}
		return true
	})
	return b.String()
}

// lastLiteral is the literal at the right end of a sum, or "".
func lastLiteral(e ast.Expr) string {
	if sum, ok := e.(*ast.BinaryExpr); ok {
		e = sum.Y
	}
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		return unquote(lit)
	}
	return ""
}

func TestTestsAreNotSkipped(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if !f.test || within(f.pkg(), "internal/platform/browsertest") {
			continue // there, one skip for a machine without a browser
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "t" || x.Name == "b") && strings.HasPrefix(sel.Sel.Name, "Skip") {
				t.Errorf("%s: a test that does not run tells nothing", fset.Position(sel.Pos()))
			}
			return true
		})
	}
}
