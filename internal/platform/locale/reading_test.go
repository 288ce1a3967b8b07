package locale

import (
	"regexp"
	"strings"
	"testing"
)

// clientTexts begin the keys of what clients read on their own: the questions,
// the device that was handed over, their account, and the check of who qualifies.
var clientTexts = []string{"q.", "handover.", "my.", "check."}

// The limits of ux.md 9.4. A page is what shares the first two parts of its keys;
// less than fewWords say nothing about it.
const (
	pageGrade, textGrade = 6.0, 8.0 // Flesch–Kincaid
	inflesz              = 65.0
	longText, fewWords   = 12, 30
)

// hardPages are in Spanish above what the measure allows, each for a word of the
// program that has no shorter one.
var hardPages = map[string]string{
	"q.barrier":  "anticonceptivos",
	"q.notices":  "discriminación, privacidad",
	"q.pregnant": "embarazada",
}

var (
	sentenceEnd = regexp.MustCompile(`[.?!:;]+(?:\s|$)|\n`)
	letters     = regexp.MustCompile(`\p{L}+`)
	englishWord = regexp.MustCompile(`[A-Za-z][A-Za-z'’-]*`)
	silentEnd   = regexp.MustCompile(`(?:[^laeiouy]es|[^laeiouytd]ed|[^laeiouy]e)$`)
	vowels      = regexp.MustCompile(`[aeiouy]{1,2}`)
)

// measure counts what the formulas of reading ease are made of.
type measure struct{ sentences, words, syllables float64 }

func (m measure) add(o measure) measure {
	return measure{m.sentences + o.sentences, m.words + o.words, m.syllables + o.syllables}
}

func (m measure) grade() float64 { return 0.39*m.words/m.sentences + 11.8*m.syllables/m.words - 15.59 }

func (m measure) ease() float64 { return 206.835 - 62.3*m.syllables/m.words - m.words/m.sentences }

func measured(text string, words *regexp.Regexp, syllables func(string) int) measure {
	text = placeholder.ReplaceAllString(text, "X")
	var m measure
	for _, s := range sentenceEnd.Split(text, -1) {
		if letters.MatchString(s) {
			m.sentences++
		}
	}
	for _, w := range words.FindAllString(text, -1) {
		m.words++
		m.syllables += float64(syllables(strings.ToLower(w)))
	}
	return m
}

func englishSyllables(w string) int {
	w = strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, w)
	if len(w) <= 3 {
		return 1
	}
	if i := silentEnd.FindStringIndex(w); i != nil {
		w = w[:i[0]+1]
	}
	return max(1, len(vowels.FindAllString(strings.TrimPrefix(w, "y"), -1)))
}

func spanishSyllables(w string) int {
	w = strings.NewReplacer("qu", "k", "gue", "ge", "gui", "gi").Replace(w)
	n, inside, strong := 0, false, false
	for _, c := range w {
		if !strings.ContainsRune("aeiouáéíóúü", c) && (c != 'y' || !strings.HasSuffix(w, "y")) {
			inside = false
			continue
		}
		now := strings.ContainsRune("aeoáéóíú", c)
		if !inside || now && strong {
			n++
		}
		inside, strong = true, now
	}
	return max(1, n)
}

// TestReadingLevel measures what clients read: English by grade, for each page
// and each text of more than twelve words, Spanish by the ease of each page
// (ux.md 9.4).
func TestReadingLevel(t *testing.T) {
	t.Parallel()
	english, spanish := map[string]measure{}, map[string]measure{}
	for key, text := range texts(t, English) {
		m := measured(text, englishWord, englishSyllables)
		if page := pageOf(key); page != "" && m.words > 0 {
			if m.words > longText && m.grade() > textGrade {
				t.Errorf("%s is of grade %.1f, want %.1f or less: %s", key, m.grade(), textGrade, text)
			}
			english[page] = english[page].add(m)
		}
	}
	for key, text := range texts(t, Spanish) {
		if page := pageOf(key); page != "" {
			spanish[page] = spanish[page].add(measured(text, letters, spanishSyllables))
		}
	}
	for page, m := range english {
		if m.words >= fewWords && m.grade() > pageGrade {
			t.Errorf("%s is of grade %.1f, want %.1f or less", page, m.grade(), pageGrade)
		}
	}
	for page, m := range spanish {
		if m.words < fewWords {
			continue
		}
		if hard := hardPages[page] != ""; hard != (m.ease() < inflesz) {
			t.Errorf("%s has an ease of %.1f in Spanish, want %.1f or more, or a reason; the reason is %q", page, m.ease(), inflesz, hardPages[page])
		}
	}
	if len(english) < len(clientTexts)*5 {
		t.Errorf("only %d pages are measured", len(english))
	}
}

func pageOf(key string) string {
	for _, p := range clientTexts {
		if strings.HasPrefix(key, p) {
			parts := strings.SplitN(key, ".", 3)
			return parts[0] + "." + parts[1]
		}
	}
	return ""
}
