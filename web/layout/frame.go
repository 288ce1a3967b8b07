// Package layout has the frames that stand around every page: state bar, brand,
// menu, page bar, footer. A page names its frame and its title; what the frame
// shows of the person and the place comes from the Frame in the context, which
// the handlers' kit puts there. Without one a frame shows what is the same for
// everybody, so that it works when nothing else does.
package layout

import (
	"context"
	"strings"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Frame is what the frames show beside the page itself.
type Frame struct {
	// Path is the address of the page without the prefix of the language and
	// without a query.
	Path string
	// Query is the query of the page, without the question mark. Links to the
	// other language keep it.
	Query string
	// SignedIn says that somebody is signed in, with a name or without.
	SignedIn bool
	// Name is the person who is signed in, empty for nobody and for a client,
	// whom the page must not name. Account is the address of their own account
	// page, empty when there is none.
	Name, Account string
	// Menu lists the pages of the area that exist, seven at most.
	Menu []Item
	// Site is where a provider works at the moment.
	Site Site
	// Flash is shown once, after a redirect.
	Flash Flash
	// Theme is what the person chose: "light", "dark", or empty for the
	// system's own.
	Theme string
	// Minutes of rest until the session ends; zero without a session.
	Minutes int
	// Faulty says that the form on the page has faults: the title says so too.
	Faulty bool
	// Training says that this copy has invented people only.
	Training bool
}

// Item is one entry of a menu. Count is shown when it is not zero.
type Item struct {
	Text  locale.Phrase
	Href  string
	Count int
}

// Site is the site that a provider works at.
type Site struct {
	Name   string // empty: no line for the site
	Detail string // NPI and address
	Switch string // address of the page to choose another site, empty with one
	// Notice says that work at the site stands still, or soon will; nil
	// otherwise.
	Notice locale.Phrase
}

// Flash is the message that a redirect left behind.
type Flash struct {
	Text    locale.Phrase // nil: none
	Success bool          // something was done, rather than something to know
	Link    *ui.Link      // the next step, or Undo
}

// known reports whether somebody is signed in.
func (f Frame) known() bool { return f.SignedIn || f.Name != "" }

type frameKey struct{}

// With returns a context in which pages are framed with f.
func With(ctx context.Context, f Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, f)
}

// Of returns the frame of the context, an empty one when there is none.
func Of(ctx context.Context) Frame {
	f, _ := ctx.Value(frameKey{}).(Frame)
	return f
}

// current reports whether a menu item leads to the page or to what stands
// above it. Of several items the longest address wins.
func (f Frame) current(item Item) bool {
	if !under(f.Path, item.Href) {
		return false
	}
	for _, other := range f.Menu {
		if len(other.Href) > len(item.Href) && under(f.Path, other.Href) {
			return false
		}
	}
	return true
}

// under reports whether a path is the address or lies below it. The home of an
// area is only itself.
func under(path, address string) bool {
	if path == address {
		return true
	}
	return strings.Count(address, "/") > 1 && strings.HasPrefix(path, address+"/")
}

// in returns the address of this page in the language.
func (f Frame) in(l locale.Language) string {
	path := f.Path
	if path == "" {
		path = "/"
	}
	if prefix := l.Prefix(); prefix != "" && path == "/" {
		path = prefix
	} else {
		path = prefix + path
	}
	if f.Query != "" {
		path += "?" + f.Query
	}
	return path
}

// mark returns the class of the brand's mark: gray where the page is quiet.
func (s shell) mark() string {
	if s.quiet {
		return "fp-mark fp-mark--quiet"
	}
	return "fp-mark"
}

// current is how a menu item is marked: the page itself, or what it lies in.
func current(here bool) string {
	if here {
		return "page"
	}
	return "true"
}
