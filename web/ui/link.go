package ui

import (
	"context"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/locale"
)

// The two support lines by problem (domain/portal.md 25). Never show both for
// one problem.
const (
	ServiceCenterPhone = "(800) 906-8521" // password, blocked or disabled account
	OFPPhone           = "(916) 650-0414" // access codes and everything else
)

// Link leads to a page of the portal. Hidden completes the text for those who
// hear it, such as the name in "Remove Dana Reyes".
type Link struct {
	Text   locale.Phrase
	Hidden locale.Phrase
	Href   string
}

// Pages says where in a long list the reader is.
type Pages struct {
	Number int        // of this page, from 1
	Size   int        // rows a page
	Total  int        // rows in all
	Path   string     // of the list
	Query  url.Values // filters and order, kept from page to page
}

// Last returns the number of the last page, 1 for an empty list.
func (p Pages) Last() int {
	if p.Size < 1 || p.Total <= p.Size {
		return 1
	}
	return (p.Total + p.Size - 1) / p.Size
}

// Range says which rows are shown, for the caption: "1 to 25 of 312".
func (p Pages) Range() locale.Phrase {
	from := (p.Number-1)*p.Size + 1
	if p.Total == 0 {
		from = 0
	}
	return locale.UiPaginationRange.With("From", count(from), "To", count(min(p.Number*p.Size, p.Total)), "Total", count(p.Total))
}

// count is a number with its thousands apart.
type count int

// In returns the number in the reader's language.
func (n count) In(ctx context.Context) string { return locale.Number(ctx, int64(n)) }

func (p Pages) href(ctx context.Context, n int) templ.SafeURL {
	q := url.Values{}
	for name, values := range p.Query {
		q[name] = values
	}
	q.Set("page", strconv.Itoa(n))
	return Path(ctx, p.Path+"?"+q.Encode())
}

// numbers lists the pages to offer: the first, the neighbours, the last; zero
// stands for a gap.
func (p Pages) numbers() []int {
	var list []int
	for n := 1; n <= p.Last(); n++ {
		if n == 1 || n == p.Last() || n >= p.Number-1 && n <= p.Number+1 {
			if len(list) > 0 && list[len(list)-1] != n-1 {
				list = append(list, 0)
			}
			list = append(list, n)
		}
	}
	return list
}
