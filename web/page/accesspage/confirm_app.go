package accesspage

import (
	"context"

	"familypact.example/portal/internal/people/factorreset"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// ConfirmAppView is what the page shows on which a request for a new
// authenticator app is confirmed.
type ConfirmAppView struct {
	Form  *form.Form
	Reset *factorreset.Reset // nil: none waits
	Back  string             // page of the person
}

func (v ConfirmAppView) rows(ctx context.Context) []ui.Row {
	rows := []ui.Row{
		{Key: locale.LostAppConfirmWho, Values: ui.Words(v.Reset.Person)},
		{Key: locale.LostAppConfirmAsked, Values: ui.Words(locale.Clock(ctx, v.Reset.AskedAt))},
		{Key: locale.LostAppConfirmDue, Values: ui.Words(locale.Clock(ctx, v.Reset.DueAt))},
	}
	if v.Reset.ConfirmedAt != nil {
		rows = append(rows, ui.Row{Key: locale.LostAppConfirmBy, Values: ui.Words(locale.Clock(ctx, *v.Reset.ConfirmedAt))})
	}
	return rows
}
