package question_test

import (
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/locale"
)

// good are answers to the questions that are accepted, with every field of each
// question asked. The tables below change one field of them.
var good = map[question.ID][]string{
	"safe-contact": {"safe-contact", "N"},
	"contact-ways": {
		"contact-phone", "916-555-0123", "contact-text", "Y", "contact-call", "Y", "contact-voice", "N",
		"contact-email", "ana@mail.example", "contact-email-safe", "Y",
	},
	"language": {"language-speak", "Spanish", "language-read", "English", "language-interpreter", "N"},
	"name":     {"name-first", "Ana", "name-middle", "B", "name-last", "Ruiz", "name-suffix", "Jr.", "name-preferred", "Ani"},
	"birth-date": {
		"birth-date-month", "3", "birth-date-day", "14", "birth-date-year", "1998",
	},
	"address": {
		"address-street", "1 Main St", "address-apartment", "4", "address-city", "Fresno", "address-state", "CA",
		"address-zip", "93701", "address-mail", "Y",
	},
	"county": {"county", "Fresno"}, "ssn": {"ssn-number", "123-45-6789"}, "marital": {"marital", "SINGLE"},
	"gender": {"gender", "DECLINED"}, "orientation": {"orientation", "DECLINED"}, "sex-birth": {"sex-birth", "F"},
	"ethnicity": {"ethnicity", "R02"}, "resident": {"resident", "Y"},
	"need": {
		"need", "operation", "need-date-month", "6", "need-date-day", "1", "need-date-year", "2026",
		"need-release-month", "6", "need-release-day", "9", "need-release-year", "2026",
	},
	"pregnant": {"pregnant", "NOT_PREGNANT"},
	"medi-cal": {
		"medi-cal", "Y", "medi-cal-kind", "SOC_UNMET", "medi-cal-card", "91234567A26011",
		"medi-cal-issued-month", "1", "medi-cal-issued-day", "2", "medi-cal-issued-year", "2026",
	},
	"insurance": {
		"insurance", "Y", "insurance-covers", "COVERS_CONTRACEPTION", "insurance-cost", "COPAY_ONLY", "insurance-student", "N",
	},
	"barrier": {"barrier", "N"}, "institution": {"institution", "N"}, "tax": {"tax", "FILER"},
	"household":   family("2", "CHILD 4 Y Y N"),
	"income/self": income("self", "5 WEEK W01"),
	"notices": {
		"notices-privacy", "RECEIVED", "notices-nondiscrimination", "DECLINED", "notices-rights", "RECEIVED",
		"notices-insurance", "RECEIVED",
	},
}

// table is what one field accepts and refuses.
type table struct{ accepted, refused []string }

var (
	names = []string{"Ana", "J", "Ñ", "O'Neil", "D’Ángelo", "María-José", "De la Cruz", "王", strings.Repeat("é", 60)}
	bad   = []string{"R2", "<b>", "a@b", "--", strings.Repeat("é", 61)}
	long  = strings.Repeat("x", 61)

	// texts are the tables of the fields that are typed.
	texts = map[string]table{
		"name-first": {names, append([]string{""}, bad...)}, "name-last": {names, append([]string{""}, bad...)},
		"name-middle": {append([]string{""}, names...), bad}, "name-suffix": {[]string{"", "Jr.", "III"}, bad},
		"name-preferred":    {append([]string{""}, names...), bad},
		"contact-phone":     {[]string{"(916) 555-0123", "1 916 555 0123", "+52 55 1234 5678", "916.555.0123 x4"}, []string{"", "555-0123", "call me", "91655501234567"}},
		"contact-email":     {[]string{"a@b.example", "ana+x@mail.example"}, []string{"", "ana", "ana@mail", "a@b.example,c@d.example", "Ana <a@b.example>"}},
		"language-speak":    {[]string{"es", "ESPANOL", "español", "Thai"}, []string{"", "Klingon", long}},
		"language-read":     {[]string{"en", "inglés", "English"}, []string{"", "Klingon", long}},
		"address-street":    {[]string{"1 Main St", "Apdo. 7, #3", strings.Repeat("x", 100)}, []string{"", strings.Repeat("x", 101)}},
		"address-apartment": {[]string{"", "4-B"}, []string{long}},
		"address-city":      {[]string{"Fresno", "La Cañada", "Coeur d'Alene"}, []string{"", long}},
		"address-state":     {[]string{"ca", "Calif.", "California"}, []string{"", "Atlantis", "XX"}},
		"address-zip":       {[]string{"93701", "93701-1234", "93701 1234", "937011234"}, []string{"", "9370", "93701-12", "ABCDE", "10001"}},
		"county":            {[]string{"Fresno", "fresno", "10", "I don't know"}, []string{"", "Cook", "00"}},
		"ssn-number":        {[]string{"123-45-6789", "123 45 6789", "123456789"}, []string{"", "12345678", "000-45-6789", "666-45-6789", "900-45-6789", "123-00-6789", "123-45-0000", "111111111", "none"}},
		"medi-cal-card":     {[]string{"", "9123 4567a2 6011", "91234567A26011"}, []string{"9123", "912345678A6011", "ABCDEFGHA26011"}},
		"household-size":    {[]string{"2"}, []string{"", "0", "1", "3", "21", "-2", "two", "2.5"}},
		"household-1-name":  {[]string{"M", "María-José", "O'Neil"}, append([]string{""}, bad...)},
		"household-1-age":   {[]string{"0", "17", "130"}, []string{"", "131", "-1", "seven", "4.5"}},

		"income-self-1-amount": {
			[]string{"0", "5", "$1,250.50", "1 250.5", ".50", "999,999.99"},
			[]string{"", "-5", "5.001", "1.250,50", "about 5", "€5", "1e3", "1,000,000"},
		},
	}

	// days are the tables of the dates, each as "month day year".
	days = map[string]table{
		"birth-date": {
			[]string{"3 14 1998", "marzo 14 1998", "Sept. 1 1998", "02 29 2000", "6 14 2026", "6 15 1916"},
			[]string{"- - -", "3 - 1998", "Foo 1 1998", "2 29 1999", "13 1 1998", "3 14 98", "6 15 2026", "6 15 1915", "1 1 1899"},
		},
		"need-date": {
			[]string{"6 1 2026", "mayo 31 2026"},
			[]string{"- - -", "6 16 2026", "2 30 2026", "6 - 2026", "3 13 1990"},
		},
		"need-release":    {[]string{"- - -", "6 1 2026", "junio 15 2026"}, []string{"5 31 2026", "6 16 2026", "6 31 2026", "6 - 2026"}},
		"medi-cal-issued": {[]string{"- - -", "Jan 2 2026", "6 15 2026"}, []string{"6 16 2026", "2 30 2026", "1 - 2026"}},
	}

	// others are the fields whose tables stand with the questions in TestRead
	// and beside it: boxes that go with what else was answered, the reason in
	// place of a number, the rows, and the total that was shown.
	others = []string{
		"contact-mail", "contact-none", "name-no-last", "address-none", "county-sure", "household-sure",
		"ssn-reason", "household-rows", "income-self-rows", "income-check", "income-check-total",
	}
)

// changed returns the pairs with other values for one field, "-" for nothing.
func changed(f question.Field, pairs []string, values ...string) []string {
	fields := f.Names()
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		if !slices.Contains(fields, pairs[i]) {
			out = append(out, pairs[i], pairs[i+1])
		}
	}
	for i, v := range values {
		if v != "-" && v != "" {
			out = append(out, fields[i], v)
		}
	}
	return out
}

// tableOf returns what a field accepts and refuses; false when it has no table.
// Choices accept each of their answers and nothing else.
func tableOf(f question.Field) (table, bool) {
	if x, ok := days[f.Name]; ok && f.Kind == question.Date {
		return x, true
	}
	if x, ok := texts[f.Name]; ok {
		return x, true
	}
	switch f.Kind {
	case question.One, question.Pick, question.Many:
		var x table
		for _, o := range f.Options {
			x.accepted = append(x.accepted, o.Value)
		}
		x.refused = []string{"", "no-such-answer", "<b>"}
		return x, len(f.Options) > 0
	}
	return table{}, false
}

// No field of the application is without its tables of what is accepted and
// refused, and each says what is wrong in both languages (security.md 11.2,
// 11.6).
func TestEveryFieldHasItsTables(t *testing.T) {
	base := read(t, question.New(today), question.BirthDate, good[question.BirthDate]...)
	base = read(t, base, question.Tax, "tax", "FILER")
	base = read(t, base, question.MediCal, good[question.MediCal]...)
	seen := map[string]bool{}
	for _, q := range question.All {
		id := q.ID
		if id == question.IncomeOf {
			id = "income/self"
		}
		q, _ = question.Find(id, base)
		for _, f := range q.FieldsIn(typed(t, good[id]...), base) {
			seen[f.Name] = true
			if slices.Contains(others, f.Name) {
				continue
			}
			x, ok := tableOf(f)
			if !ok {
				t.Errorf("%s: the field %s has no table of what is accepted and refused", id, f.Name)
				continue
			}
			t.Run(f.Name, func(t *testing.T) { tryField(t, base, id, f, x) })
		}
	}
	for _, list := range []map[string]table{texts, days} {
		for name := range list {
			if !seen[name] {
				t.Errorf("there is a table for %s, which is no field", name)
			}
		}
	}
}

func tryField(t *testing.T, base question.Answers, id question.ID, f question.Field, x table) {
	t.Helper()
	for want, values := range map[bool][]string{true: x.accepted, false: x.refused} {
		for _, v := range values {
			parts := []string{v}
			if f.Kind == question.Date {
				parts = strings.Fields(v)
			}
			form := typed(t, changed(f, good[id], parts...)...)
			question.Read(form, base, id)
			fault := form.Fault(f.Name)
			if (fault == nil) != want {
				t.Errorf("%q: accepted = %v, want %v", v, fault == nil, want)
			}
			if fault == nil {
				continue
			}
			if en, es := in(locale.English, fault), in(locale.Spanish, fault); en == "" || es == "" || en == es {
				t.Errorf("%q: says %q and %q", v, en, es)
			}
		}
	}
}

// A page sent empty says everything that is wrong with it at once, in the order
// of its questions, on both densities.
func TestAllFaultsOfAPageAreSaidInOrder(t *testing.T) {
	for _, s := range question.Sections {
		t.Run(string(s), func(t *testing.T) {
			a := question.New(today)
			f := typed(t)
			question.ReadSection(f, a, s)
			var got, want []string
			for _, x := range f.Faults() {
				got = append(got, x.Name)
				if en, es := in(locale.English, x.Text), in(locale.Spanish, x.Text); en == "" || es == "" || en == es {
					t.Errorf("%s says %q and %q", x.Name, en, es)
				}
			}
			for _, q := range question.Sequence(a) {
				if q.Section != s {
					continue
				}
				one := typed(t)
				question.Read(one, a, q.ID)
				for _, x := range one.Faults() {
					want = append(want, x.Name)
				}
				if one.OK() {
					t.Errorf("%s was taken without an answer", q.ID)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// The total is confirmed as it was shown; rows that nobody could have been
// offered are no rows.
func TestTotalAndRows(t *testing.T) {
	a := complete(t)
	total := question.Total(a)
	for _, tt := range []struct {
		name, answer, shown string
		ok                  bool
	}{
		{"confirmed", "Y", total, true},
		{"not right", "N", total, false},
		{"no answer", "", total, false},
		{"another answer", "maybe", total, false},
		{"another total", "Y", "1.00", false},
		{"no total", "Y", "", false},
	} {
		f := typed(t, "income-check", tt.answer, "income-check-total", tt.shown)
		question.Read(f, a, question.IncomeCheck)
		if f.OK() != tt.ok || (f.Fault("income-check") == nil) != tt.ok {
			t.Errorf("%s: accepted = %v, want %v", tt.name, f.OK(), tt.ok)
		}
	}
	for _, rows := range []string{"", "0", "-1", "x", "01", "1000", "1,1", "1,<b>"} {
		f := typed(t, "income-self-rows", rows, "income-self-1-amount", "0")
		got := question.Read(f, question.New(today), "income/self")
		if n := len(got.Incomes(question.Self)); !f.OK() || n != 1 {
			t.Errorf("rows %q: got %d incomes, accepted = %v, want one", rows, n, f.OK())
		}
	}
}
