package secret

import (
	"crypto/rand"
	"strings"
)

// Shape of a code (security.md 3.1): 24 characters of 5 bits are 120 bits.
const (
	CodeLength = 24
	codeGroup  = 4
	// crockford is base 32 without I, L, O and U.
	crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// NewCode returns a new random code of 24 characters without separators. Show
// it with FormatCode, keep only its MAC.
func NewCode() Text {
	random := make([]byte, CodeLength)
	_, _ = rand.Read(random) // never fails: the program ends instead
	code := make([]byte, CodeLength)
	for i, b := range random {
		code[i] = crockford[b&31]
	}
	return Text(code)
}

// FormatCode returns the code as people read it: six groups of four with
// dashes.
func FormatCode(code Text) string {
	s := code.Reveal()
	var groups []string
	for len(s) > codeGroup {
		groups = append(groups, s[:codeGroup])
		s = s[codeGroup:]
	}
	return strings.Join(append(groups, s), "-")
}

// FoldCode returns a typed code in the form of NewCode: capital letters,
// spaces and dashes left out, O read as 0 and I and L as 1. What cannot be a
// code comes back empty.
func FoldCode(typed string) Text {
	code := make([]byte, 0, CodeLength)
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '\t', '\n', '\r', '\u00a0', '-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(crockford, r) || len(code) == CodeLength {
			return ""
		}
		code = append(code, byte(r)) //nolint:gosec // a letter or digit of the alphabet
	}
	if len(code) != CodeLength {
		return ""
	}
	return Text(code)
}
