// Package form is a submitted form: what was typed, kept exactly, and what is
// wrong with it. It checks shape ("is it a date"); meaning is for the domain.
package form

import (
	"crypto/sha256"
	"errors"
	"slices"
	"sort"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
)

// SubmissionField is the name of the hidden field with the form's number.
const SubmissionField = "submission"

// Form is one form of a page. It is for one request and one goroutine.
type Form struct {
	values map[string][]string
	faults []fault.Field
	number uuid.UUID
	digest []byte
	held   bool // only to be shown again
}

// New returns an empty form with a number of its own, for showing a page.
func New() *Form {
	return &Form{values: map[string][]string{}, number: newNumber()}
}

func newNumber() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// Number is what the hidden field holds: the number of this form.
func (f *Form) Number() string { return f.number.String() }

// Submission identifies this sending of the form to idempotency.InTx: its
// number, and a digest of everything that was typed.
func (f *Form) Submission() idempotency.Submission {
	return idempotency.Submission{Key: f.number, Digest: f.digest}
}

// Renumber gives the form a new number, for a page that is shown again after
// its answers were refused.
func (f *Form) Renumber() { f.number = newNumber() }

// Value returns the field as it was typed, empty when it was not sent.
func (f *Form) Value(name string) string {
	if vs := f.values[name]; len(vs) > 0 {
		return vs[0]
	}
	return ""
}

// Values returns everything sent under a name that may repeat.
func (f *Form) Values(name string) []string { return f.values[name] }

// Has reports whether the value is among those sent under the name.
func (f *Form) Has(name, value string) bool { return slices.Contains(f.values[name], value) }

// Sent reports whether the field was in the form at all: which button was
// pressed, for instance.
func (f *Form) Sent(name string) bool { return len(f.values[name]) > 0 }

// Names returns the names of all fields that were sent, in order.
func (f *Form) Names() []string {
	names := make([]string, 0, len(f.values))
	for n := range f.values {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Set puts values into a field, for showing what is stored. It returns the
// form.
func (f *Form) Set(name string, values ...string) *Form {
	f.values[name] = values
	return f
}

// Note says what is wrong with a field; the name "" is the form as a whole.
// Only the first fault of a field is kept.
func (f *Form) Note(name string, text locale.Phrase) {
	if f.Fault(name) == nil || name == "" {
		f.faults = append(f.faults, fault.Field{Name: name, Text: text})
	}
}

// Fault returns what is wrong with the field, nil when nothing is.
func (f *Form) Fault(name string) locale.Phrase {
	for _, x := range f.faults {
		if x.Name == name {
			return x.Text
		}
	}
	return nil
}

// Faults returns everything that is wrong, in the order it was noted.
func (f *Form) Faults() []fault.Field { return f.faults }

// OK reports whether nothing is wrong so far. A form that is only shown again
// is never in order.
func (f *Form) OK() bool { return len(f.faults) == 0 && !f.held }

// Held reports whether the form is only shown again and is not to do anything
// (idempotency.Hold).
func (f *Form) Held() bool { return f.held }

// Take notes what a service refused: messages by field, or one for the whole
// form. It reports false for an error that is not about the form.
func (f *Form) Take(err error) bool {
	if f.held && errors.Is(err, idempotency.ErrHeld) {
		return true // its page says so
	}
	x, ok := fault.Of(err)
	if !ok || x.Kind != fault.Invalid {
		return false
	}
	if len(x.Fields) == 0 {
		f.Note("", x.Text)
	}
	for _, field := range x.Fields {
		f.Note(field.Name, field.Text)
	}
	return true
}

// sum is the digest of what the form was sent to and of everything that was
// typed, whatever the order of the fields, without the form's number. It is no
// secret keeper: idempotency keeps a keyed digest of it.
func sum(target string, values map[string][]string) []byte {
	names := make([]string, 0, len(values))
	for n := range values {
		if n != SubmissionField {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	h := sha256.New()
	h.Write([]byte(target + "\x00"))
	for _, n := range names {
		h.Write([]byte(n + "\x00" + strings.Join(values[n], "\x01") + "\x02"))
	}
	return h.Sum(nil)
}
