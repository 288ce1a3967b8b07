// Package fault names the kinds of failure that a person can act on. Every
// other error is internal: nobody outside sees its text.
package fault

import (
	"context"
	"errors"

	"familypact.example/portal/internal/platform/locale"
)

// Kind says what sort of failure it is, and so which page answers it.
type Kind int

// The kinds, with the status of the page that answers them.
const (
	Invalid         Kind = iota + 1 // 422: the form again, message by field
	Unauthenticated                 // 303: to sign-in
	NotFound                        // 404: also what is not for this role or site
	Forbidden                       // 403: known to them and still refused
	Conflict                        // 409: what happened meanwhile
	Expired                         // 410: how to get a new one
	Throttled                       // 429: when to try again
	Closed                          // 503: outage or before go-live
	Malformed                       // 400: what no browser sends
	TooLarge                        // 413
	Busy                            // 503: more work than can be done at once
)

// Fault is a failure that a person can act on, with the words for that person.
// Compare with errors.Is: a Fault is equal to itself and to what With makes of
// it.
type Fault struct {
	Kind   Kind
	Text   locale.Phrase
	Fields []Field // messages by field, for Invalid
	base   *Fault
}

// Field is what is wrong with one field of a form.
type Field struct {
	Name string
	Text locale.Phrase
}

// New returns a fault of its own identity, to be kept in a package variable.
func New(kind Kind, text locale.Phrase) *Fault { return &Fault{Kind: kind, Text: text} }

// With returns the fault with other words, for instance with values. It is
// still the same fault to errors.Is.
func (f *Fault) With(text locale.Phrase) *Fault {
	base := f
	if f.base != nil {
		base = f.base
	}
	return &Fault{Kind: f.Kind, Text: text, Fields: f.Fields, base: base}
}

// InvalidField returns an Invalid fault about one field of a form.
func InvalidField(name string, text locale.Phrase) *Fault {
	return &Fault{Kind: Invalid, Text: text, Fields: []Field{{Name: name, Text: text}}}
}

// InvalidFields returns an Invalid fault about several fields, in their order,
// and nil when there are none.
func InvalidFields(fields []Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Text: fields[0].Text, Fields: fields}
}

// Error returns the English words. It is for logs of programmers' mistakes and
// for tests; people read Text.
func (f *Fault) Error() string {
	if f.Text == nil {
		return "fault"
	}
	return f.Text.In(context.Background())
}

// Is reports whether target is the fault that f was made from.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault) //nolint:errorlint // identity is what is compared
	return ok && (f == t || f.base == t)
}

// Of returns the fault in err's chain, and false when there is none.
func Of(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// ErrNotFound is the answer for whatever does not exist or is not for the
// person who asks.
var ErrNotFound = New(NotFound, locale.FaultNotFound)
