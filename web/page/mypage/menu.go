package mypage

import (
	"strings"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
)

// menu is the client area in the order of its menu. No label names the program
// or a service (ux.md 14.3).
var menu = []layout.Item{
	{Text: locale.MenuMyHome, Href: "/my"},
	{Text: locale.MenuMyApplication, Href: "/my/application"},
	{Text: locale.MenuMyCard, Href: "/my/card"},
	{Text: locale.MenuMyMessages, Href: "/my/messages"},
	{Text: locale.MenuMyDocuments, Href: "/my/documents"},
	{Text: locale.MenuMyPrivacy, Href: "/my/privacy"},
}

// landed are the parts of the client area that there are.
var landed = map[string]bool{
	"/my":             true,
	"/my/privacy":     true,
	"/my/application": true,
	"/my/finish":      true,
	"/my/card":        true,
	"/my/messages":    true,
	"/my/documents":   true,
	"/my/history":     true,
	"/my/link":        true,
}

// Menu lists the pages of the client area that there are.
func Menu() []layout.Item {
	var items []layout.Item
	for _, item := range menu {
		if landed[item.Href] {
			items = append(items, item)
		}
	}
	return items
}

// Landed lists the parts of the client area that the first page may lead to.
func Landed() []string {
	var paths []string
	for path, is := range landed {
		if is {
			paths = append(paths, path)
		}
	}
	return paths
}

// leads reports whether there is the part that an address lies in.
func leads(href string) bool {
	parts := strings.SplitN(href, "/", 4)
	return len(parts) > 2 && landed["/my/"+parts[2]]
}
