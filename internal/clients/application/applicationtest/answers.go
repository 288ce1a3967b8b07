// Package applicationtest makes complete answers for tests. The person in them
// is invented.
package applicationtest

import (
	"testing"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
)

// Change changes complete answers.
type Change func(question.Answers) question.Answers

// Answer replaces the answer to a question, given as pairs of field and value.
func Answer(id question.ID, pairs ...string) Change {
	return func(a question.Answers) question.Answers {
		x := question.Answer{}
		for i := 0; i < len(pairs); i += 2 {
			x[pairs[i]] = []string{pairs[i+1]}
		}
		return a.With(id, x)
	}
}

// Without takes answers away.
func Without(ids ...question.ID) Change {
	return func(a question.Answers) question.Answers { return a.Without(ids...) }
}

// Named gives the person another name.
func Named(first, last string) Change {
	return Answer(question.FullName, "name-first", first, "name-last", last)
}

// Born gives the person another birth date.
func Born(month, day, year string) Change {
	return Answer(question.BirthDate, "birth-date-month", month, "birth-date-day", day, "birth-date-year", year)
}

// Earning gives the person another monthly income, as typed and as it adds up.
func Earning(typed, total string) Change {
	income := Answer(question.IncomeOf+"/self", "income-self-rows", "1", "income-self-1-amount", typed,
		"income-self-1-often", "MONTH", "income-self-1-source", "W01")
	check := Answer(question.IncomeCheck, "income-check", "Y", "income-check-total", total)
	return func(a question.Answers) question.Answers { return check(income(a)) }
}

// Complete returns answers of somebody who qualifies on the day: an adult who
// lives alone in Fresno and earns $1,200 a month.
func Complete(t testing.TB, on civil.Date, changes ...Change) question.Answers {
	t.Helper()
	a := question.New(on)
	for _, change := range append([]Change{
		Answer(question.SafeContact, "safe-contact", "N"),
		Answer(question.ContactWays, "contact-none", "yes"),
		Answer(question.Language, "language-speak", "en", "language-read", "en", "language-interpreter", "N"),
		Named("Rosa", "Delgado"),
		Born("3", "14", "1998"),
		Answer(question.HomeAddress, "address-street", "2 Elm Street", "address-city", "Fresno", "address-state", "CA",
			"address-zip", "93701", "address-mail", "N"),
		Answer(question.County, "county", "10"),
		Answer(question.SSN, "ssn-reason", "03"),
		Answer(question.Marital, "marital", "SINGLE"),
		Answer(question.Gender, "gender", "FEMALE"),
		Answer(question.Orientation, "orientation", "STRAIGHT"),
		Answer(question.SexAtBirth, "sex-birth", "F"),
		Answer(question.Ethnicity, "ethnicity", "R01"),
		Answer(question.Resident, "resident", "Y"),
		Answer(question.Need, "need", "Y"),
		Answer(question.Pregnant, "pregnant", "NOT_PREGNANT"),
		Answer(question.MediCal, "medi-cal", "N"),
		Answer(question.Insurance, "insurance", "N"),
		Answer(question.Institution, "institution", "N"),
		Answer(question.Tax, "tax", "FILER"),
		Answer(question.Family, "household-rows", "", "household-size", "1"),
		Earning("1200", "1200.00"),
		Answer(question.Notices, "notices-privacy", "RECEIVED", "notices-nondiscrimination", "RECEIVED",
			"notices-rights", "RECEIVED", "notices-insurance", "RECEIVED"),
	}, changes...) {
		a = change(a)
	}
	return a
}
