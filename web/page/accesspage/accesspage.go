// Package accesspage shows the Access Management Dashboard: who works at a
// certifier's site.
package accesspage

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Home is where the dashboard is.
const Home = "/provider/access"

// ListView is what the dashboard shows.
type ListView struct {
	Site    string
	Members []membership.Member
	Counts  map[membership.Status]int
	Status  membership.Status // filter, empty for all but removed
	Search  string
	Found   string // stands for what was typed in an address
	// Training says how those with an account stand with their courses.
	Training map[uuid.UUID]training.State
	Now      time.Time
	Pages    ui.Pages
}

// MemberView is one person, with the time by which the state is told.
type MemberView struct {
	membership.Member
	Site    string
	Now     time.Time
	Several bool // the certifier has other sites as well
}

var statuses = map[membership.Status]locale.Key{
	membership.Invited:           locale.AccessStatusInvited,
	membership.Undeliverable:     locale.AccessStatusUndeliverable,
	membership.InvitationExpired: locale.AccessStatusInvitationExpired,
	membership.Active:            locale.AccessStatusActive,
	membership.Blocked:           locale.AccessStatusBlocked,
	membership.Disabled:          locale.AccessStatusDisabled,
	membership.Removed:           locale.AccessStatusRemoved,
}

var kinds = map[membership.Status]ui.Kind{
	membership.Invited:           ui.Info,
	membership.Undeliverable:     ui.Bad,
	membership.InvitationExpired: ui.Warn,
	membership.Active:            ui.OK,
	membership.Blocked:           ui.Bad,
	membership.Disabled:          ui.Bad,
	membership.Removed:           ui.Quiet,
}

// stamp is an instant that is put into words when it is shown.
type stamp struct {
	at   time.Time
	long bool
}

// In returns the instant in the reader's words.
func (s stamp) In(ctx context.Context) string {
	if s.long {
		return locale.Clock(ctx, s.at)
	}
	return locale.Stamp(ctx, s.at)
}

func when(at *time.Time) locale.Phrase {
	if at == nil {
		return locale.AccessNever
	}
	return stamp{at: *at}
}

func path(id uuid.UUID, act string) string {
	p := Home + "/" + id.String()
	if act != "" {
		p += "/" + act
	}
	return p
}

// acts are what can be done about the person now.
func acts(m membership.Member, now time.Time, details bool) []ui.Link {
	var links []ui.Link
	hidden := locale.AccessActFor.With("Name", m.Name())
	add := func(text locale.Key, act string) {
		links = append(links, ui.Link{Text: text, Hidden: hidden, Href: path(m.ID, act)})
	}
	if details {
		add(locale.AccessActOpen, "")
	}
	switch m.Status(now) {
	case membership.Invited, membership.Undeliverable, membership.InvitationExpired:
		add(locale.AccessActResend, "resend")
	}
	if m.RemovedAt == nil {
		if !details {
			add(locale.AccessActName, "name")
			if !m.Joined() {
				add(locale.AccessActEmail, "email")
			}
		}
		add(removal(m), "remove")
	}
	return links
}

// removal names the taking away: of access, or of an invitation to it.
func removal(m membership.Member) locale.Key {
	if m.Joined() {
		return locale.AccessActRemove
	}
	return locale.AccessActRevoke
}

func (v MemberView) removeTitle() locale.Key {
	if v.Joined() {
		return locale.AccessRemoveTitle
	}
	return locale.AccessRevokeTitle
}

func (v MemberView) removeYes() locale.Key {
	if v.Joined() {
		return locale.AccessRemoveYes
	}
	return locale.AccessRevokeYes
}

// acts are what can be done about the person on their own page.
func (v MemberView) acts() []ui.Link {
	links := acts(v.Member, v.Now, false)
	if v.Several && v.Joined() && v.Status(v.Now) != membership.Removed {
		links = append(links, ui.Link{
			Text: locale.AccessActLink, Hidden: locale.AccessActFor.With("Name", v.Name()), Href: path(v.ID, "link"),
		})
	}
	if v.Joined() && v.Status(v.Now) != membership.Removed {
		links = append(links, ui.Link{
			Text: locale.LostAppConfirmTitle, Hidden: locale.AccessActFor.With("Name", v.Name()), Href: path(v.ID, "authenticator"),
		})
	}
	return links
}

var columns = []ui.Column{
	{Label: locale.AccessColumnName}, {Label: locale.AccessColumnEmail}, {Label: locale.AccessColumnStatus},
	{Label: locale.AccessColumnInvited}, {Label: locale.AccessColumnSignedIn}, {Label: locale.AccessColumnTraining},
	{Label: locale.AccessColumnActs, Hidden: true},
}

func table(v ListView) ui.Table {
	t := ui.Table{Caption: locale.AccessTableCaption.With("Range", v.Pages.Range()), Columns: columns}
	for _, m := range v.Members {
		status := m.Status(v.Now)
		invited := m.CreatedAt
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(m.Name()), Href: path(m.ID, "")},
			ui.Text(m.Email),
			{Text: statuses[status], Tag: true, Kind: kinds[status]},
			{Text: stamp{at: invited}},
			{Text: when(m.SignedInAt)},
			trainingCell(v, m),
			{Acts: acts(m, v.Now, true)},
		})
	}
	return t
}

// trainingCell says how a person stands with their courses; of somebody
// without an account nothing is asked yet.
func trainingCell(v ListView, m membership.Member) ui.Cell {
	switch {
	case m.RemovedAt != nil:
		return ui.Cell{Text: training.State{}.Phrase()}
	case !m.Joined():
		return ui.Cell{Text: locale.SitesAccountNo}
	}
	state := v.Training[*m.AccountID]
	return ui.Cell{Text: state.Phrase(), Tag: true, Kind: trainingKinds[state.Kind]}
}

var trainingKinds = map[training.Kind]ui.Kind{
	training.Overdue: ui.Bad, training.Soon: ui.Warn, training.Never: ui.Warn, training.Done: ui.OK,
}

// choices are the statuses to filter by, each with how many there are.
func choices(v ListView) []ui.Choice {
	list := []ui.Choice{{Value: "", Label: locale.AccessFilterAll}}
	for _, s := range membership.Statuses {
		list = append(list, ui.Choice{Value: string(s), Label: locale.AccessFilterCount.With("Status", statuses[s], "Number", v.Counts[s])})
	}
	return list
}

func (v ListView) filtered() bool { return v.Status != "" || v.Search != "" }

func chips(v ListView) []ui.Link {
	var links []ui.Link
	if v.Status != "" {
		href := Home
		if v.Search != "" {
			href += "?" + query("found", v.Found)
		}
		links = append(links, ui.Link{Text: statuses[v.Status], Href: href})
	}
	if v.Search != "" {
		href := Home
		if v.Status != "" {
			href += "?" + query("status", string(v.Status))
		}
		links = append(links, ui.Link{Text: locale.AccessFilterSearched.With("Text", v.Search), Href: href})
	}
	return links
}

// about lists what is known of a person.
func about(v MemberView) []ui.Row {
	status := v.Status(v.Now)
	rows := []ui.Row{
		{Key: locale.AccessColumnEmail, Values: ui.Words(v.Email)},
		{Key: locale.AccessMemberSite, Values: ui.Words(v.Site)},
		{Key: locale.AccessColumnStatus, Content: ui.Tag(statuses[status], kinds[status])},
		{Key: locale.AccessColumnInvited, Values: []locale.Phrase{stamp{at: v.CreatedAt}}},
	}
	add := func(key locale.Key, text locale.Phrase) {
		rows = append(rows, ui.Row{Key: key, Values: []locale.Phrase{text}})
	}
	switch {
	case v.JoinedAt != nil:
		add(locale.AccessMemberJoined, stamp{at: *v.JoinedAt})
		add(locale.AccessColumnSignedIn, when(v.SignedInAt))
	case v.CodeLive && v.CodeExpiresAt != nil && v.RemovedAt == nil:
		add(locale.AccessMemberExpires, stamp{at: *v.CodeExpiresAt, long: true})
	case v.CodeLive && !v.CodeBounced && v.RemovedAt == nil:
		add(locale.AccessMemberExpires, locale.AccessMemberSending)
	}
	if v.RemovedAt != nil {
		add(locale.AccessMemberRemoved, stamp{at: *v.RemovedAt})
	}
	return rows
}

// help says what to do about an invitation that did not arrive, and who can help
// when the account is not usable; nil otherwise.
func help(v MemberView) locale.Phrase {
	switch v.Status(v.Now) {
	case membership.Undeliverable:
		return locale.AccessMemberUndeliverable.With("Email", v.Email)
	case membership.Blocked:
		return locale.AccessMemberBlocked.With("Phone", ui.ServiceCenterPhone)
	case membership.Disabled:
		return locale.AccessMemberDisabled.With("Phone", ui.ServiceCenterPhone)
	}
	return nil
}

func trail(v MemberView, here locale.Phrase) []ui.Link {
	return []ui.Link{
		{Text: locale.AccessTitle, Href: Home},
		{Text: locale.Words(v.Name()), Href: path(v.ID, "")},
		{Text: here},
	}
}
