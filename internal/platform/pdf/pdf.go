// Package pdf draws files to keep: papers and cards as PDF. The accessible form
// of each is its page; no library for Go writes tagged PDF (dependencies.md 2).
// A file says in its properties which language it is in and what kind of thing
// it is, and nothing of whom it is about or who made it (ux.md 10.7, 14.3).
package pdf

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
)

// The typeface of the pages, with the letters of English, Spanish and the other
// languages that are written in Latin letters.
var (
	//go:embed font/public-sans-regular.ttf
	regular []byte
	//go:embed font/public-sans-bold.ttf
	bold []byte
)

const (
	family = "sans"

	// Letter paper with margins of 0.75 inch, in millimetres (ux.md 13).
	width, height, margin = 215.9, 279.4, 19.05
	column                = width - 2*margin
)

// begin returns an empty file of Letter paper. The day is that of the document,
// so that the same document is the same file.
func begin(l locale.Language, name string, on time.Time) *fpdf.Fpdf {
	f := fpdf.New("P", "mm", "Letter", "")
	f.SetProducer("", false)
	f.SetCreator("", false)
	f.SetTitle(name, true)
	f.SetLang(string(l))
	f.SetCreationDate(on.UTC())
	f.SetModificationDate(on.UTC())
	f.SetCatalogSort(true)
	f.AddUTF8FontFromBytes(family, "", regular)
	f.AddUTF8FontFromBytes(family, "B", bold)
	f.SetMargins(margin, margin, margin)
	return f
}

func finish(f *fpdf.Fpdf) ([]byte, error) {
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		return nil, fmt.Errorf("draw PDF: %w", err)
	}
	return out.Bytes(), nil
}

var others = strings.NewReplacer("→", "=", "\u202f", "\u00a0")

// drawable returns a text in the letters of the typeface. A letter that it
// lacks, of another script than Latin, becomes a question mark: the page has it.
func drawable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || faces()[0].Has(r) {
			return r
		}
		return '?'
	}, others.Replace(s))
}

// Document returns a paper as PDF; foot is what stands at the foot of each page
// before its number, on the day that it was made.
func Document(p paper.Paper, foot string, on time.Time) ([]byte, error) {
	d := &drawing{Fpdf: begin(p.Language, p.Name, on)}
	d.AliasNbPages("{all}")
	d.SetAutoPageBreak(true, margin+8)
	d.SetFooterFunc(func() {
		d.SetY(-margin)
		d.SetFont(family, "", 9)
		d.CellFormat(column/2, 5, drawable(foot), "", 0, "L", false, 0, "")
		d.CellFormat(column/2, 5, fmt.Sprintf("%d / {all}", d.PageNo()), "", 0, "R", false, 0, "")
	})
	d.AddPage()
	d.text("B", 20, 9, p.Title)
	d.Ln(3)
	for _, b := range p.Blocks {
		d.block(b)
	}
	return finish(d.Fpdf)
}

// drawing draws blocks below one another.
type drawing struct{ *fpdf.Fpdf }

// text writes a paragraph of the full width.
func (d *drawing) text(style string, size, line float64, s string) {
	d.SetFont(family, style, size)
	d.MultiCell(column, line, drawable(s), "", "L", false)
}

// room begins a new page when less than that is left of this one.
func (d *drawing) room(need float64) {
	if d.GetY()+need > height-margin-8 {
		d.AddPage()
	}
}

func (d *drawing) block(b paper.Block) {
	switch b.Kind {
	case paper.Heading:
		d.room(25)
		d.Ln(3)
		d.text("B", 14, 7, b.Text)
		d.Ln(1)
	case paper.Question:
		d.room(24)
		d.Ln(2)
		d.text("B", 12, 6, b.Text)
		d.Ln(1)
	case paper.Strong:
		d.room(12)
		d.text("B", 17, 9, b.Text)
		d.Ln(2)
	case paper.Text:
		d.text("", 12, 6, b.Text)
		d.Ln(2)
	case paper.List:
		d.list(b.Items)
	case paper.Rows:
		for _, r := range b.Rows {
			d.row(r)
		}
		d.Ln(2)
	case paper.Lines:
		for _, r := range b.Rows {
			d.line(r.Label)
		}
		d.Ln(2)
	case paper.Choices:
		d.choices(b)
	}
}

func (d *drawing) list(items []string) {
	for _, item := range items {
		d.indented(item, func(y float64) { d.Circle(margin+2, y+3, 0.7, "F") })
	}
	d.Ln(2)
}

// indented writes a text beside a mark, which is drawn at the height of its
// first line.
func (d *drawing) indented(s string, mark func(y float64)) {
	const indent = 6
	d.SetFont(family, "", 12)
	lines := d.SplitText(drawable(s), column-indent)
	d.room(6 * float64(max(len(lines), 1)))
	mark(d.GetY())
	for _, l := range lines {
		d.SetX(margin + indent)
		d.CellFormat(column-indent, 6, l, "", 1, "L", false, 0, "")
	}
}

// row draws a label beside its values. It is never split between pages, as far
// as it fits one.
func (d *drawing) row(r paper.Row) {
	const label, gap, line = 62.0, 4.0, 5.5
	d.SetFont(family, "B", 11)
	left := d.SplitText(drawable(r.Label), label)
	d.SetFont(family, "", 11)
	var right []string
	for _, v := range r.Values {
		right = append(right, d.SplitText(drawable(v), column-label-gap)...)
	}
	d.room(line*float64(max(len(left), len(right))) + 2)
	for i := range max(len(left), len(right)) {
		d.room(line)
		d.SetFont(family, "B", 11)
		d.CellFormat(label+gap, line, at(left, i), "", 0, "L", false, 0, "")
		d.SetFont(family, "", 11)
		d.CellFormat(column-label-gap, line, at(right, i), "", 1, "L", false, 0, "")
	}
	d.SetDrawColor(201, 206, 214)
	d.Line(margin, d.GetY()+1, margin+column, d.GetY()+1)
	d.SetDrawColor(0, 0, 0)
	d.Ln(2)
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// line draws a line to write on above its label.
func (d *drawing) line(label string) {
	d.room(16)
	d.Ln(9)
	d.Line(margin, d.GetY(), margin+column, d.GetY())
	if label != "" {
		d.text("", 10, 5, label)
	}
}

func (d *drawing) choices(b paper.Block) {
	d.room(14)
	if b.Text != "" {
		d.text("", 12, 6, b.Text)
	}
	for _, item := range b.Items {
		d.indented(item, func(y float64) { d.Rect(margin+0.5, y+1, 3.6, 3.6, "D") })
	}
	d.Ln(2)
}
