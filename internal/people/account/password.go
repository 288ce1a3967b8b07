package account

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// Lengths of a password in code points after NFC (decisions 7).
const (
	MinWorkforce = 15
	MinClient    = 12
	MaxPassword  = 128
)

// MinLength returns the least length of a password for the kind of account.
func MinLength(k Kind) int {
	if k == Client {
		return MinClient
	}
	return MinWorkforce
}

//go:embed data/common_passwords.txt
var commonFile []byte

// Shipped are the rules with the list that comes with the program.
var Shipped = must(ReadRules(bytes.NewReader(commonFile)))

// Rules say which passwords are refused. They may be used from several
// goroutines.
type Rules struct {
	common map[string]struct{}
}

// leastCommon is how many passwords a list must hold (security.md 1.3).
const leastCommon = 3000

// ReadRules reads a list of common passwords, one a line in lower case, to be
// refused beside what the rules themselves refuse.
func ReadRules(r io.Reader) (Rules, error) {
	rules := Rules{common: map[string]struct{}{}}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if p := fold(lines.Text()); len(p) >= MinClient {
			rules.common[p] = struct{}{}
		}
	}
	if err := lines.Err(); err != nil {
		return Rules{}, fmt.Errorf("read common passwords: %w", err)
	}
	if len(rules.common) < leastCommon {
		return Rules{}, fmt.Errorf("read common passwords: only %d of at least %d characters, want %d", len(rules.common), MinClient, leastCommon)
	}
	return rules, nil
}

// Check returns nil when the password may be chosen for an account of the
// kind, and otherwise a fault of the field "password" that says why not. Words
// are what the person is known by: names, e-mail address, username, site name.
func (r Rules) Check(k Kind, password string, words ...string) error {
	composed := norm.NFC.String(password)
	length := len([]rune(composed))
	switch least := MinLength(k); {
	case length == 0:
		return refused(locale.AccountPasswordMissing)
	case length < least:
		return refused(locale.AccountPasswordTooShort.With("Count", least))
	case length > MaxPassword:
		return refused(locale.AccountPasswordTooLong)
	}
	return r.weak(fold(composed), MinLength(k), words)
}

// weak looks at a password in lower case, and at what is left of it without
// digits and punctuation.
func (r Rules) weak(password string, least int, words []string) error {
	letters := keep(password, unicode.IsLetter)
	plain := keep(password, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) })
	switch {
	case r.has(password), r.has(plain), r.has(letters), r.has(unleet(password)):
		return refused(locale.AccountPasswordCommon)
	case repeats(password, least), repeats(plain, least), letters != "" && repeats(letters, least):
		return refused(locale.AccountPasswordRepeated)
	case consistsOf(plain, nil), consistsOf(letters, nil):
		return refused(locale.AccountPasswordKeyboard)
	}
	context := contextWords(words)
	if consistsOf(letters, context) || consistsOf(plain, context) || consistsOf(keep(unleet(password), unicode.IsLetter), context) {
		return refused(locale.AccountPasswordContext)
	}
	return nil
}

func refused(text locale.Phrase) error { return fault.InvalidField("password", text) }

func (r Rules) has(password string) bool {
	_, found := r.common[password]
	return found
}

// fold brings a password into the form in which it is looked up: compatible
// characters made one, lower case.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

func keep(s string, want func(rune) bool) string {
	return strings.Map(func(c rune) rune {
		if want(c) {
			return c
		}
		return -1
	}, s)
}

var leet = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// unleet reads the usual figures for letters as the letters.
func unleet(s string) string { return leet.Replace(s) }

// repeats reports whether the text is a unit said again and again, the last
// time perhaps not to its end, where the unit alone would be too short for a
// password.
func repeats(s string, least int) bool {
	runes := []rune(s)
	for unit := 1; unit < least && unit*2 <= len(runes); unit++ {
		if slices.Equal(runes[unit:], runes[:len(runes)-unit]) {
			return true
		}
	}
	return false
}

// program are the context words that are everybody's.
var program = []string{
	"familypact", "family", "pact", "planned", "planning", "parenthood", "california", "dhcs", "password", "passwort",
	"contrasena", "contraseña", "portal", "welcome", "clinic", "admin", "medical", "medi", "cal",
}

// contextWords returns the words of the program and those of the person: each
// word of a name, and of an e-mail address what stands before the @.
func contextWords(words []string) []string {
	all := slices.Clone(program)
	for _, w := range words {
		local, _, _ := strings.Cut(fold(w), "@")
		for _, part := range append(strings.FieldsFunc(local, notLetter), keep(local, unicode.IsLetter)) {
			if len([]rune(part)) >= 2 {
				all = append(all, part)
			}
		}
	}
	return all
}

func notLetter(c rune) bool { return !unicode.IsLetter(c) }

// leastRun is how many neighboring keys make a run.
const leastRun = 4

// rows are the runs of a keyboard and of the alphabet; they count backwards as
// well.
var rows = withReverse(
	"1234567890", "01234567890", "qwertyuiop", "asdfghjkl", "asdfghjklñ", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "azertyuiop", "qwertzuiop",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
)

func withReverse(list ...string) []string {
	for _, s := range slices.Clone(list) {
		r := []rune(s)
		slices.Reverse(r)
		list = append(list, string(r))
	}
	return list
}

// consistsOf reports whether the text can be cut into context words, runs of
// keys and one character said at least four times, with nothing left over.
func consistsOf(s string, words []string) bool {
	runes := []rune(s)
	if len(runes) == 0 {
		return false
	}
	reached := make([]bool, len(runes)+1)
	reached[0] = true
	for at := range runes {
		if !reached[at] {
			continue
		}
		for _, n := range pieces(runes[at:], words) {
			reached[at+n] = true
		}
	}
	return reached[len(runes)]
}

// pieces returns the lengths of the pieces that the text may begin with.
func pieces(s []rune, words []string) []int {
	var lengths []int
	for _, w := range words {
		if r := []rune(w); len(r) <= len(s) && slices.Equal(s[:len(r)], r) {
			lengths = append(lengths, len(r))
		}
	}
	for n := leastRun; n <= len(s) && inRow(string(s[:n])); n++ {
		lengths = append(lengths, n)
	}
	for n := 1; n <= len(s) && s[n-1] == s[0]; n++ {
		if n >= leastRun {
			lengths = append(lengths, n)
		}
	}
	return lengths
}

func inRow(s string) bool {
	return slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, s) })
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
