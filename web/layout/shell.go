package layout

import (
	"context"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// shell is one frame with what the page chose.
type shell struct {
	title      locale.Phrase
	area       locale.Phrase // beside the brand; nil: nothing
	suffix     locale.Phrase // of the title
	home       string        // where the brand leads
	quiet      bool          // no program name (ux.md 14.3)
	exit       bool          // quick exit
	languages  bool          // the switch of languages
	wide       bool
	landing    bool   // the page brings its own bands
	index      bool   // search engines may keep it
	form       string // id of the form that the switch of languages sends
	back       string
	trail      []ui.Link
	noSignedIn bool // no account links
	noNotice   bool // of the site: the page says itself why it is no other
	handed     bool // the device is handed to a client: larger text, no way elsewhere
	rest       *Rest
}

// Option changes one thing about a frame.
type Option func(*shell)

// Back puts a link to the page before this one above the content.
func Back(href string) Option { return func(s *shell) { s.back = href } }

// Trail puts breadcrumbs above the content. The last one, without address, is
// the page itself.
func Trail(links ...ui.Link) Option { return func(s *shell) { s.trail = links } }

// SwitchForm makes the switch of languages send the form with the given id, so
// that nothing typed is lost. The form gets the field "switch-language" with
// "en" or "es"; its handler keeps what was typed unchecked and shows the same
// page in that language.
func SwitchForm(id string) Option { return func(s *shell) { s.form = id } }

// Quiet takes the program's name out of the brand and the title, for pages of
// a client outside the client area.
func Quiet() Option {
	return func(s *shell) {
		s.quiet, s.area, s.suffix = true, nil, locale.LayoutSuffixClient
	}
}

// NoExit leaves the quick exit away, for pages that are for staff.
func NoExit() Option { return func(s *shell) { s.exit = false } }

// Landing lets the page bring its own bands over the whole width.
func Landing() Option { return func(s *shell) { s.landing = true } }

// Wide gives the content up to 1,280 px, for long lists.
func Wide() Option { return func(s *shell) { s.wide = true } }

func frame(base shell, title locale.Phrase, options []Option) shell {
	base.title = title
	for _, o := range options {
		o(&base)
	}
	return base
}

func publicShell() shell {
	return shell{area: locale.LayoutAreaPublic, suffix: locale.LayoutSuffixPublic, home: "/", exit: true, languages: true, index: true}
}

func signInShell() shell {
	return shell{area: locale.LayoutAreaPublic, suffix: locale.LayoutSuffixSignIn, home: "/", exit: true, languages: true, noSignedIn: true}
}

func clientShell() shell {
	return shell{suffix: locale.LayoutSuffixClient, home: "/my", exit: true, languages: true, quiet: true}
}

func providerShell() shell {
	return shell{area: locale.LayoutAreaProvider, suffix: locale.LayoutSuffixProvider, home: "/provider"}
}

func ofpShell() shell {
	return shell{area: locale.LayoutAreaOfp, suffix: locale.LayoutSuffixOfp, home: "/ofp", wide: true}
}

func deskShell() shell {
	return shell{area: locale.LayoutAreaDesk, suffix: locale.LayoutSuffixDesk, home: "/desk"}
}

func demoShell() shell {
	return shell{area: locale.LayoutSuffixDemo, suffix: locale.LayoutSuffixDemo, home: "/demo", noSignedIn: true}
}

// shellAt returns the frame of the area that a path lies in, for pages that
// may stand anywhere.
func shellAt(path string) shell {
	areas := []struct {
		prefix string
		shell  func() shell
	}{
		{"/my", clientShell}, {"/provider", providerShell}, {"/ofp", ofpShell}, {"/desk", deskShell}, {"/demo", demoShell},
	}
	for _, a := range areas {
		if path == a.prefix || strings.HasPrefix(path, a.prefix+"/") {
			s := a.shell()
			s.noNotice = true
			return s
		}
	}
	s := publicShell()
	s.index = false
	return s
}

// pageTitle is the title of the tab: "Error: Question – Family PACT".
func pageTitle(ctx context.Context, s shell) string {
	title, suffix := s.title.In(ctx), s.suffix.In(ctx)
	if suffix != title {
		title = fmt.Sprintf("%s – %s", title, suffix)
	}
	if Of(ctx).Faulty {
		return locale.T(ctx, locale.LayoutErrorTitle, "Title", title)
	}
	return title
}

func (s shell) brand() locale.Phrase {
	if s.quiet {
		return locale.LayoutBrandQuiet
	}
	return locale.LayoutBrand
}

func (s shell) icon() string {
	if s.quiet {
		return "icon-quiet.svg"
	}
	return "icon.svg"
}

// hasBar reports whether anything stands in the page bar.
func (s shell) hasBar() bool { return s.exit || s.back != "" || len(s.trail) > 0 }

func (s shell) bodyClass() string {
	if s.wide {
		return "govuk-template__body fp-wide"
	}
	return "govuk-template__body"
}

// other is the language that the page is not in.
func other(ctx context.Context) locale.Language {
	if locale.Of(ctx) == locale.Spanish {
		return locale.English
	}
	return locale.Spanish
}

func nameOf(l locale.Language) locale.Key {
	if l == locale.Spanish {
		return locale.LayoutLanguageEs
	}
	return locale.LayoutLanguageEn
}

func raw(path string) templ.SafeURL { return templ.SafeURL(path) }
