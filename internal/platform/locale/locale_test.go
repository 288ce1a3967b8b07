package locale

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/civil"
)

func texts(t *testing.T, l Language) map[string]string {
	t.Helper()
	raw, err := files.ReadFile(string(l) + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for k, v := range all {
		switch v := v.(type) {
		case string:
			out[k] = v
		case map[string]any: // plural forms are read as one text
			forms := make([]string, 0, len(v))
			for _, f := range v {
				forms = append(forms, fmt.Sprint(f))
			}
			sort.Strings(forms)
			out[k] = strings.Join(forms, "\n")
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`{{\.\w+}}`)

func placeholders(s string) []string {
	found := placeholder.FindAllString(s, -1)
	sort.Strings(found)
	return slices.Compact(found)
}

func TestSameKeysAndPlaceholders(t *testing.T) {
	en, es := texts(t, English), texts(t, Spanish)
	for k, text := range en {
		if strings.TrimSpace(es[k]) == "" {
			t.Errorf("%s has no Spanish", k)
			continue
		}
		if a, b := placeholders(text), placeholders(es[k]); !slices.Equal(a, b) {
			t.Errorf("%s: placeholders %v in English, %v in Spanish", k, a, b)
		}
	}
	for k := range es {
		if _, ok := en[k]; !ok {
			t.Errorf("%s has no English", k)
		}
	}
}

// otherLanguages are the lines that stand in a language of their own, whatever
// the reader's.
const otherLanguages = "public.language-help.line."

func TestPunctuationIsPaired(t *testing.T) {
	for k, text := range texts(t, Spanish) {
		if strings.HasPrefix(k, otherLanguages) {
			continue
		}
		if strings.Count(text, "?") != strings.Count(text, "¿") && !strings.Contains(text, "http") {
			t.Errorf("%s: unpaired question mark: %s", k, text)
		}
		if strings.Count(text, "!") != strings.Count(text, "¡") {
			t.Errorf("%s: unpaired exclamation mark: %s", k, text)
		}
	}
}

// english are words that show a text was left untranslated.
var english = regexp.MustCompile(`(?i)\b(the|and|your|you|with|please|this|that|clinic|sign in|password|save|send|continue)\b`)

// allowedEnglish are names that stay as they are in Spanish.
var allowedEnglish = strings.NewReplacer(
	"Create Your Family PACT Account – Action Needed", "", "Client eligibility reaffirmed", "",
	"Access Management Dashboard", "", "Notice of Privacy Practices", "",
	"(see this page in English)", "", // on the link to the English page, in English
)

func TestNoEnglishInSpanish(t *testing.T) {
	for k, text := range texts(t, Spanish) {
		if word := english.FindString(allowedEnglish.Replace(text)); word != "" {
			t.Errorf("%s: %q in %s", k, word, text)
		}
	}
}

// forbidden are words that ux.md 9.5 rules out, for every reader.
var forbidden = regexp.MustCompile(`(?i)\b(log ?in|login|oops|illegal|authenticate|credentials?|incorrecto|inválid[oa])\b|\binvalid\b|\bplease\b`)

func TestNoForbiddenWords(t *testing.T) {
	for _, l := range Languages {
		for k, text := range texts(t, l) {
			if strings.HasSuffix(k, ".search-words") || strings.HasPrefix(k, "codelist.") {
				continue // what people may type into a search, and official lists
			}
			if word := forbidden.FindString(placeholder.ReplaceAllString(text, "")); word != "" {
				t.Errorf("%s (%s): %q in %s", k, l, word, text)
			}
		}
	}
}

func TestEveryKeyIsUsed(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	var source strings.Builder
	for _, dir := range []string{"internal", "web", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			name := d.Name()
			if d.IsDir() || name == "keys.go" || strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") ||
				!strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".templ") {
				return nil
			}
			raw, err := os.ReadFile(path)
			source.Write(raw)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	all := source.String()
	raw, err := os.ReadFile("keys.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\t(\w+)\s+Key = "([^"]+)"`).FindAllStringSubmatch(string(raw), -1) {
		if !regexp.MustCompile(`locale\.`+m[1]+`\b`).MatchString(all) && !strings.Contains(all, `"`+m[2]) && !composed(all, m[2]) {
			t.Errorf("%s is used nowhere", m[2])
		}
	}
}

// composed reports whether a key is put together in code, like
// "codelist.county." + code: its front stands in the source as a text.
func composed(source, key string) bool {
	for i := len(key) - 1; i > 0; i-- {
		if key[i] == '.' && strings.Contains(source, `"`+key[:i+1]+`"`) {
			return true
		}
	}
	return false
}

func TestFormats(t *testing.T) {
	es := WithLanguage(t.Context(), Spanish)
	day := civil.MustParse("2025-01-13")
	at := time.Date(2025, 1, 13, 14, 5, 0, 0, time.UTC)
	tests := []struct{ got, want string }{
		{Date(t.Context(), day), "January 13, 2025"},
		{Date(es, day), "13 de enero de 2025"},
		{ShortDate(t.Context(), day), "01/13/2025"},
		{Date(t.Context(), civil.Date{}), ""},
		{Clock(t.Context(), at), "Monday, January 13, 6:05 a.m. Pacific"},
		{Clock(es, at), "lunes 13 de enero, 6:05 a.m. (hora del Pacífico)"},
		{Clock(t.Context(), at.Add(6*time.Hour)), "Monday, January 13, 12:05 p.m. Pacific"},
		{Money(t.Context(), 125000), "$1,250.00"},
		{Money(t.Context(), 99999999), "$999,999.99"},
		{Money(t.Context(), 5), "$0.05"},
		{Dollars(t.Context(), 251000), "$2,510"},
		{Dollars(t.Context(), 251050), "$2,510.50"},
		{Number(t.Context(), 1100000), "1,100,000"},
		{List(t.Context(), []string{"a", "b", "c"}), "a, b and c"},
		{List(es, []string{"a", "b"}), "a y b"},
		{List(es, nil), ""},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestTextWithinText(t *testing.T) {
	if got := Words("x").In(t.Context()); got != "x" {
		t.Errorf("words became %q", got)
	}
	text := Text{Key: FaultNotFound}
	if text.In(WithLanguage(t.Context(), Spanish)) == text.In(t.Context()) {
		t.Error("Spanish reads like English")
	}
}

// A text with plural forms in one language has them in the other, and a count
// of one chooses the form for one; a text without them takes any count.
func TestPlurals(t *testing.T) {
	all := map[Language]map[string]any{}
	for _, l := range Languages {
		content, err := files.ReadFile(string(l) + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(content, &m); err != nil {
			t.Fatal(err)
		}
		all[l] = m
	}
	for _, k := range Keys() {
		_, en := all[English][string(k)].(map[string]any)
		_, es := all[Spanish][string(k)].(map[string]any)
		if en != es {
			t.Errorf("%s has plural forms in one language only", k)
		}
		if !en {
			continue
		}
		for _, l := range Languages {
			ctx := WithLanguage(t.Context(), l)
			if one, two := T(ctx, k, "Count", 1), T(ctx, k, "Count", 2); one == two {
				t.Errorf("%s (%s): one and two read the same: %s", k, l, one)
			}
		}
	}
}
