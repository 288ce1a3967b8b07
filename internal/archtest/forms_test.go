package archtest

import (
	"go/ast"
	"slices"
	"testing"
)

// loose are the methods of a request that read its body without our limits, or
// into files, and take the first of two values (security.md 11.1, 11.3).
var loose = []string{"ParseForm", "ParseMultipartForm", "FormFile", "FormValue", "PostFormValue", "PostForm", "MultipartForm"}

func TestFormsAreReadByPackageForm(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test || within(f.pkg(), "internal/platform/form") || f.imports["http"] != "net/http" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && slices.Contains(loose, sel.Sel.Name) {
				t.Errorf("%s: %s: forms are read by package form, with its limits", fset.Position(sel.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}
