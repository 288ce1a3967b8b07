package layout

import (
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// footerLinks stand at the foot of every page, in this order.
var footerLinks = []ui.Link{
	{Text: locale.LayoutFooterPrivacy, Href: "/privacy"},
	{Text: locale.LayoutFooterAccessibility, Href: "/accessibility"},
	{Text: locale.LayoutFooterLanguageHelp, Href: "/language-help"},
	{Text: locale.LayoutFooterNondiscrimination, Href: "/nondiscrimination"},
	{Text: locale.LayoutFooterTerms, Href: "/terms"},
	{Text: locale.LayoutFooterContact, Href: "/contact"},
	{Text: locale.LayoutFooterStatus, Href: "/status"},
	{Text: locale.LayoutFooterSitemap, Href: "/sitemap"},
}

// support is whom to call about one kind of problem.
type support struct {
	problem, who locale.Phrase
	phone, dial  string
}

// help lists the two support lines by problem (domain/portal.md 25). On quiet
// pages they name no office.
func help(s shell) []support {
	password := support{locale.LayoutFooterPassword, locale.LayoutFooterPasswordWho, ui.ServiceCenterPhone, "+18009068521"}
	everything := support{locale.LayoutFooterOther, locale.LayoutFooterOtherWho, ui.OFPPhone, "+19166500414"}
	if s.quiet {
		password.who = nil
		everything.problem, everything.who = locale.LayoutFooterOtherQuiet, nil
	}
	return []support{password, everything}
}
