package session

import "strings"

// Agent is a browser and its system in coarse words, "chrome windows": what an
// owner needs to know their own devices by, and nothing that tells two
// browsers of a kind apart. The text that a browser sends is never kept.
type Agent string

// Browser returns the first of the two words, "" when it is not known.
func (a Agent) Browser() string {
	browser, _, _ := strings.Cut(string(a), " ")
	return browser
}

// System returns the second of the two words, "" when it is not known.
func (a Agent) System() string {
	_, system, _ := strings.Cut(string(a), " ")
	return system
}

// kind is a word and the part of a browser's text that it is known by.
type kind struct{ mark, word string }

// browsers in the order in which they are looked for: most name the ones
// before whom they stand here as well.
var browsers = []kind{
	{"Edg", "edge"}, {"OPR/", "opera"}, {"SamsungBrowser/", "samsung"}, {"Firefox/", "firefox"}, {"FxiOS/", "firefox"},
	{"Chrome/", "chrome"}, {"Chromium/", "chrome"}, {"CriOS/", "chrome"}, {"Safari/", "safari"},
}

// systems likewise: a telephone names the system that its own is made from.
var systems = []kind{
	{"iPhone", "ios"}, {"iPad", "ios"}, {"Android", "android"}, {"CrOS", "chromeos"},
	{"Windows", "windows"}, {"Mac OS X", "macos"}, {"Macintosh", "macos"}, {"Linux", "linux"},
}

// AgentOf reads what a browser says of itself. Nothing that is known is "".
func AgentOf(header string) Agent {
	if len(header) > 512 {
		header = header[:512]
	}
	return Agent(strings.TrimRight(first(browsers, header)+" "+first(systems, header), " "))
}

func first(kinds []kind, text string) string {
	for _, k := range kinds {
		if strings.Contains(text, k.mark) {
			return k.word
		}
	}
	return ""
}
