package client

import (
	"fmt"
	"strings"
	"unicode"

	"familypact.example/portal/internal/platform/civil"
)

// HAPNumber is the number of a client, for life. Nothing is read from it: it
// is text, whole.
type HAPNumber string

const (
	// hapLetters leaves out letters that look like another sign.
	hapLetters = "ACDEFGHMNPSTUVWXY"
	hapLength  = 14
	// hapFirst is where the sequence of new numbers begins; numbers below it are
	// those of the old system and are taken as they are (decisions 46).
	hapFirst = "95000000"
)

// NewHAPNumber makes a number from a value of the sequence and the day of
// issue: eight digits, a letter, a check digit, then the last digit of the
// year and the day of the year (decisions 46).
func NewHAPNumber(sequence int64, on civil.Date) HAPNumber {
	digits := fmt.Sprintf("%08d", sequence)
	letter := hapLetters[sequence%int64(len(hapLetters))]
	issued := fmt.Sprintf("%d%03d", on.Year%10, on.DaysSince(civil.New(on.Year, 1, 1))+1)
	return HAPNumber(fmt.Sprintf("%s%c%c%s", digits, letter, checkDigit(digits, letter, issued), issued))
}

// FoldHAPNumber brings a typed number into the one form that is stored: upper
// case, without spaces and hyphens.
func FoldHAPNumber(typed string) HAPNumber {
	return HAPNumber(strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(typed))))
}

// Valid reports whether n can be a number: its shape, and for those of this
// portal the check digit. Numbers of the old system have none.
func (n HAPNumber) Valid() bool {
	if len(n) != hapLength {
		return false
	}
	digits, letter, check, issued := string(n[:8]), n[8], n[9], string(n[10:])
	if !allDigits(digits) || !allDigits(issued) || strings.IndexByte(hapLetters, letter) < 0 || !allDigits(string(check)) {
		return false
	}
	return digits < hapFirst || check == checkDigit(digits, letter, issued)
}

// Groups returns the number as it is printed and read out, in groups.
func (n HAPNumber) Groups() string {
	if len(n) != hapLength {
		return string(n)
	}
	return strings.Join([]string{string(n[:4]), string(n[4:8]), string(n[8:10]), string(n[10:])}, " ")
}

// checkDigit is Luhn's, over the digits with the letter as two of them (A is
// 10, Z is 35).
func checkDigit(digits string, letter byte, issued string) byte {
	payload := fmt.Sprintf("%s%d%s", digits, letter-'A'+10, issued)
	sum := 0
	for i := range len(payload) {
		d := int(payload[len(payload)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return '0' + byte((10-sum%10)%10)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
