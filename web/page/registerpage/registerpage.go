// Package registerpage shows the way from an access code to an account.
package registerpage

import (
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// OFPMail is where people write to about access codes.
const OFPMail = "providerservices@dhcs.ca.gov"

// parts is how many parts the way has.
const parts = 5

var roles = map[authz.Role]locale.Key{
	authz.Certifier: locale.RegisterConfirmRoleCertifier,
	authz.Staff:     locale.RegisterConfirmRoleStaff,
	authz.OFP:       locale.RegisterConfirmRoleOfp,
	authz.Desk:      locale.RegisterConfirmRoleDesk,
}

func confirmTitle(s setup.Setup) locale.Key {
	if s.SiteID == nil {
		return locale.RegisterConfirmTitleOffice
	}
	return locale.RegisterConfirmTitle
}

func row(key locale.Key, values ...string) ui.Row {
	return ui.Row{Key: key, Values: ui.Words(values...)}
}

// whom lists for whom the code was issued.
func whom(s setup.Setup) []ui.Row {
	rows := []ui.Row{{Key: locale.RegisterConfirmRole, Values: []locale.Phrase{roles[s.Role]}}}
	if s.SiteID != nil {
		rows = append(rows,
			row(locale.RegisterConfirmSite, s.SiteName),
			row(locale.RegisterConfirmAddress, s.SiteAddress),
			row(locale.RegisterConfirmNpi, s.NPI))
	}
	return append(rows, row(locale.RegisterConfirmEmail, s.Email))
}

func contactTitle(s setup.Setup) locale.Key {
	if s.Kind().Privileged() {
		return locale.RegisterContactOfficeTitle
	}
	return locale.RegisterContactTitle
}

func terms(s setup.Setup) []locale.Key {
	list := []locale.Key{locale.RegisterTerms1, locale.RegisterTerms2, locale.RegisterTerms3}
	if s.Role == authz.Certifier {
		list = append(list, locale.RegisterTerms4)
	}
	return list
}

func createText(s setup.Setup) locale.Key {
	if s.Existing != nil {
		return locale.RegisterTermsAdd
	}
	return locale.RegisterTermsCreate
}

func doneTitle(s setup.Setup) locale.Key {
	if s.Added() {
		return locale.RegisterDoneTitleAdded
	}
	return locale.RegisterDoneTitle
}

// next says what the new account is for, first of all.
func next(s setup.Setup) locale.Phrase {
	switch {
	case s.Role == authz.Certifier && !s.Opens.IsZero():
		return locale.RegisterDoneCertifier.With("GoLive", day(s.Opens))
	case s.Role == authz.Certifier:
		return locale.RegisterDoneCertifierOpen
	case s.Role == authz.Staff:
		return locale.RegisterDoneStaff
	}
	return locale.RegisterDoneOffice
}

// ended are the words for the ways in which a code is not good.
type ended struct{ title, text locale.Key }

// Ending tells which way it is.
type Ending string

// The ways in which a code that was right once is not good.
const (
	Expired   Ending = "expired"
	Used      Ending = "used"
	Replaced  Ending = "replaced"
	Withdrawn Ending = "withdrawn"
)

var endings = map[Ending]ended{
	Expired:   {locale.RegisterEndedExpiredTitle, locale.RegisterEndedExpiredText},
	Used:      {locale.RegisterEndedUsedTitle, locale.RegisterEndedUsedText},
	Replaced:  {locale.RegisterEndedReplacedTitle, locale.RegisterEndedReplacedText},
	Withdrawn: {locale.RegisterEndedWithdrawnTitle, locale.RegisterEndedWithdrawnText},
}

var advice = map[accesscode.Advice]locale.Phrase{
	accesscode.SignIn:       locale.RegisterEndedSignIn.With("ServiceCenter", ui.ServiceCenterPhone),
	accesscode.UseNewest:    locale.RegisterEndedNewest,
	accesscode.NewCodeComes: locale.RegisterEndedComes.With("Phone", ui.OFPPhone, "Mail", OFPMail),
	accesscode.AskOFP:       locale.RegisterEndedAskOfp.With("Phone", ui.OFPPhone, "Mail", OFPMail),
	accesscode.AskCertifier: locale.RegisterEndedAskCertifier,
	accesscode.AskOffice:    locale.RegisterEndedAskOffice,
}

// toDo says what the holder of the code should do next.
func toDo(e *accesscode.Ended) locale.Phrase {
	if e.Advice == accesscode.ComesLater {
		return locale.RegisterEndedComesLater.With("From", day(e.From), "Phone", ui.OFPPhone, "Mail", OFPMail)
	}
	return advice[e.Advice]
}
