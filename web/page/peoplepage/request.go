package peoplepage

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// RequestPath is the page of a request.
func RequestPath(id uuid.UUID) string { return Requests + "/" + id.String() }

// RequestView is one request.
type RequestView struct {
	office.Request
	Now time.Time
	Own bool // the reader asked for it
}

var requestKinds = map[approval.Kind]locale.Key{
	approval.OfficeInvite:  locale.PeopleRequestKindOfficeInvite,
	approval.BreakGlass:    locale.PeopleRequestKindBreakGlass,
	approval.IssueCodes:    locale.PeopleRequestKindIssueCodes,
	approval.LaunchMailing: locale.PeopleRequestKindLaunchMailing,
}

var effects = map[approval.Kind]locale.Key{
	approval.OfficeInvite:  locale.PeopleRequestInvite,
	approval.BreakGlass:    locale.PeopleRequestBreakGlass,
	approval.IssueCodes:    locale.PeopleRequestBulk,
	approval.LaunchMailing: locale.PeopleRequestBulk,
}

var requestStates = map[approval.State]locale.Key{
	approval.Waiting:   locale.PeopleRequestStateWaiting,
	approval.Lapsed:    locale.PeopleRequestStateLapsed,
	approval.Approved:  locale.PeopleRequestStateApproved,
	approval.Unused:    locale.PeopleRequestStateUnused,
	approval.Done:      locale.PeopleRequestStateDone,
	approval.Refused:   locale.PeopleRequestStateRefused,
	approval.Withdrawn: locale.PeopleRequestStateWithdrawn,
}

var requestTags = map[approval.State]ui.Kind{
	approval.Waiting: ui.Info, approval.Approved: ui.Info, approval.Done: ui.OK, approval.Refused: ui.Bad,
	approval.Lapsed: ui.Quiet, approval.Unused: ui.Quiet, approval.Withdrawn: ui.Quiet,
}

// Decided says what was done with a request.
var Decided = map[approval.Decision]locale.Key{
	approval.Approve:  locale.PeopleRequestDoneApproved,
	approval.Refuse:   locale.PeopleRequestDoneRefused,
	approval.Withdraw: locale.PeopleRequestDoneWithdrawn,
}

func asker(r office.Request) locale.Phrase {
	if r.AskedBy == nil {
		return locale.PeopleRequestHost
	}
	return locale.Words(r.Asker)
}

// person says whom a request is about: by name, or how many.
func person(r office.Request) locale.Phrase {
	if r.Name == "" {
		return locale.Words("")
	}
	return locale.Words(r.Name)
}

func requestTable(id string, title locale.Key, list []office.Request, now time.Time) ui.Table {
	t := ui.Table{ID: id, Caption: title, HideCaption: true, Columns: []ui.Column{
		{Label: locale.PeopleRequestWhat}, {Label: locale.PeopleRequestPerson}, {Label: locale.PeopleRequestAsker},
		{Label: locale.PeopleRequestAsked}, {Label: locale.PeopleRequestState}, {Label: locale.PeopleRequestDecider},
	}}
	for _, r := range list {
		state := r.State(now)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: requestKinds[r.Kind], Href: RequestPath(r.ID)}, {Text: person(r)}, {Text: asker(r)},
			{Text: stamp{at: r.AskedAt}}, {Text: requestStates[state], Tag: true, Kind: requestTags[state]}, ui.Text(r.Decider),
		})
	}
	return t
}

func (v RequestView) state() approval.State { return v.State(v.Now) }

func (v RequestView) waiting() bool { return v.state() == approval.Waiting }

func (v RequestView) rows() []ui.Row {
	var rows []ui.Row
	add := func(key locale.Key, text locale.Phrase) {
		rows = append(rows, ui.Row{Key: key, Values: []locale.Phrase{text}})
	}
	if v.Kind == approval.OfficeInvite {
		add(locale.PeopleRequestPerson, locale.Words(v.Name))
		add(locale.PeopleColumnRole, roles[v.Role])
		add(locale.PeopleColumnEmail, locale.Words(v.Email))
	}
	if v.Count > 1 {
		add(locale.PeopleRequestCount, number(v.Count))
	}
	add(locale.PeopleRequestReason, locale.Words(v.Reason))
	add(locale.PeopleRequestAsker, asker(v.Request))
	add(locale.PeopleRequestAsked, stamp{at: v.AskedAt})
	rows = append(rows, ui.Row{Key: locale.PeopleRequestState, Content: ui.Tag(requestStates[v.state()], requestTags[v.state()])})
	if v.state() == approval.Waiting || v.state() == approval.Approved {
		add(locale.PeopleRequestEnds, stamp{at: v.EndsAt, long: true})
	}
	if v.DecidedAt != nil {
		add(locale.PeopleRequestDecider, locale.Words(v.Decider))
		add(locale.PeopleRequestDecided, stamp{at: *v.DecidedAt})
	}
	return rows
}

// number is a count, put into the reader's words when it is shown.
type number int

// In returns the count in the reader's words.
func (n number) In(ctx context.Context) string { return locale.Number(ctx, int64(n)) }
