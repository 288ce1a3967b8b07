// Package question shows the questions of the application: one component for
// each kind of question and field, for both densities. The client's pages show
// one question as the heading of the page, the staff's sections show several
// below one another. What is asked and what is accepted is defined in
// internal/clients/question.
package question

import (
	"context"
	"slices"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// View is one question with what is typed in it.
type View struct {
	Question question.Question
	Form     ui.Form
	Answers  question.Answers
	// Shared turns off what a browser remembers: on the clinic's screens, and
	// when a device is handed over.
	Shared bool
	// Last is what was said last time, with its date: shown beside an empty
	// answer, never filled in.
	Last   []locale.Phrase
	LastOn civil.Date

	block bool // one of several on a page
}

// row is one row of a question of rows; the first has the key "" and holds the
// fields that belong to no row.
type row struct {
	key    string
	fields []question.Field
}

func (v View) fields() []question.Field { return v.Question.FieldsIn(v.Form, v.Answers) }

// rows returns the fields of each row, and those after the rows.
func (v View) rows() (rows []row, after []question.Field) {
	for _, f := range v.fields() {
		switch {
		case f.Row == "":
			after = append(after, f)
		case len(rows) == 0 || rows[len(rows)-1].key != f.Row:
			rows = append(rows, row{f.Row, []question.Field{f}})
		default:
			last := &rows[len(rows)-1]
			last.fields = append(last.fields, f)
		}
	}
	return rows, after
}

// free returns the fields that are asked whatever the answer to another one is.
func free(fields []question.Field) []question.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f question.Field) bool { return f.When.Name != "" })
}

// below returns the fields that are asked with one answer to another field.
func below(fields []question.Field, name, value string) []question.Field {
	want := question.Condition{Name: name, Value: value}
	return slices.DeleteFunc(slices.Clone(fields), func(f question.Field) bool { return f.When != want })
}

// size of the label of a field: the question itself is large.
func (v View) size() string {
	if v.block {
		return "m"
	}
	return "l"
}

// heads reports whether the field is the question itself, so that its label is
// the heading.
func (v View) heads(f question.Field) bool {
	return v.Question.Kind == question.KindOne && f.Name == string(v.Question.ID)
}

func (v View) field(f question.Field) ui.Field {
	field := ui.Field{
		Name: f.Name, Label: f.Label, Hint: f.Hint, Optional: f.Optional, Size: "s",
		Type: f.Type, Autocomplete: f.Autocomplete, InputMode: f.InputMode, Width: f.Width,
	}
	if v.heads(f) {
		field.Heading, field.Size, field.Hint = !v.block, v.size(), v.Question.Hint
	}
	if v.Shared {
		field.Autocomplete = "off"
	}
	return field
}

func (v View) choices(f question.Field, all []question.Field) ui.Choices {
	c := ui.Choices{Name: f.Name, Legend: f.Label, Hint: f.Hint, Optional: f.Optional, Size: "s"}
	if v.heads(f) {
		c.Heading, c.Size, c.Hint = !v.block, v.size(), v.Question.Hint
	}
	for _, o := range f.Options {
		item := ui.Choice{Value: o.Value, Label: o.Label, Hint: o.Hint, Alone: o.Alone}
		if more := below(all, f.Name, o.Value); len(more) > 0 {
			item.Reveal = inputs(v, more)
		}
		c.Items = append(c.Items, item)
	}
	return c
}

// listField is a field with its list as suggestions, in the reader's words.
func (v View) listField(ctx context.Context, f question.Field) ui.Field {
	field := v.field(f)
	for _, o := range f.Options {
		field.Suggestions = append(field.Suggestions, o.Label.In(ctx))
	}
	return field
}

func picks(f question.Field) []ui.Choice {
	list := []ui.Choice{{Label: locale.UiSelectChoose}}
	for _, o := range f.Options {
		list = append(list, ui.Choice{Value: o.Value, Label: o.Label})
	}
	return list
}

// hiddenValue is what a hidden field carries on: the total that is shown, and
// otherwise what was typed.
func (v View) hiddenValue(name string) string {
	if name == question.TotalName {
		return question.Total(v.Answers)
	}
	return v.Form.Value(name)
}

// texts are the words for adding and removing rows of a question.
func (v View) texts() (head, add, remove locale.Key) {
	if v.Question.ID.Base() == question.IncomeOf {
		return locale.QIncomeRow, locale.QIncomeAdd, locale.QIncomeRemove
	}
	return locale.QHouseholdRow, locale.QHouseholdAdd, locale.QHouseholdRemove
}

// keys are the keys of the rows as the hidden field carries them.
func keys(rows []row) string {
	var s string
	for i, r := range rows {
		if i > 0 {
			s += ","
		}
		s += r.key
	}
	return s
}

// buttons reports whether the question has buttons of its own, so that the
// form needs one before them for the Enter key.
func (v View) buttons() bool { return v.Question.Kind == question.KindRows || len(v.Last) > 0 }

// id of the whole question on a page.
func (v View) id() string { return "q-" + question.RowsName(v.Question.ID) }

// partRows are the lines of one part as rows of a summary list.
func partRows(lines []question.Line, part question.Part, change func(question.ID) string) []ui.Row {
	var rows []ui.Row
	for _, l := range lines {
		if l.Part != part {
			continue
		}
		r := ui.Row{Key: l.Label, Values: l.Values}
		if len(r.Values) == 0 {
			r.Values = []locale.Phrase{locale.QAnswerNotProvided}
		}
		if change != nil {
			r.Acts = []ui.Link{{Text: locale.QChangeAnswer, Hidden: l.Label, Href: change(l.ID)}}
		}
		rows = append(rows, r)
	}
	return rows
}
