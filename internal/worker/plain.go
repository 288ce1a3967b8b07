package worker

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain returns the text part of a mail: what its HTML says, paragraph by
// paragraph. The frame and the title, which is the subject, are left out.
func plain(page string) (string, error) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return "", err
	}
	var p plainText
	p.walk(doc, false)
	p.end("")
	return strings.TrimSpace(p.out.String()) + "\n", nil
}

type plainText struct {
	out   strings.Builder
	line  strings.Builder
	items int // of the list that is being written
}

// walk writes what is inside <main>.
func (p *plainText) walk(n *html.Node, inside bool) {
	if n.Type == html.TextNode && inside {
		p.line.WriteString(n.Data)
	}
	if n.Type == html.ElementNode && n.DataAtom == atom.H1 {
		return
	}
	if n.DataAtom == atom.Ol {
		p.items = 0
	}
	for c := range n.ChildNodes() {
		p.walk(c, inside || n.DataAtom == atom.Main)
	}
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.Li:
		p.items++
		p.end(fmt.Sprintf("%d. ", p.items))
	case atom.P, atom.H2:
		p.end(indent(n))
	}
}

// indent sets a code apart.
func indent(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "class" && a.Val == "code" {
			return "    "
		}
	}
	return ""
}

// end ends a paragraph.
func (p *plainText) end(prefix string) {
	text := strings.Join(strings.Fields(p.line.String()), " ")
	p.line.Reset()
	if text != "" {
		p.out.WriteString(prefix + text + "\n\n")
	}
}
