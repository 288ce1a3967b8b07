package question_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
)

var today = civil.MustParse("2026-06-15")

// typed returns a form with the fields, given as pairs of name and value.
func typed(t *testing.T, pairs ...string) *form.Form {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(values.Encode()))
	f, err := form.Read(r, form.Multi(question.Multi()...))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// read reads one question and fails the test when something is wrong in it.
func read(t *testing.T, a question.Answers, id question.ID, pairs ...string) question.Answers {
	t.Helper()
	f := typed(t, pairs...)
	a = question.Read(f, a, id)
	for _, x := range f.Faults() {
		t.Fatalf("%s: %s: %s", id, x.Name, x.Text.In(context.Background()))
	}
	return a
}

// complete is an application with every question answered.
func complete(t *testing.T) question.Answers {
	t.Helper()
	a := question.New(today)
	a = read(t, a, question.SafeContact, "safe-contact", "Y")
	a = read(t, a, question.ContactWays, "contact-phone", "(916) 555-0123", "contact-text", "Y", "contact-call", "N", "contact-voice", "N")
	a = read(t, a, question.Language, "language-speak", "Spanish", "language-read", "inglés", "language-interpreter", "N")
	a = read(t, a, question.FullName, "name-first", "Zoë", "name-last", "O’Neil-Ruiz")
	a = read(t, a, question.BirthDate, "birth-date-month", "marzo", "birth-date-day", "14", "birth-date-year", "1998")
	a = read(t, a, question.HomeAddress, "address-street", "1 Main St", "address-city", "Los Angeles", "address-state", "CA", "address-zip", "90001", "address-mail", "N")
	a = read(t, a, question.County, "county", "Los Angeles")
	a = read(t, a, question.SSN, "ssn-reason", "03")
	a = read(t, a, question.Marital, "marital", "MARRIED")
	a = read(t, a, question.Gender, "gender", "FEMALE")
	a = read(t, a, question.Orientation, "orientation", "DECLINED")
	a = read(t, a, question.SexAtBirth, "sex-birth", "F")
	a = read(t, a, question.Ethnicity, "ethnicity", "R01", "ethnicity", "R16")
	a = read(t, a, question.Resident, "resident", "Y")
	a = read(t, a, question.Need, "need", "Y")
	a = read(t, a, question.Pregnant, "pregnant", "NOT_PREGNANT")
	a = read(t, a, question.MediCal, "medi-cal", "N")
	a = read(t, a, question.Insurance, "insurance", "N")
	a = read(t, a, question.Institution, "institution", "N")
	a = read(t, a, question.Tax, "tax", "FILER")
	a = read(t, a, question.Family, family("2", "SPOUSE 30 Y - -", "CHILD 4 Y N N")...)
	a = read(t, a, "income/self", income("self", "1,250.00 TWO_WEEKS W01")...)
	a = read(t, a, "income/1", income("1", "0")...)
	a = read(t, a, question.IncomeCheck, "income-check", "Y", "income-check-total", question.Total(a))
	return read(t, a, question.Notices, "notices-privacy", "RECEIVED", "notices-nondiscrimination", "DECLINED",
		"notices-rights", "RECEIVED", "notices-insurance", "RECEIVED")
}

// family are the fields of a household: each member as "relation age lives
// claimed files", "-" for nothing.
func family(size string, members ...string) []string {
	var pairs, rows []string
	for i, m := range members {
		key := string(rune('1' + i))
		rows = append(rows, key)
		pairs = append(pairs, "household-"+key+"-name", "M")
		for j, v := range strings.Fields(m) {
			if v != "-" {
				pairs = append(pairs, "household-"+key+"-"+[]string{"relation", "age", "lives", "claimed", "files"}[j], v)
			}
		}
	}
	return append(pairs, "household-rows", strings.Join(rows, ","), "household-size", size)
}

// income are the fields of a member's incomes: each as "amount often source".
func income(member string, incomes ...string) []string {
	var pairs, rows []string
	for i, in := range incomes {
		key := string(rune('1' + i))
		rows = append(rows, key)
		for j, v := range strings.Fields(in) {
			pairs = append(pairs, "income-"+member+"-"+key+"-"+[]string{"amount", "often", "source"}[j], v)
		}
	}
	return append(pairs, "income-"+member+"-rows", strings.Join(rows, ","))
}

func in(l locale.Language, p locale.Phrase) string {
	return p.In(locale.WithLanguage(context.Background(), l))
}

func ids(list []question.Question) string {
	var s []string
	for _, q := range list {
		s = append(s, string(q.ID))
	}
	return strings.Join(s, " ")
}
