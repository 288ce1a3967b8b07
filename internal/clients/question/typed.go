package question

import (
	"context"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
)

// monthWords are the first letters of the months in English and Spanish.
var monthWords = map[string]time.Month{
	"jan": 1, "ene": 1, "feb": 2, "mar": 3, "apr": 4, "abr": 4, "may": 5, "jun": 6, "jul": 7,
	"aug": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "nov": 11, "dec": 12, "dic": 12,
}

// dateOf reads a date as a person types it, the month as a number or a word.
// Nothing typed is the zero Date.
func dateOf(month, day, year string) (civil.Date, bool) {
	if month == "" && day == "" && year == "" {
		return civil.Date{}, true
	}
	dd, errDay := strconv.Atoi(narrow(day))
	yyyy, errYear := strconv.Atoi(narrow(year))
	d := civil.Date{Year: yyyy, Month: monthOf(month), Day: dd}
	if errDay != nil || errYear != nil || len(narrow(year)) != 4 || !d.Valid() {
		return civil.Date{}, false
	}
	return d, true
}

func monthOf(typed string) time.Month {
	if n, err := strconv.Atoi(narrow(typed)); err == nil {
		return time.Month(n)
	}
	word := strings.TrimSuffix(fold(typed), ".")
	if len(word) < 3 || strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) >= 0 {
		return 0
	}
	return monthWords[word[:3]]
}

// narrow makes full-width digits plain ones.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, s)
}

// fold makes what was typed comparable: lower case, no accents, single spaces.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.Join(strings.Fields(s), " ")) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// digitsOf returns the digits of s when there is nothing else in it but the
// given separators.
func digitsOf(s, separators string) (string, bool) {
	var b strings.Builder
	for _, r := range narrow(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !unicode.IsSpace(r) && !strings.ContainsRune(separators, r):
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// maxCents is the largest amount that may be typed: 999,999.99 (eligibility
// rules, validations common to all).
const maxCents = 99_999_999

// cents reads an amount of money as a person types it.
func cents(typed string) (int64, bool) {
	clean := strings.Map(func(r rune) rune {
		if r == '$' || r == ',' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, narrow(typed))
	whole, part, _ := strings.Cut(clean, ".")
	if whole+part == "" || len(part) > 2 || len(whole) > 9 || !plain(whole+part) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+part+"00"[:2-len(part)], 10, 64)
	return n, err == nil && n <= maxCents
}

// plain reports whether s has digits only.
func plain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// ssnDigits reads a Social Security number with or without separators. It
// reports only whether there are nine digits.
func ssnDigits(typed string) (string, bool) {
	d, ok := digitsOf(typed, "-–.")
	return d, ok && len(d) == 9
}

// issued reports whether a number of nine digits can be a Social Security
// number: not all digits equal, no part all zeros, not beginning with 666 or 9.
func issued(d string) bool {
	return strings.Count(d, d[:1]) < 9 && d[:3] != "000" && d[:3] != "666" && d[0] != '9' &&
		d[3:5] != "00" && d[5:] != "0000"
}

// zipDigits reads a ZIP code of five or nine digits.
func zipDigits(typed string) (string, bool) {
	d, ok := digitsOf(typed, "-–")
	return d, ok && (len(d) == 5 || len(d) == 9)
}

// phoneDigits reads a telephone number in any format. Without a country it is
// one of the United States, with its area code. An extension is left out.
func phoneDigits(typed string) (string, bool) {
	number, _, _ := strings.Cut(strings.ToLower(typed), "x")
	number = strings.TrimSuffix(strings.TrimSpace(number), "e")
	d, ok := digitsOf(number, "()-–./+")
	switch {
	case !ok:
		return "", false
	case strings.HasPrefix(strings.TrimSpace(typed), "+"):
		return d, len(d) >= 8 && len(d) <= 15
	case len(d) == 11 && d[0] == '1':
		return d, true
	}
	return "1" + d, len(d) == 10
}

// mailbox reads an e-mail address: one mailbox, without a name before it.
func mailbox(typed string) (string, bool) {
	addr, err := mail.ParseAddress(typed)
	if err != nil || addr.Address != typed || len(typed) > 254 {
		return "", false
	}
	_, domain, _ := strings.Cut(typed, "@")
	return typed, strings.Contains(domain, ".") && !strings.HasSuffix(domain, ".")
}

// isName reports whether s is written like a name: at least one letter, and
// otherwise what stands in names. One letter is a name.
func isName(s string) bool {
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case !unicode.IsMark(r) && !unicode.IsSpace(r) && !strings.ContainsRune("-‐‑–'’‘ʻʼ`´.,·", r):
			return false
		}
	}
	return letters > 0
}

// listed finds what was typed in a list, in either language or as its code,
// and returns the code.
func listed(options []Option, typed string) (string, bool) {
	want := fold(typed)
	for _, o := range options {
		if fold(o.Value) == want {
			return o.Value, true
		}
		for _, l := range locale.Languages {
			if fold(o.Label.In(locale.WithLanguage(context.Background(), l))) == want {
				return o.Value, true
			}
		}
	}
	return "", false
}

// options makes the answers of a field from a code list.
func options(list []codelist.Choice) []Option {
	out := make([]Option, 0, len(list))
	for _, c := range list {
		out = append(out, Option{Value: c.Code, Label: c.Label})
	}
	return out
}

// yesNo are the answers of a question of yes or no; both look the same.
var yesNo = []Option{{Value: "Y", Label: locale.QYes}, {Value: "N", Label: locale.QNo}}

// labelOf returns the words for a code of a list, nil for an unknown one.
func labelOf(list []Option, code string) locale.Phrase {
	for _, o := range list {
		if o.Value == code {
			return o.Label
		}
	}
	return nil
}

// day and money are a date and an amount, put into the reader's words.
type (
	day   civil.Date
	money int64
)

// In returns the day in words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// In returns the amount in dollars and cents.
func (m money) In(ctx context.Context) string { return locale.Money(ctx, int64(m)) }

// words makes a list of phrases.
func words(ps ...locale.Phrase) []locale.Phrase { return ps }
