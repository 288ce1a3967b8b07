package card

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/pdf"
	"familypact.example/portal/web/ui"
)

// made is the day that the properties of a card's file give: always the same
// one, since they tell nothing about anybody.
var made = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// PDF returns both sides of the card on one sheet.
func PDF(ctx context.Context, c Card) ([]byte, error) {
	d, err := c.drawn(ctx)
	if err != nil {
		return nil, err
	}
	return d.PDF(made)
}

// PNG returns the front of the card as a picture of 600 dots an inch.
func PNG(ctx context.Context, c Card) ([]byte, error) {
	d, err := c.drawn(ctx)
	if err != nil {
		return nil, err
	}
	return d.PNG()
}

// drawn is the card in words, the same as on the page.
func (c Card) drawn(ctx context.Context) (pdf.Card, error) {
	square, err := qr.Encode(c.Number, qr.M, qr.Auto)
	if err != nil {
		return pdf.Card{}, fmt.Errorf("draw QR code: %w", err)
	}
	lines, err := code128.Encode(c.Number)
	if err != nil {
		return pdf.Card{}, fmt.Errorf("draw bar code: %w", err)
	}
	say := func(p locale.Phrase) string { return p.In(ctx) }
	out := pdf.Card{
		Language: locale.Of(ctx), Name: say(locale.CardsTitle), Title: say(c.title()), Number: Groups(c.Number),
		Fields: []pdf.Field{
			{Label: say(locale.CardName), Value: c.Name, Wide: true}, {Label: say(c.numberLabel()), Value: Groups(c.Number), Wide: true},
		},
		QR: square, Bars: lines, Back: say(locale.CardBackTitle),
		Texts: []string{
			say(locale.CardBackShow), say(locale.CardBackValid), say(locale.CardBackOwn),
			say(locale.CardBackQuestions) + " " + strings.ReplaceAll(ui.OFPPhone, " ", "\u00a0"),
		},
	}
	if c.Issued != nil {
		out.Fields = append(out.Fields, pdf.Field{Label: say(locale.CardIssued), Value: say(c.Issued)})
	}
	if c.Period != nil {
		out.Fields = append(out.Fields, pdf.Field{Label: say(locale.CardPeriod), Value: say(c.Period), Wide: true})
	}
	if c.Inactive {
		out.Mark = say(locale.CardInactive)
	}
	return out, nil
}
