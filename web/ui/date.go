package ui

import (
	"strconv"

	"familypact.example/portal/internal/platform/locale"
)

// part is one of the three inputs of a date.
type part struct {
	id, name, width, autocomplete string
	label                         locale.Phrase
}

// datePartOf describes a part. The month, asked first, has the id of the whole
// field, so that the error summary leads to it.
func datePartOf(field Field, name string, width int) part {
	p := part{
		id:    field.Name + "-" + name,
		name:  field.Name + "-" + name,
		width: "govuk-input--width-" + strconv.Itoa(width),
	}
	switch name {
	case "month":
		p.id, p.label = field.Name, locale.UiDateMonth
		p.width = "govuk-input--width-4" // it may be typed as a word
	case "day":
		p.label = locale.UiDateDay
	default:
		p.label = locale.UiDateYear
	}
	switch field.Autocomplete {
	case "":
	case "off":
		p.autocomplete = "off"
	default:
		p.autocomplete = field.Autocomplete + "-" + name
	}
	return p
}
