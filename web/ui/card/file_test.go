package card

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/locale"
)

// tool returns a program that this project did not write. Without CI its
// absence is said loudly, with CI it is a failure.
func tool(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: apt-get install %s", name, pkg)
	}
	t.Logf("!!! NOT CHECKED with %s, which is missing: apt-get install %s", name, pkg)
	return ""
}

func run(t *testing.T, path string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), path, args...).Output() //nolint:gosec // the tool of the test's own choice
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return string(out)
}

// keep writes a file for the tools to read.
func keep(t *testing.T, name string, content []byte) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(at, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return at
}

func whole() Card {
	return Card{
		Name: "María José Ñúñez", Number: number, Issued: locale.Words("01/20/2025"), Period: locale.Words("01/20/2025 to 01/19/2026"),
	}
}

// The codes of page, PDF and picture hold exactly the number, as a decoder
// reads them that this project did not write; also those of a card that is not
// active (ux.md 10.7).
func TestCodesHoldTheNumber(t *testing.T) {
	decoder, painter := tool(t, "zbarimg", "zbar-tools"), tool(t, "pdftoppm", "poppler-utils")
	if decoder == "" || painter == "" {
		return
	}
	for name, c := range map[string]Card{"active": whole(), "not active": {Name: "Ana Ruiz", Number: number, Plain: true, Inactive: true, Issued: locale.Words("01/20/2025")}} {
		sheet, err := PDF(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := PNG(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		at := keep(t, "card.pdf", sheet)
		run(t, painter, "-r", "200", "-png", "-singlefile", at, strings.TrimSuffix(at, ".pdf"))
		for form, file := range map[string]string{"PDF": strings.TrimSuffix(at, ".pdf") + ".png", "picture": keep(t, "card.png", picture)} {
			got := strings.Fields(run(t, decoder, "-q", file))
			slices.Sort(got)
			if want := []string{"CODE-128:" + number, "QR-Code:" + number}; !slices.Equal(got, want) {
				t.Errorf("%s, %s: the decoder reads %q, want %q", name, form, got, want)
			}
		}
	}
}

// The sheet has the words of the card, in both languages; the plain one does
// not name the program; the properties name nothing and nobody (ux.md 10.7).
func TestCardAsFile(t *testing.T) {
	reader, properties := tool(t, "pdftotext", "poppler-utils"), tool(t, "pdfinfo", "poppler-utils")
	if reader == "" || properties == "" {
		return
	}
	plain := whole()
	plain.Plain, plain.Period, plain.Inactive = true, nil, true
	for _, l := range locale.Languages {
		ctx := locale.WithLanguage(t.Context(), l)
		for c, want := range map[Card][]locale.Phrase{
			whole(): {locale.CardTitle, locale.CardNumber, locale.CardIssued, locale.CardPeriod, locale.CardBackTitle, locale.CardBackOwn, locale.Words("María José Ñúñez"), locale.Words("9500 0012 A3 6013")},
			plain:   {locale.CardTitlePlain, locale.CardNumberPlain, locale.CardInactive, locale.CardBackShow},
		} {
			file, err := PDF(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			at := keep(t, "card.pdf", file)
			got := strings.Join(strings.Fields(run(t, reader, at, "-")), " ")
			for _, w := range want {
				if !strings.Contains(got, w.In(ctx)) {
					t.Errorf("%s: the sheet lacks %q", l, w.In(ctx))
				}
			}
			if c.Plain && (strings.Contains(got, locale.CardTitle.In(ctx)) || strings.Contains(got, locale.CardPeriod.In(ctx))) {
				t.Errorf("%s: the plain sheet names the program or a period", l)
			}
			if info := run(t, properties, at); !strings.Contains(info, locale.CardsTitle.In(ctx)) || strings.Contains(info, "María") || strings.Contains(info, "Health") {
				t.Errorf("%s: properties %s", l, info)
			}
		}
	}
}

// The picture has nothing in it but the picture: no text chunks.
func TestPictureTellsNothing(t *testing.T) {
	file, err := PNG(context.Background(), whole())
	if err != nil {
		t.Fatal(err)
	}
	for _, chunk := range []string{"tEXt", "iTXt", "zTXt", "eXIf", "tIME"} {
		if bytes.Contains(file, []byte(chunk)) {
			t.Errorf("the picture has a chunk %s", chunk)
		}
	}
}

// A name of letters that the typeface lacks, or of great length, is drawn as
// far as it goes.
func TestAnyName(t *testing.T) {
	for _, name := range []string{"", "王 😀", strings.Repeat("Wolfeschlegelsteinhausen ", 8), "\xff\x00"} {
		c := whole()
		c.Name = name
		if _, err := PDF(t.Context(), c); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := PNG(t.Context(), c); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
