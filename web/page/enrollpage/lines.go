package enrollpage

import (
	"context"
	"strings"

	"familypact.example/portal/internal/platform/locale"
)

// lines is an answer of several lines as one phrase.
type lines []locale.Phrase

// In returns the lines with semicolons between.
func (l lines) In(ctx context.Context) string {
	words := make([]string, len(l))
	for i, p := range l {
		words[i] = p.In(ctx)
	}
	return strings.Join(words, "; ")
}

// inSpanish is a text that is shown in Spanish whatever the page's language.
func inSpanish(ctx context.Context, key locale.Key) string {
	return locale.T(locale.WithLanguage(ctx, locale.Spanish), key)
}
