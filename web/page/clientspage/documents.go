package clientspage

import (
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
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
type BlankView struct{ Paper paper.Paper }

// BlankHref is where blank forms are.
const BlankHref = "/provider/forms"

func (v BlankView) pdf() string { return BlankHref + "/cec/pdf?language=" + string(v.Paper.Language) }
