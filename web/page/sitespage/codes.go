package sitespage

import (
	"net/url"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// CodesView is a list of codes with the time by which their states are told.
type CodesView struct {
	Codes  []accesscode.Listed
	Filter accesscode.Filter
	Funnel accesscode.Funnel
	Now    time.Time
	Pages  ui.Pages
}

var states = map[accesscode.State]locale.Key{
	accesscode.Waiting:  locale.CodesStateWaiting,
	accesscode.Out:      locale.CodesStateOut,
	accesscode.Used:     locale.CodesStateUsed,
	accesscode.Lapsed:   locale.CodesStateExpired,
	accesscode.Replaced: locale.CodesStateReplaced,
}

var stateKinds = map[accesscode.State]ui.Kind{
	accesscode.Waiting: ui.Info, accesscode.Out: ui.Info, accesscode.Used: ui.OK,
	accesscode.Lapsed: ui.Warn, accesscode.Replaced: ui.Quiet,
}

var reasons = map[accesscode.Reason]locale.Key{
	accesscode.Launch:      locale.CodesReasonLaunch,
	accesscode.AutoReissue: locale.CodesReasonAutoReissue,
	accesscode.ByHand:      locale.CodesReasonManualOfp,
	accesscode.NewSite:     locale.CodesReasonNewSite,
}

func issuePath(membership uuid.UUID) string { return Codes + "/issue/" + membership.String() }

var codeColumns = []ui.Column{
	{Label: locale.CodesColumnSite}, {Label: locale.CodesColumnPerson}, {Label: locale.CodesColumnState}, {Label: locale.CodesColumnReason},
	{Label: locale.CodesColumnIssued}, {Label: locale.CodesColumnExpires}, {Label: locale.CodesColumnActs, Hidden: true},
}

func codeTable(v CodesView, caption locale.Phrase) ui.Table {
	t := ui.Table{ID: "codes", Caption: caption, Columns: codeColumns}
	for _, c := range v.Codes {
		state := c.State(v.Now)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(c.SiteName), Href: sitePath(c.SiteID)},
			ui.Text(c.Name),
			stateCell(c, state),
			{Text: why(c)},
			{Text: stamp{at: c.IssuedAt}},
			{Text: orEmpty(c.ExpiresAt)},
			{Acts: codeActs(c, state)},
		})
	}
	return t
}

func stateCell(c accesscode.Listed, state accesscode.State) ui.Cell {
	if c.Mail == "undeliverable" && state == accesscode.Waiting {
		return ui.Cell{Text: locale.CodesMailUndeliverable, Tag: true, Kind: ui.Bad}
	}
	return ui.Cell{Text: states[state], Tag: true, Kind: stateKinds[state]}
}

// why is the reason, with what the administrator wrote.
func why(c accesscode.Listed) locale.Phrase {
	if c.Note == "" {
		return reasons[c.Reason]
	}
	return locale.SiteProblemSentence.With("Field", reasons[c.Reason], "Text", c.Note)
}

func codeActs(c accesscode.Listed, state accesscode.State) []ui.Link {
	if c.Joined || state == accesscode.Replaced || state == accesscode.Used {
		return nil
	}
	return []ui.Link{{Text: locale.SitesSiteIssue, Hidden: locale.AccessActFor.With("Name", c.Name), Href: issuePath(c.MembershipID)}}
}

func stateTile(n int, label locale.Key, state accesscode.State, kind ui.Kind) ui.Tile {
	href := Codes
	if state != "" {
		href += "?" + url.Values{"state": {string(state)}}.Encode()
	}
	return ui.Tile{Number: number(n), Label: label, Kind: kind, Link: ui.Link{Text: locale.CodesTileShow, Href: href}}
}

func funnelTiles(f accesscode.Funnel) []ui.Tile {
	return []ui.Tile{
		stateTile(f.Issued, locale.CodesTileIssued, "", ""),
		stateTile(f.Waiting, locale.CodesTileWaiting, accesscode.Waiting, ""),
		stateTile(f.Out, locale.CodesTileOut, accesscode.Out, ""),
		stateTile(f.Used, locale.CodesTileUsed, accesscode.Used, ""),
		stateTile(f.Expired, locale.CodesTileExpired, accesscode.Lapsed, ""),
		stateTile(f.Replaced, locale.CodesTileReplaced, accesscode.Replaced, ""),
	}
}

func dayTable(f accesscode.Funnel) ui.Table {
	t := ui.Table{ID: "days", Caption: locale.CodesDays, Columns: []ui.Column{
		{Label: locale.CodesDaysOn}, {Label: locale.CodesDaysIssued, Numeric: true},
		{Label: locale.CodesDaysUsed, Numeric: true}, {Label: locale.CodesDaysReissued, Numeric: true},
	}}
	for _, d := range f.Days {
		t.Rows = append(t.Rows, []ui.Cell{{Text: day(d.On)}, ui.Text(number(d.Issued)), ui.Text(number(d.Used)), ui.Text(number(d.Reissued))})
	}
	return t
}

func stateChoices() []ui.Choice {
	list := []ui.Choice{{Label: locale.SitesFilterAll}}
	for _, s := range accesscode.States {
		list = append(list, ui.Choice{Value: string(s), Label: states[s]})
	}
	return list
}

// chips are the filters in use, each with the address of the list without it.
func (v CodesView) chips() []ui.Link {
	f, query := v.Filter, url.Values{}
	var chips []ui.Link
	add := func(name, value string, text locale.Phrase) {
		if value != "" {
			query.Set(name, value)
			chips = append(chips, ui.Link{Text: text, Href: name})
		}
	}
	add("search", f.Search, locale.SitesFilterSearched.With("Text", f.Search))
	add("state", string(f.State), states[f.State])
	add("today", flag(f.Today), locale.CodesFilterToday)
	add("mail", flag(f.Failed), locale.CodesFilterFailed)
	for i := range chips {
		chips[i].Href = without(Codes, query, chips[i].Href)
	}
	return chips
}

func flag(set bool) string {
	if set {
		return "yes"
	}
	return ""
}

// mailing lists how the newest mailing stands.
func mailing(m accesscode.Mailing) []ui.Row {
	var state locale.Phrase = locale.CodesLaunchStateRunning
	switch {
	case m.FinishedAt != nil:
		state = locale.CodesLaunchStateFinished.With("When", stamp{at: *m.FinishedAt})
	case !m.Begun():
		state = locale.CodesLaunchStateWaiting.With("When", stamp{at: m.DueAt, long: true})
	}
	return []ui.Row{
		{Key: locale.CodesLaunchState, Values: []locale.Phrase{state}},
		{Key: locale.CodesLaunchStartedAt, Values: []locale.Phrase{stamp{at: m.StartedAt}}},
		count(locale.CodesLaunchIssued, m.Issued),
		count(locale.CodesLaunchLeft, m.Waiting),
	}
}

func underWay(m accesscode.Mailing) bool { return m.ID != uuid.Nil && m.FinishedAt == nil }

// whenChoices are when a mailing can leave: the hour of the launch only while
// it is to come.
func whenChoices(m accesscode.Mailing) []ui.Choice {
	now := ui.Choice{Value: "now", Label: locale.CodesLaunchWhenNow}
	if !m.Now.Before(m.LaunchAt) {
		return []ui.Choice{now}
	}
	return []ui.Choice{{Value: "launch", Label: locale.CodesLaunchWhenLaunch.With("When", stamp{at: m.LaunchAt, long: true})}, now}
}

func codesTrail(title locale.Phrase) []ui.Link {
	return []ui.Link{{Text: locale.CodesTitle, Href: Codes}, {Text: title}}
}

func howMany(n int) locale.Phrase { return locale.CodesLaunchConfirm.With("Count", n) }
