package question

import (
	"slices"
	"strings"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
)

const (
	nameFirst     = "name-first"
	nameMiddle    = "name-middle"
	nameLast      = "name-last"
	nameNoLast    = "name-no-last"
	nameSuffix    = "name-suffix"
	namePreferred = "name-preferred"

	ssnNumber = "ssn-number"
	ssnReason = "ssn-reason"

	// oldest is the highest age that is taken for a birth date (portal rules
	// on validation), firstYear the first year.
	oldest    = 110
	firstYear = 1900

	// lastMinorAge: a minor is 17 or younger on the day (client elig p7).
	lastMinorAge = 17
)

// Name is the client's name.
type Name struct{ First, Middle, Last, Suffix, Preferred string }

// Full returns the whole name in one line.
func (n Name) Full() string {
	return strings.Join(strings.Fields(strings.Join([]string{n.First, n.Middle, n.Last, n.Suffix}, " ")), " ")
}

// Greeting returns what the client likes to be called.
func (n Name) Greeting() string {
	if n.Preferred != "" {
		return n.Preferred
	}
	return n.First
}

// Name returns the client's name.
func (a Answers) Name() Name {
	x := a.given[FullName]
	return Name{
		First: x.Value(nameFirst), Middle: x.Value(nameMiddle), Last: x.Value(nameLast),
		Suffix: x.Value(nameSuffix), Preferred: x.Value(namePreferred),
	}
}

// BirthDate returns the client's birth date, the zero Date when it was not
// given or is none.
func (a Answers) BirthDate() civil.Date {
	d, _ := a.given[BirthDate].Date(string(BirthDate))
	return d
}

// Age returns the client's age on the day of the answers, and false when the
// birth date is not known.
func (a Answers) Age() (int, bool) {
	d := a.BirthDate()
	if d.IsZero() || a.On.IsZero() {
		return 0, false
	}
	return a.On.YearsSince(d), true
}

// Minor reports whether the client is known to be 17 or younger.
func (a Answers) Minor() bool {
	age, ok := a.Age()
	return ok && age <= lastMinorAge
}

// SSN returns the Social Security number, nine digits, or the code of the
// reason why it was not given.
func (a Answers) SSN() (number, reason string) {
	x := a.given[SSN]
	if d, ok := ssnDigits(x.Value(ssnNumber)); ok {
		return d, ""
	}
	return "", x.Value(ssnReason)
}

// MaskedSSN returns the number with all but its last four digits hidden, ""
// when none was given.
func (a Answers) MaskedSSN() string {
	number, _ := a.SSN()
	if number == "" || !issued(number) {
		return "" // nothing is kept of a number that was refused
	}
	return "•••-••-" + number[5:]
}

// Ethnicities returns the codes that were chosen.
func (a Answers) Ethnicities() []string { return slices.Clone(a.given[Ethnicity][string(Ethnicity)]) }

func aboutQuestions() []Question {
	return append([]Question{
		{
			ID: FullName, Part: AboutYou, Section: IdentitySection, Kind: KindFields, Identity: true,
			Label: locale.QNameLabel, Short: locale.QNameShort, Hint: locale.QNameHint, Why: locale.QNameWhy,
			Fields: fixed(nameFields...), check: checkName, lines: nameLines,
		},
		{
			ID: BirthDate, Part: AboutYou, Section: IdentitySection, Kind: KindOne, Identity: true, Decides: true,
			Label: locale.QBirthDateLabel, Short: locale.QBirthDateShort,
			Hint: locale.QBirthDateHint, Why: locale.QBirthDateWhy,
			Fields: fixed(Field{
				Name: string(BirthDate), Kind: Date, Label: locale.QBirthDateLabel, Autocomplete: "bday",
				Missing: locale.QBirthDateErrMissing, Wrong: locale.QBirthDateErrWrong,
			}),
			check: checkBirthDate,
			lines: func(a Answers) []locale.Phrase { return words(day(a.BirthDate())) },
		},
	}, append(placeQuestions(), personQuestions()...)...)
}

func nameField(name string, label locale.Key, autocomplete string) Field {
	return Field{Name: name, Kind: Text, Label: label, Autocomplete: autocomplete, Width: 20, TooLong: locale.QNameErrLong}
}

var nameFields = func() []Field {
	first := nameField(nameFirst, locale.QNameFirst, "given-name")
	first.Missing = locale.QNameErrFirstMissing
	middle := nameField(nameMiddle, locale.QNameMiddle, "additional-name")
	last := nameField(nameLast, locale.QNameLast, "family-name")
	suffix := nameField(nameSuffix, locale.QNameSuffix, "honorific-suffix")
	suffix.Hint, suffix.Width = locale.QNameSuffixHint, 5
	preferred := nameField(namePreferred, locale.QNamePreferred, "nickname")
	middle.Optional, suffix.Optional, preferred.Optional = true, true, true
	return []Field{first, middle, last, {Name: nameNoLast, Kind: Tick, Label: locale.QNameNoLast}, suffix, preferred}
}()

func checkName(s *sheet) {
	for _, name := range []string{nameFirst, nameMiddle, nameLast, nameSuffix, namePreferred} {
		if v := s.value(name); v != "" && !isName(v) {
			s.note(name, locale.QNameErrWrong)
		}
	}
	none := s.value(nameNoLast) == Ticked
	switch {
	case !none && s.value(nameLast) == "":
		s.note(nameLast, locale.QNameErrLastMissing)
	case none && s.value(nameLast) != "":
		s.note(nameLast, locale.QNameErrBoth)
	}
}

func nameLines(a Answers) []locale.Phrase {
	n := a.Name()
	out := words(locale.Words(n.Full()))
	if n.Preferred != "" {
		out = append(out, locale.QNameIsPreferred.With("Name", n.Preferred))
	}
	return out
}

func checkBirthDate(s *sheet) {
	d, ok := s.typed.Date(string(BirthDate))
	switch {
	case !ok || d.IsZero():
	case !d.Before(s.a.On):
		s.note(string(BirthDate), locale.QBirthDateErrFuture)
	case d.Year < firstYear || s.a.On.YearsSince(d) > oldest:
		s.note(string(BirthDate), locale.QBirthDateErrOld)
	}
}

func personQuestions() []Question {
	return []Question{
		{
			ID: SSN, Part: AboutYou, Section: IdentitySection, Kind: KindFields, Identity: true, Decides: true,
			Label: locale.QSsnLabel, Short: locale.QSsnShort, Hint: locale.QSsnHint, Why: locale.QSsnWhy,
			Fields: ssnFields, check: checkSSN, lines: ssnLines,
		},
		one(Marital, locale.QMaritalLabel, locale.QMaritalShort, locale.QMaritalWhy, locale.QMaritalErrMissing,
			maritalOptions(), func(q *Question) { q.Decides = true }),
		one(Gender, locale.QGenderLabel, locale.QGenderShort, locale.QFairWhy, locale.QGenderErrMissing,
			options(codelist.Genders()), identity),
		one(Orientation, locale.QOrientationLabel, locale.QOrientationShort, locale.QFairWhy,
			locale.QOrientationErrMissing, options(codelist.Orientations()), identity),
		one(SexAtBirth, locale.QSexBirthLabel, locale.QSexBirthShort, locale.QFairWhy, locale.QSexBirthErrMissing,
			options(codelist.BirthSexes()), identity),
		{
			ID: Ethnicity, Part: AboutYou, Section: IdentitySection, Kind: KindOne, Identity: true,
			Label: locale.QEthnicityLabel, Short: locale.QEthnicityShort,
			Hint: locale.QEthnicityHint, Why: locale.QFairWhy,
			Fields: fixed(Field{
				Name: string(Ethnicity), Kind: Many, Label: locale.QEthnicityLabel,
				Options: ethnicityOptions, Missing: locale.QEthnicityErrMissing,
			}),
			check: checkEthnicity,
		},
	}
}

func identity(q *Question) { q.Identity = true }

// one is a question answered by one of a list.
func one(id ID, label, short, why, missing locale.Key, list []Option, more ...func(*Question)) Question {
	q := Question{
		ID: id, Part: AboutYou, Section: IdentitySection, Kind: KindOne, Label: label, Short: short, Why: why,
		Fields: fixed(Field{Name: string(id), Kind: One, Label: label, Options: list, Missing: missing}),
	}
	for _, m := range more {
		m(&q)
	}
	return q
}

func maritalOptions() []Option {
	var list []Option
	for _, m := range codelist.MaritalStatuses() {
		list = append(list, Option{Value: m.Code, Label: m.Label})
	}
	return list
}

var ssnOptions = options(codelist.SSNReasons())

// ssnFields says which number is stored, since it is never shown again.
func ssnFields(a Answers, _ Answer) []Field {
	number := Field{
		Name: ssnNumber, Kind: Text, Label: locale.QSsnNumber, Hint: locale.QSsnNumberHint,
		Autocomplete: "off", InputMode: "numeric", Width: 20, Secret: true,
	}
	if masked := a.MaskedSSN(); masked != "" {
		number.Hint = locale.QSsnSaved.With("Number", masked)
	}
	return []Field{number, {Name: ssnReason, Kind: One, Label: locale.QSsnReason, Options: ssnOptions}}
}

func checkSSN(s *sheet) {
	typed, reason := s.value(ssnNumber), s.value(ssnReason)
	digits, ok := ssnDigits(typed)
	switch {
	case typed == "" && labelOf(ssnOptions, reason) == nil:
		s.note(ssnNumber, locale.QSsnErrMissing)
	case typed != "" && reason != "":
		s.note(ssnNumber, locale.QSsnErrBoth)
	case typed != "" && !ok:
		s.note(ssnNumber, locale.QSsnErrWrong)
	case typed != "" && !issued(digits):
		s.note(ssnNumber, locale.QSsnErrImpossible)
	}
}

func ssnLines(a Answers) []locale.Phrase {
	if masked := a.MaskedSSN(); masked != "" {
		return words(locale.Words(masked))
	}
	_, reason := a.SSN()
	return words(locale.QSsnIsReason.With("Reason", labelOf(ssnOptions, reason)))
}

// alone are the answers about ethnicity that stand by themselves.
var alone = []string{"R19", "R20"}

var ethnicityOptions = func() []Option {
	list := options(codelist.Ethnicities())
	for i := range list {
		list[i].Alone = slices.Contains(alone, list[i].Value)
	}
	return list
}()

func checkEthnicity(s *sheet) {
	chosen := s.typed[string(Ethnicity)]
	if len(chosen) > 1 && slices.ContainsFunc(alone, func(c string) bool { return slices.Contains(chosen, c) }) {
		s.note(string(Ethnicity), locale.QEthnicityErrAlone)
	}
}
