package peoplepage

import (
	"slices"

	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// PersonView is one account or invitation.
type PersonView struct {
	office.Person
	Own bool // the reader's own account
}

// Act is what can be done to somebody, as its address names it.
type Act string

// The acts.
const (
	Disable     Act = "disable"
	Lift        Act = "lift"
	EndSessions Act = "end-sessions"
	Rename      Act = "name"
	Remove      Act = "remove"
	Resend      Act = "resend"
	Withdraw    Act = "withdraw"
)

var actTexts = map[Act]locale.Key{
	Disable: locale.PeopleActDisable, Lift: locale.PeopleActLift, EndSessions: locale.PeopleActEndSessions,
	Rename: locale.PeopleActName, Remove: locale.PeopleActRemove, Resend: locale.PeopleActResend, Withdraw: locale.PeopleActWithdraw,
}

// Acts lists what applies to the person now, whoever looks. What only the
// service center may do is not among it.
func (v PersonView) Acts() []Act {
	ours := v.Role.Privileged()
	if !v.HasAccount {
		if ours && !v.Sealed && v.State != office.Removed {
			return []Act{Resend, Withdraw}
		}
		return nil
	}
	var acts []Act
	add := func(act Act, applies bool) {
		if applies {
			acts = append(acts, act)
		}
	}
	there := v.State != office.Removed
	add(Disable, there && !v.disabled())
	add(Lift, v.disabled())
	add(EndSessions, there && v.OpenSessions > 0)
	add(Rename, there && !v.Sealed)
	add(Remove, there && ours)
	return acts
}

func (v PersonView) disabled() bool { return v.State == office.Disabled }

// May reports whether the act applies to the person now.
func (v PersonView) May(act Act) bool { return slices.Contains(v.Acts(), act) }

// links are the acts as buttons; there are none on one's own account.
func (v PersonView) links() []ui.Link {
	if v.Own {
		return nil
	}
	var links []ui.Link
	if v.LostApp {
		links = append(links, ui.Link{Text: locale.PeopleActAuthenticator, Href: Path(v.ID, "authenticator")})
	}
	for _, act := range v.Acts() {
		links = append(links, ui.Link{Text: actTexts[act], Href: Path(v.ID, string(act))})
	}
	return links
}

// refer says what only the service center does, and its number.
func (v PersonView) refer() locale.Phrase {
	switch {
	case !v.HasAccount, v.State == office.Removed, v.Own:
		return nil
	case v.State == office.Blocked:
		return locale.PeoplePersonBlocked.With("Phone", ui.ServiceCenterPhone)
	case v.State == office.Inactive:
		return locale.PeoplePersonInactive.With("Phone", ui.ServiceCenterPhone)
	}
	return locale.PeoplePersonRefer.With("Phone", ui.ServiceCenterPhone)
}

func (v PersonView) rows() []ui.Row {
	var rows []ui.Row
	add := func(key locale.Key, text locale.Phrase) {
		rows = append(rows, ui.Row{Key: key, Values: []locale.Phrase{text}})
	}
	rows = append(rows, ui.Row{Key: locale.PeopleColumnState, Content: ui.Tag(states[v.State], kinds[v.State])})
	if v.State != office.Active && v.State != office.Invited && v.State != office.Undeliverable {
		add(locale.PeoplePersonSince, stamp{at: v.Since})
	}
	if v.State == office.Disabled {
		add(locale.PeoplePersonReason, locale.Words(v.Reason))
		add(locale.PeoplePersonDisabledBy, locale.Words(v.DisabledBy))
	}
	if v.State == office.Open {
		add(locale.PeoplePersonOpenTill, stamp{at: *v.OpenTill, long: true})
	}
	add(locale.PeopleColumnRole, roles[v.Role])
	add(locale.PeopleColumnEmail, locale.Words(v.Email))
	if v.HasAccount {
		return append(rows, v.accountRows()...)
	}
	add(locale.PeoplePersonInvited, stamp{at: v.CreatedAt})
	if v.State == office.Invited {
		add(locale.PeoplePersonCodeEnd, v.codeEnd())
	}
	return rows
}

func (v PersonView) codeEnd() locale.Phrase {
	if v.CodeEndsAt == nil {
		return locale.PeoplePersonCodeWaiting
	}
	return stamp{at: *v.CodeEndsAt, long: true}
}

func (v PersonView) accountRows() []ui.Row {
	row := func(key locale.Key, text locale.Phrase) ui.Row {
		return ui.Row{Key: key, Values: []locale.Phrase{text}}
	}
	open := locale.Phrase(locale.PeoplePersonSessionsNone)
	if v.OpenSessions > 0 {
		open = locale.PeoplePersonSessionsCount.With("Count", v.OpenSessions)
	}
	return []ui.Row{
		row(locale.PeoplePersonUsername, locale.Words(v.Username)),
		row(locale.PeoplePersonCreated, stamp{at: v.CreatedAt}),
		row(locale.PeopleColumnSignedIn, orNever(v.SignedInAt)),
		row(locale.PeoplePersonSessions, open),
	}
}

func (v PersonView) placeTable() ui.Table {
	t := ui.Table{ID: "places", Caption: locale.PeoplePersonPlaces, HideCaption: true, Columns: []ui.Column{
		{Label: locale.PeopleColumnSites}, {Label: locale.PeopleColumnRole},
		{Label: locale.PeoplePersonPlacesFrom}, {Label: locale.PeoplePersonPlacesTo},
		{Label: locale.PeoplePersonPlacesActs, Hidden: true},
	}}
	for _, p := range v.Places {
		from := p.CreatedAt
		if p.JoinedAt != nil {
			from = *p.JoinedAt
		}
		t.Rows = append(t.Rows, []ui.Cell{
			placeCell(p), {Text: roles[p.Role]}, {Text: stamp{at: from}}, {Text: until(p)}, {Acts: v.placeActs(p)},
		})
	}
	return t
}

func placeCell(p office.Place) ui.Cell {
	if p.SiteID == nil {
		return ui.Cell{Text: locale.PeoplePersonPlacesOffice}
	}
	return ui.Cell{Text: locale.Words(p.SiteName + " (" + p.SiteCode + ")"), Href: sitePath(p)}
}

func sitePath(p office.Place) string { return "/ofp/sites/" + p.SiteID.String() }

func until(p office.Place) locale.Phrase {
	if p.RemovedAt == nil {
		return locale.PeoplePersonPlacesNow
	}
	return stamp{at: *p.RemovedAt}
}

func (v PersonView) placeActs(p office.Place) []ui.Link {
	at := locale.PeoplePersonPlacesAt.With("Site", p.SiteName)
	switch {
	case v.Own:
		return nil
	case p.Endable():
		return []ui.Link{{Text: locale.PeoplePersonPlacesEnd, Hidden: at, Href: Home + "/places/" + p.ID.String()}}
	case p.Role == authz.Certifier && p.RemovedAt == nil:
		return []ui.Link{{Text: locale.PeoplePersonPlacesCertifier, Hidden: at, Href: sitePath(p)}}
	}
	return nil
}

func trail(v PersonView, title locale.Phrase) []ui.Link {
	links := []ui.Link{{Text: locale.PeopleTitle, Href: Home}}
	if title == nil {
		return append(links, ui.Link{Text: locale.Words(v.Name())})
	}
	return append(links, ui.Link{Text: locale.Words(v.Name()), Href: Path(v.ID, "")}, ui.Link{Text: title})
}
