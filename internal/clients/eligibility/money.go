package eligibility

import (
	"fmt"
	"strconv"
)

// Cents is an amount of money.
type Cents int64

// ParseCents reads dollars with two decimals, as 2430.00. An amount without
// decimals is refused, since it could as well be meant in cents; so are signs,
// separators, and more than MaxMoney.
func ParseCents(s string) (Cents, error) {
	var n Cents
	point := len(s) - len(".00")
	for i := range len(s) {
		c := s[i]
		if i == point && c == '.' {
			continue
		}
		if c < '0' || c > '9' || n > MaxMoney {
			point = -1
			break
		}
		n = n*10 + Cents(c-'0')
	}
	if point < 1 || s[point] != '.' || n > MaxMoney {
		return 0, fmt.Errorf("%q is not an amount in dollars with two decimals, like 2430.00", s)
	}
	return n, nil
}

// String returns dollars with two decimals, as 2430.00.
func (c Cents) String() string { return string(c.Append(nil)) }

// Append adds to b what String returns.
func (c Cents) Append(b []byte) []byte {
	if c < 0 {
		b, c = append(b, '-'), -c
	}
	b = strconv.AppendInt(b, int64(c/100), 10)
	return append(b, '.', '0'+byte(c/10%10), '0'+byte(c%10))
}
