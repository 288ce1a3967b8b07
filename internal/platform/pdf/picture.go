package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strings"
	"sync"

	"familypact.example/portal/internal/platform/pdf/typeface"
)

// dots is how many dots a millimetre of a picture has: 600 an inch.
const dots = 600 / 25.4

// faces are parsed once, when the first picture is drawn.
var faces = sync.OnceValue(func() [2]*typeface.Face {
	return [2]*typeface.Face{typeface.MustParse(regular), typeface.MustParse(bold)}
})

var (
	black = color.RGBA{0, 0, 0, 255}
	gold  = color.RGBA{253, 184, 30, 255}
	gray  = color.RGBA{50, 58, 69, 255}
	red   = color.RGBA{179, 38, 30, 255}
)

// picture is a card that is being painted; lengths are in millimetres.
type picture struct{ *image.RGBA }

// PNG returns the front of the card as a picture, with nothing in it but the
// picture.
func (c Card) PNG() ([]byte, error) {
	p := picture{image.NewRGBA(image.Rect(0, 0, at600(cardWidth), at600(cardHeight)))}
	draw.Draw(p, p.Bounds(), image.White, image.Point{}, draw.Src)
	p.frame()
	p.text(c.Title, cardPad, 7, 3.6, cardWidth-2*cardPad, 1, black)
	p.box(cardPad, 8.6, cardWidth-2*cardPad, 0.8, gold)
	c.paintFields(p)
	p.code(c.QR, cardWidth-cardPad-qrSize, 10.5, qrSize, qrSize, qrQuiet, qrQuiet)
	p.code(c.Bars, cardPad, cardHeight-barsHeight-4.2, cardWidth-2*cardPad, barsHeight, barsQuiet, 0)
	w := faces()[0].Width(c.caption(), 2.6*dots) / dots
	p.text(c.caption(), (cardWidth-w)/2, cardHeight-1.6, 2.6, cardWidth, 0, black)
	if c.Mark != "" {
		p.mark(c.Mark)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, p.RGBA); err != nil {
		return nil, fmt.Errorf("draw PNG: %w", err)
	}
	return out.Bytes(), nil
}

func at600(mm float64) int { return int(math.Round(mm * dots)) }

func (p picture) box(x, y, w, h float64, ink color.RGBA) {
	r := image.Rect(at600(x), at600(y), at600(x+w), at600(y+h))
	draw.Draw(p, r, image.NewUniform(ink), image.Point{}, draw.Src)
}

func (p picture) frame() {
	const line = 0.3
	p.box(0, 0, cardWidth, line, gray)
	p.box(0, cardHeight-line, cardWidth, line, gray)
	p.box(0, 0, line, cardHeight, gray)
	p.box(cardWidth-line, 0, line, cardHeight, gray)
}

// text writes in the largest size up to the given one that fits the width;
// weight is 0 or 1, for bold.
func (p picture) text(s string, x, y, size, w float64, weight int, ink color.RGBA) {
	s = strings.TrimSpace(drawable(s))
	face := faces()[weight]
	for size > 1.2 && face.Width(s, size*dots) > w*dots {
		size -= 0.1
	}
	face.Draw(p.RGBA, s, x*dots, y*dots, size*dots, ink)
}

func (c Card) paintFields(p picture) {
	const room = cardWidth - 2*cardPad - qrSize - 2
	y, column := 10.5, 0
	for _, f := range c.Fields {
		w := room
		if !f.Wide {
			w = room/2 - 1
		} else if column == 1 {
			y, column = y+rowHeight, 0
		}
		x := cardPad + float64(column)*room/2
		p.text(f.Label, x, y+2.4, 2.3, w, 0, gray)
		p.text(f.Value, x, y+6.2, 3.5, w, 1, black)
		if f.Wide || column == 1 {
			y, column = y+rowHeight, 0
		} else {
			column = 1
		}
	}
}

// code paints a code; each module is a whole number of dots, so that all are
// alike.
func (p picture) code(code image.Image, x, y, w, h float64, left, top int) {
	box := code.Bounds()
	across := at600(w) / (box.Dx() + 2*left)
	down := at600(h)
	if top > 0 {
		down = across
	}
	x0 := at600(x) + (at600(w)-across*(box.Dx()+2*left))/2 + across*left
	y0 := at600(y) + down*top
	for row := range box.Dy() {
		for col := range box.Dx() {
			if dark(code, box.Min.X+col, box.Min.Y+row) {
				r := image.Rect(x0+col*across, y0+row*down, x0+(col+1)*across, y0+(row+1)*down)
				draw.Draw(p, r, image.NewUniform(black), image.Point{}, draw.Src)
			}
		}
	}
}

// mark writes across the card, one letter higher than the one before, and
// leaves the codes free.
func (p picture) mark(s string) {
	const size, rise, across = 8.5, 0.35, cardWidth - qrSize - cardPad
	face := faces()[1]
	w := face.Width(s, size*dots)
	x, y := (across*dots-w)/2, (cardHeight/2)*dots+w*rise/2
	for _, r := range s {
		face.Draw(p.RGBA, string(r), x, y, size*dots, red)
		step := face.Width(string(r), size*dots)
		x, y = x+step, y-step*rise
	}
}
