// Package ui has the components that pages are made of: fields, tables,
// summaries, navigation inside a page. Each is one templ function with the
// markup of govuk-frontend or of our own fp- layer, and knows no area and no
// service. What a person reads comes in as a Phrase.
package ui

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Form is what the components need of a submitted form; *form.Form is one.
type Form interface {
	// Value returns what was typed into the field, as it was typed.
	Value(name string) string
	// Values returns every answer to a field that takes several.
	Values(name string) []string
	// Fault returns what is wrong with the field, nil when nothing is.
	Fault(name string) locale.Phrase
	// Faults returns everything that is wrong, in the order of the fields.
	Faults() []fault.Field
	// Number returns the number of this form, which makes a repeat harmless.
	Number() string
}

// Path returns the address of a page in the reader's language: the path itself
// in English, below /es in Spanish. Areas that speak English only, files and
// addresses outside keep theirs.
func Path(ctx context.Context, path string) templ.SafeURL {
	prefix := locale.Of(ctx).Prefix()
	if prefix == "" || !strings.HasPrefix(path, "/") || !translated(path) {
		return templ.URL(path)
	}
	if path == "/" {
		return templ.URL(prefix)
	}
	return templ.URL(prefix + path)
}

// translated reports whether a path has a Spanish counterpart.
func translated(path string) bool {
	for _, area := range []string{"/provider", "/ofp", "/desk", "/demo", "/static"} {
		rest, ok := strings.CutPrefix(path, area)
		if ok && (rest == "" || rest[0] == '/' || rest[0] == '?') {
			return false
		}
	}
	return path != "/es" && !strings.HasPrefix(path, "/es/")
}

// Kind is the tone of a status: it colors a word that already says it all.
type Kind string

// The tones of a status.
const (
	Info  Kind = ""       // draft, sent
	OK    Kind = "green"  // active, done
	Warn  Kind = "yellow" // can renew, ends soon
	Bad   Kind = "red"    // ended, not eligible, blocked
	Quiet Kind = "grey"   // removed, not started
)

// say puts a phrase into words, "" for none.
func say(ctx context.Context, p locale.Phrase) string {
	if p == nil {
		return ""
	}
	return p.In(ctx)
}

// describedBy lists the ids that describe a field: its hint and its fault.
func describedBy(name string, hint, wrong locale.Phrase, more ...string) string {
	ids := more
	if hint != nil {
		ids = append(ids, name+"-hint")
	}
	if wrong != nil {
		ids = append(ids, name+"-error")
	}
	return strings.Join(ids, " ")
}
