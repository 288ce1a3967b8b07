// Package demospage has the pages of the training copy: who can sign in, the
// mails, the clock, beginning anew. They are in English only.
package demospage

import (
	"context"
	"net/url"
	"time"

	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// HomeView is who can sign in, and what time it is.
type HomeView struct {
	Workers []demo.Worker
	Times   demo.Times
	Kept    bool // mails can be read here
}

// MailsView is a page of mails.
type MailsView struct {
	Letters []demo.Letter
	Search  string
	Total   int
	Number  int
	Size    int
	Kept    bool
}

// MailView is one mail. Base is the address of the portal: links in the text
// that begin with it lead there, others stay text.
type MailView struct {
	Letter demo.Letter
	Base   string
}

// ClockView is the time and where it can be moved.
type ClockView struct{ Clock demo.Clock }

// ResetView says whether the training data can begin anew.
type ResetView struct{ Possible bool }

// stamp is an instant that is put into words when it is shown.
type stamp time.Time

// In returns day and time in California.
func (s stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }

// movedBy is how far the clocks are apart when the portal's counts as moved.
const movedBy = time.Minute

func (v HomeView) now() locale.Phrase {
	apart := v.Times.Portal.Sub(v.Times.Present)
	if apart > -movedBy && apart < movedBy {
		return stamp(v.Times.Portal)
	}
	return locale.DemoNowMoved.With("Time", stamp(v.Times.Portal))
}

var roles = map[authz.Role]locale.Key{
	authz.Certifier: locale.DemoRoleCertifier,
	authz.Staff:     locale.DemoRoleStaff,
	authz.OFP:       locale.DemoRoleOfp,
	authz.Desk:      locale.DemoRoleDesk,
	authz.Client:    locale.DemoRoleClient,
}

func role(w demo.Worker) locale.Phrase {
	name, known := roles[w.Role]
	switch {
	case !known:
		return locale.DemoRoleNone
	case w.SiteName == "":
		return name
	}
	return locale.DemoRoleAt.With("Role", name, "Site", w.SiteName)
}

func password(w demo.Worker) locale.Phrase {
	if w.Password == "" {
		return locale.DemoPeoplePasswordOwn
	}
	return locale.Words(w.Password)
}

func (v HomeView) passcode(w demo.Worker) ui.Cell {
	p := w.Passcode
	switch {
	case p.Channel == account.App && p.Code == "":
		return ui.Cell{Text: locale.DemoPeoplePasscodeNone}
	case p.Channel == account.App:
		return ui.Cell{Text: locale.DemoPeoplePasscodeLeft.With("Code", p.Code, "Count", int(p.Left/time.Second)+1)}
	case !v.Kept:
		return ui.Cell{Text: locale.DemoPeoplePasscodeServer}
	case p.Code == "":
		return ui.Cell{Text: locale.DemoPeoplePasscodeMailed}
	}
	return ui.Cell{Text: locale.DemoPeoplePasscodeMail.With("Code", p.Code), Href: "/demo/mail/" + p.Mail}
}

func (v HomeView) table() ui.Table {
	t := ui.Table{ID: "people", Caption: locale.DemoPeopleCaption, Columns: []ui.Column{
		{Label: locale.DemoPeopleName}, {Label: locale.DemoPeopleAct, Hidden: true}, {Label: locale.DemoPeopleRole},
		{Label: locale.DemoPeopleUsername}, {Label: locale.DemoPeoplePassword}, {Label: locale.DemoPeoplePasscode},
	}}
	for _, w := range v.Workers {
		t.Rows = append(t.Rows, []ui.Cell{
			ui.Text(w.Name), {Content: signInAs(w)}, {Text: role(w)}, ui.Text(w.Username), {Text: password(w)}, v.passcode(w),
		})
	}
	return t
}

func (v MailsView) pages() ui.Pages {
	p := ui.Pages{Number: v.Number, Size: v.Size, Total: v.Total, Path: "/demo/mail", Query: url.Values{}}
	if v.Search != "" {
		p.Query.Set("search", v.Search)
	}
	return p
}

func (v MailsView) table() ui.Table {
	t := ui.Table{ID: "mails", Caption: locale.DemoMailCaption.With("Range", v.pages().Range()), Columns: []ui.Column{
		{Label: locale.DemoMailSubject}, {Label: locale.DemoMailTo}, {Label: locale.DemoMailDate},
	}}
	for _, l := range v.Letters {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: subject(l), Href: "/demo/mail/" + url.PathEscape(l.ID)}, ui.Text(l.To), {Text: stamp(l.Date)},
		})
	}
	return t
}

func subject(l demo.Letter) locale.Phrase {
	if l.Broken {
		return locale.DemoMailBroken
	}
	return locale.Words(l.Subject)
}

var moments = map[demo.Preset]locale.Key{
	demo.LaunchEve: locale.DemoClockLaunchEve,
	demo.GoLive:    locale.DemoClockGoLive,
	demo.Reissue:   locale.DemoClockReissue,
	demo.TenMonths: locale.DemoClockTenMonths,
	demo.April:     locale.DemoClockApril,
	demo.Present:   locale.DemoClockPresentTime,
}

func effect(m demo.Move) ui.Cell {
	switch {
	case m.Stays:
		return ui.Cell{Text: locale.DemoClockEffectStays, Tag: true, Kind: ui.Quiet}
	case m.Back:
		return ui.Cell{Text: locale.DemoClockEffectAnew, Tag: true, Kind: ui.Warn}
	}
	return ui.Cell{Text: locale.DemoClockEffectKept, Tag: true, Kind: ui.OK}
}

func (v ClockView) table() ui.Table {
	t := ui.Table{ID: "moments", Caption: locale.DemoClockCaption, Columns: []ui.Column{
		{Label: locale.DemoClockWhen}, {Label: locale.DemoClockDate}, {Label: locale.DemoClockEffect}, {Label: locale.DemoClockAct, Hidden: true},
	}}
	for _, m := range v.Clock.Moves {
		act := ui.Cell{Text: locale.Words("")}
		if !m.Stays && (!m.Back || v.Clock.Restarting) {
			act = ui.Cell{Content: goTo(m)}
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: moments[m.Preset]}, {Text: stamp(m.At)}, effect(m), act})
	}
	return t
}
