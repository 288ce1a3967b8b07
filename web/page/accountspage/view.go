// Package accountspage has the pages of one's own account.
package accountspage

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// View is what the page of an account shows.
type View struct {
	Form    *form.Form
	Base    string // address of the page
	Account account.Account
	Open    []session.Open
	This    uuid.UUID // the session that the page is read in
}

func (v View) details() []ui.Row {
	return []ui.Row{
		{Key: locale.AccountsName, Values: ui.Words(v.Account.Name())},
		{Key: locale.AccountsUsername, Values: ui.Words(v.Account.Username)},
		{Key: locale.AccountsEmail, Values: ui.Words(v.Account.Email)},
	}
}

func (v View) security() []ui.Row {
	channel, act := locale.AccountsChannelEmail, locale.AccountsChannelUseApp
	if v.Account.Channel == account.App {
		channel, act = locale.AccountsChannelApp, locale.AccountsChannelNewApp
	}
	return []ui.Row{
		{
			Key: locale.AccountsPassword, Values: []locale.Phrase{locale.AccountsPasswordHidden},
			Acts: []ui.Link{{Text: locale.AccountsPasswordChange, Hidden: locale.AccountsPasswordChangeHidden, Href: v.Base + "/password"}},
		},
		{
			Key: locale.AccountsChannel, Values: []locale.Phrase{channel},
			Acts: []ui.Link{{Text: act, Hidden: locale.AccountsChannelHidden, Href: v.Base + "/authenticator"}},
		},
	}
}

func (v View) sessions() ui.Table {
	table := ui.Table{
		ID: "sessions", Caption: locale.AccountsSessions,
		Columns: []ui.Column{{Label: locale.AccountsSessionsWhich}, {Label: locale.AccountsSessionsBegan}, {Label: locale.AccountsSessionsSeen}},
	}
	for _, s := range v.Open {
		table.Rows = append(table.Rows, []ui.Cell{
			{Text: v.which(s)}, {Text: stamp(s.CreatedAt)}, {Text: stamp(s.LastSeenAt)},
		})
	}
	return table
}

func (v View) which(s session.Open) locale.Phrase {
	switch {
	case s.ID == v.This:
		return locale.AccountsSessionsThis
	case s.Known:
		return locale.AccountsSessionsKnown
	}
	return locale.AccountsSessionsUnknown
}

// stamp is an instant as tables show it.
type stamp time.Time

// In returns the instant in words.
func (s stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }
