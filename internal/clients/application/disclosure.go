package application

import (
	"slices"
	"time"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Code names one thing that a client is told, D01 to D14 of the program's
// list.
type Code string

// Answer is how a disclosure ended.
type Answer string

// The answers. Received and declined are for what is offered, yes and no for
// what is asked; with the paper form is for insurance, shown for the rights that
// are posted at the clinic (the evidence of D05 and D09).
const (
	Given    Answer = "given"
	WithForm Answer = "form"
	Shown    Answer = "shown"
	Received Answer = "received"
	Declined Answer = "declined"
	Yes      Answer = "yes"
	No       Answer = "no"
)

var answerLabels = map[Answer]locale.Key{
	Given: locale.ToldGiven, WithForm: locale.ToldWithForm, Shown: locale.ToldShown, Received: locale.ToldReceived,
	Declined: locale.ToldDeclined, Yes: locale.ToldYes, No: locale.ToldNo,
}

// Disclosure is what the client was told or offered, and when.
type Disclosure struct {
	Code    Code
	Answer  Answer
	GivenAt time.Time
}

// Topic is one line of the list of disclosures.
type Topic struct {
	Code    Code
	Text    locale.Key
	Answers []Answer
	needed  func(a Application) bool
}

// Label is an answer to the topic in words: of what can be shown as well, given
// is a copy.
func (t Topic) Label(a Answer) locale.Key {
	if a == Given && slices.Contains(t.Answers, Shown) {
		return locale.ToldHanded
	}
	return answerLabels[a]
}

// The answers that a disclosure can have.
var (
	told     = []Answer{Given}
	withForm = []Answer{Given, WithForm}
	orShown  = []Answer{Given, Shown}
	offered  = []Answer{Received, Declined}
	asked    = []Answer{Yes, No}
)

func always(Application) bool    { return true }
func onlyNew(a Application) bool { return a.Action == New }
func remote(a Application) bool  { return a.Mode.Remote() }
func oral(a Application) bool    { return a.Signature != nil && a.Signature.Kind == Oral }
func byMail(a Application) bool  { return a.Answers.Contact().Mail }

// topics are the disclosures in the order of the program's list. D13 is for
// those who want mail, D14 for a recorded signature.
var topics = []Topic{
	{"D01", locale.DisclosureD01, told, always},
	{"D02", locale.DisclosureD02, told, onlyNew},
	{"D03", locale.DisclosureD03, told, onlyNew},
	{"D04", locale.DisclosureD04, told, always},
	{"D05", locale.DisclosureD05, withForm, always},
	{"D06", locale.DisclosureD06, offered, always},
	{"D07", locale.DisclosureD07, offered, always},
	{"D08", locale.DisclosureD08, told, remote},
	{"D09", locale.DisclosureD09, orShown, onlyNew},
	{"D10", locale.DisclosureD10, told, onlyNew},
	{"D11", locale.DisclosureD11, asked, onlyNew},
	{"D12", locale.DisclosureD12, told, onlyNew},
	{"D13", locale.DisclosureD13, asked, byMail},
	{"D14", locale.DisclosureD14, told, oral},
}

// Topics returns the disclosures that this application needs, in order.
func (a Application) Topics() []Topic {
	return slices.DeleteFunc(slices.Clone(topics), func(t Topic) bool { return !t.needed(a) })
}

// Undisclosed returns the disclosures that are needed and not recorded yet.
func (a Application) Undisclosed() []Topic {
	return slices.DeleteFunc(a.Topics(), func(t Topic) bool {
		d, ok := a.Disclosures[t.Code]
		return ok && slices.Contains(t.Answers, d.Answer)
	})
}

// checkDisclosed returns the needed disclosures that are missing in given, by
// field.
func (a Application) checkDisclosed(given map[Code]Answer) error {
	var wrong []fault.Field
	for _, t := range a.Topics() {
		if !slices.Contains(t.Answers, given[t.Code]) {
			wrong = append(wrong, fault.Field{Name: string(t.Code), Text: locale.DisclosureMissing.With("What", t.Text)})
		}
	}
	return fault.InvalidFields(wrong)
}
