// Package paper is a document in words: a title and, in their order, headings,
// texts, lists, answers and lines to sign on. It is put into words once, in one
// language; a page (web/ui/paper) and a PDF (pdf) are drawn from the same
// words. Stored as JSON it stays what it was, whatever becomes of the catalogue.
package paper

import (
	"context"

	"familypact.example/portal/internal/platform/locale"
)

// Paper is a document, ready to be drawn. The zero Paper is an empty one.
type Paper struct {
	Language locale.Language `json:"language"`
	// Name is what a file or a window may be called: it names neither the
	// program nor anybody (ux.md 14.3).
	Name   string  `json:"name"`
	Title  string  `json:"title"`
	Blocks []Block `json:"blocks"`
}

// Kind says how a block is drawn.
type Kind string

// The kinds of blocks.
const (
	Heading  Kind = "heading"
	Question Kind = "question" // what is asked, above its answers
	Text     Kind = "text"
	Strong   Kind = "strong" // a text that is looked for, such as a number
	List     Kind = "list"
	Rows     Kind = "rows"    // a label and what was answered
	Lines    Kind = "lines"   // labels with lines to write on
	Choices  Kind = "choices" // boxes to tick, below a label
)

// Block is one piece of a document.
type Block struct {
	Kind  Kind     `json:"kind"`
	Text  string   `json:"text,omitempty"`
	Items []string `json:"items,omitempty"`
	Rows  []Row    `json:"rows,omitempty"`
	// Language is that of a text in another language than the document's.
	Language locale.Language `json:"language,omitempty"`
}

// Row is a label with its values, each on a line of its own.
type Row struct {
	Label  string   `json:"label"`
	Values []string `json:"values"`
}

// Writer puts phrases into the words of one language and gathers the document.
type Writer struct {
	ctx   context.Context
	paper Paper
}

// NewWriter begins a document with a title; name is what its file may be
// called.
func NewWriter(ctx context.Context, l locale.Language, name, title locale.Phrase) *Writer {
	ctx = locale.WithLanguage(ctx, l)
	return &Writer{ctx: ctx, paper: Paper{Language: l, Name: name.In(ctx), Title: title.In(ctx)}}
}

// Paper returns what was written.
func (w *Writer) Paper() Paper { return w.paper }

// Say returns the words of a phrase in the document's language.
func (w *Writer) Say(p locale.Phrase) string { return p.In(w.ctx) }

func (w *Writer) add(b Block) { w.paper.Blocks = append(w.paper.Blocks, b) }

// Heading begins a section.
func (w *Writer) Heading(p locale.Phrase) { w.add(Block{Kind: Heading, Text: w.Say(p)}) }

// Question adds what is asked on a form to be filled in.
func (w *Writer) Question(p locale.Phrase) { w.add(Block{Kind: Question, Text: w.Say(p)}) }

// Text adds a paragraph.
func (w *Writer) Text(p locale.Phrase) { w.add(Block{Kind: Text, Text: w.Say(p)}) }

// TextIn adds a paragraph in a language of its own.
func (w *Writer) TextIn(l locale.Language, p locale.Phrase) {
	b := Block{Kind: Text, Text: w.Say(spoken{p, l})}
	if l != w.paper.Language {
		b.Language = l
	}
	w.add(b)
}

// spoken is a phrase in a language of its own.
type spoken struct {
	phrase   locale.Phrase
	language locale.Language
}

// In returns the words in that language.
func (s spoken) In(ctx context.Context) string {
	return s.phrase.In(locale.WithLanguage(ctx, s.language))
}

// Strong adds a paragraph that is looked for.
func (w *Writer) Strong(p locale.Phrase) { w.add(Block{Kind: Strong, Text: w.Say(p)}) }

// List adds a list.
func (w *Writer) List(items ...locale.Phrase) { w.add(Block{Kind: List, Items: w.all(items)}) }

// Row adds a label with its values; rows that follow one another stand in one
// table.
func (w *Writer) Row(label locale.Phrase, values ...locale.Phrase) {
	w.row(Rows, Row{Label: w.Say(label), Values: w.all(values)})
}

// Line adds a label with a line to write on.
func (w *Writer) Line(label locale.Phrase) { w.row(Lines, Row{Label: w.Say(label)}) }

// Choices adds boxes to tick below a label, which may be empty.
func (w *Writer) Choices(label locale.Phrase, items ...locale.Phrase) {
	w.add(Block{Kind: Choices, Text: w.Say(label), Items: w.all(items)})
}

// row adds a row to the block before when it is of the same kind.
func (w *Writer) row(k Kind, r Row) {
	n := len(w.paper.Blocks)
	if n == 0 || w.paper.Blocks[n-1].Kind != k {
		w.add(Block{Kind: k})
		n++
	}
	w.paper.Blocks[n-1].Rows = append(w.paper.Blocks[n-1].Rows, r)
}

func (w *Writer) all(list []locale.Phrase) []string {
	words := make([]string, 0, len(list))
	for _, p := range list {
		words = append(words, w.Say(p))
	}
	return words
}

// Words returns everything that stands in the document, for searching it.
func (p Paper) Words() []string {
	words := []string{p.Title}
	for _, b := range p.Blocks {
		if b.Text != "" {
			words = append(words, b.Text)
		}
		words = append(words, b.Items...)
		for _, r := range b.Rows {
			words = append(append(words, r.Label), r.Values...)
		}
	}
	return words
}
