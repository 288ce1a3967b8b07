package clientspage

import (
	"context"
	"strings"

	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/ui"
)

// DocumentsView is the record with its documents.
type DocumentsView struct {
	Record
	Lines []document.Document
}

var documentKinds = map[document.Kind]locale.Key{
	document.FormCopy: locale.DocumentsKindForm, document.Notice: locale.DocumentsKindNotice,
	document.Ending: locale.DocumentsKindEnding, document.Retro: locale.DocumentsKindRetro,
}

var documentLanguages = map[locale.Language]locale.Key{locale.English: locale.SignLanguageEn, locale.Spanish: locale.SignLanguageEs}

// DocumentKind returns what a kind of document is called.
func DocumentKind(k document.Kind) locale.Key { return documentKinds[k] }

func (v DocumentsView) table() ui.Table {
	t := ui.Table{
		Caption: locale.DocumentsCaption,
		Columns: []ui.Column{
			{Label: locale.DocumentsKind}, {Label: locale.DocumentsDate}, {Label: locale.DocumentsLanguage}, {Label: locale.DocumentsBy},
			{Label: locale.DocumentsActs},
		},
	}
	for _, d := range v.Lines {
		href := v.base() + "/documents/" + d.ID.String()
		kind := documentKinds[d.Kind]
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: kind, Href: href}, {Text: Stamp(d.MadeAt)}, {Text: documentLanguages[d.Language]}, ui.Text(d.MadeBy),
			{Acts: []ui.Link{
				{Text: locale.DocumentsPrint, Hidden: kind, Href: href + "/print"},
				{Text: locale.DocumentsPdf, Hidden: kind, Href: href + "/pdf"},
			}},
		})
	}
	return t
}

// DocumentView is one document of a record.
type DocumentView struct {
	Record
	document.Opened
}

func (v DocumentView) href() string { return v.base() + "/documents/" + v.Document.ID.String() }

// BlankView is a form with nothing filled in.
type BlankView struct {
	Paper paper.Paper
	Which Blank
}

// BlankHref is where blank forms are for staff, PublicBlankHref where they are
// for everybody.
const (
	BlankHref       = "/provider/forms"
	PublicBlankHref = "/forms"
)

// public reports whether everybody may look at the page.
func (BlankView) public(ctx context.Context) bool {
	return strings.HasPrefix(layout.Of(ctx).Path, PublicBlankHref+"/")
}

// Blank is which form it is, in its address.
type Blank string

// The blank forms.
const (
	Cec Blank = "cec" // DHCS 4461
	Rec Blank = "rec" // DHCS 4001
)

// pdf is the address of the file below that of the blank forms.
func (v BlankView) pdf() string {
	return "/" + string(v.Which) + "/pdf?language=" + string(v.Paper.Language)
}

func (b Blank) page(l locale.Language) string {
	return BlankHref + "/" + string(b) + "?language=" + string(l)
}

func (b Blank) pdf(l locale.Language) string {
	return BlankHref + "/" + string(b) + "/pdf?language=" + string(l)
}

// links lead to the form in both languages; hidden says which form it is where
// the words alone do not.
func (b Blank) links(hidden locale.Phrase) []ui.Link {
	return []ui.Link{
		{Text: locale.DocumentsBlankEn, Hidden: hidden, Href: b.page(locale.English)},
		{Text: locale.DocumentsBlankEs, Hidden: hidden, Href: b.page(locale.Spanish)},
		{Text: locale.DocumentsBlankEnPdf, Hidden: hidden, Href: b.pdf(locale.English)},
		{Text: locale.DocumentsBlankEsPdf, Hidden: hidden, Href: b.pdf(locale.Spanish)},
	}
}
