// Package publicpage has the pages of the public site: the start page, who can
// get the program, privacy, contact by problem and the legal texts.
package publicpage

import (
	"embed"
	"strings"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// article is a page of text: a lead and sections with headings.
type article struct {
	title, lead locale.Key
	sections    []section
}

// section is one heading with what stands below it.
type section struct {
	heading locale.Key
	texts   []locale.Key
	points  []locale.Key
	links   []ui.Link
}

var privacy = article{
	title: locale.PublicPrivacyTitle, lead: locale.PublicPrivacyLead,
	sections: []section{
		{heading: locale.PublicPrivacyContact, texts: []locale.Key{locale.PublicPrivacyContactText}},
		{heading: locale.PublicPrivacyWho, texts: []locale.Key{locale.PublicPrivacyWhoText}},
		{heading: locale.PublicPrivacyMinor, texts: []locale.Key{locale.PublicPrivacyMinorText}},
		{
			heading: locale.PublicPrivacySite,
			points:  []locale.Key{locale.PublicPrivacySite1, locale.PublicPrivacySite2, locale.PublicPrivacySite3, locale.PublicPrivacySite4},
			links:   []ui.Link{{Text: locale.PublicHomeSafetyLink, Href: "/safety"}},
		},
	},
}

var safety = article{
	title: locale.PublicSafetyTitle, lead: locale.PublicSafetyLead,
	sections: []section{
		{heading: locale.PublicSafetyExit, texts: []locale.Key{locale.PublicSafetyExitText, locale.PublicSafetyExitNot}},
		{heading: locale.PublicSafetyPrivate, texts: []locale.Key{locale.PublicSafetyPrivateText}},
		{heading: locale.PublicSafetyHistory, texts: []locale.Key{locale.PublicSafetyHistoryText}},
		{heading: locale.PublicSafetyShared, texts: []locale.Key{locale.PublicSafetySharedText}},
	},
}

var accessibility = article{
	title: locale.PublicAccessibilityTitle, lead: locale.PublicAccessibilityLead,
	sections: []section{
		{heading: locale.PublicAccessibilityGoal, texts: []locale.Key{locale.PublicAccessibilityGoalText}},
		{heading: locale.PublicAccessibilityWorks, points: []locale.Key{
			locale.PublicAccessibilityWorks1, locale.PublicAccessibilityWorks2, locale.PublicAccessibilityWorks3, locale.PublicAccessibilityWorks4,
		}},
		{heading: locale.PublicAccessibilityLimits, texts: []locale.Key{locale.PublicAccessibilityLimitsText}},
		{
			heading: locale.PublicAccessibilityTell, texts: []locale.Key{locale.PublicAccessibilityTellText},
			links: []ui.Link{{Text: locale.Words(ui.OFPPhone), Href: telOFP}},
		},
	},
}

var nondiscrimination = article{
	title: locale.PublicNondiscriminationTitle, lead: locale.PublicNondiscriminationLead,
	sections: []section{
		{texts: []locale.Key{locale.PublicNondiscriminationGrounds}},
		{
			heading: locale.PublicNondiscriminationHelp, texts: []locale.Key{locale.PublicNondiscriminationHelpText},
			links: []ui.Link{{Text: locale.PublicLanguageHelpTitle, Href: "/language-help"}},
		},
		{
			heading: locale.PublicNondiscriminationComplain, texts: []locale.Key{locale.PublicNondiscriminationComplainText},
			links: []ui.Link{
				{Text: locale.Words(ui.OFPPhone), Href: telOFP},
				{Text: locale.Words(mailRights), Href: "mailto:" + mailRights},
				{Text: locale.Words("(800) 368-1019"), Href: "tel:+18003681019"},
			},
		},
	},
}

// telOFP is the number of the program office for dialing.
const telOFP = "tel:+19166500414"

// The mail addresses of the program office (domain/portal.md 25).
const (
	mailGeneral  = "OFPStakeholder@dhcs.ca.gov"
	mailCodes    = "providerservices@dhcs.ca.gov"
	mailTraining = "OFPprovidertrainings@dhcs.ca.gov"
	mailRights   = "FamilyPact@dhcs.ca.gov"
)

// problem is one reason to contact somebody, with the one place for it.
type problem struct {
	what, who         locale.Key
	phone, dial, mail string
}

// problems lists them in the order of how often they come. No problem has two
// numbers (domain/portal.md 25).
var problems = []problem{
	{locale.PublicContactPassword, locale.PublicContactPasswordWho, ui.ServiceCenterPhone, "tel:+18009068521", ""},
	{locale.PublicContactCode, locale.PublicContactOfp, ui.OFPPhone, telOFP, mailCodes},
	{locale.PublicContactTraining, locale.PublicContactOfp, "", "", mailTraining},
	{locale.PublicContactRights, locale.PublicContactOfp, ui.OFPPhone, telOFP, mailRights},
	{locale.PublicContactBilling, locale.PublicContactBillingWho, "(800) 541-5555", "tel:+18005415555", ""},
	{locale.PublicContactOther, locale.PublicContactOfp, ui.OFPPhone, telOFP, mailGeneral},
}

// tagline offers help in one language, written in it.
type tagline struct {
	language, direction string
	text                locale.Key
}

var taglines = []tagline{
	{"es", "ltr", locale.PublicLanguageHelpLineEs},
	{"zh-Hant", "ltr", locale.PublicLanguageHelpLineZh},
	{"vi", "ltr", locale.PublicLanguageHelpLineVi},
	{"tl", "ltr", locale.PublicLanguageHelpLineTl},
	{"ko", "ltr", locale.PublicLanguageHelpLineKo},
	{"ru", "ltr", locale.PublicLanguageHelpLineRu},
	{"ar", "rtl", locale.PublicLanguageHelpLineAr},
	{"fa", "rtl", locale.PublicLanguageHelpLineFa},
}

//go:embed licenses/*.txt
var licenseFiles embed.FS

// license is the text that has to go with a part of these pages.
type license struct{ name, text string }

// licenses of what browsers load; those of the whole program are in
// THIRD_PARTY_LICENSES.
var licenses = []license{
	{"govuk-frontend", mustRead("licenses/govuk-frontend.txt")},
	{"Public Sans", mustRead("licenses/public-sans.txt")},
}

func mustRead(name string) string {
	raw, err := licenseFiles.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(raw))
}

var termsOfUse = section{heading: locale.PublicTermsUse, points: []locale.Key{
	locale.PublicTermsUse1, locale.PublicTermsUse2, locale.PublicTermsUse3, locale.PublicTermsUse4,
}}
