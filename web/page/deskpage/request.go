package deskpage

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// HistoryView is a page of what a representative has done.
type HistoryView struct {
	Acts  []desk.Request
	Me    uuid.UUID
	Pages ui.Pages
}

// RequestView is a request that another representative decides.
type RequestView struct {
	desk.Request
	Against locale.Phrase // why the reader cannot decide it; nil: can
}

func (v RequestView) title() locale.Phrase {
	return locale.DeskRequestTitle.With("Act", acts[v.Kind], "Name", nameOf(v.AccountKind, v.Owner))
}

var progress = map[desk.Progress]locale.Key{
	desk.Done: locale.DeskProgressDone, desk.Waiting: locale.DeskProgressWaiting,
	desk.Refused: locale.DeskProgressRefused, desk.Lapsed: locale.DeskProgressLapsed,
}

var progressKinds = map[desk.Progress]ui.Kind{
	desk.Done: ui.OK, desk.Waiting: ui.Warn, desk.Refused: ui.Bad, desk.Lapsed: ui.Quiet,
}

var waitingColumns = []ui.Column{
	{Label: locale.DeskRequestAccount}, {Label: locale.DeskWaitingWhat}, {Label: locale.DeskWaitingAsked},
	{Label: locale.DeskRequestAsked}, {Label: locale.DeskWaitingTill},
}

func waiting(requests []desk.Request) ui.Table {
	t := ui.Table{Caption: locale.DeskWaitingCaption, Columns: waitingColumns}
	for _, r := range requests {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: nameOf(r.AccountKind, r.Owner), Href: WaitingPath + "/" + r.ID.String()},
			{Text: acts[r.Kind]},
			ui.Text(r.Asker),
			{Text: stamp{at: r.AskedAt}},
			{Text: stamp{at: r.Till()}},
		})
	}
	return t
}

func request(v RequestView) []ui.Row {
	state := v.Progress()
	rows := []ui.Row{
		{Key: locale.DeskRequestAccount, Values: []locale.Phrase{nameOf(v.AccountKind, v.Owner), locale.Words(v.Username)}},
		{Key: locale.DeskWaitingWhat, Values: []locale.Phrase{acts[v.Kind]}},
		{Key: locale.DeskRequestReason, Values: []locale.Phrase{reasons[v.Reason]}},
		{Key: locale.DeskRequestChecked, Values: ticked(v.Items)},
		{Key: locale.DeskRequestAsked, Values: []locale.Phrase{locale.DeskRequestBy.With("Name", v.Asker, "Time", long(v.AskedAt))}},
		{Key: locale.DeskHistoryResult, Content: ui.Tag(progress[state], progressKinds[state])},
	}
	if v.DecidedAt != nil {
		rows = append(rows, ui.Row{Key: locale.DeskRequestDecided, Values: []locale.Phrase{
			locale.DeskRequestBy.With("Name", v.Decider, "Time", long(*v.DecidedAt)),
		}})
	}
	return rows
}

var historyColumns = []ui.Column{
	{Label: locale.DeskHistoryWhen}, {Label: locale.DeskRequestAccount}, {Label: locale.DeskWaitingWhat},
	{Label: locale.DeskRequestReason}, {Label: locale.DeskHistoryYour}, {Label: locale.DeskHistoryResult},
}

func history(v HistoryView) ui.Table {
	t := ui.Table{Caption: locale.DeskHistoryCaption.With("Range", v.Pages.Range()), Columns: historyColumns}
	for _, r := range v.Acts {
		part, at, state := partOf(r, v.Me), r.AskedAt, r.Progress()
		if r.AskedBy != v.Me && r.DecidedAt != nil {
			at = *r.DecidedAt
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: stamp{at: at}},
			{Text: nameOf(r.AccountKind, r.Owner), Href: AccountPath(r.AccountID)},
			{Text: acts[r.Kind]},
			{Text: reasons[r.Reason]},
			{Text: part},
			{Text: progress[state], Tag: true, Kind: progressKinds[state]},
		})
	}
	return t
}

// partOf says what somebody did in an act.
func partOf(r desk.Request, me uuid.UUID) locale.Key {
	switch {
	case r.AskedBy == me && r.AccountKind.Privileged():
		return locale.DeskHistoryAsked
	case r.AskedBy == me:
		return locale.DeskHistoryDid
	case r.State == desk.Refused:
		return locale.DeskHistoryYouRefused
	}
	return locale.DeskHistoryConfirmed
}
