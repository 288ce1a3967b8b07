package journey

import (
	"slices"
	"strings"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/locale"
)

// answer is something that is typed, chosen or pressed in a form, by the name
// of its field.
type answer func(w *person)

func typed(field, text string) answer {
	return func(w *person) { w.Fill(field, text) }
}

func chosen(field string, values ...string) answer {
	return func(w *person) {
		for _, v := range values {
			w.Choose(field + "=" + v)
		}
	}
}

func picked(field, option string) answer {
	return func(w *person) { w.Select(field, option) }
}

func pressed(text locale.Phrase) answer {
	return func(w *person) { w.presses(text) }
}

// dated types a day as month, day and year.
func dated(field, month, day, year string) answer {
	return func(w *person) {
		w.Fill(field+"-month", month)
		w.Fill(field+"-day", day)
		w.Fill(field+"-year", year)
	}
}

// applicant is what somebody answers who wants services, section by section.
// The last answers are given when the money has been added up.
type applicant struct {
	first, last      string
	month, day, year string
	sections         map[question.Section][]answer
	added            []answer
}

// single is an adult who lives alone, has no coverage, wants no contact and
// earns so much a month.
func single(first, last, income string) applicant {
	a := applicant{first: first, last: last, month: "3", day: "14", year: "1998", sections: map[question.Section][]answer{}}
	a.sections[question.IdentitySection] = []answer{
		chosen("safe-contact", "N"), typed("name-first", first), typed("name-last", last), dated("birth-date", "3", "14", "1998"),
		chosen("ssn-reason", "03"), chosen("marital", "SINGLE"), chosen("gender", "FEMALE"), chosen("orientation", "DECLINED"),
		chosen("sex-birth", "F"), chosen("ethnicity", "R20"),
	}
	a.sections[question.ContactSection] = []answer{
		chosen("contact-none", "yes"), typed("language-speak", "English"), typed("language-read", "English"),
		chosen("language-interpreter", "N"), typed("address-street", "2 Elm Street"), typed("address-city", "Fresno"),
		typed("address-state", "CA"), typed("address-zip", "93701"), chosen("address-mail", "N"), typed("county", "Fresno"),
	}
	a.sections[question.ResidenceSection] = []answer{
		chosen("resident", "Y"), chosen("medi-cal", "N"), chosen("insurance", "N"), chosen("institution", "N"),
	}
	a.sections[question.NeedSection] = []answer{chosen("need", "Y"), chosen("pregnant", "NOT_PREGNANT")}
	a.sections[question.HouseholdSection] = []answer{
		chosen("tax", "FILER"), typed("household-size", "1"), typed("income-self-1-amount", income),
		chosen("income-self-1-often", "MONTH"), picked("income-self-1-source", "W01"),
	}
	a.added = []answer{chosen("income-check", "Y")}
	a.sections[question.NoticesSection] = []answer{
		chosen("notices-privacy", "RECEIVED"), chosen("notices-nondiscrimination", "RECEIVED"),
		chosen("notices-rights", "RECEIVED"), chosen("notices-insurance", "DECLINED"),
	}
	return a
}

// married is somebody with a partner and a child who asks for privacy, can be
// reached by e-mail, and cannot use the insurance without being found out. She
// is paid by the week, he by the month.
func married(email string) applicant {
	a := single("Marisol", "Fontaine", "")
	a.sections[question.IdentitySection] = []answer{
		chosen("safe-contact", "Y"), typed("name-first", "Marisol"), typed("name-middle", "Anne"), typed("name-last", "Fontaine"),
		typed("name-preferred", "Mari"), dated("birth-date", "March", "14", "1998"), typed("ssn-number", "219-09-3456"),
		chosen("marital", "MARRIED"), chosen("gender", "FEMALE"), chosen("orientation", "STRAIGHT"), chosen("sex-birth", "F"),
		chosen("ethnicity", "R01", "R02"),
	}
	a.sections[question.ContactSection] = []answer{
		typed("contact-phone", "(916) 555-0142"), chosen("contact-text", "N"), chosen("contact-call", "N"), chosen("contact-voice", "N"),
		typed("contact-email", email), chosen("contact-email-safe", "Y"),
		typed("language-speak", "Spanish"), typed("language-read", "Spanish"), chosen("language-interpreter", "Y"),
		typed("address-street", "2 Elm Street"), typed("address-apartment", "7"), typed("address-city", "Fresno"),
		typed("address-state", "CA"), typed("address-zip", "93701"), chosen("address-mail", "N"), typed("county", "Fresno"),
	}
	a.sections[question.ResidenceSection] = []answer{
		chosen("resident", "Y"), chosen("medi-cal", "N"), chosen("insurance", "Y"), chosen("insurance-covers", "COVERS_CONTRACEPTION"),
		chosen("insurance-cost", "NONE"), chosen("insurance-student", "N"), chosen("barrier", "Y"), chosen("institution", "N"),
	}
	a.sections[question.HouseholdSection] = []answer{
		chosen("tax", "FILER"), pressed(locale.QHouseholdAdd),
		typed("household-1-name", "Luc"), chosen("household-1-relation", "SPOUSE"), typed("household-1-age", "29"), chosen("household-1-lives", "Y"),
		pressed(locale.QHouseholdAdd),
		typed("household-2-name", "N."), chosen("household-2-relation", "CHILD"), typed("household-2-age", "2"), chosen("household-2-lives", "Y"),
		chosen("household-2-claimed", "Y"), chosen("household-2-files", "N"),
		typed("household-size", "3"), typed("income-self-1-amount", "$300"), chosen("income-self-1-often", "WEEK"),
		picked("income-self-1-source", "W01"),
	}
	a.added = []answer{
		typed("income-1-1-amount", "1,150.50"), chosen("income-1-1-often", "MONTH"), picked("income-1-1-source", "W02"),
	}
	return a
}

// with is the applicant with other answers in a section.
func (a applicant) with(section question.Section, answers ...answer) applicant {
	sections := map[question.Section][]answer{}
	for s, list := range a.sections {
		sections[s] = list
	}
	sections[section] = append(append([]answer{}, sections[section]...), answers...)
	a.sections = sections
	return a
}

// seeks looks for somebody by name and birth date on the page that is open.
func (w *person) seeks(a applicant) {
	w.Helper()
	w.Choose("by=name")
	w.Fill("first", a.first)
	w.Fill("last", a.last)
	dated("birth", a.month, a.day, a.year)(w)
	w.presses(locale.SearchGo)
}

// begins starts an application for somebody who is not in the portal yet.
func (w *person) begins(a applicant) {
	w.Helper()
	w.at("/provider/enroll")
	w.look("enroll-search")
	w.seeks(a)
	w.found("/provider/enroll/", 200)
	w.wants(locale.SearchNoneTitle)
	w.look("enroll-nobody")
	w.presses(locale.EnrollNobody)
	w.meets()
}

// meets says that the client is there and why staff fill in the form.
func (w *person) meets() {
	w.Helper()
	w.look("enroll-mode")
	w.presses(locale.EnrollStart)
	if w.Status() != 422 {
		w.Errorf("an application without a mode: %d, want 422", w.Status())
	}
	w.wants(locale.EnrollModeMissing)
	w.look("enroll-mode-error")
	w.Choose("mode=in_person")
	w.presses(locale.EnrollStart)
	w.wants(locale.EnrollHelpMissing)
	w.Choose("help=language")
	w.presses(locale.EnrollStart)
	w.found("/provider/applications/", 200)
}

// section names the section of the page that is open.
func (w *person) section() question.Section {
	w.Helper()
	parts := strings.Split(strings.TrimPrefix(w.URL(), w.base), "/")
	return question.Section(parts[len(parts)-1])
}

// fills goes through all sections, up to the check.
func (w *person) fills(a applicant) {
	w.Helper()
	for _, s := range question.Sections {
		if got := w.section(); got != s {
			w.Fatalf("the section is %q, want %q\n%s", got, s, w.Text("main"))
		}
		w.fill(a, s)
	}
	w.found("/provider/applications/", 200)
	if got := w.section(); got != "check" {
		w.Fatalf("after the last section comes %q", got)
	}
}

// fill answers one section; an empty one and what it says is looked at first.
func (w *person) fill(a applicant, s question.Section) {
	w.Helper()
	name := "application-" + string(s)
	w.look(name)
	if !looked[w.browser.NoScript][name+"-error"] {
		w.presses(locale.ApplicationSave)
		if w.Status() != 422 {
			w.Errorf("section %s without answers: %d, want 422", s, w.Status())
		}
		w.look(name + "-error")
	}
	for _, give := range a.sections[s] {
		give(w)
	}
	w.look(name + "-filled")
	w.presses(locale.ApplicationSave)
	if s == question.HouseholdSection {
		w.addsUp(a)
	}
}

// addsUp confirms the money of a month, which is shown when it is saved.
func (w *person) addsUp(a applicant) {
	w.Helper()
	for _, give := range a.added {
		if w.section() != question.HouseholdSection {
			return
		}
		give(w)
	}
	w.look("application-household-total")
	w.presses(locale.ApplicationSave)
	if w.section() == question.HouseholdSection {
		w.Choose("income-check=Y")
		w.presses(locale.ApplicationSave)
	}
}

// signs takes the client's signature on the check page, and says what the
// client was told.
func (w *person) signs(a applicant) {
	w.Helper()
	w.look("application-check")
	w.presses(locale.CheckGo)
	w.look("application-sign")
	w.presses(locale.SignAct)
	if w.Status() != 422 {
		w.Errorf("a signature without anything: %d, want 422", w.Status())
	}
	w.look("application-sign-error")
	w.Choose("language=en")
	w.Choose("kind=electronic")
	w.Fill("name", a.first+" "+a.last)
	w.Choose("agree=yes")
	w.presses(locale.SignAct)
	w.wants(locale.SignSaved)
	w.look("application-told")
	if got := w.ticked(); !slices.Contains(got, "D06=received") || slices.Contains(got, "D01=given") {
		w.Errorf("of what the client was told, %q is chosen, want what the client has answered and nothing else", got)
	}
	w.tells()
}

// tells records everything that the client was told and offered.
func (w *person) tells() {
	w.Helper()
	w.presses(locale.ToldSave)
	if w.Status() != 422 {
		w.Errorf("nothing was told: %d, want 422", w.Status())
	}
	w.look("application-told-error")
	ticked := w.ticked()
	for _, name := range w.choices() {
		for _, v := range []string{"given", "received", "no"} {
			if w.has(name, v) && !slices.Contains(ticked, name+"="+v) {
				w.Choose(name + "=" + v)
			}
		}
	}
	w.presses(locale.ToldSave)
	w.found("/provider/applications/", 200)
}
