// Package clientspage shows a site's clients and the record of one: who it is,
// the answers in force, what was decided, notes, the card, and who has opened
// it.
package clientspage

import (
	"context"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/card"
)

// Status returns the word for a status and its tone.
func Status(s client.Status) (locale.Phrase, ui.Kind) {
	switch s {
	case client.Active:
		return locale.ClientStatusActive, ui.OK
	case client.Expired:
		return locale.ClientStatusExpired, ui.Warn
	case client.Deactivated:
		return locale.ClientStatusDeactivated, ui.Bad
	}
	return locale.ClientStatusIneligible, ui.Quiet
}

// ListView is a page of the site's clients.
type ListView struct {
	client.List
	Show  client.Show
	Sort  client.Sort
	Query url.Values
}

var shows = map[client.Show]locale.Key{
	"":                     locale.ClientsShowAll,
	client.ShowActive:      locale.ClientsShowActive,
	client.ShowRenewable:   locale.ClientsShowRenewable,
	client.ShowEnding7:     locale.ClientsShowEnding7,
	client.ShowEnding:      locale.ClientsShowEnding,
	client.ShowEnding30:    locale.ClientsShowEnding30,
	client.ShowEnding60:    locale.ClientsShowEnding60,
	client.ShowExpired:     locale.ClientsShowExpired,
	client.ShowDeactivated: locale.ClientsShowDeactivated,
	client.ShowIneligible:  locale.ClientsShowIneligible,
}

func (v ListView) choices() []ui.Choice {
	list := []ui.Choice{{Value: "", Label: shows[""]}}
	for _, s := range client.Shows {
		list = append(list, ui.Choice{Value: string(s), Label: shows[s]})
	}
	return list
}

// sizes are how many clients a page may have.
func sizes() []ui.Choice {
	var list []ui.Choice
	for _, n := range client.PageSizes {
		list = append(list, ui.Choice{Value: strconv.Itoa(n), Label: locale.Words(strconv.Itoa(n))})
	}
	return list
}

func (v ListView) chips() []ui.Link {
	if v.Show == "" {
		return nil
	}
	return []ui.Link{{Text: shows[v.Show], Href: "/provider/clients"}}
}

func (v ListView) pages() ui.Pages {
	return ui.Pages{Number: v.Page, Size: v.Size, Total: v.Total, Path: "/provider/clients", Query: v.Query}
}

// orders says in the caption how the list is sorted.
var orders = map[client.Sort]locale.Key{
	"":                  locale.ClientsCaptionEnds,
	client.ByEnd:        locale.ClientsCaptionEnds,
	client.ByEndLast:    locale.ClientsCaptionEndsLast,
	client.ByStatus:     locale.ClientsCaptionStatus,
	client.ByStatusLast: locale.ClientsCaptionStatusLast,
}

// sorted is the query with the order that the list has without one.
func (v ListView) sorted() url.Values {
	query := maps.Clone(v.Query)
	if v.Sort == "" {
		query = url.Values{"sort": {string(client.ByEnd)}}
		maps.Copy(query, v.Query)
	}
	return query
}

func (v ListView) table() ui.Table {
	t := ui.Table{
		Caption: orders[v.Sort].With("Range", v.pages().Range()),
		Columns: ui.SortBy("/provider/clients", v.sorted(), []string{"", "", "", "ends", "status"}, []ui.Column{
			{Label: locale.ClientsColumnClient}, {Label: locale.ClientsColumnNumber}, {Label: locale.ClientsColumnBorn, Numeric: true},
			{Label: locale.ClientsColumnEnds, Numeric: true}, {Label: locale.ClientsColumnStatus},
			{Label: locale.ClientsColumnPrivacy}, {Label: locale.ClientsColumnAct},
		}),
	}
	for _, l := range v.Lines {
		t.Rows = append(t.Rows, v.row(l))
	}
	return t
}

func (v ListView) row(l client.Line) []ui.Cell {
	href := "/provider/clients/" + l.ID.String()
	text, kind := Status(l.On(v.Today))
	privacy, act := ui.Text(""), ui.Text("")
	if l.Confidential {
		privacy = ui.Cell{Text: locale.ClientsConfidential, Tag: true, Kind: ui.Bad}
	}
	if l.Recertifiable(v.Today, l.Code) {
		act = ui.Cell{Text: locale.RecordRecertify, Hidden: locale.Words(l.Name.Full()), Href: href + "/recertify"}
	}
	return []ui.Cell{
		{Text: locale.Words(l.Name.Listed()), Href: href}, ui.Text(card.Groups(string(l.HAP))), ui.Text(strconv.Itoa(l.BirthYear)),
		{Text: Short(l.EndsOn)}, {Text: text, Tag: true, Kind: kind}, privacy, act,
	}
}

// Day is a date that is put into words when it is shown.
type Day civil.Date

// In returns the date in words.
func (d Day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// Short is a date as in tables.
type Short civil.Date

// In returns the date as in tables.
func (d Short) In(ctx context.Context) string { return locale.ShortDate(ctx, civil.Date(d)) }

// Stamp is an instant as in tables.
type Stamp time.Time

// In returns the instant as in tables.
func (s Stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }

// Record is a record with the section that is shown.
type Record struct {
	client.Record
	Section Section
	OFP     bool // seen from the program office
}

// Section is one page of a record.
type Section string

// The sections, with their part of the address.
const (
	Overview    Section = ""
	Application Section = "/application"
	History     Section = "/history"
	Notes       Section = "/notes"
	Documents   Section = "/documents"
	Card        Section = "/card"
	Access      Section = "/access"
)

func (r Record) base() string {
	if r.OFP {
		return "/ofp/clients/" + r.ID.String()
	}
	return "/provider/clients/" + r.ID.String()
}

// tab is one link to a section.
type tab struct {
	ui.Link
	current bool
}

func (r Record) tabs() []tab {
	var list []tab
	for _, s := range []struct {
		section Section
		label   locale.Key
		there   bool
	}{
		{Overview, locale.RecordOverview, true}, {Application, locale.RecordApplication, true}, {History, locale.RecordHistory, true},
		{Notes, locale.RecordNotes, true}, {Documents, locale.DocumentsTab, true}, {Card, locale.RecordCard, r.HAP != ""}, {Access, locale.RecordAccess, true},
	} {
		if s.there {
			list = append(list, tab{ui.Link{Text: s.label, Href: r.base() + string(s.section)}, s.section == r.Section})
		}
	}
	return list
}

func (r Record) number() locale.Phrase {
	if r.HAP == "" {
		return locale.RecordNoNumber
	}
	return locale.RecordNumber.With("Number", card.Groups(string(r.HAP)))
}

func (r Record) rows() []ui.Row {
	rows := []ui.Row{{Key: locale.RecordBirth, Values: []locale.Phrase{Day(r.BirthOn)}}}
	if !r.StartsOn.IsZero() {
		rows = append(rows, ui.Row{Key: locale.RecordPeriod, Values: []locale.Phrase{
			locale.RecordPeriodValue.With("From", Short(r.StartsOn), "To", Short(r.EndsOn)),
		}})
	}
	if n := r.DaysLeft(r.Today); n > 0 {
		rows = append(rows, ui.Row{Key: locale.RecordLeft, Values: ui.Words(strconv.Itoa(n))})
	}
	if !r.DiscontinuedOn.IsZero() {
		rows = append(rows, ui.Row{Key: locale.RecordEnded, Values: []locale.Phrase{Day(r.DiscontinuedOn)}})
	}
	return append(rows,
		ui.Row{Key: locale.RecordContact, Values: ways(r.Contact)},
		ui.Row{Key: locale.RecordSite, Values: ui.Words(r.SiteName)},
	)
}

var wayWords = map[client.Way]locale.Key{
	client.ByEmail: locale.RecordContactEmail,
	client.ByText:  locale.RecordContactText,
	client.ByPhone: locale.RecordContactPhone,
	client.ByMail:  locale.RecordContactMail,
}

// ways lists how the client may be reached, without number or address.
func ways(c client.Contact) []locale.Phrase {
	if len(c.Ways) == 0 {
		return []locale.Phrase{locale.RecordContactPortal}
	}
	var out []locale.Phrase
	for _, w := range c.Ways {
		out = append(out, wayWords[w])
	}
	if c.Safe(client.ByPhone) && !c.Voicemail {
		out = append(out, locale.RecordContactNoVoicemail)
	}
	return out
}

// Rule is the one sentence below the confidentiality flag.
func Rule(c client.Contact) locale.Phrase {
	if len(c.Ways) == 0 {
		return locale.RecordFlagNone
	}
	return locale.RecordFlagWays.With("Ways", joined(ways(c)))
}

// joined is several phrases as one.
type joined []locale.Phrase

// In returns the phrases with commas between.
func (j joined) In(ctx context.Context) string {
	words := make([]string, len(j))
	for i, p := range j {
		words[i] = p.In(ctx)
	}
	return strings.ToLower(strings.Join(words, ", "))
}
