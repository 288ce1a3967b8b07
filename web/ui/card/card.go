// Package card draws the HAP card: front and back in the size of a bank card,
// with a QR code and a Code 128 that hold the number and nothing else.
package card

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"familypact.example/portal/internal/platform/locale"
)

// Card is what stands on a HAP card.
type Card struct {
	Name   string
	Number string
	// Issued is the day of issue in the reader's words.
	Issued locale.Phrase
	// Period is from when to when the enrollment lasts; nil leaves it away,
	// which is a must when confidentiality was asked.
	Period locale.Phrase
	// Plain leaves the program's name away.
	Plain bool
	// Inactive writes NOT ACTIVE across the card.
	Inactive bool
}

func (c Card) title() locale.Key {
	if c.Plain {
		return locale.CardTitlePlain
	}
	return locale.CardTitle
}

func (c Card) numberLabel() locale.Key {
	if c.Plain {
		return locale.CardNumberPlain
	}
	return locale.CardNumber
}

// Groups returns a HAP number in groups that can be read aloud: 4, 4, 2 and 4
// characters for today's numbers, fours for older ones.
func Groups(number string) string {
	if len(number) == 14 {
		return strings.Join([]string{number[:4], number[4:8], number[8:10], number[10:]}, " ")
	}
	var groups []string
	for len(number) > 4 {
		groups, number = append(groups, number[:4]), number[4:]
	}
	return strings.Join(append(groups, number), " ")
}

// code is a drawn code: its dark modules as one path.
type code struct {
	path          string
	width, height int
}

func (c code) viewBox() string { return fmt.Sprintf("0 0 %d %d", c.width, c.height) }

// quiet is the margin around a QR code in modules; barQuiet that of Code 128.
const (
	quiet    = 4
	barQuiet = 10
)

// qrCode draws a text as a QR code of level M with its quiet zone.
func qrCode(text string) (code, error) {
	b, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return code{}, fmt.Errorf("draw QR code: %w", err)
	}
	return draw(b, quiet, quiet), nil
}

// bars draws a text as Code 128, one module high, with its quiet zone.
func bars(text string) (code, error) {
	b, err := code128.Encode(text)
	if err != nil {
		return code{}, fmt.Errorf("draw bar code: %w", err)
	}
	return draw(b, barQuiet, 0), nil
}

// draw turns runs of dark modules into rectangles of one path.
func draw(b barcode.Barcode, left, top int) code {
	var path strings.Builder
	box := b.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			run := 0
			for x+run < box.Max.X && dark(b, x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+left, y+top, run, run)
				x += run
			}
		}
	}
	return code{path: path.String(), width: box.Dx() + 2*left, height: box.Dy() + 2*top}
}

func dark(img image.Image, x, y int) bool {
	return color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y < 128
}
