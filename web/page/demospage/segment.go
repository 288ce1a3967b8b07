package demospage

import (
	"regexp"
	"strings"
)

// segment is a piece of a mail's text: words, or an address of the portal.
type segment struct {
	Text string
	Href string // path within the portal; empty: words
}

// address is what a link in plain text looks like, without the sign that ends
// a sentence.
var address = regexp.MustCompile(`https?://[^\s<>"']*[^\s<>"'.,;:!?)\]]`)

// segments cuts a text at the addresses of the portal. Whatever leads anywhere
// else stays words.
func segments(text, base string) []segment {
	var all []segment
	from := 0
	for _, at := range address.FindAllStringIndex(text, -1) {
		path, ours := within(text[at[0]:at[1]], base)
		if !ours {
			continue
		}
		all = append(all, segment{Text: text[from:at[0]]}, segment{Text: text[at[0]:at[1]], Href: path})
		from = at[1]
	}
	return append(all, segment{Text: text[from:]})
}

// within returns the path of an address inside the portal. Only plain paths of
// ours count.
func within(address, base string) (string, bool) {
	path, ours := strings.CutPrefix(address, strings.TrimSuffix(base, "/"))
	if !ours || base == "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return "", false
	}
	if strings.ContainsAny(path, "\\\r\n\t") {
		return "", false
	}
	return path, true
}
