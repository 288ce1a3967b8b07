// Package typeface draws text into pictures from a TrueType file: the outlines
// of the letters beside one another, without kerning or hinting. It reads the
// files that are built into the program and no others, so a file that is not as
// expected stops the start.
package typeface

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
)

// Face is a typeface. It may be used from several goroutines.
type Face struct {
	tables   map[string][]byte
	em       float64
	advances int  // entries of hmtx with a width of their own
	long     bool // offsets of glyphs have four bytes
	glyphs   map[rune]int
}

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func i16(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) } //nolint:gosec // two's complement
func u32(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }

// MustParse returns the typeface of a file that is built in.
func MustParse(file []byte) *Face {
	f := &Face{tables: map[string][]byte{}, glyphs: map[rune]int{}}
	for i := range u16(file, 4) {
		entry := file[12+16*i:]
		f.tables[string(entry[:4])] = file[u32(entry, 8) : u32(entry, 8)+u32(entry, 12)]
	}
	f.em = float64(u16(f.tables["head"], 18))
	f.long = u16(f.tables["head"], 50) == 1
	f.advances = u16(f.tables["hhea"], 34)
	f.readLetters()
	if len(f.glyphs) == 0 {
		panic("typeface: the file has no letters")
	}
	return f
}

// readLetters reads the table from letters to glyphs, in its format 4.
func (f *Face) readLetters() {
	cmap := f.tables["cmap"]
	for i := range u16(cmap, 2) {
		t := cmap[u32(cmap, 8+8*i):]
		if u16(t, 0) != 4 {
			continue
		}
		n := u16(t, 6) // twice the number of segments
		for s := 0; s < n; s += 2 {
			end, start, delta, offset := u16(t, 14+s), u16(t, 16+n+s), u16(t, 16+2*n+s), u16(t, 16+3*n+s)
			for c := start; c <= end && c < 0xffff; c++ {
				g := c
				if offset > 0 {
					g = u16(t, 16+3*n+s+offset+2*(c-start))
				}
				if g != 0 || offset == 0 {
					f.glyphs[rune(c)] = (g + delta) & 0xffff
				}
			}
		}
		return
	}
}

// Has reports whether the typeface has a letter.
func (f *Face) Has(r rune) bool { return f.glyphs[r] != 0 }

// glyph is the glyph of a letter; a letter that the typeface lacks is a
// question mark.
func (f *Face) glyph(r rune) int {
	if g, ok := f.glyphs[r]; ok {
		return g
	}
	return f.glyphs['?']
}

func (f *Face) advance(g int) float64 {
	return float64(u16(f.tables["hmtx"], 4*min(g, f.advances-1)))
}

// Width returns how wide a text is in dots, with type of the size in dots.
func (f *Face) Width(s string, size float64) (w float64) {
	for _, r := range s {
		w += f.advance(f.glyph(r)) * size / f.em
	}
	return w
}

// Draw writes a text; x and y are where its base line begins.
func (f *Face) Draw(img *image.RGBA, s string, x, y, size float64, ink color.RGBA) {
	scale := size / f.em
	for _, r := range s {
		g := f.glyph(r)
		p := &pen{to: func(px, py float64) (float64, float64) { return x + px*scale, y - py*scale }}
		f.trace(p, g, 0, 0)
		p.fill(img, ink)
		x += f.advance(g) * scale
	}
}

// outline returns the data of a glyph, empty for a blank.
func (f *Face) outline(g int) []byte {
	loca := f.tables["loca"]
	if f.long {
		return f.tables["glyf"][u32(loca, 4*g):u32(loca, 4*g+4)]
	}
	return f.tables["glyf"][2*u16(loca, 2*g) : 2*u16(loca, 2*g+2)]
}

// trace follows the outline of a glyph, moved by dx and dy.
func (f *Face) trace(p *pen, g int, dx, dy float64) {
	d := f.outline(g)
	if len(d) == 0 {
		return
	}
	if n := i16(d, 0); n >= 0 {
		p.contours(d, n, dx, dy)
		return
	}
	f.traceParts(p, d[10:], dx, dy)
}

// traceParts follows a glyph that is put together from others, such as a letter
// with its accent. Parts that are turned or scaled are taken as they are.
func (f *Face) traceParts(p *pen, d []byte, dx, dy float64) {
	for {
		flags, g := u16(d, 0), u16(d, 2)
		d = d[4:]
		var ax, ay float64
		if flags&1 != 0 {
			ax, ay, d = float64(i16(d, 0)), float64(i16(d, 2)), d[4:]
		} else {
			ax, ay, d = float64(int8(d[0])), float64(int8(d[1])), d[2:] //nolint:gosec // two's complement
		}
		f.trace(p, g, dx+ax, dy+ay)
		switch {
		case flags&8 != 0:
			d = d[2:]
		case flags&0x40 != 0:
			d = d[4:]
		case flags&0x80 != 0:
			d = d[8:]
		}
		if flags&0x20 == 0 {
			return
		}
	}
}

// edge is a straight piece of an outline.
type edge struct{ x0, y0, x1, y1 float64 }

// pen gathers the edges of a glyph.
type pen struct {
	to    func(x, y float64) (float64, float64)
	edges []edge
}

type point struct {
	x, y float64
	on   bool
}

// contours reads the points of a simple glyph and follows each contour.
func (p *pen) contours(d []byte, n int, dx, dy float64) {
	ends := make([]int, n)
	for i := range ends {
		ends[i] = u16(d, 10+2*i)
	}
	if n == 0 {
		return
	}
	count := ends[n-1] + 1
	at := 10 + 2*n + 2 + u16(d, 10+2*n)
	flags := make([]byte, 0, count)
	for len(flags) < count {
		flag := d[at]
		at++
		flags = append(flags, flag)
		if flag&8 != 0 {
			for range d[at] {
				flags = append(flags, flag)
			}
			at++
		}
	}
	xs, at := coordinates(d, at, flags, 2, 16)
	ys, _ := coordinates(d, at, flags, 4, 32)
	points := make([]point, count)
	for i := range points {
		x, y := p.to(xs[i]+dx, ys[i]+dy)
		points[i] = point{x, y, flags[i]&1 != 0}
	}
	first := 0
	for _, end := range ends {
		p.contour(points[first : end+1])
		first = end + 1
	}
}

// coordinates reads one coordinate of each point: short and same are the flags
// of a byte and of no change.
func coordinates(d []byte, at int, flags []byte, short, same byte) ([]float64, int) {
	out := make([]float64, len(flags))
	v := 0
	for i, flag := range flags {
		switch {
		case flag&short != 0 && flag&same != 0:
			v += int(d[at])
			at++
		case flag&short != 0:
			v -= int(d[at])
			at++
		case flag&same == 0:
			v += i16(d, at)
			at += 2
		}
		out[i] = float64(v)
	}
	return out, at
}

// contour follows a closed line of points on it and, between them, points that
// pull it: two of the latter have one of the former half way.
func (p *pen) contour(pts []point) {
	if len(pts) < 2 {
		return
	}
	var whole []point
	for i, a := range pts {
		whole = append(whole, a)
		if b := pts[(i+1)%len(pts)]; !a.on && !b.on {
			whole = append(whole, point{(a.x + b.x) / 2, (a.y + b.y) / 2, true})
		}
	}
	start := 0
	for !whole[start].on {
		start++
	}
	n := len(whole)
	for i := 0; i < n; {
		a, b := whole[(start+i)%n], whole[(start+i+1)%n]
		if b.on {
			p.edges = append(p.edges, edge{a.x, a.y, b.x, b.y})
			i++
			continue
		}
		p.curve(a, b, whole[(start+i+2)%n])
		i += 2
	}
}

// curve is a quadratic curve in eight straight pieces.
func (p *pen) curve(a, pull, b point) {
	const pieces = 8
	x, y := a.x, a.y
	for i := 1; i <= pieces; i++ {
		t := float64(i) / pieces
		u := 1 - t
		nx := u*u*a.x + 2*u*t*pull.x + t*t*b.x
		ny := u*u*a.y + 2*u*t*pull.y + t*t*b.y
		p.edges = append(p.edges, edge{x, y, nx, ny})
		x, y = nx, ny
	}
}

// fine is how many samples a dot has in each direction.
const fine = 4

// fill paints what the outline encloses, the edges softened.
func (p *pen) fill(img *image.RGBA, ink color.RGBA) {
	if len(p.edges) == 0 {
		return
	}
	left, right, top, bottom := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, e := range p.edges {
		left, right = min(left, e.x0, e.x1), max(right, e.x0, e.x1)
		top, bottom = min(top, e.y0, e.y1), max(bottom, e.y0, e.y1)
	}
	box := image.Rect(int(left), int(top), int(right)+2, int(bottom)+2).Intersect(img.Bounds())
	for y := box.Min.Y; y < box.Max.Y; y++ {
		covered := make([]int, box.Dx())
		for s := range fine {
			p.sample(covered, float64(y)+(float64(s)+0.5)/fine, box.Min.X)
		}
		for i, n := range covered {
			if n > 0 {
				blend(img, box.Min.X+i, y, ink, n*255/(fine*fine))
			}
		}
	}
}

// sample counts the samples of one line that lie inside.
func (p *pen) sample(covered []int, y float64, left int) {
	turns := make([]int, len(covered)*fine+1)
	for _, e := range p.edges {
		if (e.y0 <= y) == (e.y1 <= y) {
			continue
		}
		x := e.x0 + (y-e.y0)/(e.y1-e.y0)*(e.x1-e.x0)
		i := min(max(int(math.Ceil((x-float64(left))*fine-0.5)), 0), len(turns)-1)
		if e.y0 < e.y1 {
			turns[i]++
		} else {
			turns[i]--
		}
	}
	wind := 0
	for i := range len(covered) * fine {
		if wind += turns[i]; wind != 0 {
			covered[i/fine]++
		}
	}
}

func blend(img *image.RGBA, x, y int, ink color.RGBA, alpha int) {
	old := img.RGBAAt(x, y)
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(255-alpha) + int(b)*alpha) / 255) } //nolint:gosec // at most 255
	img.SetRGBA(x, y, color.RGBA{mix(old.R, ink.R), mix(old.G, ink.G), mix(old.B, ink.B), 255})
}
