package question

import (
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
)

const (
	contactNone      = "contact-none"
	contactPhone     = "contact-phone"
	contactText      = "contact-text"
	contactCall      = "contact-call"
	contactVoice     = "contact-voice"
	contactEmail     = "contact-email"
	contactEmailSafe = "contact-email-safe"
	contactMail      = "contact-mail"

	languageSpeak       = "language-speak"
	languageRead        = "language-read"
	languageInterpreter = "language-interpreter"
)

// Contact is how the client may be contacted. What is not said to be safe is
// not.
type Contact struct {
	None      bool
	Phone     string // as typed
	Text      bool
	Call      bool
	Voice     bool
	Email     string
	EmailSafe bool
	Mail      bool // to the home address
}

// Confidential reports whether this must be kept from a partner, spouse or
// parent.
func (a Answers) Confidential() bool { return a.yes(SafeContact) }

// Contact returns how the client may be contacted.
func (a Answers) Contact() Contact {
	x := a.given[ContactWays]
	c := Contact{
		None:  x.Value(contactNone) == Ticked,
		Phone: x.Value(contactPhone),
		Email: x.Value(contactEmail),
		Mail:  a.Address().Mail,
	}
	if c.None {
		return Contact{None: true, Phone: c.Phone, Email: c.Email}
	}
	c.Text, c.Call, c.Voice = x.Value(contactText) == "Y", x.Value(contactCall) == "Y", x.Value(contactVoice) == "Y"
	c.EmailSafe = x.Value(contactEmailSafe) == "Y"
	return c
}

// Languages returns the codes of the languages that the client speaks and
// reads, and whether an interpreter is wanted.
func (a Answers) Languages() (speak, read string, interpreter bool) {
	x := a.given[Language]
	speak, _ = listed(languageOptions, x.Value(languageSpeak))
	read, _ = listed(languageOptions, x.Value(languageRead))
	return speak, read, x.Value(languageInterpreter) == "Y"
}

var languageOptions = options(codelist.Languages())

func safeQuestions() []Question {
	return []Question{
		{
			ID: SafeContact, Part: StayingSafe, Section: IdentitySection, Kind: KindOne,
			Label: locale.QSafeContactLabel, Short: locale.QSafeContactShort,
			Hint: locale.QSafeContactHint, Why: locale.QSafeContactWhy,
			Fields: fixed(Field{
				Name: string(SafeContact), Kind: One, Label: locale.QSafeContactLabel, Options: yesNo,
				Missing: locale.QSafeContactErrMissing,
			}),
		},
		{
			ID: ContactWays, Part: StayingSafe, Section: ContactSection, Kind: KindFields,
			Label: locale.QContactWaysLabel, Short: locale.QContactWaysShort,
			Hint: locale.QContactWaysHint, Why: locale.QContactWaysWhy,
			Fields: fixed(contactFields...), check: checkContact, lines: contactLines,
		},
		{
			ID: Language, Part: StayingSafe, Section: ContactSection, Kind: KindFields,
			Label: locale.QLanguageLabel, Short: locale.QLanguageShort,
			Hint: locale.QLanguageHint, Why: locale.QLanguageWhy, Identity: true,
			Fields: fixed(languageFields...), lines: languageLines,
		},
	}
}

var contactFields = []Field{
	{
		Name: contactPhone, Kind: Text, Label: locale.QContactWaysPhone, Hint: locale.QContactWaysPhoneHint,
		Optional: true, Type: "tel", Autocomplete: "tel", Width: 20,
	},
	safeWay(contactText, locale.QContactWaysText, &Preview{
		locale.QContactWaysPreviewTextWhere, locale.QContactWaysPreviewTextTitle, locale.QContactWaysPreviewText,
	}),
	safeWay(contactCall, locale.QContactWaysCall, &Preview{
		locale.QContactWaysPreviewCallWhere, locale.QContactWaysPreviewCallTitle, locale.QContactWaysPreviewCall,
	}),
	safeWay(contactVoice, locale.QContactWaysVoice, &Preview{
		locale.QContactWaysPreviewVoiceWhere, locale.QContactWaysPreviewVoiceTitle, locale.QContactWaysPreviewVoice,
	}),
	{
		Name: contactEmail, Kind: Text, Label: locale.QContactWaysEmail, Hint: locale.QContactWaysEmailHint,
		Optional: true, Type: "email", Autocomplete: "email", Width: 30, Max: 254,
	},
	safeWay(contactEmailSafe, locale.QContactWaysEmailSafe, &Preview{
		locale.QContactWaysPreviewEmailWhere, locale.QContactWaysPreviewEmailTitle, locale.QContactWaysPreviewEmail,
	}),
	{Name: contactMail, Kind: Tick, Label: locale.QContactWaysMail},
	{Name: contactNone, Kind: Tick, Label: locale.QContactWaysNone},
}

func safeWay(name string, label locale.Key, p *Preview) Field {
	return Field{Name: name, Kind: One, Label: label, Options: yesNo, Preview: p}
}

// checkContact wants a number or an address to be said safe or not, a number
// or an address for each way that is safe, and one way or none at all.
func checkContact(s *sheet) {
	safe := func(name string) bool { return s.value(name) == "Y" }
	byPhone := safe(contactText) || safe(contactCall) || safe(contactVoice)
	if _, ok := phoneDigits(s.value(contactPhone)); s.value(contactPhone) != "" && !ok {
		s.note(contactPhone, locale.QContactWaysErrPhoneWrong)
	} else if byPhone && s.value(contactPhone) == "" {
		s.note(contactPhone, locale.QContactWaysErrPhoneMissing)
	}
	if _, ok := mailbox(s.value(contactEmail)); s.value(contactEmail) != "" && !ok {
		s.note(contactEmail, locale.QContactWaysErrEmailWrong)
	} else if safe(contactEmailSafe) && s.value(contactEmail) == "" {
		s.note(contactEmail, locale.QContactWaysErrEmailMissing)
	}
	some := byPhone || safe(contactEmailSafe) || s.value(contactMail) == Ticked
	if s.value(contactNone) == Ticked {
		if some {
			s.note(contactNone, locale.QContactWaysErrBoth)
		}
		return
	}
	checkSaid(s)
	if !some && len(s.faults) == 0 {
		s.note(contactPhone, locale.QContactWaysErrMissing)
	}
}

func checkSaid(s *sheet) {
	for _, w := range []struct {
		of, name string
		text     locale.Key
	}{
		{contactPhone, contactText, locale.QContactWaysErrTextMissing},
		{contactPhone, contactCall, locale.QContactWaysErrCallMissing},
		{contactPhone, contactVoice, locale.QContactWaysErrVoiceMissing},
		{contactEmail, contactEmailSafe, locale.QContactWaysErrEmailSafeMissing},
	} {
		if v := s.value(w.name); s.value(w.of) != "" && v != "Y" && v != "N" {
			s.note(w.name, w.text)
		}
	}
}

func contactLines(a Answers) []locale.Phrase {
	c := a.Contact()
	if c.None {
		return words(locale.QContactWaysIsNone)
	}
	var out []locale.Phrase
	add := func(yes bool, p locale.Phrase) {
		if yes {
			out = append(out, p)
		}
	}
	add(c.Text, locale.QContactWaysIsText.With("Number", c.Phone))
	add(c.Call, locale.QContactWaysIsCall.With("Number", c.Phone))
	add(c.Voice, locale.QContactWaysIsVoice.With("Number", c.Phone))
	add(c.EmailSafe, locale.QContactWaysIsEmail.With("Address", c.Email))
	add(a.Value(ContactWays, contactMail) == Ticked, locale.QContactWaysIsMail)
	return out
}

var languageFields = []Field{
	{
		Name: languageSpeak, Kind: Listed, Label: locale.QLanguageSpeak, Options: languageOptions, Width: 20,
		Missing: locale.QLanguageErrSpeakMissing, Wrong: locale.QLanguageErrSpeakWrong,
	},
	{
		Name: languageRead, Kind: Listed, Label: locale.QLanguageRead, Options: languageOptions, Width: 20,
		Missing: locale.QLanguageErrReadMissing, Wrong: locale.QLanguageErrReadWrong,
	},
	{
		Name: languageInterpreter, Kind: One, Label: locale.QLanguageInterpreter, Options: yesNo,
		Missing: locale.QLanguageErrInterpreterMissing,
	},
}

func languageLines(a Answers) []locale.Phrase {
	speak, read, interpreter := a.Languages()
	last := locale.QLanguageIsNoInterpreter
	if interpreter {
		last = locale.QLanguageIsInterpreter
	}
	return words(
		locale.QLanguageIsSpeak.With("Language", labelOf(languageOptions, speak)),
		locale.QLanguageIsRead.With("Language", labelOf(languageOptions, read)),
		last,
	)
}

// chosenOf returns the words for the answer to a question with one choice.
func chosenOf(id ID, list []Option) func(Answers) []locale.Phrase {
	return func(a Answers) []locale.Phrase {
		if p := labelOf(list, a.Choice(id)); p != nil {
			return words(p)
		}
		return nil
	}
}
