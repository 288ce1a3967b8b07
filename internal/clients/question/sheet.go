package question

import (
	"slices"
	"sort"
	"unicode/utf8"

	"familypact.example/portal/internal/platform/locale"
)

// longest is how long a line of text may be unless a field says otherwise.
const longest = 60

// sheet is one question with what was typed into it, while it is checked.
type sheet struct {
	q      Question
	a      Answers // the other answers
	typed  Answer
	fields []Field
	faults []flaw
}

type flaw struct {
	name string
	text locale.Phrase
}

// run checks the fields by their kinds, then what the question demands of them
// together, and puts what is wrong into the order of the fields.
func (s *sheet) run() {
	s.fields = s.q.Fields(s.a, s.typed)
	for _, f := range s.fields {
		if f.When.Name == "" || s.value(f.When.Name) == f.When.Value {
			s.shape(f)
		}
	}
	if s.q.check != nil {
		s.q.check(s)
	}
	order := map[string]int{}
	for i, f := range s.fields {
		order[f.Name] = i
	}
	sort.SliceStable(s.faults, func(i, j int) bool { return order[s.faults[i].name] < order[s.faults[j].name] })
}

// shape checks one field alone.
func (s *sheet) shape(f Field) {
	switch f.Kind {
	case Hidden:
	case Date:
		s.dateShape(f)
	case Many:
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return slices.Contains(s.typed[f.Name], o.Value) }) {
			s.missing(f)
		}
	case One, Pick:
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == s.value(f.Name) }) {
			s.missing(f)
		}
	default:
		s.textShape(f)
	}
}

func (s *sheet) dateShape(f Field) {
	d, ok := s.typed.Date(f.Name)
	switch {
	case !ok:
		s.note(f.Name, f.Wrong)
	case d.IsZero():
		s.missing(f)
	}
}

func (s *sheet) textShape(f Field) {
	v := s.value(f.Name)
	limit := f.Max
	if limit == 0 {
		limit = longest
	}
	switch {
	case v == "":
		s.missing(f)
	case utf8.RuneCountInString(v) > limit && f.TooLong != nil:
		s.note(f.Name, f.TooLong)
	case utf8.RuneCountInString(v) > limit:
		s.note(f.Name, locale.QErrLong.With("Count", limit))
	case f.Kind == Money:
		if _, ok := cents(v); !ok {
			s.note(f.Name, f.Wrong)
		}
	case f.Kind == Listed:
		if _, ok := listed(f.Options, v); !ok {
			s.note(f.Name, f.Wrong)
		}
	}
}

func (s *sheet) missing(f Field) {
	if f.Missing != nil {
		s.note(f.Name, f.Missing)
	}
}

func (s *sheet) value(name string) string { return s.typed.Value(name) }

// note keeps the first fault of each field.
func (s *sheet) note(name string, text locale.Phrase) {
	if s.good(name) {
		s.faults = append(s.faults, flaw{name, text})
	}
}

// good reports whether nothing is wrong with the field so far.
func (s *sheet) good(name string) bool {
	return !slices.ContainsFunc(s.faults, func(f flaw) bool { return f.name == name })
}
