package ui

import (
	"net/url"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/locale"
)

// Table is a list in rows and columns. The first cell of each row is its head.
type Table struct {
	// ID is the id of the caption, "table" when empty. Two tables on a page
	// need two.
	ID string
	// Caption says what is shown, how much and in which order.
	Caption locale.Phrase
	// HideCaption keeps the caption for those who hear it.
	HideCaption bool
	Columns     []Column
	Rows        [][]Cell
}

// Column heads a column.
type Column struct {
	Label   locale.Phrase
	Numeric bool
	// Sort is the address of the list in the order of this column, empty when
	// the list cannot be put into it.
	Sort string
	// Order is "ascending" or "descending" when the list is in the order of
	// this column.
	Order string
	// Hidden keeps the label for those who hear it, for a column of acts.
	Hidden bool
}

// Cell is one cell. Text alone is usual; with Href it is a link, completed by
// Hidden for those who hear it; with Tag it is a status.
type Cell struct {
	Text    locale.Phrase
	Href    string
	Hidden  locale.Phrase
	Tag     bool
	Kind    Kind
	Content templ.Component // instead of all that
	Acts    []Link          // several acts in one cell
}

// Text returns a cell of words that are the same in every language.
func Text(s string) Cell { return Cell{Text: locale.Words(s)} }

func (t Table) id() string {
	if t.ID == "" {
		return "table"
	}
	return t.ID
}

func (t Table) numeric(i int) bool { return i < len(t.Columns) && t.Columns[i].Numeric }

// SortBy returns the column heads that can be sorted, in the order that the
// query asks for with "sort" ("name" or "-name"): address and state are filled
// in for each column whose key is not empty. The other parts of the query are
// kept; the page is not.
func SortBy(path string, query url.Values, keys []string, columns []Column) []Column {
	now := query.Get("sort")
	for i, key := range keys {
		if key == "" || i >= len(columns) {
			continue
		}
		next := key
		switch now {
		case key:
			columns[i].Order, next = "ascending", "-"+key
		case "-" + key:
			columns[i].Order = "descending"
		}
		q := url.Values{}
		for name, values := range query {
			q[name] = values
		}
		q.Del("page")
		q.Set("sort", next)
		columns[i].Sort = path + "?" + q.Encode()
	}
	return columns
}
