// Package locale puts the portal's texts into words: English and Spanish, from
// one catalogue. It also writes dates, times, money and lists the way a reader
// of each language expects. It knows nothing of requests: the reader's language
// travels in the context.
package locale

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:generate go run ./keysgen

//go:embed en.json es.json
var files embed.FS

// Language is one of the languages that the catalogue is complete in.
type Language string

// The languages of the portal (decisions 15).
const (
	English Language = "en"
	Spanish Language = "es"
)

// Languages lists every language, English first.
var Languages = []Language{English, Spanish}

// Prefix returns what stands before a path in the language: "" for English,
// "/es" for Spanish.
func (l Language) Prefix() string {
	if l == Spanish {
		return "/es"
	}
	return ""
}

// Phrase is something that can be put into the reader's words.
type Phrase interface {
	// In returns the words in the language of the context.
	In(ctx context.Context) string
}

// Key names a text of the catalogue. The constants in keys.go are generated
// from en.json, so a key that is missing does not compile.
type Key string

// In returns the text of the key, for a text without values.
func (k Key) In(ctx context.Context) string { return T(ctx, k) }

// With returns the text of the key with values, given as pairs of name and
// value. A value that is itself a Phrase is put into words with it.
func (k Key) With(pairs ...any) Text { return Text{Key: k, Values: values(pairs)} }

// Text is a text of the catalogue with its values, put into words when shown.
// A value named Count chooses the plural form.
type Text struct {
	Key    Key
	Values map[string]any
}

// In returns the words in the language of the context.
func (t Text) In(ctx context.Context) string {
	return catalogue.say(Of(ctx), t.Key, inWords(ctx, t.Values))
}

// Words is a Phrase that is the same in every language: a name, a number.
type Words string

// In returns the words as they are.
func (w Words) In(context.Context) string { return string(w) }

// T returns the text of a key in the language of the context. Values are given
// as pairs of name and value; a value named Count chooses the plural form.
func T(ctx context.Context, key Key, pairs ...any) string {
	return catalogue.say(Of(ctx), key, inWords(ctx, values(pairs)))
}

type languageKey struct{}

// WithLanguage returns a context whose texts are in the language.
func WithLanguage(ctx context.Context, l Language) context.Context {
	return context.WithValue(ctx, languageKey{}, l)
}

// Of returns the language of the context, English when none was set.
func Of(ctx context.Context) Language {
	if l, ok := ctx.Value(languageKey{}).(Language); ok {
		return l
	}
	return English
}

// Parse returns the language with the given code, and false when the portal
// does not speak it.
func Parse(code string) (Language, bool) {
	for _, l := range Languages {
		if string(l) == code {
			return l, true
		}
	}
	return English, false
}

func values(pairs []any) map[string]any {
	if len(pairs) == 0 {
		return nil
	}
	if len(pairs)%2 != 0 {
		panic(fmt.Sprintf("locale: odd number of values %v", pairs))
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

func inWords(ctx context.Context, vs map[string]any) map[string]any {
	for name, v := range vs {
		if p, ok := v.(Phrase); ok {
			words := make(map[string]any, len(vs))
			for n, w := range vs {
				words[n] = w
			}
			words[name] = p.In(ctx)
			return inWords(ctx, words)
		}
	}
	return vs
}

// book is the whole catalogue: plain texts by language and key, and the
// localizers for those with values or plural forms.
type book struct {
	plain      map[Language]map[Key]string
	plural     map[Key]bool
	localizers map[Language]*i18n.Localizer
}

var catalogue = mustLoad()

func mustLoad() *book {
	b, err := load()
	if err != nil {
		panic(fmt.Sprintf("locale: %v", err))
	}
	return b
}

func load() (*book, error) {
	bundle := i18n.NewBundle(language.English)
	b := &book{plain: map[Language]map[Key]string{}, plural: map[Key]bool{}, localizers: map[Language]*i18n.Localizer{}}
	for _, l := range Languages {
		name := string(l) + ".json"
		raw, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if _, err := bundle.ParseMessageFileBytes(raw, name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		var all map[string]any
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		b.plain[l] = map[Key]string{}
		for k, v := range all {
			s, ok := v.(string)
			if !ok {
				b.plural[Key(k)] = true
			} else if !strings.Contains(s, "{{") {
				b.plain[l][Key(k)] = s
			}
		}
		b.localizers[l] = i18n.NewLocalizer(bundle, string(l))
	}
	return b, nil
}

func (b *book) say(l Language, key Key, vs map[string]any) string {
	if s, ok := b.plain[l][key]; ok {
		return s
	}
	cfg := &i18n.LocalizeConfig{MessageID: string(key), TemplateData: vs}
	if b.plural[key] {
		cfg.PluralCount = vs["Count"]
	}
	s, err := b.localizers[l].Localize(cfg)
	if err != nil {
		panic(fmt.Sprintf("locale: text %q in %s: %v", key, l, err))
	}
	return s
}

// Keys returns every key of the catalogue in order, for tests that read all of
// it.
func Keys() []Key {
	raw, err := files.ReadFile("en.json")
	if err != nil {
		panic(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		panic(err)
	}
	keys := make([]Key, 0, len(all))
	for k := range all {
		keys = append(keys, Key(k))
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}
