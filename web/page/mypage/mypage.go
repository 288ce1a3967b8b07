// Package mypage has the pages of the client area. Nothing on them names the
// program, so that whoever looks over a shoulder learns little (ux.md 14.3).
package mypage

import (
	"context"
	"strconv"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/own"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// HomeView is what the first page shows.
type HomeView struct{ own.Home }

// standing is where the client stands, in one sentence.
func (v HomeView) standing() locale.Phrase {
	if a := v.open(); a != nil && (v.Record == nil || v.Record.On(v.Today) != client.Active) {
		return a
	}
	if v.Record == nil {
		return locale.MyHomeNone
	}
	switch v.Record.On(v.Today) {
	case client.Active:
		return locale.MyHomeActive.With("Day", day(v.last()))
	case client.Expired:
		return locale.MyHomeExpired.With("Day", day(v.Record.EndsOn))
	case client.Deactivated:
		return locale.MyHomeEnded.With("Day", day(v.Record.DiscontinuedOn))
	}
	return locale.MyHomeIneligible
}

// last is the last day of the period, which may be ended before its time.
func (v HomeView) last() civil.Date {
	if v.Record.DiscontinuedOn.IsZero() {
		return v.Record.EndsOn
	}
	return v.Record.DiscontinuedOn.AddDays(-1)
}

// open says how far an application is that is not decided, nil when there is
// none.
func (v HomeView) open() locale.Phrase {
	a := v.Application
	switch {
	case a == nil || a.State.Decided() || a.State == application.Withdrawn:
		return nil
	case !a.Online:
		return locale.MyHomeWithClinic
	case a.State == application.Draft:
		return locale.MyHomeDraft
	}
	return locale.MyHomeSent
}

func (v HomeView) rows() []ui.Row {
	var rows []ui.Row
	if m := v.Last; m != nil {
		rows = append(rows, ui.Row{Key: locale.MyMessageTitle, Content: ui.TextLink(ui.Link{
			Text: Subject(m.Kind), Href: "/my/messages/" + m.ID.String(),
		})})
	}
	if r := v.Record; r != nil {
		if left := r.DaysLeft(v.Today); left > 0 {
			rows = append(rows, ui.Row{Key: locale.MyHomeDays, Values: ui.Words(strconv.Itoa(left))})
		}
		if r.HAP != "" {
			rows = append(rows, ui.Row{Key: locale.MyHomeNumber, Content: number(r.HAP.Groups(), r.Contact.Confidential)})
		}
		rows = append(rows, ui.Row{Key: locale.MyHomeClinic, Values: ui.Words(
			v.Clinic.Name, v.Clinic.Street, v.Clinic.City+", CA "+v.Clinic.ZIP, v.Clinic.Phone)})
	}
	if a := v.Application; a != nil && v.open() != nil {
		rows = append(rows, ui.Row{Key: locale.MyHomeApplication, Values: ui.Words(a.Number)})
		if a.Site != "" && v.Record == nil {
			rows = append(rows, ui.Row{Key: locale.MyHomeClinic, Values: ui.Words(a.Site)})
		}
	}
	return rows
}

// tasks are what there is to do, only such as lead to a part that there is.
func (v HomeView) tasks() []ui.Task {
	var tasks []ui.Task
	add := func(wanted bool, text locale.Phrase, href string) {
		if wanted && leads(href) {
			tasks = append(tasks, ui.Task{Link: ui.Link{Text: text, Href: href}, Status: locale.MyHomeTodoNow, Kind: ui.Warn})
		}
	}
	standing := client.Ineligible
	if v.Record != nil {
		standing = v.Record.On(v.Today)
	}
	a := v.Application
	add(v.Unread > 0, locale.MyTodoRead, "/my/messages")
	add(a != nil && a.Online && a.State == application.Draft, locale.MyTodoResume, "/my/application")
	add(a != nil && a.Online && a.State == application.Submitted, locale.MyTodoFinish, "/my/finish")
	add(v.open() == nil && standing == client.Ineligible, locale.MyTodoStart, "/my/application")
	add(v.open() == nil && v.Record != nil && v.Record.Renewable(v.Today), locale.MyTodoRenew, "/my/renew")
	add(v.Record == nil && a == nil, locale.MyTodoLink, "/my/link")
	return tasks
}

// PrivacyView is what the page of privacy shows.
type PrivacyView struct{ own.Reach }

func (v PrivacyView) rows() []ui.Row {
	rows := []ui.Row{{Key: locale.MyPrivacyWayPortal, Values: []locale.Phrase{locale.MyPrivacyAlways}}}
	for _, w := range v.Offered() {
		state := locale.MyPrivacyOff
		if v.Safe(w) {
			state = locale.MyPrivacyOn
		}
		rows = append(rows, ui.Row{
			Key: ways[w], Values: []locale.Phrase{state},
			Acts: []ui.Link{{Text: locale.MyPrivacyChange, Href: "/my/privacy/" + string(w)}},
		})
	}
	return rows
}

var ways = map[client.Way]locale.Key{
	client.ByEmail: locale.MyPrivacyWayEmail, client.ByText: locale.MyPrivacyWayText,
	client.ByPhone: locale.MyPrivacyWayPhone, client.ByMail: locale.MyPrivacyWayMail,
}

// WayView is what the page of one way shows.
type WayView struct {
	Form *form.Form
	own.Reach
	Way client.Way
}

// preview is exactly what somebody else would see or hear of a way.
type preview struct{ where, title, text locale.Phrase }

func (v WayView) previews() []preview {
	switch v.Way {
	case client.ByEmail: // the sender and the subject are those of the mail itself
		return []preview{{locale.QContactWaysPreviewEmailWhere, locale.MailSenderQuiet, locale.MailClientNewMessageSubject}}
	case client.ByText:
		return []preview{{locale.QContactWaysPreviewTextWhere, locale.QContactWaysPreviewTextTitle, locale.QContactWaysPreviewText}}
	case client.ByPhone:
		return []preview{{locale.QContactWaysPreviewCallWhere, locale.QContactWaysPreviewCallTitle, locale.QContactWaysPreviewCall}}
	}
	return []preview{{locale.QAddressPreviewWhere, locale.QAddressPreviewTitle, locale.QAddressPreview}}
}

// to is where it goes, empty for nowhere.
func (v WayView) to() string {
	switch v.Way {
	case client.ByEmail:
		return v.Email
	case client.ByMail:
		return v.Address.Street
	}
	return v.Phone
}

// looks is the table of who has looked at the record.
func looks(list []own.Look) ui.Table {
	table := ui.Table{
		ID: "looks", Caption: locale.MyAccessTitle,
		Columns: []ui.Column{
			{Label: locale.MyAccessWhen}, {Label: locale.MyAccessWhere}, {Label: locale.MyAccessWho}, {Label: locale.MyAccessWhy},
		},
	}
	for _, l := range list {
		where := ui.Text(l.Site)
		if l.Site == "" {
			where = ui.Cell{Text: locale.MyAccessOffice}
		}
		table.Rows = append(table.Rows, []ui.Cell{{Text: day(l.On)}, where, {Text: roles[l.Role]}, {Text: did(l)}})
	}
	return table
}

var roles = map[authz.Role]locale.Key{
	authz.Staff: locale.MyAccessRoleStaff, authz.Certifier: locale.MyAccessRoleCertifier,
	authz.OFP: locale.MyAccessRoleOfp, authz.Desk: locale.MyAccessRoleDesk,
}

var purposes = map[string]locale.Key{
	"visit": locale.MyAccessOpenVisit, "call": locale.MyAccessOpenCall, "correction": locale.MyAccessOpenCorrection,
	"enrollment": locale.MyAccessOpenEnrollment,
}

// did is what was done and why, in plain words.
func did(l own.Look) locale.Phrase {
	switch l.Action {
	case "client.view":
		return locale.MyAccessView
	case "client.open":
		if purpose, known := purposes[l.Reason]; known {
			return purpose
		}
		return locale.MyAccessOpenOther
	case "client.reveal":
		return locale.MyAccessReveal
	case "client.link-code", "client.link-code-end":
		return locale.MyAccessLinkCode
	case "client.create", "client.update", "client.issue-number":
		return locale.MyAccessChange
	}
	return locale.MyAccessWork
}

// day is a date as sentences say it.
type day civil.Date

// In returns the day in words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }
