// Package peoplepage shows who works with the portal, to the program office:
// accounts and invitations, what can be done about them, and the requests that
// one administrator makes and another decides.
package peoplepage

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Where these pages are.
const (
	Home     = "/ofp/people"
	New      = Home + "/new"
	Requests = Home + "/requests"
)

// ListView is a page of the list.
type ListView struct {
	office.People
	Filter office.Filter
	Query  url.Values // of the address, for the links that sort
	Pages  ui.Pages
}

// stamp is an instant, put into words when it is shown.
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

func orNever(at *time.Time) locale.Phrase {
	if at == nil {
		return locale.PeopleNever
	}
	return stamp{at: *at}
}

// Path is the page of a person, and with an act the page that asks before it.
func Path(id uuid.UUID, act string) string {
	p := Home + "/" + id.String()
	if act != "" {
		p += "/" + act
	}
	return p
}

var roles = map[authz.Role]locale.Key{
	authz.Certifier: locale.PeopleRoleCertifier,
	authz.Staff:     locale.PeopleRoleStaff,
	authz.OFP:       locale.PeopleRoleOfp,
	authz.Desk:      locale.PeopleRoleDesk,
}

var states = map[office.State]locale.Key{
	office.Invited:         locale.PeopleStateInvited,
	office.Undeliverable:   locale.AccessStatusUndeliverable,
	office.InvitationEnded: locale.PeopleStateInvitationEnded,
	office.Active:          locale.PeopleStateActive,
	office.Blocked:         locale.PeopleStateBlocked,
	office.Inactive:        locale.PeopleStateInactive,
	office.Disabled:        locale.PeopleStateDisabled,
	office.Sealed:          locale.PeopleStateSealed,
	office.Open:            locale.PeopleStateOpen,
	office.Removed:         locale.PeopleStateRemoved,
}

var kinds = map[office.State]ui.Kind{
	office.Invited:         ui.Info,
	office.Undeliverable:   ui.Bad,
	office.InvitationEnded: ui.Warn,
	office.Active:          ui.OK,
	office.Blocked:         ui.Bad,
	office.Inactive:        ui.Warn,
	office.Disabled:        ui.Bad,
	office.Sealed:          ui.Quiet,
	office.Open:            ui.Bad,
	office.Removed:         ui.Quiet,
}

func table(v ListView) ui.Table {
	columns := []ui.Column{
		{Label: locale.PeopleColumnName}, {Label: locale.PeopleColumnRole}, {Label: locale.PeopleColumnState},
		{Label: locale.PeopleColumnSites}, {Label: locale.PeopleColumnEmail},
		{Label: locale.PeopleColumnSignedIn}, {Label: locale.PeopleColumnCreated},
	}
	t := ui.Table{
		Caption: locale.PeopleCaption.With("Range", v.Pages.Range()),
		Columns: ui.SortBy(Home, v.Query, []string{office.ByName, "", "", "", "", office.BySignedIn, office.ByCreated}, columns),
	}
	for _, p := range v.List {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(p.Name()), Href: Path(p.ID, "")},
			{Text: roles[p.Role]},
			{Text: states[p.State], Tag: true, Kind: kinds[p.State]},
			{Text: sites(p)},
			ui.Text(p.Email),
			{Text: signedIn(p)},
			{Text: stamp{at: p.CreatedAt}},
		})
	}
	return t
}

// signedIn is empty for somebody who has no account yet.
func signedIn(p office.Listed) locale.Phrase {
	if !p.HasAccount {
		return locale.Words("")
	}
	return orNever(p.SignedInAt)
}

func sites(p office.Listed) locale.Phrase {
	names := strings.Join(p.Sites, ", ")
	if more := p.SiteCount - len(p.Sites); more > 0 {
		return locale.PeopleSitesMore.With("Names", names, "Number", more)
	}
	return locale.Words(names)
}

func roleChoices() []ui.Choice {
	list := []ui.Choice{{Label: locale.PeopleFilterAllRoles}}
	for _, r := range office.Roles {
		list = append(list, ui.Choice{Value: string(r), Label: roles[r]})
	}
	return list
}

func stateChoices() []ui.Choice {
	list := []ui.Choice{{Label: locale.PeopleFilterAllStates}}
	for _, s := range office.States {
		list = append(list, ui.Choice{Value: string(s), Label: states[s]})
	}
	return list
}

// chips are the filters in use, each with the address of the list without it.
func (v ListView) chips() []ui.Link {
	var chips []ui.Link
	add := func(name string, text locale.Phrase) {
		if v.Query.Get(name) == "" {
			return
		}
		rest := url.Values{}
		for n, values := range v.Query {
			if n != name && n != "page" && values[0] != "" {
				rest[n] = values
			}
		}
		href := Home
		if len(rest) > 0 {
			href += "?" + rest.Encode()
		}
		chips = append(chips, ui.Link{Text: text, Href: href})
	}
	add("found", locale.PeopleFilterSearched.With("Text", v.Filter.Search))
	if v.Filter.Role != "" {
		add("role", roles[v.Filter.Role])
	}
	if v.Filter.State != "" {
		add("state", states[v.Filter.State])
	}
	return chips
}

func waiting(n int) locale.Phrase { return locale.PeopleWaiting.With("Count", n) }
