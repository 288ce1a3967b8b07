// Package codelist has the lists that answers and records are chosen from:
// the program's published codes, and the demographic lists. They are embedded,
// read once, and never change while the program runs; a list that cannot be
// read stops the program at its start.
//
// ZIP codes with their places are from GeoNames (https://www.geonames.org),
// licensed under CC BY 4.0.
package codelist

import (
	"strings"

	"familypact.example/portal/internal/platform/locale"
)

// Choice is one entry of a list. Label is what a person reads: a text of the
// catalogue, or a proper name that is the same in every language.
type Choice struct {
	Code  string
	Label locale.Phrase
}

// CountyUnknown is the published code for a county that is not known.
const CountyUnknown = "99"

// Marital is a marital status. CountsAsSpouse says whether a spouse who lives
// with the person belongs to the family.
type Marital struct {
	Choice
	CountsAsSpouse bool
}

// Disclosure is something that the client must be told or offered.
type Disclosure struct {
	Choice
	When     string // at which transactions
	Evidence string // what is to be recorded
}

// Counties returns the published counties in the order of their codes: 01 to
// 58, then 99 for an unknown one.
func Counties() []Choice { return clone(lists.counties) }

// SSNReasons returns the reasons for giving no Social Security number.
func SSNReasons() []Choice { return clone(lists.ssnReasons) }

// Coverages returns the published codes for other health coverage: 01 yes, 02
// no.
func Coverages() []Choice { return clone(lists.coverages) }

// Ethnicities returns the list of races and ethnicities, of which several may
// be chosen. R19 (no answer wanted) and R20 (not known) stand alone.
func Ethnicities() []Choice { return clone(lists.ethnicities) }

// Languages returns the languages that a client may speak or read.
func Languages() []Choice { return clone(lists.languages) }

// Genders returns the list of gender identities.
func Genders() []Choice { return clone(lists.genders) }

// BirthSexes returns what a birth certificate may say.
func BirthSexes() []Choice { return clone(lists.birthSexes) }

// Orientations returns the list of sexual orientations.
func Orientations() []Choice { return clone(lists.orientations) }

// MaritalStatuses returns the list of marital statuses.
func MaritalStatuses() []Marital { return append([]Marital(nil), lists.marital...) }

// Disclosures returns what must be told or offered, D01 first.
func Disclosures() []Disclosure { return append([]Disclosure(nil), lists.disclosures...) }

// Find returns the entry of the list with the code, and false when there is
// none.
func Find(list []Choice, code string) (Choice, bool) {
	for _, c := range list {
		if c.Code == code {
			return c, true
		}
	}
	return Choice{}, false
}

// County returns the name of the county with the code, and false for a code
// that is not published.
func County(code string) (locale.Phrase, bool) {
	c, ok := Find(lists.counties, code)
	return c.Label, ok
}

// MaritalStatus returns the marital status with the code, and false when there
// is none.
func MaritalStatus(code string) (Marital, bool) {
	for _, m := range lists.marital {
		if m.Code == code {
			return m, true
		}
	}
	return Marital{}, false
}

// Place is a ZIP code of California with where it lies.
type Place struct {
	ZIP       string
	City      string
	County    string // its code
	Latitude  float64
	Longitude float64
}

// ZIP returns the place of a ZIP code of five or nine digits, and false when it
// is not in California.
func ZIP(zip string) (Place, bool) {
	five, _, _ := strings.Cut(strings.TrimSpace(zip), "-")
	if len(five) > 5 {
		five = five[:5]
	}
	p, ok := lists.places[five]
	return p, ok
}

// CountyOfZIP returns the code of the county that most of a ZIP code lies in,
// and false when the ZIP code is not in California. Some reach into a second
// county, so the answer is a proposal.
func CountyOfZIP(zip string) (string, bool) {
	p, ok := ZIP(zip)
	return p.County, ok
}

func clone(list []Choice) []Choice { return append([]Choice(nil), list...) }
