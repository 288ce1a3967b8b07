// Package question has the questions of the application, each defined once:
// what is asked, of whom, what is accepted, and what the answer means. The
// client's pages, the staff's sections, the check page, the difference page and
// the printed form are all made from its list. It is pure: it keeps nothing,
// reads no clock, and knows nothing of requests or HTML; storing answers is for
// application, showing questions for web/ui/question.
package question

import (
	"strings"

	"familypact.example/portal/internal/platform/locale"
)

// ID names a question in routes, catalogue and stored answers. The incomes of
// one member have the ID "income/" and the member's key.
type ID string

// The questions.
const (
	SafeContact ID = "safe-contact"
	ContactWays ID = "contact-ways"
	Language    ID = "language"
	FullName    ID = "name"
	BirthDate   ID = "birth-date"
	HomeAddress ID = "address"
	County      ID = "county"
	SSN         ID = "ssn"
	Marital     ID = "marital"
	Gender      ID = "gender"
	Orientation ID = "orientation"
	SexAtBirth  ID = "sex-birth"
	Ethnicity   ID = "ethnicity"
	Resident    ID = "resident"
	Need        ID = "need"
	Pregnant    ID = "pregnant"
	MediCal     ID = "medi-cal"
	Insurance   ID = "insurance"
	Barrier     ID = "barrier"
	Institution ID = "institution"
	Tax         ID = "tax"
	Family      ID = "household"
	IncomeOf    ID = "income"
	IncomeCheck ID = "income-check"
	Notices     ID = "notices"
)

// Base returns the ID without the member: "income" for "income/self".
func (id ID) Base() ID {
	base, _, _ := strings.Cut(string(id), "/")
	return ID(base)
}

// Member returns the member that the question is about, "" for most.
func (id ID) Member() string {
	_, member, _ := strings.Cut(string(id), "/")
	return member
}

// Part is one of the five parts of the application.
type Part int

// The parts, in their order.
const (
	StayingSafe Part = iota + 1
	AboutYou
	NeedAndCoverage
	HouseholdAndIncome
	Finish
)

// Parts lists the parts in their order.
var Parts = []Part{StayingSafe, AboutYou, NeedAndCoverage, HouseholdAndIncome, Finish}

// Label returns the name of the part.
func (p Part) Label() locale.Key {
	return [...]locale.Key{
		locale.QPartSafe, locale.QPartAbout, locale.QPartNeed, locale.QPartHousehold, locale.QPartFinish,
	}[p-1]
}

// Section is one page of the staff density.
type Section string

// The sections.
const (
	IdentitySection  Section = "identity"
	ContactSection   Section = "contact"
	ResidenceSection Section = "residence"
	NeedSection      Section = "need"
	HouseholdSection Section = "household"
	NoticesSection   Section = "notices"
)

// Sections lists the sections in their order. The first question of the first
// is safe contact, since everything after depends on it.
var Sections = []Section{
	IdentitySection, ContactSection, ResidenceSection, NeedSection, HouseholdSection, NoticesSection,
}

var sectionLabels = map[Section]locale.Key{
	IdentitySection:  locale.QSectionIdentity,
	ContactSection:   locale.QSectionContact,
	ResidenceSection: locale.QSectionResidence,
	NeedSection:      locale.QSectionNeed,
	HouseholdSection: locale.QSectionHousehold,
	NoticesSection:   locale.QSectionNotices,
}

// Label returns the name of the section.
func (s Section) Label() locale.Key { return sectionLabels[s] }

// Kind says how a question is laid out.
type Kind string

// The kinds.
const (
	KindOne    Kind = "one"    // one field, whose label is the question, and what follows from its answers
	KindFields Kind = "fields" // several fields below the question
	KindRows   Kind = "rows"   // rows of fields that can be added and removed
	KindTotal  Kind = "total"  // the income added up, to be confirmed
)

// Question is one thing that is asked.
type Question struct {
	ID      ID
	Part    Part
	Section Section
	Kind    Kind
	Label   locale.Phrase // the question
	Short   locale.Phrase // its name on the check page
	Hint    locale.Phrase // one sentence, or nil
	Why     locale.Phrase // why we ask, or nil
	Help    locale.Phrase // longer help, or nil

	// Optional questions may stay without an answer.
	Optional bool
	// Decides says that the answer is a fact of the decision.
	Decides bool
	// Identity says that an earlier answer may be shown at recertification;
	// all others start empty.
	Identity bool
	// Asked says whether the question is asked; nil: always.
	Asked func(Answers) bool
	// AskedAfter names the questions that Asked depends on.
	AskedAfter []ID
	// Fields returns the fields of the question for what is typed or stored
	// in it so far.
	Fields func(a Answers, typed Answer) []Field

	check func(s *sheet)
	lines func(a Answers) []locale.Phrase // nil: what was chosen and typed
}

// asked reports whether the question is asked for these answers.
func (q Question) asked(a Answers) bool { return q.Asked == nil || q.Asked(a) }

// FieldKind is the kind of one field.
type FieldKind string

// The kinds of fields.
const (
	Text   FieldKind = "text"
	Date   FieldKind = "date"  // three fields: -month, -day, -year
	Money  FieldKind = "money" // dollars and cents
	One    FieldKind = "one"   // radios
	Many   FieldKind = "many"  // checkboxes; the name may repeat
	Pick   FieldKind = "pick"  // a list to choose from
	Listed FieldKind = "list"  // typed, with a list to help
	Tick   FieldKind = "tick"  // one checkbox, value "yes"
	Hidden FieldKind = "hidden"
)

// Ticked is the value of a ticked box.
const Ticked = "yes"

// Field is one field of a question. Names are unique in the whole application,
// so that several questions fit into one form.
type Field struct {
	Name     string
	Kind     FieldKind
	Label    locale.Phrase
	Hint     locale.Phrase
	Optional bool
	Options  []Option
	// When names the field and its value with which this field is asked; an
	// answer to a field that is not asked is left out.
	When Condition
	// Row is the row of a question of rows, "" outside.
	Row string
	// Preview is what another person might see when this answer is yes.
	Preview *Preview

	Missing locale.Phrase // said when nothing was typed or chosen; nil: may be empty
	Wrong   locale.Phrase // said of what is no date, amount or entry of the list
	TooLong locale.Phrase
	Max     int // characters; 60 when zero

	Type         string // email or tel
	Autocomplete string
	InputMode    string
	Width        int
	Secret       bool // never put back into a form
}

// Names returns the names under which the field is sent.
func (f Field) Names() []string {
	if f.Kind == Date {
		return []string{f.Name + "-month", f.Name + "-day", f.Name + "-year"}
	}
	return []string{f.Name}
}

// Condition is a field and the value it must have.
type Condition struct{ Name, Value string }

// Option is one answer of a list.
type Option struct {
	Value string
	Label locale.Phrase
	Hint  locale.Phrase
	// Alone unticks all others.
	Alone bool
}

// Preview is a mock-up of what another person might see.
type Preview struct {
	Where locale.Phrase // where it is seen
	Title locale.Phrase // its first line
	Text  locale.Phrase
}

// fixed returns fields that are always the same.
func fixed(fields ...Field) func(Answers, Answer) []Field {
	return func(Answers, Answer) []Field { return fields }
}

// All lists every question in the order of the application.
var All = join(safeQuestions(), aboutQuestions(), needQuestions(), householdQuestions(), finishQuestions())

func join(lists ...[]Question) []Question {
	var all []Question
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
