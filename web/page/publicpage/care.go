package publicpage

import (
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

var about = article{
	title: locale.PublicAboutTitle, lead: locale.PublicAboutLead,
	sections: []section{
		{heading: locale.PublicAboutCovers, points: []locale.Key{
			locale.PublicAboutCovers1, locale.PublicAboutCovers2, locale.PublicAboutCovers3, locale.PublicAboutCovers4, locale.PublicAboutCovers5,
		}},
		{heading: locale.PublicAboutNot, points: []locale.Key{locale.PublicAboutNot1, locale.PublicAboutNot2, locale.PublicAboutNot3}},
		{heading: locale.PublicAboutInsurance, texts: []locale.Key{locale.PublicAboutInsuranceText}},
		{heading: locale.PublicAboutFree, texts: []locale.Key{locale.PublicAboutFreeText}},
		{
			heading: locale.PublicEligibilityNext,
			links: []ui.Link{
				{Text: locale.MenuCheck, Href: "/check"}, {Text: locale.CheckClinic, Href: "/find-care"},
				{Text: locale.PublicEligibilityTitle, Href: "/eligibility"},
			},
		},
	},
}

var howToUse = article{
	title: locale.PublicUseTitle, lead: locale.PublicUseLead,
	sections: []section{
		{
			heading: locale.PublicUseWhere,
			points:  []locale.Key{locale.NoticeUseToday, locale.PublicUseCalifornia, locale.NoticeUseShow, locale.NoticeUseKeep},
			links:   []ui.Link{{Text: locale.CheckClinic, Href: "/find-care"}},
		},
		{heading: locale.PublicUsePharmacy, texts: []locale.Key{locale.PublicUsePharmacyText}},
		{heading: locale.PublicUseYear, texts: []locale.Key{locale.PublicUseYearText}},
		{
			heading: locale.NoticeReport, texts: []locale.Key{locale.NoticeReportText},
			points: []locale.Key{locale.NoticeReportIncome, locale.NoticeReportHome, locale.NoticeReportCover, locale.NoticeReportNeed},
		},
		{heading: locale.PublicUseLost, texts: []locale.Key{locale.PublicUseLostText}},
	},
}

var rights = article{
	title: locale.QNoticesRights, lead: locale.PublicRightsLead,
	sections: []section{
		{heading: locale.PublicRightsCare, points: []locale.Key{
			locale.PublicRightsCare1, locale.PublicRightsCare2, locale.PublicRightsCare3, locale.PublicRightsCare4,
		}},
		{heading: locale.PublicRightsRespect, points: []locale.Key{
			locale.PublicRightsRespect1, locale.PublicRightsRespect2, locale.PublicRightsRespect3,
		}},
		{
			heading: locale.PublicRightsWrong, texts: []locale.Key{locale.PublicRightsWrongText},
			links: []ui.Link{
				{Text: locale.NoticeHearing, Href: "/rights/hearing"},
				{Text: locale.PublicNondiscriminationTitle, Href: "/nondiscrimination"},
				{Text: locale.Words(ui.OFPPhone), Href: telOFP},
				{Text: locale.Words(mailRights), Href: "mailto:" + mailRights},
			},
		},
	},
}

// hearing computes no time limit: none has been confirmed (domain/eligibility.md
// 12).
var hearing = article{
	title: locale.NoticeHearing, lead: locale.NoticeHearingRight,
	sections: []section{
		{texts: []locale.Key{locale.NoticeHearingFirst, locale.NoticeHearingAddress, locale.NoticeHearingSecond, locale.NoticeHearingNot, locale.NoticeHearingHelp}},
		{links: []ui.Link{
			{Text: locale.QNoticesRights, Href: "/rights"}, {Text: locale.PublicLanguageHelpTitle, Href: "/language-help"},
		}},
	},
}

var forms = article{
	title: locale.PublicFormsTitle, lead: locale.PublicFormsLead,
	sections: []section{
		{heading: locale.PublicFormsClient, links: blank("cec", locale.PublicFormsClient)},
		{heading: locale.PublicFormsRetro, links: blank("rec", locale.PublicFormsRetro)},
		{heading: locale.PublicFormsRights, links: []ui.Link{
			{Text: locale.QNoticesRights, Href: "/rights"}, {Text: locale.NoticeHearing, Href: "/rights/hearing"},
		}},
	},
}

// blank leads to a form with nothing filled in; which says which one it is to
// those who hear it.
func blank(form string, which locale.Phrase) []ui.Link {
	const base = "/forms/"
	return []ui.Link{
		{Text: locale.DocumentsBlankEn, Hidden: which, Href: base + form + "?language=en"},
		{Text: locale.DocumentsBlankEs, Hidden: which, Href: base + form + "?language=es"},
		{Text: locale.DocumentsBlankEnPdf, Hidden: which, Href: base + form + "/pdf?language=en"},
		{Text: locale.DocumentsBlankEsPdf, Hidden: which, Href: base + form + "/pdf?language=es"},
	}
}

// group is a part of the site map.
type group struct {
	heading locale.Key
	pages   []ui.Link
}

// groups are all pages that are open to everybody and worth finding.
var groups = []group{
	{locale.PublicSitemapCare, []ui.Link{
		{Text: locale.PublicHomeName, Href: "/"},
		{Text: locale.PublicAboutTitle, Href: "/about"},
		{Text: locale.PublicEligibilityTitle, Href: "/eligibility"},
		{Text: locale.CheckTitle, Href: "/check"},
		{Text: locale.PublicApplyTitle, Href: "/apply"},
		{Text: locale.FindTitle, Href: "/find-care"},
		{Text: locale.PublicUseTitle, Href: "/how-to-use"},
		{Text: locale.PublicFormsTitle, Href: "/forms"},
	}},
	{locale.PublicSitemapRights, []ui.Link{
		{Text: locale.QNoticesRights, Href: "/rights"},
		{Text: locale.NoticeHearing, Href: "/rights/hearing"},
		{Text: locale.PublicNondiscriminationTitle, Href: "/nondiscrimination"},
		{Text: locale.PublicPrivacyTitle, Href: "/privacy"},
		{Text: locale.PublicSafetyTitle, Href: "/safety"},
		{Text: locale.PublicTermsTitle, Href: "/terms"},
	}},
	{locale.PublicSitemapHelp, []ui.Link{
		{Text: locale.PublicContactTitle, Href: "/contact"},
		{Text: locale.PublicLanguageHelpTitle, Href: "/language-help"},
		{Text: locale.PublicAccessibilityTitle, Href: "/accessibility"},
		{Text: locale.PublicStatusTitle, Href: "/status"},
		{Text: locale.PublicSitemapTitle, Href: "/sitemap"},
	}},
	{locale.MenuProviders, []ui.Link{
		{Text: locale.PublicProvidersTitle, Href: "/providers"},
		{Text: locale.PublicMyCodeTitle, Href: "/providers/my-code"},
	}},
}

// Paths returns the addresses of the public pages, without language. This is
// the one list of them: of what a search engine may keep, of what comes while
// the database is down, of the site map, and of what the tests look at.
func Paths() []string {
	var paths []string
	for _, g := range groups {
		for _, l := range g.pages {
			paths = append(paths, l.Href)
		}
	}
	return paths
}

// asked is what somebody is asked who applies.
var asked = section{
	heading: locale.PublicApplyHand, points: []locale.Key{locale.PublicApplyHand1, locale.PublicApplyHand2, locale.PublicApplyHand3},
	texts: []locale.Key{locale.PublicApplyHandNone},
}

var private = section{
	heading: locale.PublicApplyPrivate, texts: []locale.Key{locale.PublicApplyPrivateText},
	links: []ui.Link{{Text: locale.PublicHomePrivacyLink, Href: "/privacy"}, {Text: locale.PublicHomeSafetyLink, Href: "/safety"}},
}

// The steps of applying, online and at a clinic.
var (
	byOneself = []locale.Key{locale.PublicApplyOnline1, locale.PublicApplyOnline2, locale.PublicApplyOnline3}
	atClinic  = []locale.Key{locale.PublicApplyClinic1, locale.PublicApplyClinic2, locale.PublicApplyClinic3}
)
