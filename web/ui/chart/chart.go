// Package chart draws bar charts on the server, as SVG with the same figures
// in a table below. No script, no color that alone says something.
package chart

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"familypact.example/portal/internal/platform/locale"
)

// Bars is a bar chart of one or two series over a few categories.
type Bars struct {
	ID string // unique on the page
	// Title names the chart; Message says what it shows, for those who hear it.
	Title, Message locale.Phrase
	// Head is the column head of the categories, Series those of the figures.
	Head   locale.Phrase
	Series []locale.Phrase
	Groups []Group
	// Clients says that the figures count clients: 1 to 10 are then shown as
	// "fewer than 11".
	Clients bool
}

// Group is one category with a figure for each series.
type Group struct {
	Label  locale.Phrase
	Values []int
	// AtLeast says which figures are the least that there are; nil: none.
	AtLeast []bool
}

// least reports whether the figure of a series is the least there is.
func (g Group) least(series int) bool { return series < len(g.AtLeast) && g.AtLeast[series] }

// Sizes of the drawing, in units of the view box.
const (
	left, top, bottom = 38, 20, 28
	plotHeight        = 160
	groupWidth        = 46
	barWidth          = 28
	hiddenUpTo        = 10 // counts of clients up to here are not told apart
)

func (b Bars) width() int { return left + max(len(b.Groups), 8)*groupWidth }

func (b Bars) viewBox() string {
	return fmt.Sprintf("0 0 %d %d", b.width(), top+plotHeight+bottom)
}

// hides reports whether a figure is too small to be told.
func (b Bars) hides(v int) bool { return b.Clients && v > 0 && v <= hiddenUpTo }

// figure is how the value of a series is written in the table.
func (b Bars) figure(ctx context.Context, g Group, series int) string {
	v := g.Values[series]
	switch {
	case g.least(series):
		return locale.T(ctx, locale.ChartAtLeast, "Count", strconv.Itoa(v))
	case b.hides(v):
		return locale.T(ctx, locale.ChartFewer)
	}
	return strconv.Itoa(v)
}

// short is how the value of a series is written above its bar.
func (b Bars) short(g Group, series int) string {
	v := g.Values[series]
	switch {
	case g.least(series):
		return strconv.Itoa(v) + "+"
	case b.hides(v):
		return "< " + strconv.Itoa(hiddenUpTo+1)
	}
	return strconv.Itoa(v)
}

// ceiling is the round number that the axis ends with.
func (b Bars) ceiling() int {
	most := 4
	for _, g := range b.Groups {
		for _, v := range g.Values {
			most = max(most, v)
		}
	}
	unit := math.Pow(10, math.Floor(math.Log10(float64(most))))
	for _, step := range []float64{1, 2, 4, 6, 8, 10} {
		if n := int(step * unit); n >= most {
			return n
		}
	}
	return most
}

// line is one line of the grid with its figure.
type line struct{ y, text string }

func (b Bars) grid() []line {
	const parts = 4
	var lines []line
	for i := range parts + 1 {
		value := float64(b.ceiling()) * float64(i) / parts
		if value == math.Trunc(value) {
			lines = append(lines, line{y: number(b.y(value)), text: strconv.Itoa(int(value))})
		}
	}
	return lines
}

// y is the height at which a value is drawn.
func (b Bars) y(v float64) float64 {
	return top + plotHeight*(1-v/float64(b.ceiling()))
}

// bar is one drawn bar.
type bar struct {
	class, x, y, width, height, text, middle, textY string
}

func (b Bars) bars(i int) []bar {
	g := b.Groups[i]
	width := float64(barWidth) / float64(max(len(g.Values), 1))
	x := float64(left + i*groupWidth + (groupWidth-barWidth)/2)
	var drawn []bar
	for j, v := range g.Values {
		drawnValue := v
		if b.hides(v) && !g.least(j) {
			drawnValue = hiddenUpTo
		}
		y := b.y(float64(drawnValue))
		class := "fp-chart__bar"
		if j > 0 {
			class += " fp-chart__bar--2"
		}
		at := x + float64(j)*width
		drawn = append(drawn, bar{
			class: class, x: number(at), y: number(y), width: number(width - 2),
			height: number(top + plotHeight - y), text: b.short(g, j), middle: number(at + width/2), textY: number(y - 6),
		})
	}
	return drawn
}

func (b Bars) middle(i int) string { return strconv.Itoa(left + i*groupWidth + groupWidth/2) }

func number(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }
