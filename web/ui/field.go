package ui

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/locale"
)

// Field describes one labelled field. Only Name and Label are needed.
type Field struct {
	Name  string
	Label locale.Phrase
	Hint  locale.Phrase
	// Heading makes the label the h1 of the page.
	Heading bool
	// Size of the label: "" for plain text, "s", "m" or "l". Heading takes "l".
	Size string
	// Optional adds "(optional)" to the label.
	Optional bool

	Type         string // text (when empty), email, tel, search, date
	Autocomplete string // token of WCAG 1.3.5, or "off" on shared screens
	InputMode    string // numeric, decimal
	Width        int    // in characters: 2, 3, 4, 5, 10, 20 or 30
	Prefix       string // shown before what is typed, such as "$"
	Suffix       string
	Suggestions  []string // offered while typing
	Describes    string   // id of more text that describes the field

	Rows int // of a TextArea, 5 when zero
	Max  int // characters; a TextArea counts what is left

	Accept string // of a FileField, such as ".csv"
}

func (f Field) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// password is the token for what a password field holds.
func (f Field) password(least int) string {
	switch {
	case f.Autocomplete != "":
		return f.Autocomplete
	case least > 0:
		return "new-password"
	}
	return "current-password"
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "5"
	}
	return strconv.Itoa(f.Rows)
}

func (f Field) size() string {
	if f.Heading && f.Size == "" {
		return "l"
	}
	return f.Size
}

func (f Field) width() string {
	if f.Width == 0 {
		return ""
	}
	return "govuk-input--width-" + strconv.Itoa(f.Width)
}

func (f Field) list() string {
	if len(f.Suggestions) == 0 {
		return ""
	}
	return f.Name + "-list"
}

func (f Field) more() []string {
	if f.Describes == "" {
		return nil
	}
	return []string{f.Describes}
}

// Choices describes a question answered by one or several of a list.
type Choices struct {
	Name   string
	Legend locale.Phrase
	Hint   locale.Phrase
	Items  []Choice
	// Heading makes the legend the h1 of the page.
	Heading bool
	// Size of the legend: "" for plain text, "s", "m" or "l".
	Size     string
	Optional bool
	Inline   bool // beside one another: for two short answers
	Small    bool // for lists of filters
	Describe string
}

// Choice is one answer of Choices.
type Choice struct {
	Value string
	Label locale.Phrase
	Hint  locale.Phrase
	// Reveal is asked only with this answer.
	Reveal templ.Component
	// Or puts the word between the answers before and this one.
	Or locale.Phrase
	// Alone unticks the others: "None of these".
	Alone bool
}

func (c Choices) size() string {
	if c.Heading && c.Size == "" {
		return "l"
	}
	return c.Size
}

func (c Choices) more() []string {
	if c.Describe == "" {
		return nil
	}
	return []string{c.Describe}
}

// id of the answer at index i. The first has the name itself, so that the
// error summary leads to it.
func (c Choices) id(i int) string {
	n := i + 1
	for _, item := range c.Items[:i+1] {
		if item.Or != nil {
			n++
		}
	}
	if n == 1 {
		return c.Name
	}
	return c.Name + "-" + strconv.Itoa(n)
}

func chosen(f Form, name, value string) bool {
	return value != "" && slices.Contains(f.Values(name), value)
}

func labelClass(size string) string {
	if size == "" {
		return ""
	}
	return "govuk-label--" + size
}

func legendClass(size string) string {
	if size == "" {
		return ""
	}
	return "govuk-fieldset__legend--" + size
}
