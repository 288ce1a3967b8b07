package ui

import (
	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/locale"
)

// Step is one of Steps.
type Step struct {
	Title, Text locale.Phrase
}

// Task is one line of a TaskList.
type Task struct {
	Link   Link // without address it cannot be begun yet
	Hint   locale.Phrase
	Status locale.Phrase
	Kind   Kind
	Done   bool // the status is shown as plain words
}

// Row is one line of a SummaryList.
type Row struct {
	Key locale.Phrase
	// Values are the lines of the answer; Content instead, for more than text.
	Values  []locale.Phrase
	Content templ.Component
	Acts    []Link
}

// Tile is one figure of a dashboard that leads to what it counts.
type Tile struct {
	Number string
	Label  locale.Phrase
	Link   Link
	Kind   Kind // Warn or Bad where something is to be done
}

// Event is one line of a Timeline.
type Event struct {
	When  locale.Phrase
	Title locale.Phrase
	Text  locale.Phrase // may be nil
}

// Outcome of one test of a decision.
type Outcome string

// The outcomes of a test.
const (
	Met   Outcome = "met"
	Unmet Outcome = "unmet"
	Open  Outcome = "open" // needs an answer
)

// Reason is one test of a decision with the figures used.
type Reason struct {
	Outcome Outcome
	Text    locale.Phrase
	Detail  locale.Phrase // may be nil
}

func (o Outcome) word() locale.Phrase {
	switch o {
	case Met:
		return locale.UiReasonMet
	case Unmet:
		return locale.UiReasonUnmet
	}
	return locale.UiReasonOpen
}

// Difference is one answer before and after a change.
type Difference struct {
	Label, Before, After locale.Phrase
}

// Words returns text that is the same in every language as the lines of a Row.
func Words(lines ...string) []locale.Phrase {
	words := make([]locale.Phrase, len(lines))
	for i, l := range lines {
		words[i] = locale.Words(l)
	}
	return words
}

func buttonClass(kind string) string {
	if kind == "" {
		return ""
	}
	return "govuk-button--" + kind
}

func taskIDs(t Task, id string) string {
	if t.Hint != nil {
		return id + "-hint " + id + "-status"
	}
	return id + "-status"
}
