// Package civil has the calendar day: a date without a time or a zone, as a
// birth date or the last day of a period is one. It reads no clock; which day
// an instant falls on in California is answered by Of.
package civil

import (
	"cmp"
	"fmt"
	"time"
	_ "time/tzdata" // the zone is known on a machine without zone files
)

// Pacific is the zone of everything that a person reads.
var Pacific = must(time.LoadLocation("America/Los_Angeles"))

// Date is a day of the calendar. The zero Date is no day: it means that none
// was given. Dates compare with ==.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// New returns the day with the given year, month and day, of which too many
// days run into the next month, as they do for time.Date.
func New(year int, month time.Month, day int) Date {
	return fromUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// Of returns the day in California at the instant t, and the zero Date for the
// zero time.
func Of(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	return fromUTC(t.In(Pacific))
}

// Parse reads a day written as 2026-04-01 and refuses every other form, days
// that are not in the calendar, and years outside 1 to 9999.
func Parse(s string) (Date, error) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return Date{}, fmt.Errorf("date %q is not of the form 2006-01-02", s)
	}
	year, okYear := digits(s[:4])
	month, okMonth := digits(s[5:7])
	day, okDay := digits(s[8:])
	d := Date{year, time.Month(month), day}
	if !okYear || !okMonth || !okDay || !d.Valid() {
		return Date{}, fmt.Errorf("date %q is not a day of the calendar", s)
	}
	return d, nil
}

// MustParse is Parse for days written in the program itself; it panics on a
// mistake.
func MustParse(s string) Date { return must(Parse(s)) }

// IsZero reports whether no day was given.
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether d is a day of the calendar in the years 1 to 9999.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= time.January && d.Month <= time.December &&
		d.Day >= 1 && d.Day <= daysIn(d.Year, d.Month)
}

// String returns the day as 2026-04-01, and "" for the zero Date.
func (d Date) String() string { return string(d.Append(nil)) }

// Append adds to b what String returns.
func (d Date) Append(b []byte) []byte {
	if d.IsZero() {
		return b
	}
	if d.Year < 0 || d.Year > 9999 {
		return fmt.Appendf(b, "%d-%02d-%02d", d.Year, int(d.Month), d.Day)
	}
	y, m, day := d.Year, int(d.Month), d.Day
	return append(b,
		digit(y/1000), digit(y/100), digit(y/10), digit(y), '-',
		digit(m/10), digit(m), '-',
		digit(day/10), digit(day))
}

// Compare returns -1, 0 or 1 as d is before, the same as or after o. The zero
// Date is before every day.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

// Before reports whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After reports whether d is a later day than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// AddDays returns the day n days after d, or before it when n is negative.
func (d Date) AddDays(n int) Date { return New(d.Year, d.Month, d.Day+n) }

// AddMonths returns the same day n calendar months later, or the last day of
// that month where it is shorter: ten months after 30 April is 28 or 29
// February.
func (d Date) AddMonths(n int) Date {
	first := New(d.Year, d.Month+time.Month(n), 1)
	return Date{first.Year, first.Month, min(d.Day, daysIn(first.Year, first.Month))}
}

// EndOfMonth returns the last day of d's month.
func (d Date) EndOfMonth() Date { return Date{d.Year, d.Month, daysIn(d.Year, d.Month)} }

// DaysSince returns the number of days from o to d: 1 when d is the day after
// o, negative when d is earlier.
func (d Date) DaysSince(o Date) int {
	return int((d.UTC().Unix() - o.UTC().Unix()) / secondsPerDay)
}

// YearsSince returns the complete years from o to d: the age on d of somebody
// born on o. Who was born on 29 February is a year older on 1 March where the
// year has no such day.
func (d Date) YearsSince(o Date) int {
	years := d.Year - o.Year
	if cmp.Or(cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day)) < 0 {
		years--
	}
	return years
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.UTC().Weekday() }

// UTC returns midnight of the day in UTC, for reckoning and for the database;
// for the instant at which a day begins in California use Start.
func (d Date) UTC() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Start returns the instant at which the day begins in California.
func (d Date) Start() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Pacific)
}

const secondsPerDay = 24 * 60 * 60

func fromUTC(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	default:
		return 31
	}
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func digit(n int) byte { return '0' + byte(n%10) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) //nolint:forbidigo // at start-up: what comes with the program is broken
	}
	return v
}
