package pdf

import (
	"image"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"familypact.example/portal/internal/platform/locale"
)

// Card is a card of the size of a bank card, with what stands on its two sides.
type Card struct {
	Language locale.Language
	Name     string // of the file's window: neutral
	Title    string
	Number   string // in groups, as it is read aloud
	Fields   []Field
	QR, Bars image.Image // one pixel a module, quiet zones left away
	Mark     string      // written across a card that does not hold; empty: it holds
	Back     string      // title of the back
	Texts    []string    // of the back
}

// Field is a label and its value. A wide one has a line of its own.
type Field struct {
	Label, Value string
	Wide         bool
}

// The card in millimetres (ux.md 10.7). A module is at least 0.33 mm wide.
const (
	cardWidth, cardHeight, cardRadius = 85.6, 53.98, 3.2
	cardPad                           = 4.0
	qrSize, qrQuiet                   = 24.0, 4
	barsHeight, barsQuiet             = 7.0, 10
	foldGap, rowHeight                = 6.0, 8.1
)

// PDF returns front and back on one sheet of Letter paper, with lines to cut
// and to fold along.
func (c Card) PDF(on time.Time) ([]byte, error) {
	f := begin(c.Language, c.Name, on)
	f.SetAutoPageBreak(false, 0)
	f.AddPage()
	left, top := (width-cardWidth)/2, 30.0
	c.front(f, left, top)
	c.back(f, left, top+cardHeight+foldGap)
	f.SetDashPattern([]float64{1.5, 1.5}, 0)
	fold := top + cardHeight + foldGap/2
	f.Line(left-8, fold, left+cardWidth+8, fold)
	f.SetDashPattern(nil, 0)
	return finish(f)
}

func outline(f *fpdf.Fpdf, x, y float64, title string) {
	f.SetLineWidth(0.3)
	f.SetDrawColor(50, 58, 69)
	f.RoundedRect(x, y, cardWidth, cardHeight, cardRadius, "1234", "D")
	f.SetTextColor(0, 0, 0)
	f.SetFont(family, "B", 11)
	f.SetXY(x+cardPad, y+3)
	f.CellFormat(cardWidth-2*cardPad, 5, drawable(title), "", 0, "L", false, 0, "")
	f.SetLineWidth(0.8)
	f.SetDrawColor(253, 184, 30)
	f.Line(x+cardPad, y+9, x+cardWidth-cardPad, y+9)
	f.SetLineWidth(0.2)
	f.SetDrawColor(0, 0, 0)
}

func (c Card) front(f *fpdf.Fpdf, x, y float64) {
	outline(f, x, y, c.Title)
	c.fields(f, x+cardPad, y+10.5)
	modules(f, c.QR, x+cardWidth-cardPad-qrSize, y+10.5, qrSize, qrSize, qrQuiet, qrQuiet)
	modules(f, c.Bars, x+cardPad, y+cardHeight-barsHeight-4.2, cardWidth-2*cardPad, barsHeight, barsQuiet, 0)
	f.SetFont(family, "", 7)
	f.SetXY(x, y+cardHeight-4)
	f.CellFormat(cardWidth, 3, drawable(c.caption()), "", 0, "C", false, 0, "")
	if c.Mark != "" {
		c.mark(f, x, y)
	}
}

// caption is what stands below the bars: the number, and the mark in plain text,
// since one that is written across is hard to read out.
func (c Card) caption() string {
	if c.Mark == "" {
		return c.Number
	}
	return c.Number + " – " + c.Mark
}

func (c Card) fields(f *fpdf.Fpdf, x, y float64) {
	const room = cardWidth - 2*cardPad - qrSize - 2
	column := 0
	for _, field := range c.Fields {
		w := room
		if !field.Wide {
			w = room / 2
		} else if column == 1 {
			column, y = 0, y+rowHeight
		}
		at := x + float64(column)*room/2
		f.SetFont(family, "", 6.5)
		f.SetXY(at, y)
		f.CellFormat(w, 3, drawable(field.Label), "", 0, "L", false, 0, "")
		fit(f, drawable(field.Value), w, 10)
		f.SetXY(at, y+3)
		f.CellFormat(w, 4.5, drawable(field.Value), "", 0, "L", false, 0, "")
		if field.Wide || column == 1 {
			column, y = 0, y+rowHeight
		} else {
			column = 1
		}
	}
}

// fit chooses the largest type that fits the value into the width.
func fit(f *fpdf.Fpdf, s string, w, size float64) {
	for ; size > 4; size -= 0.5 {
		f.SetFont(family, "B", size)
		if f.GetStringWidth(s)+2*f.GetCellMargin() <= w {
			return
		}
	}
}

// mark writes across the card and leaves the codes free: whoever reads them
// sees that the card does not hold, and still gets the number.
func (c Card) mark(f *fpdf.Fpdf, x, y float64) {
	const across = cardWidth - qrSize - cardPad
	f.TransformBegin()
	f.TransformRotate(20, x+across/2, y+cardHeight/2-3)
	f.SetFont(family, "B", 24)
	f.SetTextColor(179, 38, 30)
	f.SetAlpha(0.75, "Normal")
	f.SetXY(x, y+cardHeight/2-9)
	f.CellFormat(across, 12, drawable(c.Mark), "", 0, "C", false, 0, "")
	f.SetAlpha(1, "Normal")
	f.SetTextColor(0, 0, 0)
	f.TransformEnd()
}

func (c Card) back(f *fpdf.Fpdf, x, y float64) {
	outline(f, x, y, c.Back)
	f.SetY(y + 11.5)
	for _, s := range c.Texts {
		f.SetFont(family, "", 8.5)
		for _, l := range f.SplitText(drawable(s), cardWidth-2*cardPad) {
			f.SetX(x + cardPad)
			f.CellFormat(cardWidth-2*cardPad, 4.4, l, "", 1, "L", false, 0, "")
		}
		f.Ln(1.6)
	}
}

// modules draws the dark modules of a code with its quiet zone into a box.
func modules(f *fpdf.Fpdf, code image.Image, x, y, w, h float64, left, top int) {
	box := code.Bounds()
	across := w / float64(box.Dx()+2*left)
	down := h / float64(box.Dy()+2*top)
	f.SetFillColor(0, 0, 0)
	for row := box.Min.Y; row < box.Max.Y; row++ {
		for col := box.Min.X; col < box.Max.X; col++ {
			run := 0
			for col+run < box.Max.X && dark(code, col+run, row) {
				run++
			}
			if run == 0 {
				continue
			}
			f.Rect(x+float64(col-box.Min.X+left)*across, y+float64(row-box.Min.Y+top)*down, float64(run)*across, down, "F")
			col += run
		}
	}
}

func dark(img image.Image, x, y int) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	return r+g+b < 3*0x8000
}
