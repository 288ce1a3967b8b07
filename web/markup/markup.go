// Package markup reads a rendered page the way a strict reader would and says
// what is wrong with its structure. It is for tests.
package markup

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Check returns what is wrong with a page, nothing when all is well: ids that
// repeat or are named and not there, headings that skip a level, not exactly
// one h1 and one main, fields without a label, content outside landmarks,
// style attributes, inline scripts, addresses of other hosts.
func Check(page string) []string {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	c := &checker{ids: map[string]int{}, labels: map[string]bool{}}
	c.collect(root)
	c.visit(root, false)
	c.finish()
	return c.wrong
}

type checker struct {
	wrong    []string
	ids      map[string]int
	labels   map[string]bool // ids that a label names
	named    []string        // ids that attributes name
	h1, main int
	level    int
}

func (c *checker) say(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// collect reads the ids and the labels.
func (c *checker) collect(n *html.Node) {
	if n.Type == html.ElementNode {
		if id, ok := attr(n, "id"); ok {
			c.ids[id]++
		}
		if n.Data == "label" {
			if id, ok := attr(n, "for"); ok {
				c.labels[id] = true
				c.named = append(c.named, id)
			}
		}
		for _, key := range []string{"aria-labelledby", "aria-describedby", "aria-controls", "list", "form"} {
			if v, ok := attr(n, key); ok {
				c.named = append(c.named, strings.Fields(v)...)
			}
		}
		if v, _ := attr(n, "href"); len(v) > 1 && v[0] == '#' {
			c.named = append(c.named, v[1:])
		}
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.collect(k)
	}
}

var landmarks = []string{"header", "main", "footer", "nav", "section", "aside", "dialog", "script"}

// visit walks the page in order. Inside says whether a landmark is around.
func (c *checker) visit(n *html.Node, inside bool) {
	switch n.Type {
	case html.ElementNode:
		c.element(n)
		inside = inside || slices.Contains(landmarks, n.Data) || n.Data == "head" || has(n, "class", "govuk-skip-link")
	case html.TextNode:
		if text := strings.TrimSpace(n.Data); text != "" && !inside {
			c.say("text outside of landmarks: %.40q", text)
		}
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.visit(k, inside)
	}
}

func (c *checker) element(n *html.Node) {
	if _, ok := attr(n, "style"); ok {
		c.say("style attribute on %s", n.Data)
	}
	if _, ok := attr(n, "else"); ok {
		c.say("stray word in the attributes of %s", n.Data)
	}
	for _, key := range []string{"src", "action"} {
		if v, _ := attr(n, key); strings.Contains(v, "//") {
			c.say("%s leads to %s", key, v)
		}
	}
	switch n.Data {
	case "script":
		if _, ok := attr(n, "src"); !ok {
			c.say("inline script")
		}
	case "main":
		c.main++
	case "input", "select", "textarea":
		c.field(n)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		c.heading(n)
	case "img", "svg":
		c.picture(n)
	case "a", "button":
		if hidden, _ := attr(n, "aria-hidden"); strings.TrimSpace(text(n)) == "" && !named(n) && hidden != "true" {
			c.say("%s without words", n.Data)
		}
	}
}

func (c *checker) heading(n *html.Node) {
	level := int(n.Data[1] - '0')
	if level == 1 {
		c.h1++
	}
	if level > c.level+1 && c.level > 0 {
		c.say("heading level %d after %d: %.40q", level, c.level, text(n))
	}
	if strings.TrimSpace(text(n)) == "" {
		c.say("empty heading")
	}
	c.level = level
}

func (c *checker) field(n *html.Node) {
	kind, _ := attr(n, "type")
	if kind == "hidden" || kind == "submit" || named(n) {
		return
	}
	if id, _ := attr(n, "id"); !c.labels[id] {
		name, _ := attr(n, "name")
		c.say("field %q without a label", name)
	}
}

func (c *checker) picture(n *html.Node) {
	_, alt := attr(n, "alt")
	hidden, _ := attr(n, "aria-hidden")
	if !alt && hidden != "true" && !named(n) {
		c.say("%s without words", n.Data)
	}
}

func (c *checker) finish() {
	for id, n := range c.ids {
		if n > 1 {
			c.say("id %q stands %d times", id, n)
		}
	}
	for _, id := range c.named {
		if c.ids[id] == 0 {
			c.say("no element has the id %q that is named", id)
		}
	}
	if c.h1 != 1 {
		c.say("%d headings of level 1", c.h1)
	}
	if c.main != 1 {
		c.say("%d main elements", c.main)
	}
	slices.Sort(c.wrong)
}

func named(n *html.Node) bool {
	label, _ := attr(n, "aria-label")
	by, _ := attr(n, "aria-labelledby")
	return label != "" || by != ""
}

func has(n *html.Node, key, word string) bool {
	v, _ := attr(n, key)
	return slices.Contains(strings.Fields(v), word)
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		b.WriteString(text(k))
	}
	return b.String()
}

// Elements counts the elements of a page, for its budget.
func Elements(page string) int {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return 0
	}
	count := 0
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			count++
		}
	}
	return count
}
