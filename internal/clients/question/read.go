package question

import (
	"slices"
	"strings"

	"familypact.example/portal/internal/platform/locale"
)

// Values are the fields of a form as they were typed.
type Values interface {
	// Value returns what was typed into the field, as it was typed.
	Value(name string) string
	// Values returns every answer to a field that takes several.
	Values(name string) []string
}

// Form is what questions need of a submitted form; *form.Form is one.
type Form interface {
	Values
	// Note says what is wrong with a field.
	Note(name string, text locale.Phrase)
}

// Multi returns the names of the fields that may be sent more than once.
func Multi() []string { return []string{string(Ethnicity)} }

// Read reads the questions from a form and notes everything that is wrong in
// it, in the order of the fields. It returns the answers with what was typed,
// also where it is wrong: Missing names a question until its answer is good. A
// question that is not asked for the answers before it loses its answer.
func Read(f Form, a Answers, ids ...ID) Answers {
	for _, id := range ids {
		q, ok := Find(id, a)
		if !ok {
			continue
		}
		if !q.asked(a) {
			a = a.Without(id)
			continue
		}
		a = readOne(f, a, q, true)
	}
	return tidy(a)
}

// ReadSection reads all the questions of a section. Those that depend on an
// answer of the same section are judged by the new one.
func ReadSection(f Form, a Answers, s Section) Answers {
	for _, q := range All {
		if q.Section != s {
			continue
		}
		for _, one := range expand(q, a) {
			a = Read(f, a, one.ID)
		}
	}
	return a
}

// Keep is Read without checking anything: for what must not be lost when the
// page is left unfinished, such as a change of language. Missing names the
// questions whose answers are not good yet.
func Keep(f Form, a Answers, ids ...ID) Answers {
	for _, id := range ids {
		if q, ok := Find(id, a); ok && q.asked(a) {
			a = readOne(f, a, q, false)
		}
	}
	return tidy(a)
}

func readOne(f Form, a Answers, q Question, strict bool) Answers {
	s := sheet{q: q, a: a, typed: q.typed(f, a)}
	if strict {
		s.run()
		for _, x := range s.faults {
			f.Note(x.name, x.text)
		}
	}
	return a.With(q.ID, s.typed)
}

// typed returns what was typed into the fields that the question has. What was
// typed into a field that is not asked is left out, and a secret that was left
// empty stays as it was stored.
func (q Question) typed(f Values, a Answers) Answer {
	x := Answer{}
	for _, field := range q.FieldsIn(f, a) {
		if field.When.Name == "" || strings.TrimSpace(f.Value(field.When.Name)) == field.When.Value {
			collect(f, field, x)
		}
	}
	return keepSecret(q, a, x)
}

// FieldsIn returns the fields that the question has for what is typed in a
// form: how many rows there are, for instance, is typed there.
func (q Question) FieldsIn(f Values, a Answers) []Field {
	x := Answer{}
	for _, field := range q.Fields(a, nil) {
		collect(f, field, x)
	}
	// The first pass found how many rows there are.
	for _, field := range q.Fields(a, x) {
		collect(f, field, x)
	}
	return q.Fields(a, x)
}

func collect(f Values, field Field, x Answer) {
	for _, name := range field.Names() {
		if vs := f.Values(name); len(vs) > 1 || len(vs) == 1 && vs[0] != "" {
			x[name] = slices.Clone(vs)
		}
	}
}

// keepSecret keeps a stored number that the form showed as masked only.
func keepSecret(q Question, a Answers, x Answer) Answer {
	if q.ID == SSN && x.Value(ssnNumber) == "" && x.Value(ssnReason) == "" {
		if digits, ok := ssnDigits(a.Value(SSN, ssnNumber)); ok {
			x[ssnNumber] = []string{digits}
		}
	}
	return x
}

// Press does what a button inside a question asks for, when one was pressed:
// add a row, or remove one. It reads what was typed without checking it, and
// reports whether a button was pressed.
func Press(f Form, a Answers, ids ...ID) (Answers, bool) {
	add, remove := f.Value("add"), f.Value("remove")
	if add == "" && remove == "" {
		return a, false
	}
	for _, id := range ids {
		if q, ok := Find(id, a); ok && q.asked(a) {
			a = pressed(readOne(f, a, q, false), q, add, remove)
		}
	}
	return tidy(a), true
}

// PressSection is Press for all the questions of a section.
func PressSection(f Form, a Answers, s Section) (Answers, bool) {
	var ids []ID
	for _, q := range InSection(s, a) {
		ids = append(ids, q.ID)
	}
	return Press(f, a, ids...)
}

// pressed adds or removes a row of the question: the button "add" has the ID
// of the question as its value, "remove" also a point and the key of the row.
func pressed(a Answers, q Question, add, remove string) Answers {
	if q.Kind != KindRows {
		return a
	}
	x, _ := a.Get(q.ID)
	keys := rowKeys(q.ID, x)
	if add == string(q.ID) && len(keys) < maxRows {
		return a.With(q.ID, withRows(q.ID, x, append(keys, nextKey(keys))))
	}
	if key, ok := strings.CutPrefix(remove, string(q.ID)+"."); ok && slices.Contains(keys, key) {
		return a.With(q.ID, withRows(q.ID, x, slices.DeleteFunc(keys, func(k string) bool { return k == key })))
	}
	return a
}

// Filler is a form that answers can be put into; *form.Form is one.
type Filler[F any] interface {
	// Set puts values into a field and returns the form.
	Set(name string, values ...string) F
}

// Fill puts stored answers back into a form, exactly as they were typed, and
// returns it. A secret number is left out. Where the county was not asked yet,
// the one of the ZIP code is proposed for the person to confirm.
func Fill[F Filler[F]](f F, a Answers, ids ...ID) F {
	for _, id := range ids {
		q, ok := Find(id, a)
		if !ok {
			continue
		}
		x, stored := a.Get(id)
		if !stored && id == County {
			x = proposal(a)
		}
		for _, field := range q.Fields(a, x) {
			for _, name := range field.Names() {
				if vs := x[name]; len(vs) > 0 && !field.Secret {
					f.Set(name, vs...)
				}
			}
		}
	}
	return f
}

// tidy takes out answers about members who are no longer in the family.
func tidy(a Answers) Answers {
	for _, id := range a.IDs() {
		if id.Member() == "" {
			continue
		}
		if _, ok := Find(id, a); !ok {
			a = a.Without(id)
		}
	}
	return a
}
