package sitespage

import (
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/chart"
)

// CodesView is a list of codes with the time by which their states are told.
type CodesView struct {
	Codes  []accesscode.Listed
	Filter accesscode.Filter
	Found  string // stands for what was typed in an address
	Funnel accesscode.Funnel
	Now    time.Time
	Pages  ui.Pages
	Choose *form.Form // with which certifiers are chosen, nil where nobody is
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

// MemberField is the name of the boxes with which certifiers are chosen.
const MemberField = "member"

func codeTable(v CodesView, caption locale.Phrase) ui.Table {
	t := ui.Table{ID: "codes", Caption: caption, Columns: codeColumns}
	for _, c := range v.Codes {
		state := c.State(v.Now)
		t.Rows = append(t.Rows, []ui.Cell{
			v.siteCell(c, state),
			ui.Text(c.Name),
			stateCell(c, state),
			{Text: why(c)},
			{Content: moment(&c.IssuedAt)},
			{Content: moment(c.ExpiresAt)},
			{Acts: v.codeActs(c, state)},
		})
	}
	return t
}

// siteCell names the site, beside a box when its certifier can be chosen.
func (v CodesView) siteCell(c accesscode.Listed, state accesscode.State) ui.Cell {
	switch {
	case v.Choose == nil:
		return ui.Cell{Text: locale.Words(c.SiteName), Href: sitePath(c.SiteID)}
	case mayIssueTo(c, state):
		return ui.Cell{Content: chooseBox(v.Choose, c)}
	}
	return ui.Text(c.SiteName)
}

// mayIssueTo reports whether the row is the newest of a certifier who can be
// issued another code.
func mayIssueTo(c accesscode.Listed, state accesscode.State) bool {
	return !c.Joined && !c.Removed && state != accesscode.Replaced && state != accesscode.Used
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

func (v CodesView) codeActs(c accesscode.Listed, state accesscode.State) []ui.Link {
	var acts []ui.Link
	if v.Choose != nil {
		acts = append(acts, ui.Link{Text: locale.CodesActSite, Hidden: locale.AccessActFor.With("Name", c.SiteName), Href: sitePath(c.SiteID)})
	}
	if mayIssueTo(c, state) {
		acts = append(acts, ui.Link{Text: locale.SitesSiteIssue, Hidden: locale.AccessActFor.With("Name", c.Name), Href: issuePath(c.MembershipID)})
	}
	return acts
}

func tile(n int, label locale.Key, kind ui.Kind, query ...string) ui.Tile {
	href := Codes
	if len(query) == 2 {
		href += "?" + url.Values{query[0]: {query[1]}}.Encode()
	}
	return ui.Tile{Number: number(n), Label: label, Kind: kind, Link: ui.Link{Text: locale.CodesTileShow, Href: href}}
}

func funnelTiles(f accesscode.Funnel) []ui.Tile {
	bounced := ui.Kind("")
	if f.Failed > 0 {
		bounced = ui.Bad
	}
	return []ui.Tile{
		tile(f.Issued, locale.CodesTileIssued, ""),
		tile(f.Delivered, locale.CodesTileDelivered, "", "mail", string(accesscode.Delivered)),
		tile(f.Failed, locale.CodesTileBounced, bounced, "mail", string(accesscode.Bounced)),
		tile(f.Used, locale.CodesTileUsed, "", "state", string(accesscode.Used)),
		tile(f.Expired, locale.CodesTileExpired, "", "state", string(accesscode.Lapsed)),
		tile(f.Reissued, locale.CodesTileReissued, "", "reason", string(accesscode.AutoReissue)),
	}
}

func dayTable(f accesscode.Funnel) ui.Table {
	t := ui.Table{ID: "days", Caption: locale.CodesDaysNone, Columns: []ui.Column{
		{Label: locale.CodesDaysOn}, {Label: locale.CodesDaysIssued, Numeric: true}, {Label: locale.CodesDaysDelivered, Numeric: true},
		{Label: locale.CodesDaysBounced, Numeric: true}, {Label: locale.CodesDaysUsed, Numeric: true}, {Label: locale.CodesDaysExpired, Numeric: true},
		{Label: locale.CodesDaysReissued, Numeric: true}, {Label: locale.CodesDaysReplaced, Numeric: true},
	}}
	for _, d := range f.Days {
		row := []ui.Cell{{Text: day(d.On), Href: Codes + "?" + url.Values{"on": {d.On.String()}}.Encode()}}
		for _, n := range dayCounts(d) {
			row = append(row, ui.Text(number(n)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func dayCounts(d accesscode.Day) []int {
	return []int{d.Issued, d.Delivered, d.Bounced, d.Used, d.Expired, d.Reissued, d.Replaced}
}

// chartDays is how many days the chart shows; the table has more.
const chartDays = 7

// dayChart is the days up to the newest of the funnel, those without a mailing
// too.
func dayChart(f accesscode.Funnel) chart.Bars {
	b := chart.Bars{ID: "funnel", Title: locale.CodesChartTitle, Head: locale.CodesDaysOn,
		Series: []locale.Phrase{locale.CodesDaysIssued, locale.CodesDaysUsed}}
	issued, used := 0, 0
	counts := map[civil.Date]accesscode.Day{}
	for _, d := range f.Days {
		counts[d.On] = d
	}
	for back := chartDays - 1; back >= 0; back-- {
		on := f.Days[0].On.AddDays(-back)
		d := counts[on]
		b.Groups = append(b.Groups, chart.Group{Label: short(on), Values: []int{d.Issued, d.Used}})
		issued, used = issued+d.Issued, used+d.Used
	}
	b.Message = locale.CodesChartMessage.With("Issued", number(issued), "Used", number(used))
	return b
}

// short is a day as it stands below a bar.
func short(d civil.Date) locale.Phrase {
	return locale.Words(fmt.Sprintf("%02d/%02d", int(d.Month), d.Day))
}

func reasonChoices() []ui.Choice {
	list := []ui.Choice{{Label: locale.SitesFilterAll}}
	for _, r := range accesscode.CertifierReasons {
		list = append(list, ui.Choice{Value: string(r), Label: reasons[r]})
	}
	return list
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
	f, query := v.Filter, v.Query()
	words := map[string]locale.Phrase{
		"found": locale.SitesFilterSearched.With("Text", f.Search), "state": states[f.State], "reason": reasons[f.Reason],
		"today": locale.CodesFilterToday, "mail": mails[f.Mail], "on": locale.CodesFilterOn.With("Day", day(f.On)),
	}
	var chips []ui.Link
	for _, name := range filterNames {
		if query.Get(name) != "" {
			chips = append(chips, ui.Link{Text: words[name], Href: without(Codes, query, name)})
		}
	}
	return chips
}

// filterNames are the parts of the address that choose codes.
var filterNames = []string{"found", "state", "reason", "today", "mail", "on"}

var mails = map[accesscode.Mail]locale.Key{
	accesscode.Delivered: locale.CodesFilterDelivered,
	accesscode.Bounced:   locale.CodesFilterFailed,
}

// Query is the filter as it stands in an address.
func (v CodesView) Query() url.Values {
	f, query := v.Filter, url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("found", v.Found)
	set("state", string(f.State))
	set("reason", string(f.Reason))
	set("today", flag(f.Today))
	set("mail", string(f.Mail))
	if !f.On.IsZero() {
		set("on", f.On.String())
	}
	return query
}

func exportPath(v CodesView) string {
	if q := v.Query().Encode(); q != "" {
		return Export + "?" + q
	}
	return Export
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
