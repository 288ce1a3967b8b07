// Package accountspage has the pages of one's own account.
package accountspage

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/profile"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// View is what the page of an account shows.
type View struct {
	Form *form.Form
	Base string // address of the page
	profile.Profile
	This uuid.UUID // the session that the page is read in
	Role authz.Role

	Texts bool // passcodes can be text messages
}

func (v View) details() []ui.Row {
	rows := []ui.Row{
		{Key: locale.AccountsName, Values: []locale.Phrase{locale.Words(v.Account.Name()), v.corrects()}},
		{Key: locale.AccountsUsername, Values: ui.Words(v.Account.Username)},
		v.email(),
		{
			Key: locale.AccountsLanguage, Values: []locale.Phrase{languages[v.Account.Language]},
			Acts: []ui.Link{{Text: locale.AccountsLanguageChange, Hidden: locale.AccountsLanguageChangeHidden, Href: v.Base + "/language"}},
		},
	}
	return rows
}

var languages = map[locale.Language]locale.Key{
	locale.English: locale.AccountsLanguageEn, locale.Spanish: locale.AccountsLanguageEs,
}

// corrects says who may change the name.
func (v View) corrects() locale.Phrase {
	switch v.Role {
	case authz.Staff:
		return locale.AccountsNameByStaff.With("Phone", ui.OFPPhone)
	case authz.Certifier:
		return locale.AccountsNameByCertifier.With("Phone", ui.OFPPhone)
	case authz.Client:
		return locale.AccountsNameByClient
	}
	return locale.AccountsNameByOffice
}

func (v View) email() ui.Row {
	row := ui.Row{
		Key: locale.AccountsEmail, Values: ui.Words(v.Account.Email),
		Acts: []ui.Link{{Text: locale.AccountsEmailChange, Hidden: locale.AccountsEmailChangeHidden, Href: v.Base + "/email"}},
	}
	if v.Account.Email == "" { // a client can do without
		row.Values, row.Acts[0].Text = []locale.Phrase{locale.AccountsEmailNone}, locale.AccountsEmailAdd
	}
	if v.Change != nil {
		row.Values = append(row.Values, locale.AccountsEmailPending.With("Email", v.Change.Email, "Deadline", clock(v.Change.ExpiresAt)))
		row.Acts = append([]ui.Link{{Text: locale.AccountsEmailPendingEnter, Href: v.Base + "/email/code"}}, row.Acts...)
	}
	return row
}

// codeAfter says what follows the change of an address. To a client mails go
// only in ways that they chose.
func codeAfter(base string) locale.Key {
	if base == "/my/account" {
		return locale.AccountsEmailCodeAfterClient
	}
	return locale.AccountsEmailCodeAfter
}

func (v View) security() []ui.Row {
	channel, act := locale.AccountsChannelEmail, locale.AccountsChannelUseApp
	if v.Account.Channel == account.App {
		channel, act = locale.AccountsChannelApp, locale.AccountsChannelNewApp
	}
	rows := []ui.Row{
		{
			Key: locale.AccountsPassword, Values: []locale.Phrase{locale.AccountsPasswordHidden},
			Acts: []ui.Link{{Text: locale.AccountsPasswordChange, Hidden: locale.AccountsPasswordChangeHidden, Href: v.Base + "/password"}},
		},
		{
			Key: locale.AccountsChannel, Values: []locale.Phrase{channel},
			Acts: []ui.Link{{Text: act, Hidden: locale.AccountsChannelHidden, Href: v.Base + "/authenticator"}},
		},
	}
	if v.Account.Channel == account.App {
		if !v.Account.Kind.Privileged() && v.Account.Email != "" {
			rows[1].Acts = append(rows[1].Acts, ui.Link{Text: locale.AccountsBack, Href: v.Base + "/authenticator/remove"})
		}
		rows = append(rows, ui.Row{
			Key: locale.AccountsRecovery, Values: []locale.Phrase{locale.AccountsRecoveryLeft.With("Count", v.Codes)},
			Acts: []ui.Link{{Text: locale.AccountsRecoveryNew, Href: v.Base + "/recovery-codes"}},
		})
	}
	if v.Texts && v.Account.Channel == account.Email && !v.Account.Kind.Privileged() {
		rows = append(rows, ui.Row{
			Key: locale.AccountsPhoneTitle, Values: []locale.Phrase{locale.AccountsPasswordHidden},
			Acts: []ui.Link{{Text: locale.AccountsPasswordChange, Hidden: locale.AccountsPhoneTitle, Href: v.Base + "/phone"}},
		})
	}
	return rows
}

// places are the sites that the account belongs to; the office has none.
func (v View) places() ui.Table {
	table := ui.Table{
		ID: "sites", Caption: locale.AccountsSites,
		Columns: []ui.Column{{Label: locale.AccountsSitesName}, {Label: locale.AccountsSitesCity}, {Label: locale.AccountsSitesRole}},
	}
	for _, s := range v.Sites {
		if s.SiteID == nil || s.Name == nil || s.City == nil {
			continue
		}
		role := locale.AccountsSitesRoleStaff
		if s.Role == string(authz.Certifier) {
			role = locale.AccountsSitesRoleCertifier
		}
		table.Rows = append(table.Rows, []ui.Cell{ui.Text(*s.Name), ui.Text(*s.City), {Text: role}})
	}
	return table
}

func (v View) sessions() ui.Table {
	table := ui.Table{
		ID: "sessions", Caption: locale.AccountsSessions,
		Columns: []ui.Column{
			{Label: locale.AccountsSessionsWhich}, {Label: locale.AccountsSessionsBegan},
			{Label: locale.AccountsSessionsSeen}, {Label: locale.AccountsSessionsActColumn, Hidden: true},
		},
	}
	for _, s := range v.Open {
		act := ui.Cell{Text: locale.AccountsSessionsThis}
		if s.ID != v.This {
			act = ui.Cell{Content: endOne(v, s)}
		}
		table.Rows = append(table.Rows, []ui.Cell{
			{Text: device(s.Agent)}, {Text: stamp(s.CreatedAt)}, {Text: stamp(s.LastSeenAt)}, act,
		})
	}
	return table
}

// HistoryView is what the page of the sign-ins of the past shows.
type HistoryView struct {
	Base  string
	List  []session.SignIn
	Pages ui.Pages
}

// history is a table of sign-ins.
func history(caption locale.Phrase, list []session.SignIn) ui.Table {
	table := ui.Table{
		ID: "history", Caption: caption,
		Columns: []ui.Column{{Label: locale.AccountsHistoryWhen}, {Label: locale.AccountsHistoryDevice}, {Label: locale.AccountsHistoryKnown}},
	}
	for _, s := range list {
		known := locale.AccountsHistoryKnownNo
		if s.Known {
			known = locale.AccountsHistoryKnownYes
		}
		table.Rows = append(table.Rows, []ui.Cell{{Text: stamp(s.SignedInAt)}, {Text: device(s.Agent)}, {Text: known}})
	}
	return table
}

// Names of browsers and systems, the same in every language.
var (
	browsers = map[string]locale.Words{
		"chrome": "Chrome", "edge": "Edge", "firefox": "Firefox", "opera": "Opera", "safari": "Safari", "samsung": "Samsung Internet",
	}
	systems = map[string]locale.Words{
		"android": "Android", "chromeos": "ChromeOS", "ios": "iPhone or iPad", "linux": "Linux", "macos": "Mac", "windows": "Windows",
	}
)

// device is a browser in plain words.
func device(a session.Agent) locale.Phrase {
	browser, named := browsers[a.Browser()]
	system, known := systems[a.System()]
	switch {
	case named && known:
		return locale.AccountsDevice.With("Browser", browser, "System", system)
	case named:
		return browser
	case known:
		return locale.AccountsDeviceSystem.With("System", system)
	}
	return locale.AccountsDeviceUnknown
}

// stamp is an instant as tables show it.
type stamp time.Time

// In returns the instant in words.
func (s stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }

// clock is an instant as sentences say it.
type clock time.Time

// In returns the instant in words.
func (c clock) In(ctx context.Context) string { return locale.Clock(ctx, time.Time(c)) }
