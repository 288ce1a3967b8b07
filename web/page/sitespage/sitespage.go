// Package sitespage shows the directory of sites, their import, and the access
// codes of their certifiers, to the program office.
package sitespage

import (
	"context"
	"net/url"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Where these pages are.
const (
	Home      = "/ofp/sites"
	Import    = Home + "/import"
	Codes     = "/ofp/codes"
	Launch    = Codes + "/launch"
	Selection = Codes + "/selection"
	Export    = Codes + "/export"
)

// ListView is a page of the directory.
type ListView struct {
	Sites  []site.Entry
	Filter site.Filter
	Found  string // stands for what was typed in an address
	Pages  ui.Pages
}

// stamp is an instant, and day a day, put into words when shown.
type (
	stamp struct {
		at   time.Time
		long bool
	}
	day civil.Date
)

// In returns the instant in the reader's words.
func (s stamp) In(ctx context.Context) string {
	if s.long {
		return locale.Clock(ctx, s.at)
	}
	return locale.Stamp(ctx, s.at)
}

// In returns the day in the reader's words.
func (d day) In(ctx context.Context) string { return locale.ShortDate(ctx, civil.Date(d)) }

func county(code string) locale.Phrase {
	if name, ok := codelist.County(code); ok {
		return name
	}
	return locale.Words(code)
}

func number(n int) string { return locale.Number(context.Background(), int64(n)) }

func sitePath(id uuid.UUID) string { return Home + "/" + id.String() }

var listColumns = []ui.Column{
	{Label: locale.SitesColumnName}, {Label: locale.SitesColumnCode}, {Label: locale.SitesColumnNpi}, {Label: locale.SitesColumnCity},
	{Label: locale.SitesColumnCounty}, {Label: locale.SitesColumnCertifier}, {Label: locale.SitesColumnAccount},
}

func listTable(v ListView) ui.Table {
	t := ui.Table{Caption: locale.SitesCaption.With("Range", v.Pages.Range()), Columns: listColumns}
	for _, s := range v.Sites {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(s.Name), Href: sitePath(s.ID)},
			ui.Text(s.Code), ui.Text(s.NPI), ui.Text(s.City), {Text: county(s.CountyCode)}, ui.Text(s.Certifier),
			accountCell(s.Joined),
		})
	}
	return t
}

func accountCell(joined bool) ui.Cell {
	if joined {
		return ui.Cell{Text: locale.SitesAccountYes, Tag: true, Kind: ui.OK}
	}
	return ui.Cell{Text: locale.SitesAccountNo, Tag: true, Kind: ui.Warn}
}

func countyChoices() []ui.Choice {
	list := []ui.Choice{{Label: locale.SitesFilterAll}}
	for _, c := range codelist.Counties() {
		list = append(list, ui.Choice{Value: c.Code, Label: c.Label})
	}
	return list
}

var accountChoices = []ui.Choice{
	{Label: locale.SitesFilterAll},
	{Value: site.AccountYes, Label: locale.SitesAccountYes},
	{Value: site.AccountNo, Label: locale.SitesAccountNo},
}

func (v ListView) filtered() bool { return len(v.chips()) > 0 }

// chips are the filters in use, each with the address of the list without it.
func (v ListView) chips() []ui.Link {
	f := v.Filter
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("found", v.Found)
	set("county", f.County)
	set("account", f.Account)
	var chips []ui.Link
	add := func(name string, text locale.Phrase) {
		if query.Get(name) != "" {
			chips = append(chips, ui.Link{Text: text, Href: without(Home, query, name)})
		}
	}
	add("found", locale.SitesFilterSearched.With("Text", f.Search))
	add("county", county(f.County))
	add("account", accountCell(f.Account == site.AccountYes).Text)
	return chips
}

func without(path string, query url.Values, name string) string {
	rest := url.Values{}
	for n, v := range query {
		if n != name {
			rest[n] = v
		}
	}
	if len(rest) == 0 {
		return path
	}
	return path + "?" + rest.Encode()
}

var siteStatuses = map[site.Status]locale.Key{
	site.Enrolled:    locale.SitesStatusEnrolled,
	site.Suspended:   locale.SitesStatusSuspended,
	site.Disenrolled: locale.SitesStatusDisenrolled,
}

func siteRows(s site.Site) []ui.Row {
	sector := locale.SitesSiteSectorPrivate
	if s.Sector == "public" {
		sector = locale.SitesSiteSectorPublic
	}
	one := func(key locale.Key, p locale.Phrase) ui.Row { return ui.Row{Key: key, Values: []locale.Phrase{p}} }
	return []ui.Row{
		one(locale.SitesColumnNpi, locale.Words(s.NPI)),
		one(locale.SitesColumnCode, locale.Words(s.Code)),
		{Key: locale.SitesSiteStatus, Content: standing(s)},
		one(locale.SitesSiteType, locale.Words(s.ProviderType)),
		one(locale.SitesSiteSector, sector),
		one(locale.SitesSiteAddress, locale.Words(s.Address())),
		one(locale.SitesColumnCounty, county(s.CountyCode)),
		one(locale.SitesSitePhone, locale.Words(s.Phone)),
		one(locale.SitesSiteEnrolled, day(s.EnrolledOn)),
	}
}

var memberStatuses = map[membership.Status]locale.Key{
	membership.Invited:           locale.AccessStatusInvited,
	membership.Undeliverable:     locale.AccessStatusUndeliverable,
	membership.InvitationExpired: locale.SitesAccountNo,
	membership.Active:            locale.AccessStatusActive,
	membership.Blocked:           locale.AccessStatusBlocked,
	membership.Disabled:          locale.AccessStatusDisabled,
	membership.Removed:           locale.AccessStatusRemoved,
}

var memberKinds = map[membership.Status]ui.Kind{
	membership.Invited: ui.Info, membership.Undeliverable: ui.Bad, membership.InvitationExpired: ui.Warn, membership.Active: ui.OK,
	membership.Blocked: ui.Bad, membership.Disabled: ui.Bad, membership.Removed: ui.Quiet,
}

func peopleTable(id string, title locale.Key, people []membership.Member, now time.Time) ui.Table {
	t := ui.Table{ID: id, Caption: locale.SitesSitePeopleCaption.With("Title", title), HideCaption: true, Columns: []ui.Column{
		{Label: locale.AccessColumnName}, {Label: locale.AccessColumnEmail}, {Label: locale.AccessColumnStatus},
		{Label: locale.AccessColumnSignedIn}, {Label: locale.AccessMemberRemoved},
	}}
	for _, m := range people {
		status := m.Status(now)
		t.Rows = append(t.Rows, []ui.Cell{
			ui.Text(m.Name()), ui.Text(m.Email), {Text: memberStatuses[status], Tag: true, Kind: memberKinds[status]},
			{Text: orNever(m.SignedInAt)}, {Text: orEmpty(m.RemovedAt)},
		})
	}
	return t
}

func orNever(at *time.Time) locale.Phrase {
	if at == nil {
		return locale.AccessNever
	}
	return stamp{at: *at}
}

func orEmpty(at *time.Time) locale.Phrase {
	if at == nil {
		return locale.Words("")
	}
	return stamp{at: *at}
}

func trail(title locale.Phrase) []ui.Link {
	return []ui.Link{{Text: locale.SitesTitle, Href: Home}, {Text: title}}
}
