package site

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/sheet"
)

// Row is a record of a list that can be accepted, as far as the list alone can
// tell.
type Row struct {
	Record    int
	Site      Site
	Certifier Certifier
}

// List is what a file says: the rows that can be accepted, and everything that
// is wrong with it, in the order of the records.
type List struct {
	Records  int
	Rows     []Row
	Problems []Problem
}

// Refused returns how many records cannot be accepted.
func (l List) Refused() int { return l.Records - len(l.Rows) }

// Warnings returns the problems of records that are accepted all the same.
func (l List) Warnings() int {
	n := 0
	for _, p := range l.Problems {
		if p.Warning {
			n++
		}
	}
	return n
}

// Read reads a list and judges every record by itself and against the others
// of the list. A file that cannot be read to its end is a fault about the
// field FileField.
func Read(content []byte) (List, error) { return read(content, Regime{}) }

// read is Read in a regime: where several sites may share a certifier, whether
// these may is told by comparing the list with what is known.
func read(content []byte, regime Regime) (List, error) {
	var list List
	seen := seen{sites: map[string]int{}, emails: map[string]int{}}
	if regime.Several {
		seen.emails = nil
	}
	err := sheet.Read(content, columns, func(r sheet.Record) {
		list.Records++
		row, problems := judge(r)
		problems = append(problems, seen.twice(r)...)
		slices.SortStableFunc(problems, func(a, b Problem) int {
			return slices.Index(columns, a.Field) - slices.Index(columns, b.Field)
		})
		list.Problems = append(list.Problems, problems...)
		if !slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning }) {
			list.Rows = append(list.Rows, row)
		}
	})
	return list, err
}

// seen remembers the first record with each site and each e-mail.
type seen struct{ sites, emails map[string]int }

func (s seen) twice(r sheet.Record) []Problem {
	var problems []Problem
	if first := remember(s.sites, strings.ToUpper(r.Values["site_id"]), r.Number); first > 0 {
		problems = append(problems, Problem{Record: r.Number, Field: "site_id", Text: locale.SiteProblemSiteSame.With("Record", first)})
	}
	if first := remember(s.emails, EmailKey(r.Values["certifier_email"]), r.Number); first > 0 {
		problems = append(problems, Problem{Record: r.Number, Field: "certifier_email", Text: locale.SiteProblemEmailSame.With("Record", first)})
	}
	return problems
}

// remember notes who used the key first and returns it to whoever comes later;
// without a place to note it, nobody is first.
func remember(first map[string]int, key string, record int) int {
	if key == "" || first == nil {
		return 0
	}
	if n, ok := first[key]; ok {
		return n
	}
	first[key] = record
	return 0
}

// judge reads one record and returns everything that is wrong with it.
func judge(r sheet.Record) (Row, []Problem) {
	if r.Values == nil {
		text := locale.SiteProblemFields.With("Got", r.Got, "Want", len(columns))
		return Row{}, []Problem{{Record: r.Number, Text: text}}
	}
	j := &judgement{record: r}
	zip := j.zip()
	s := Site{
		NPI:          j.npi(),
		Code:         j.text("site_id", 20),
		Name:         j.text("site_name", 200),
		ProviderType: j.oneOf("provider_type", locale.SiteProblemUnknown, Types...),
		Sector:       j.oneOf("sector", locale.SiteProblemUnknown, "private", "public"),
		Street:       j.text("street", 200),
		City:         j.text("city", 100),
		ZIP:          zip,
		CountyCode:   j.county(zip),
		Phone:        j.phone(),
		EnrolledOn:   j.date(),
		Status:       Enrolled,
	}
	credential := sheet.Plain(r.Values["certifier_credential"])
	c := Certifier{
		FirstName:  j.text("certifier_first_name", 60),
		LastName:   j.text("certifier_last_name", 60),
		Credential: j.oneOf("certifier_credential", locale.SiteProblemCredential.With("Credential", credential), Credentials...),
		Email:      j.email(),
	}
	return Row{Record: r.Number, Site: s, Certifier: c}, j.problems
}

// judgement collects the problems of a record while its fields are read.
type judgement struct {
	record   sheet.Record
	problems []Problem
}

func (j *judgement) note(field string, text locale.Phrase) {
	j.problems = append(j.problems, Problem{Record: j.record.Number, Field: field, Text: text})
}

// text returns a field that must be there, of at most so many characters and
// without control characters.
func (j *judgement) text(field string, most int) string {
	v := j.record.Values[field]
	switch {
	case v == "":
		j.note(field, locale.SiteProblemMissing)
	case strings.ContainsFunc(v, sheet.IsControl):
		j.note(field, locale.SiteProblemControl)
	case len([]rune(v)) > most:
		j.note(field, locale.SiteProblemLong.With("Most", most))
	default:
		return v
	}
	return ""
}

const longest = 254 // of a field whose shape is checked anyway; RFC 5321 for an address

func (j *judgement) npi() string {
	v := j.text("npi", longest)
	switch {
	case v == "":
	case strings.ContainsFunc(v, func(r rune) bool { return r < '0' || r > '9' }):
		j.note("npi", locale.SiteProblemNpiCharacters)
	case len(v) != 10:
		j.note("npi", locale.SiteProblemNpiDigits.With("Digits", len(v)))
	case !NPIChecks(v):
		j.note("npi", locale.SiteProblemNpiCheck)
	}
	return v
}

// oneOf returns the value of a list that the field names, whatever its
// capitals.
func (j *judgement) oneOf(field string, unknown locale.Phrase, values ...string) string {
	v := j.text(field, longest)
	if v == "" {
		return ""
	}
	for _, w := range values {
		if strings.EqualFold(v, w) {
			return w
		}
	}
	j.note(field, unknown)
	return ""
}

// zip returns five digits that are a California ZIP code, else nothing.
func (j *judgement) zip() string {
	v := j.text("zip", longest)
	if v == "" {
		return ""
	}
	five, _, _ := strings.Cut(v, "-")
	if _, ok := codelist.CountyOfZIP(five); !ok || len(v) != 5 && len(v) != 10 {
		j.note("zip", locale.SiteProblemZipWrong)
		return ""
	}
	return five
}

const counties = 58

func (j *judgement) county(zip string) string {
	v := j.text("county_code", longest)
	if v == "" {
		return ""
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > counties || len(v) > 2 {
		j.note("county_code", locale.SiteProblemCountyWrong)
		return ""
	}
	code := strings.Repeat("0", 2-len(v)) + v
	if in, ok := codelist.CountyOfZIP(zip); ok && in != code {
		j.problems = append(j.problems, Problem{Record: j.record.Number, Field: "county_code", Text: locale.SiteProblemCountyOther, Warning: true})
	}
	return code
}

// phone wants the ten digits of a number in the United States, with or without
// the country's 1, however they are grouped.
func (j *judgement) phone() string {
	v := j.text("phone", longest)
	if v == "" {
		return ""
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, v)
	if strings.Trim(v, "+0123456789 ()-.\u2013\u2011") != "" || len(strings.TrimPrefix(digits, "1")) != 10 {
		j.note("phone", locale.SiteProblemPhoneWrong)
		return ""
	}
	return v
}

func (j *judgement) date() civil.Date {
	v := j.text("enrolled_on", longest)
	if v == "" {
		return civil.Date{}
	}
	d, err := civil.Parse(v)
	if err != nil {
		j.note("enrolled_on", locale.SiteProblemDateWrong)
	}
	return d
}

func (j *judgement) email() string {
	v := j.record.Values["certifier_email"]
	if strings.ContainsAny(v, "\r\n") {
		j.note("certifier_email", locale.SiteProblemEmailInjection)
		return ""
	}
	if v = j.text("certifier_email", longest); v == "" {
		return ""
	}
	switch {
	case strings.ContainsAny(v, ",;") || strings.Count(v, "@") > 1:
		j.note("certifier_email", locale.SiteProblemEmailTwo)
	case !IsEmail(v):
		j.note("certifier_email", locale.SiteProblemEmailWrong)
	default:
		return v
	}
	return ""
}

// IsEmail reports whether s is one plain mailbox: no display name, no list, no
// spaces, and a domain with a dot.
func IsEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || len(s) > longest {
		return false
	}
	local, domain, _ := strings.Cut(s, "@")
	return len(local) <= 64 && strings.Contains(domain, ".") && !strings.ContainsAny(s, " \"<>()[],;:\\") &&
		!strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".")
}
