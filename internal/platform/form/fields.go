package form

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	decoder "github.com/go-playground/form/v4"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

// Text returns the field without spaces around it. An empty one is noted as
// missing; a nil missing makes the field optional.
func (f *Form) Text(name string, missing locale.Phrase) string {
	v := strings.TrimSpace(f.Value(name))
	if v == "" && missing != nil {
		f.Note(name, missing)
	}
	return v
}

// Line is Text for a field of one line, with runs of white space made one
// space; longer than max characters is noted as tooLong.
func (f *Form) Line(name string, missing, tooLong locale.Phrase, max int) string {
	v := strings.Join(strings.Fields(f.Value(name)), " ")
	switch {
	case v == "" && missing != nil:
		f.Note(name, missing)
	case len([]rune(v)) > max:
		f.Note(name, tooLong)
	}
	return v
}

// Choice returns the chosen value; none, or one that was not offered, is noted
// as missing.
func (f *Form) Choice(name string, missing locale.Phrase, offered ...string) string {
	v := f.Value(name)
	if v != "" && slices.Contains(offered, v) {
		return v
	}
	if missing != nil {
		f.Note(name, missing)
	}
	return ""
}

// Many returns the chosen values of a set of checkboxes that were offered.
func (f *Form) Many(name string, offered ...string) []string {
	var chosen []string
	for _, v := range f.values[name] {
		if slices.Contains(offered, v) && !slices.Contains(chosen, v) {
			chosen = append(chosen, v)
		}
	}
	return chosen
}

// Checked reports whether a single checkbox was ticked.
func (f *Form) Checked(name string) bool { return f.Value(name) != "" }

// Date returns the day typed into the fields name-month, name-day and
// name-year, in US order; the month may be a word in English or Spanish. All
// empty is noted as missing (a nil missing makes the date optional), anything
// else that is no day as wrong.
func (f *Form) Date(name string, missing, wrong locale.Phrase) civil.Date {
	month := strings.TrimSpace(f.Value(name + "-month"))
	day := strings.TrimSpace(f.Value(name + "-day"))
	year := strings.TrimSpace(f.Value(name + "-year"))
	if month == "" && day == "" && year == "" {
		if missing != nil {
			f.Note(name, missing)
		}
		return civil.Date{}
	}
	d, ok := dateOf(month, day, year)
	if !ok {
		f.Note(name, wrong)
	}
	return d
}

// SetDate puts a day into the three fields of a date.
func (f *Form) SetDate(name string, d civil.Date) *Form {
	if d.IsZero() {
		return f
	}
	f.Set(name+"-month", strconv.Itoa(int(d.Month)))
	f.Set(name+"-day", strconv.Itoa(d.Day))
	return f.Set(name+"-year", strconv.Itoa(d.Year))
}

func dateOf(month, day, year string) (civil.Date, bool) {
	m, ok := monthOf(month)
	d, errD := strconv.Atoi(digits(day))
	y, errY := strconv.Atoi(digits(year))
	if !ok || errD != nil || errY != nil || len(digits(year)) != 4 {
		return civil.Date{}, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != m || t.Day() != d {
		return civil.Date{}, false
	}
	return civil.Date{Year: y, Month: time.Month(m), Day: d}, true
}

var months = map[string]int{
	"jan": 1, "ene": 1, "feb": 2, "mar": 3, "apr": 4, "abr": 4, "may": 5, "jun": 6,
	"jul": 7, "aug": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "nov": 11, "dec": 12, "dic": 12,
}

func monthOf(s string) (int, bool) {
	if n, err := strconv.Atoi(digits(s)); err == nil {
		return n, true
	}
	word := strings.ToLower(s)
	if len(word) < 3 || strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' }) >= 0 {
		return 0, false
	}
	m, ok := months[word[:3]]
	return m, ok
}

// maxCents is the largest amount of money that may be typed (eligibility.md
// 10: 0 to 999,999.99).
const maxCents = 99_999_999

// Money returns the amount typed into the field, in cents: commas, spaces and
// a dollar sign are allowed, at most two decimals, 0 to 999,999.99. Nothing
// typed is noted as missing, anything else as wrong.
func (f *Form) Money(name string, missing, wrong locale.Phrase) int64 {
	v := strings.TrimSpace(f.Value(name))
	if v == "" {
		if missing != nil {
			f.Note(name, missing)
		}
		return 0
	}
	cents, ok := Cents(v)
	if !ok {
		f.Note(name, wrong)
	}
	return cents
}

// Cents reads an amount of money as a person types it, in cents, and reports
// whether it is one.
func Cents(typed string) (int64, bool) {
	clean := strings.Map(func(r rune) rune {
		if r == '$' || r == ',' || unicode.IsSpace(r) {
			return -1
		}
		return narrow(r)
	}, typed)
	whole, part, _ := strings.Cut(clean, ".")
	if whole == "" && part == "" || len(part) > 2 || digits(whole) != whole || digits(part) != part || len(whole) > 9 {
		return 0, false
	}
	part += "00"[:2-len(part)]
	cents, err := strconv.ParseInt(whole+part, 10, 64)
	return cents, err == nil && cents <= maxCents
}

// digits returns s with full-width digits made plain when it is all digits,
// and "" when it is not.
func digits(s string) string {
	narrowed := strings.Map(narrow, s)
	if strings.IndexFunc(narrowed, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		return "-" // never a number
	}
	return narrowed
}

func narrow(r rune) rune {
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	return r
}

var rows = newDecoder()

func newDecoder() *decoder.Decoder {
	d := decoder.NewDecoder()
	d.SetMaxArraySize(maxFields)
	return d
}

// Decode reads nested rows, sent as members[0].name and so on, into dst, a
// pointer to a struct with form tags. What does not fit is ErrUnreadable.
func (f *Form) Decode(dst any) error {
	if err := rows.Decode(dst, f.values); err != nil {
		return ErrUnreadable
	}
	return nil
}
