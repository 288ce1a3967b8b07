package deskpage

import (
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Addresses and numbers of others who help (domain/portal.md 25).
const (
	ofpEmail      = "providerservices@dhcs.ca.gov"
	trainingEmail = "OFPprovidertrainings@dhcs.ca.gov"
	rightsEmail   = "FamilyPact@dhcs.ca.gov"
	claimsPhone   = "1-800-541-5555"
)

// problem is what a caller says, and what to do about it.
type problem struct{ says, answer locale.Phrase }

// chapter is the problems that go to one place.
type chapter struct {
	title    locale.Key
	problems []problem
}

// everyCall is what holds for every call.
var everyCall = []locale.Key{
	locale.DeskGuideCallFind, locale.DeskGuideCallCheck, locale.DeskGuideCallNever, locale.DeskGuideCallClients,
}

// guide is the split of domain/portal.md 25, by problem.
var guide = []chapter{
	{locale.DeskGuideHere, []problem{
		{locale.DeskGuideBlocked, locale.DeskGuideBlockedText},
		{locale.DeskGuidePassword, locale.DeskGuidePasswordText},
		{locale.DeskGuideInactive, locale.DeskGuideInactiveText},
		{locale.DeskGuideOffice, locale.DeskGuideOfficeText},
	}},
	{locale.DeskGuideSelf, []problem{
		{locale.DeskGuideUsername, locale.DeskGuideUsernameText},
		{locale.DeskGuideApp, locale.DeskGuideAppText},
	}},
	{locale.DeskGuideElsewhere, []problem{
		{locale.DeskGuideCodes, locale.DeskGuideCodesText.With("Phone", ui.OFPPhone, "Email", ofpEmail)},
		{locale.DeskGuideDisabled, locale.DeskGuideDisabledText.With("Phone", ui.OFPPhone)},
		{locale.DeskGuideServices, locale.DeskGuideServicesText.With("Phone", ui.OFPPhone)},
		{locale.DeskGuideTraining, locale.Words(trainingEmail)},
		{locale.DeskGuideRights, locale.DeskGuideRightsText.With("Phone", ui.OFPPhone, "Email", rightsEmail)},
		{locale.DeskGuideClaims, locale.DeskGuideClaimsText.With("Phone", claimsPhone)},
	}},
}
