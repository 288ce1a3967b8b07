package question

import (
	"slices"
	"strings"

	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
)

const (
	addressNone      = "address-none"
	addressStreet    = "address-street"
	addressApartment = "address-apartment"
	addressCity      = "address-city"
	addressState     = "address-state"
	addressZIP       = "address-zip"
	addressMail      = "address-mail"

	countyName = "county"
	countySure = "county-sure"

	// California is the state of a residence that counts.
	California = "CA"
)

// Address is where the client lives. Mail says that it is safe to send mail
// there.
type Address struct {
	None                                bool
	Street, Apartment, City, State, ZIP string
	Mail                                bool
}

// Lines returns the address as it is written on an envelope, nothing when
// there is none.
func (d Address) Lines() []string {
	if d.None || d.Street == "" {
		return nil
	}
	street := strings.TrimSpace(d.Street + " " + d.Apartment)
	return []string{street, d.City + ", " + d.State + " " + d.ZIP}
}

// Address returns the client's address, its state as two letters and its ZIP
// code as 90001 or 90001-1234.
func (a Answers) Address() Address {
	x := a.given[HomeAddress]
	if x.Value(addressNone) == Ticked {
		return Address{None: true}
	}
	state, _ := stateOf(x.Value(addressState))
	zip, _ := zipDigits(x.Value(addressZIP))
	if len(zip) > 5 {
		zip = zip[:5] + "-" + zip[5:]
	}
	return Address{
		Street: x.Value(addressStreet), Apartment: x.Value(addressApartment), City: x.Value(addressCity),
		State: state, ZIP: zip, Mail: x.Value(addressMail) == "Y",
	}
}

// County returns the code of the county, "" when none was given.
func (a Answers) County() string {
	code, _ := listed(countyOptions, a.Value(County, countyName))
	return code
}

// outside reports whether the address given is in another state.
func (a Answers) outside() bool {
	state := a.Address().State
	return state != "" && state != California
}

var countyOptions = func() []Option {
	list := options(codelist.Counties())
	list[len(list)-1].Label = locale.QCountyUnknown
	return list
}()

func placeQuestions() []Question {
	return []Question{
		{
			ID: HomeAddress, Part: AboutYou, Section: ContactSection, Kind: KindFields,
			Label: locale.QAddressLabel, Short: locale.QAddressShort,
			Hint: locale.QAddressHint, Why: locale.QAddressWhy,
			Fields: fixed(addressFields...), check: checkAddress, lines: addressLines,
		},
		{
			ID: County, Part: AboutYou, Section: ContactSection, Kind: KindFields, Decides: true,
			Label: locale.QCountyLabel, Short: locale.QCountyShort, Hint: locale.QCountyHint, Why: locale.QCountyWhy,
			Fields: countyFields, check: checkCounty,
			lines: func(a Answers) []locale.Phrase { return words(labelOf(countyOptions, a.County())) },
		},
	}
}

var addressFields = []Field{
	{Name: addressStreet, Kind: Text, Label: locale.QAddressStreet, Autocomplete: "address-line1", Max: 100},
	{
		Name: addressApartment, Kind: Text, Label: locale.QAddressApartment, Autocomplete: "address-line2",
		Optional: true, Width: 10,
	},
	{Name: addressCity, Kind: Text, Label: locale.QAddressCity, Autocomplete: "address-level2", Width: 20},
	{
		Name: addressState, Kind: Text, Label: locale.QAddressState, Hint: locale.QAddressStateHint,
		Autocomplete: "address-level1", Width: 10,
	},
	{
		Name: addressZIP, Kind: Text, Label: locale.QAddressZip, Hint: locale.QAddressZipHint,
		Autocomplete: "postal-code", InputMode: "numeric", Width: 10,
	},
	{
		Name: addressMail, Kind: One, Label: locale.QAddressMail, Options: yesNo,
		Preview: &Preview{locale.QAddressPreviewWhere, locale.QAddressPreviewTitle, locale.QAddressPreview},
	},
	{Name: addressNone, Kind: Tick, Label: locale.QAddressNone},
}

func checkAddress(s *sheet) {
	if s.value(addressNone) == Ticked {
		if s.value(addressStreet) != "" {
			s.note(addressNone, locale.QAddressErrBoth)
		}
		return
	}
	for _, f := range []struct {
		name    string
		missing locale.Key
	}{
		{addressStreet, locale.QAddressErrStreetMissing},
		{addressCity, locale.QAddressErrCityMissing},
		{addressState, locale.QAddressErrStateMissing},
		{addressZIP, locale.QAddressErrZipMissing},
	} {
		if s.value(f.name) == "" {
			s.note(f.name, f.missing)
		}
	}
	if v := s.value(addressMail); v != "Y" && v != "N" {
		s.note(addressMail, locale.QAddressErrMailMissing)
	}
	checkStateAndZIP(s)
}

// checkStateAndZIP wants a ZIP code of California for an address there. An
// address in another state is taken as it is: who lives there is told so by the
// decision, not by the form.
func checkStateAndZIP(s *sheet) {
	state, stateOK := stateOf(s.value(addressState))
	zip, zipOK := zipDigits(s.value(addressZIP))
	if s.value(addressState) != "" && !stateOK {
		s.note(addressState, locale.QAddressErrStateWrong)
	}
	if s.value(addressZIP) == "" {
		return
	}
	_, inside := codelist.ZIP(zip)
	switch {
	case !zipOK:
		s.note(addressZIP, locale.QAddressErrZipWrong)
	case state == California && !inside:
		s.note(addressZIP, locale.QAddressErrZipOutside)
	}
}

func addressLines(a Answers) []locale.Phrase {
	d := a.Address()
	if d.None {
		return words(locale.QAddressIsNone)
	}
	var out []locale.Phrase
	for _, l := range d.Lines() {
		out = append(out, locale.Words(l))
	}
	if d.Mail {
		return append(out, locale.QAddressIsMail)
	}
	return append(out, locale.QAddressIsNoMail)
}

// countyOfAddress returns the county that the ZIP code of the address lies in.
func countyOfAddress(a Answers) (code string, name locale.Phrase, ok bool) {
	code, ok = codelist.CountyOfZIP(a.Address().ZIP)
	if !ok || a.outside() {
		return "", nil, false
	}
	name, ok = codelist.County(code)
	return code, name, ok
}

func countyFields(a Answers, typed Answer) []Field {
	field := Field{
		Name: countyName, Kind: Listed, Label: locale.QCountyField, Options: countyOptions, Width: 20,
		Autocomplete: "off", Missing: locale.QCountyErrMissing, Wrong: locale.QCountyErrWrong,
	}
	proposed, name, ok := countyOfAddress(a)
	if !ok {
		return []Field{field}
	}
	field.Hint, field.Missing = locale.QCountyHintZip.With("County", name), locale.QCountyErrConfirm.With("County", name)
	if code, known := listed(countyOptions, typed.Value(countyName)); !known || code == proposed || code == codelist.CountyUnknown {
		return []Field{field}
	}
	return []Field{field, {Name: countySure, Kind: Tick, Label: locale.QCountySure}}
}

// checkCounty wants a county other than that of the ZIP code to be confirmed:
// some ZIP codes reach into a second county.
func checkCounty(s *sheet) {
	proposed, name, ok := countyOfAddress(s.a)
	code, known := listed(countyOptions, s.value(countyName))
	if ok && known && code != proposed && code != codelist.CountyUnknown && s.value(countySure) != Ticked {
		s.note(countyName, locale.QCountyErrZip.With("County", name))
	}
}

// proposal is the county of the ZIP code, for the person to confirm.
func proposal(a Answers) Answer {
	_, name, ok := countyOfAddress(a)
	if !ok {
		return nil
	}
	proper, ok := name.(locale.Words)
	if !ok {
		return nil
	}
	return Answer{countyName: {string(proper)}}
}

// states are the two letters of the states and territories.
var states = strings.Fields(`AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV
	NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP`)

// stateOf reads a state as two letters; California may be written out.
func stateOf(typed string) (string, bool) {
	word := strings.ToUpper(strings.Trim(fold(typed), ". "))
	if strings.HasPrefix(word, "CALIF") {
		return California, true
	}
	return word, slices.Contains(states, word)
}
