package browsertest

import (
	"fmt"
	"strings"

	_ "embed"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axeScript string

// Violation is a rule of accessibility that a page breaks.
type Violation struct {
	ID     string
	Impact string
	Help   string
	Nodes  []string // the HTML of each offending element
}

func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s\n    %s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n    "))
}

// Axe returns the rules of WCAG 2.0 to 2.2, levels A and AA, that the page
// breaks, as axe-core finds them.
func (p *Page) Axe() []Violation {
	p.t.Helper()
	if !Eval[bool](p, `typeof axe === "object"`) {
		p.do("load axe", chromedp.Evaluate[chromedp.Void]("void (()=>{"+axeScript+"})()"))
	}
	return Eval[[]Violation](p, `
		axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"]})
			.then((r) => r.violations.map((v) => ({
				ID: v.id, Impact: v.impact || "", Help: v.help, Nodes: v.nodes.map((n) => n.html.slice(0, 300))})))`)
}

// WantAccessible fails the test for every rule that the page breaks.
func (p *Page) WantAccessible() {
	p.t.Helper()
	for _, v := range p.Axe() {
		p.t.Errorf("axe at %s: %v", p.URL(), v)
	}
}
