package pdf_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
	"familypact.example/portal/internal/platform/pdf"
)

var noon = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

// tool returns a reader of PDF that this project did not write. Without CI its
// absence is said loudly, with CI it is a failure.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: apt-get install poppler-utils", name)
	}
	t.Logf("!!! NOT CHECKED with %s, which is missing: apt-get install poppler-utils", name)
	return ""
}

// read returns what the tool says of a file, "" without the tool.
func read(t *testing.T, name string, file []byte, args ...string) string {
	t.Helper()
	path := tool(t, name)
	if path == "" {
		return ""
	}
	at := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(at, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, append([]string{at}, args...)...).Output() //nolint:gosec // the tool of the test's own choice
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// long is a document of every kind of block, on several pages.
func long(t *testing.T) paper.Paper {
	w := paper.NewWriter(t.Context(), locale.Spanish, locale.PaperNameLetter, locale.Words("Título de José Ñandú"))
	w.Heading(locale.Words("¿Qué sigue ahora?"))
	w.Text(locale.Words("Nguyễn Đặng pays €5 – “really” → yes"))
	w.Strong(locale.Words("9500 0012 A3 6013"))
	w.List(locale.Words("first item"), locale.Words("second item"))
	for range 60 {
		w.Row(locale.Words("A label"), locale.Words("one value"), locale.Words(strings.Repeat("and a long one ", 10)))
	}
	w.Question(locale.Words("A question?"))
	w.Choices(locale.Words(""), locale.Words("box one"), locale.Words("box two"))
	w.Line(locale.Words("Signature"))
	w.Text(locale.Words("the very last words"))
	return w.Paper()
}

// Everything that stands in a document stands in its PDF, as text.
func TestDocumentHasTheWords(t *testing.T) {
	p := long(t)
	file, err := pdf.Document(p, "20 de enero de 2025", noon)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(read(t, "pdftotext", file, "-")), " ")
	if got == "" {
		return
	}
	for _, w := range append(p.Words(), "20 de enero de 2025") {
		w = strings.NewReplacer("→", "=").Replace(strings.Join(strings.Fields(w), " "))
		if !strings.Contains(got, w) && !strings.HasPrefix(w, "and a long one") {
			t.Errorf("the PDF lacks %q", w)
		}
	}
	if !strings.Contains(strings.ReplaceAll(got, " ", ""), "8/8") {
		t.Error("the pages have no numbers")
	}
}

// The properties name the kind of thing and the language, and neither the
// program, nor a maker, nor anybody (ux.md 10.7, 14.3).
func TestPropertiesAreNeutral(t *testing.T) {
	file, err := pdf.Document(long(t), "", noon)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file, []byte("/Lang (es)")) && !bytes.Contains(file, []byte("/Lang(es)")) {
		t.Error("the file does not say its language")
	}
	if bytes.Contains(file, []byte("/Producer")) || bytes.Contains(file, []byte("/Creator")) || bytes.Contains(file, []byte("/Author")) {
		t.Error("the file says who made it")
	}
	info := read(t, "pdfinfo", file)
	if info == "" {
		return
	}
	if !strings.Contains(info, "Carta") {
		t.Errorf("properties %s", info)
	}
	for _, w := range []string{"José", "PACT", "HAP", "FPDF"} {
		if strings.Contains(info, w) {
			t.Errorf("the properties say %q", w)
		}
	}
}

// The same document is the same file.
func TestSameDocumentSameFile(t *testing.T) {
	a, errA := pdf.Document(long(t), "", noon)
	b, errB := pdf.Document(long(t), "", noon)
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("two files differ: %v, %v", errA, errB)
	}
}

// Letters that the typeface lacks spoil nothing.
func TestUnknownLetters(t *testing.T) {
	w := paper.NewWriter(t.Context(), locale.English, locale.Words("Letter"), locale.Words("Жанна 王 \x00 \xff"))
	w.Row(locale.Words("王"), locale.Words("😀"))
	w.Row(locale.Words(""), locale.Words(strings.Repeat("x", 5000)))
	if _, err := pdf.Document(w.Paper(), "", noon); err != nil {
		t.Error(err)
	}
}
