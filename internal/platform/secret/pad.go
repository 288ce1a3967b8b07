package secret

import "strings"

// Pad fills a text up with blanks to the next multiple of the size, an empty
// one to the size itself, so that a sealed value does not tell by its length
// what it holds. JSON stays JSON. Unpad takes the blanks off again.
func Pad(text string, size int) string {
	if size < 1 {
		return text
	}
	over := len(text) % size
	if over == 0 && text != "" {
		return text
	}
	return text + strings.Repeat(" ", size-over)
}

// Unpad returns the text without the blanks that Pad has added. It takes off
// blanks at the end of any text.
func Unpad(text string) string { return strings.TrimRight(text, " ") }
