package question

import (
	"context"
	"maps"
	"slices"

	"familypact.example/portal/internal/platform/locale"
)

// Line is one answer in words, for the check page, the difference page and the
// printed form. Without Values nothing was provided.
type Line struct {
	ID       ID
	Part     Part
	Section  Section
	Label    locale.Phrase
	Values   []locale.Phrase
	Answered bool // with a good answer, or optional
}

// Summary returns a line for every question that is asked, in order, with the
// arithmetic worked out.
func Summary(a Answers) []Line {
	var lines []Line
	for _, q := range Sequence(a) {
		lines = append(lines, lineOf(q, a))
	}
	return lines
}

func lineOf(q Question, a Answers) Line {
	l := Line{ID: q.ID, Part: q.Part, Section: q.Section, Label: q.Short, Answered: answered(q, a)}
	if _, ok := a.Get(q.ID); ok {
		l.Values = slices.DeleteFunc(q.said(a), blank)
	}
	return l
}

// said is the answer in the question's own words, or else what was chosen and
// typed in its fields.
func (q Question) said(a Answers) []locale.Phrase {
	if q.lines != nil {
		return q.lines(a)
	}
	x, _ := a.Get(q.ID)
	var out []locale.Phrase
	for _, f := range q.Fields(a, x) {
		if f.Kind == Hidden || f.Secret {
			continue
		}
		for _, v := range x[f.Name] {
			if f.Options == nil {
				out = append(out, locale.Words(v))
			} else {
				out = append(out, labelOf(f.Options, v))
			}
		}
	}
	return out
}

// blank reports whether a phrase says nothing: an answer that cannot be read.
func blank(p locale.Phrase) bool { return p == nil || p.In(context.Background()) == "" }

// Changed returns the questions whose answers differ, in the order of the
// application: what the audit of a change names.
func Changed(before, after Answers) []ID {
	all := New(after.On)
	for _, a := range []Answers{before, after} {
		for id, x := range a.given {
			all = all.With(id, x)
		}
	}
	return slices.DeleteFunc(all.IDs(), func(id ID) bool {
		return maps.EqualFunc(before.given[id], after.given[id], slices.Equal[[]string])
	})
}

// Difference is one answer before and after a change, in words.
type Difference struct {
	ID            ID
	Label         locale.Phrase
	Before, After []locale.Phrase
}

// Differences returns the changed answers in words.
func Differences(before, after Answers) []Difference {
	var list []Difference
	for _, id := range Changed(before, after) {
		d := Difference{ID: id}
		if q, ok := Find(id, before); ok {
			d.Label, d.Before = q.Short, lineOf(q, before).Values
		}
		if q, ok := Find(id, after); ok {
			d.Label, d.After = q.Short, lineOf(q, after).Values
		}
		if d.Label != nil {
			list = append(list, d)
		}
	}
	return list
}
