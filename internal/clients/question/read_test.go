package question_test

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/locale"
)

// Every field has answers that are accepted and answers that are refused, with
// the fields at fault in their order.
func TestRead(t *testing.T) {
	address := func(more ...string) []string {
		return append([]string{"address-street", "1 Main St", "address-city", "Fresno", "address-state", "CA", "address-zip", "93701", "address-mail", "Y"}, more...)
	}
	with := func(pairs []string, name, value string) []string {
		out := append([]string(nil), pairs...)
		for i := 0; i < len(out); i += 2 {
			if out[i] == name {
				out[i+1] = value
			}
		}
		return out
	}
	date := func(name, m, d, y string) []string {
		return []string{name + "-month", m, name + "-day", d, name + "-year", y}
	}
	need := func(m, d, y string, more ...string) []string {
		return append(append([]string{"need", "operation"}, date("need-date", m, d, y)...), more...)
	}
	name := func(first, last string, more ...string) []string {
		return append([]string{"name-first", first, "name-last", last}, more...)
	}
	tests := []struct {
		name   string
		id     question.ID
		pairs  []string
		faults string
	}{
		{"safe contact: none", "safe-contact", nil, "safe-contact"},
		{"safe contact: not offered", "safe-contact", []string{"safe-contact", "X"}, "safe-contact"},
		{"safe contact: no", "safe-contact", []string{"safe-contact", "N"}, ""},

		{"contact: nothing", "contact-ways", nil, "contact-phone"},
		{"contact: none wanted", "contact-ways", []string{"contact-none", "yes"}, ""},
		{"contact: mail", "contact-ways", []string{"contact-mail", "yes"}, ""},
		{"contact: phone without answers", "contact-ways", []string{"contact-phone", "916-555-0123"}, "contact-text contact-call contact-voice"},
		{"contact: all no", "contact-ways", []string{"contact-phone", "9165550123", "contact-text", "N", "contact-call", "N", "contact-voice", "N"}, "contact-phone"},
		{"contact: yes without number", "contact-ways", []string{"contact-text", "Y"}, "contact-phone"},
		{"contact: short number", "contact-ways", []string{"contact-phone", "555-0123", "contact-text", "Y", "contact-call", "N", "contact-voice", "N"}, "contact-phone"},
		{"contact: number of abroad", "contact-ways", []string{"contact-phone", "+52 55 1234 5678", "contact-text", "Y", "contact-call", "N", "contact-voice", "N"}, ""},
		{"contact: with +1 and extension", "contact-ways", []string{"contact-phone", "+1 (916) 555-0123 ext. 4", "contact-text", "Y", "contact-call", "N", "contact-voice", "N"}, ""},
		{"contact: with extension", "contact-ways", []string{"contact-phone", "1.916.555.0123 x4", "contact-text", "Y", "contact-call", "N", "contact-voice", "N"}, ""},
		{"contact: e-mail", "contact-ways", []string{"contact-email", "ana@mail.example", "contact-email-safe", "Y"}, ""},
		{"contact: e-mail with a name", "contact-ways", []string{"contact-email", "Ana <ana@mail.example>", "contact-email-safe", "Y"}, "contact-email"},
		{"contact: two e-mails", "contact-ways", []string{"contact-email", "a@b.example,c@d.example", "contact-email-safe", "Y"}, "contact-email"},
		{"contact: e-mail without domain", "contact-ways", []string{"contact-email", "ana@mail", "contact-email-safe", "Y"}, "contact-email"},
		{"contact: none and one", "contact-ways", []string{"contact-none", "yes", "contact-email", "a@b.example", "contact-email-safe", "Y"}, "contact-none"},

		{"language: nothing", "language", nil, "language-speak language-read language-interpreter"},
		{"language: Spanish word without accent", "language", []string{"language-speak", "ESPANOL", "language-read", "en", "language-interpreter", "Y"}, ""},
		{"language: not in the list", "language", []string{"language-speak", "Klingon", "language-read", "English", "language-interpreter", "N"}, "language-speak"},

		{"name: nothing", "name", nil, "name-first name-last"},
		{"name: apostrophe, hyphen, accents", "name", name("María-José", "D’Ángelo O'Neil"), ""},
		{"name: one letter each", "name", name("J", "Ñ"), ""},
		{"name: no last name", "name", name("Sukarno", "", "name-no-last", "yes"), ""},
		{"name: last name and none", "name", name("A", "B", "name-no-last", "yes"), "name-last"},
		{"name: other scripts", "name", name("明", "王"), ""},
		{"name: suffix", "name", name("A", "B", "name-suffix", "Jr."), ""},
		{"name: digits", "name", name("R2", "D2"), "name-first name-last"},
		{"name: sixty", "name", name(strings.Repeat("é", 60), "B"), ""},
		{"name: sixty-one", "name", name(strings.Repeat("é", 61), "B"), "name-first"},
		{"name: all at fault in order", "name", name("1", "2", "name-middle", "3", "name-preferred", "4", "name-suffix", "5"), "name-first name-middle name-last name-suffix name-preferred"},

		{"birth date: nothing", "birth-date", nil, "birth-date"},
		{"birth date: half", "birth-date", date("birth-date", "3", "", "1998"), "birth-date"},
		{"birth date: English word", "birth-date", date("birth-date", "Sept.", "1", "1998"), ""},
		{"birth date: Spanish word", "birth-date", date("birth-date", "diciembre", "31", "1998"), ""},
		{"birth date: no such day", "birth-date", date("birth-date", "2", "30", "1998"), "birth-date"},
		{"birth date: two digits", "birth-date", date("birth-date", "2", "3", "98"), "birth-date"},
		{"birth date: yesterday", "birth-date", date("birth-date", "6", "14", "2026"), ""},
		{"birth date: today", "birth-date", date("birth-date", "6", "15", "2026"), "birth-date"},
		{"birth date: 110 years", "birth-date", date("birth-date", "6", "15", "1916"), ""},
		{"birth date: 111 years", "birth-date", date("birth-date", "6", "15", "1915"), "birth-date"},
		{"birth date: before 1900", "birth-date", date("birth-date", "1", "1", "1899"), "birth-date"},

		{"address: nothing", "address", nil, "address-street address-city address-state address-zip address-mail"},
		{"address: good", "address", address(), ""},
		{"address: state written out", "address", with(address(), "address-state", "california"), ""},
		{"address: nine digits", "address", with(address(), "address-zip", "93701-1234"), ""},
		{"address: four digits", "address", with(address(), "address-zip", "9370"), "address-zip"},
		{"address: ZIP of another state", "address", with(address(), "address-zip", "10001"), "address-zip"},
		{"address: another state", "address", with(with(address(), "address-zip", "89501"), "address-state", "nv"), ""},
		{"address: no state", "address", with(address(), "address-state", "Atlantis"), "address-state"},
		{"address: none", "address", []string{"address-none", "yes"}, ""},
		{"address: none and one", "address", address("address-none", "yes"), "address-none"},

		{"county: nothing", "county", nil, "county"},
		{"county: in small letters", "county", []string{"county", "los angeles"}, ""},
		{"county: by code", "county", []string{"county", "19"}, ""},
		{"county: not in California", "county", []string{"county", "Cook"}, "county"},
		{"county: not known", "county", []string{"county", "I don't know"}, ""},
		{"county: not known, in Spanish", "county", []string{"county", "no lo se"}, ""},

		{"SSN: nothing", "ssn", nil, "ssn-number"},
		{"SSN: reason", "ssn", []string{"ssn-reason", "01"}, ""},
		{"SSN: unknown reason", "ssn", []string{"ssn-reason", "04"}, "ssn-number"},
		{"SSN: dashes", "ssn", []string{"ssn-number", "123-45-6789"}, ""},
		{"SSN: spaces", "ssn", []string{"ssn-number", "123 45 6789"}, ""},
		{"SSN: eight digits", "ssn", []string{"ssn-number", "12345678"}, "ssn-number"},
		{"SSN: 000", "ssn", []string{"ssn-number", "000-45-6789"}, "ssn-number"},
		{"SSN: 666", "ssn", []string{"ssn-number", "666-45-6789"}, "ssn-number"},
		{"SSN: 9", "ssn", []string{"ssn-number", "900-45-6789"}, "ssn-number"},
		{"SSN: all equal", "ssn", []string{"ssn-number", "111111111"}, "ssn-number"},
		{"SSN: number and reason", "ssn", []string{"ssn-number", "123456789", "ssn-reason", "01"}, "ssn-number"},

		{"marital: nothing", "marital", nil, "marital"},
		{"marital: one", "marital", []string{"marital", "RDP"}, ""},
		{"gender: nothing", "gender", nil, "gender"},
		{"gender: declined", "gender", []string{"gender", "DECLINED"}, ""},
		{"orientation: nothing", "orientation", nil, "orientation"},
		{"sex at birth: nothing", "sex-birth", nil, "sex-birth"},
		{"ethnicity: nothing", "ethnicity", nil, "ethnicity"},
		{"ethnicity: several", "ethnicity", []string{"ethnicity", "R02", "ethnicity", "R16"}, ""},
		{"ethnicity: declined and one", "ethnicity", []string{"ethnicity", "R02", "ethnicity", "R19"}, "ethnicity"},

		{"resident: nothing", "resident", nil, "resident"},
		{"need: nothing", "need", nil, "need"},
		{"need: no", "need", []string{"need", "N"}, ""},
		{"need: operation without date", "need", []string{"need", "operation"}, "need-date"},
		{"need: operation today", "need", need("6", "15", "2026"), ""},
		{"need: operation tomorrow", "need", need("6", "16", "2026"), "need-date"},
		{"need: release before it", "need", need("6", "1", "2026", date("need-release", "5", "31", "2026")...), "need-release"},
		{"need: release that day", "need", need("6", "1", "2026", date("need-release", "6", "1", "2026")...), ""},
		{"need: release tomorrow", "need", need("6", "1", "2026", date("need-release", "6", "16", "2026")...), "need-release"},
		{"need: release half typed", "need", need("6", "1", "2026", "need-release-day", "3"), "need-release"},
		{"need: dates of another answer do not count", "need", append([]string{"need", "Y"}, date("need-date", "x", "", "")...), ""},
		{"pregnant: nothing", "pregnant", nil, "pregnant"},
		{"pregnant: maybe", "pregnant", []string{"pregnant", "SUSPECTED"}, ""},

		{"Medi-Cal: nothing", "medi-cal", nil, "medi-cal"},
		{"Medi-Cal: no", "medi-cal", []string{"medi-cal", "N"}, ""},
		{"Medi-Cal: yes without kind", "medi-cal", []string{"medi-cal", "Y"}, "medi-cal-kind"},
		{"Medi-Cal: card", "medi-cal", []string{"medi-cal", "Y", "medi-cal-kind", "SOC_UNMET", "medi-cal-card", "9123 4567a2 6011"}, ""},
		{"Medi-Cal: short card", "medi-cal", []string{"medi-cal", "Y", "medi-cal-kind", "SOC_UNMET", "medi-cal-card", "9123"}, "medi-cal-card"},
		{"Medi-Cal: issued tomorrow", "medi-cal", append([]string{"medi-cal", "Y", "medi-cal-kind", "SOC_UNMET"}, date("medi-cal-issued", "6", "16", "2026")...), "medi-cal-issued"},
		{"insurance: nothing", "insurance", nil, "insurance"},
		{"insurance: yes alone", "insurance", []string{"insurance", "Y"}, "insurance-covers insurance-cost insurance-student"},
		{"insurance: all", "insurance", []string{"insurance", "Y", "insurance-covers", "COVERS_CONTRACEPTION", "insurance-cost", "COPAY_ONLY", "insurance-student", "N"}, ""},
		{"institution: nothing", "institution", nil, "institution"},

		{"tax: nothing", "tax", nil, "tax"},
		{"household: alone", "household", family("1"), ""},
		{"household: nothing", "household", nil, "household-size"},
		{"household: empty row", "household", []string{"household-rows", "1", "household-size", "1"}, "household-1-name household-1-relation household-1-age household-1-lives household-1-files"},
		{"household: age in words", "household", family("1", "CHILD seven Y - N"), "household-1-age"},
		{"household: size of zero", "household", family("0"), "household-size"},
		{"household: twenty-one", "household", append(family("21"), "household-sure", "yes"), "household-size"},
		{"household: too small", "household", family("1", "CHILD 4 Y - N"), "household-size"},
		{"household: larger", "household", family("3", "CHILD 4 Y - N"), "household-size"},
		{"household: larger and sure", "household", append(family("3", "CHILD 4 Y - N"), "household-sure", "yes"), ""},
		{"household: no parent is offered", "household", family("1", "PARENT 50 Y - -"), "household-1-relation"},

		{"income: nothing", "income/self", nil, "income-self-1-amount income-self-1-often income-self-1-source"},
		{"income: zero is enough", "income/self", income("self", "0"), ""},
		{"income: commas and dollar", "income/self", income("self", "$1,250.50 WEEK W01"), ""},
		{"income: words", "income/self", income("self", "about WEEK W01"), "income-self-1-amount"},
		{"income: below zero", "income/self", income("self", "-5 WEEK W01"), "income-self-1-amount"},
		{"income: three decimals", "income/self", income("self", "5.001 WEEK W01"), "income-self-1-amount"},
		{"income: largest", "income/self", income("self", "999,999.99 YEAR W01"), ""},
		{"income: too large", "income/self", income("self", "1,000,000 YEAR W01"), "income-self-1-amount"},
		{"income: unknown source", "income/self", income("self", "5 WEEK P01"), "income-self-1-source"},
		{"income: two, second at fault", "income/self", income("self", "5 WEEK W01", "7"), "income-self-2-often income-self-2-source"},

		{"notices: nothing", "notices", nil, "notices-privacy notices-nondiscrimination notices-rights notices-insurance"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := typed(t, tt.pairs...)
			a := question.Read(f, question.New(today), tt.id)
			var got []string
			for _, x := range f.Faults() {
				got = append(got, x.Name)
				if en, es := in(locale.English, x.Text), in(locale.Spanish, x.Text); en == "" || es == "" || en == es {
					t.Errorf("%s says %q and %q", x.Name, en, es)
				}
			}
			if s := strings.Join(got, " "); s != tt.faults {
				t.Errorf("got faults %q, want %q", s, tt.faults)
			}
			for i := 0; i < len(tt.pairs); i += 2 {
				if f.Value(tt.pairs[i]) == "" && tt.pairs[i+1] != "" {
					t.Errorf("%s lost what was typed", tt.pairs[i])
				}
			}
			missing := strings.Contains(" "+joinIDs(question.Missing(a))+" ", " "+string(tt.id)+" ")
			if missing != (tt.faults != "") {
				t.Errorf("missing = %v, want it to follow the faults", missing)
			}
		})
	}
}

func joinIDs(ids []question.ID) string {
	var s []string
	for _, id := range ids {
		s = append(s, string(id))
	}
	return strings.Join(s, " ")
}

func TestCountyIsProposedFromZIPAndConfirmed(t *testing.T) {
	a := complete(t).Without(question.County)
	f := question.Fill(typed(t), a, question.County)
	if got := f.Value("county"); got != "Los Angeles" {
		t.Errorf("proposed %q, want Los Angeles", got)
	}
	f = typed(t, "county", "Fresno")
	question.Read(f, a, question.County)
	if f.OK() || !strings.Contains(in(locale.English, f.Fault("county")), "Los Angeles") {
		t.Error("a county other than that of the ZIP code was taken without a word")
	}
	a = read(t, a, question.County, "county", "Fresno", "county-sure", "yes")
	if a.County() != "10" {
		t.Errorf("got county %q, want 10", a.County())
	}
}

func TestResidentMustFitTheAddress(t *testing.T) {
	a := read(t, question.New(today), question.HomeAddress, "address-street", "1 A St", "address-city", "Reno",
		"address-state", "NV", "address-zip", "89501", "address-mail", "N")
	f := typed(t, "resident", "Y")
	question.Read(f, a, question.Resident)
	if f.OK() {
		t.Error("lives in California with an address in Nevada")
	}
	read(t, a, question.Resident, "resident", "N")
}

func TestSSNIsKeptAndNeverShownAgain(t *testing.T) {
	a := read(t, question.New(today), question.SSN, "ssn-number", "123-45-6789")
	f := question.Fill(typed(t), a, question.SSN)
	if f.Value("ssn-number") != "" {
		t.Error("the number came back into the form")
	}
	a = read(t, a, question.SSN)
	if number, _ := a.SSN(); number != "123456789" {
		t.Errorf("got %q after saving an empty field, want the number kept", number)
	}
	for _, l := range question.Summary(a) {
		for _, v := range l.Values {
			if strings.Contains(in(locale.English, v), "12345") || strings.Contains(in(locale.English, v), "123-45") {
				t.Errorf("the summary shows the number: %s", in(locale.English, v))
			}
		}
	}
	a = read(t, a, question.SSN, "ssn-reason", "02")
	if number, reason := a.SSN(); number != "" || reason != "02" {
		t.Errorf("got %q, %q, want reason 02 alone", number, reason)
	}
}

func TestPressAddsAndRemovesRows(t *testing.T) {
	pairs := append(family("3", "SPOUSE 30 Y - -", "CHILD x Y"), "add", "household")
	a, pressed := question.Press(typed(t, pairs...), complete(t), question.Family)
	if !pressed || len(a.Household().Members) != 3 {
		t.Fatalf("pressed = %v with %d members, want 3", pressed, len(a.Household().Members))
	}
	if got := question.Fill(typed(t), a, question.Family).Value("household-2-age"); got != "x" {
		t.Errorf("got age %q back, want it as typed", got)
	}
	f := question.Fill(typed(t), a, question.Family).Set("remove", "household.1")
	a, _ = question.Press(f, a, question.Family)
	if got := a.Household().Members; len(got) != 2 || got[0].Key != "2" || got[1].Key != "3" {
		t.Errorf("got %+v, want members 2 and 3", got)
	}
	if _, ok := a.Get("income/1"); ok {
		t.Error("the income of the removed member is still there")
	}
	if _, pressed := question.Press(typed(t), a, question.Family); pressed {
		t.Error("pressed without a button")
	}
}

func TestReadSectionShowsWhatFollows(t *testing.T) {
	a := question.New(today)
	if got := ids(question.InSection(question.ResidenceSection, a)); got != "resident medi-cal insurance barrier institution" {
		t.Errorf("got %q, want barrier shown while coverage is open", got)
	}
	f := typed(t, "resident", "Y", "medi-cal", "N", "insurance", "N", "institution", "N")
	a = question.ReadSection(f, a, question.ResidenceSection)
	if !f.OK() {
		t.Errorf("got faults %v, want none without coverage", f.Faults())
	}
	f = typed(t, "resident", "Y", "medi-cal", "Y", "medi-cal-kind", "MANAGED_CARE", "insurance", "N", "institution", "N")
	question.ReadSection(f, a, question.ResidenceSection)
	if f.Fault("barrier") == nil {
		t.Error("barrier was not asked for with Medi-Cal")
	}
}

func TestKeepStoresWhatIsHalfTyped(t *testing.T) {
	f := typed(t, "birth-date-month", "mar", "birth-date-day", "x")
	a := question.Keep(f, question.New(today), question.BirthDate)
	if !f.OK() {
		t.Error("what is only kept was checked")
	}
	if got := question.Fill(typed(t), a, question.BirthDate).Value("birth-date-day"); got != "x" {
		t.Errorf("got day %q back, want x", got)
	}
	if !strings.Contains(joinIDs(question.Missing(a)), "birth-date") {
		t.Error("half a date counts as an answer")
	}
}
