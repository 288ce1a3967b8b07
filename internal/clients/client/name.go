package client

import (
	"slices"
	"strings"
	"unicode"

	"familypact.example/portal/internal/platform/secret"
)

// Name is what somebody is called. Last may be empty: not everybody has one.
type Name struct {
	First     string `json:"first"`
	Middle    string `json:"middle,omitempty"`
	Last      string `json:"last,omitempty"`
	Suffix    string `json:"suffix,omitempty"`
	Preferred string `json:"preferred,omitempty"` // for greetings
}

// Full returns the name as it is written.
func (n Name) Full() string {
	return strings.Join(slices.DeleteFunc([]string{n.First, n.Middle, n.Last, n.Suffix},
		func(s string) bool { return s == "" }), " ")
}

// Listed returns the last name first, as in lists: "Alvarez, Maria".
func (n Name) Listed() string {
	if n.Last == "" {
		return n.First
	}
	return n.Last + ", " + n.First
}

// Initials returns the first letters, all that another site may see.
func (n Name) Initials() string {
	var b strings.Builder
	for _, part := range []string{n.First, n.Last} {
		for _, r := range part {
			b.WriteRune(unicode.ToUpper(r))
			b.WriteByte('.')
			break
		}
	}
	return b.String()
}

// SameAs reports whether two full names are the same, however they are
// written: accents, case, hyphens and spaces do not count, nor which of the
// two is called the first and which the last.
func (n Name) SameAs(o Name) bool {
	return n.First+n.Last != "" && pair(secret.Canonical(n.First), secret.Canonical(n.Last)) ==
		pair(secret.Canonical(o.First), secret.Canonical(o.Last))
}

// forms returns the ways in which the name is indexed: the whole last name and
// each word of a doubled one, with the whole first name and its first word, in
// either order. García López is found as García and as López.
func (n Name) forms() []string {
	var out []string
	for _, first := range parts(n.First, false) {
		for _, last := range parts(n.Last, true) {
			if form := pair(first, last); !slices.Contains(out, form) {
				out = append(out, form)
			}
		}
	}
	return out
}

// pair is the same for both orders.
func pair(a, b string) string {
	if b < a {
		a, b = b, a
	}
	return a + "\x00" + b
}

// maxWords keeps the number of forms in bounds, whatever is typed.
const maxWords = 4

// parts returns the canonical whole and its first word, or each of its words.
// Particles of a last name (de, la) stand for nobody.
func parts(name string, all bool) []string {
	out := []string{secret.Canonical(name)}
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '-' || r == '‐' || r == '–' })
	for i, w := range words {
		if i >= maxWords || i > 0 && !all {
			break
		}
		c := secret.Canonical(w)
		if c != "" && !slices.Contains(particles, c) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

var particles = []string{"de", "del", "la", "las", "los", "el", "y", "da", "do", "dos", "van", "von", "den", "der", "al", "bin", "st"}
