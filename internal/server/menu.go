package server

import (
	"strings"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
)

// menu lists the pages of an area for a role, in the order of the day's work.
// An item stands here only when its page exists and is for the role.
func menu(role authz.Role, path string) []layout.Item {
	switch area(path) {
	case "provider":
		return providerMenu(role)
	case "ofp":
		return []layout.Item{
			{Text: locale.MenuDashboard, Href: "/ofp"},
			{Text: locale.MenuSites, Href: "/ofp/sites"},
			{Text: locale.MenuCodes, Href: "/ofp/codes"},
			{Text: locale.MenuPeople, Href: "/ofp/people"},
			{Text: locale.MenuTraining, Href: "/ofp/training"},
			{Text: locale.MenuOverrides, Href: "/ofp/overrides"},
			{Text: locale.MenuOutages, Href: "/ofp/outages"},
			{Text: locale.MenuTables, Href: "/ofp/tables"},
			{Text: locale.MenuSettings, Href: "/ofp/settings"},
		}
	case "desk":
		return []layout.Item{
			{Text: locale.MenuDeskSearch, Href: "/desk"},
			{Text: locale.MenuDeskGuide, Href: "/desk/guide"},
		}
	case "my":
		return clientMenu()
	case "demo":
		return []layout.Item{
			{Text: locale.DemoTitle, Href: "/demo"},
			{Text: locale.DemoMailTitle, Href: "/demo/mail"},
			{Text: locale.DemoClockTitle, Href: "/demo/clock"},
			{Text: locale.DemoResetTitle, Href: "/demo/reset"},
		}
	case "public":
		return []layout.Item{
			{Text: locale.MenuEligibility, Href: "/eligibility"},
			{Text: locale.MenuCheck, Href: "/check"},
			{Text: locale.MenuFindCare, Href: "/find-care"},
			{Text: locale.MenuProviders, Href: "/providers"},
			{Text: locale.MenuContact, Href: "/contact"},
		}
	}
	return nil
}

func providerMenu(role authz.Role) []layout.Item {
	items := []layout.Item{
		{Text: locale.MenuDashboard, Href: "/provider"},
		{Text: locale.MenuSearch, Href: "/provider/search"},
		{Text: locale.MenuClients, Href: "/provider/clients"},
		{Text: locale.MenuEnroll, Href: "/provider/enroll"},
		{Text: locale.MenuInquiry, Href: "/provider/inquiry"},
	}
	if authz.Allows(role, authz.ManageStaff) {
		items = append(items, layout.Item{Text: locale.MenuStaff, Href: "/provider/access"})
	}
	return append(items,
		layout.Item{Text: locale.MenuTraining, Href: "/provider/training"},
		layout.Item{Text: locale.MenuReports, Href: "/provider/reports"})
}

func area(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "provider", "ofp", "desk", "my", "demo":
		return first
	case "sign-in", "sign-out", "password", "create-account", "session", "register", "username":
		return "sign-in"
	}
	return "public"
}

// accountPage is the address of one's own account, empty where there is none.
func accountPage(role authz.Role) string {
	switch role {
	case authz.Staff, authz.Certifier:
		return "/provider/account"
	case authz.OFP:
		return "/ofp/account"
	case authz.Desk:
		return "/desk/account"
	case authz.Client:
		return "/my/account"
	}
	return ""
}
