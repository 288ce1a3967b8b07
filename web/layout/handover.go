package layout

import "familypact.example/portal/internal/platform/locale"

// Rest is how long nobody may act on a page until it is cleared.
type Rest struct {
	Seconds int
	Page    string // where the page leads when it is cleared
	Cover   string // is told by POST that it has been
	Here    string // is told by POST that somebody acts
}

// Resting clears the page after a rest: it is covered, and what is typed is
// handed in. Without script the server judges the next request all the same.
func Resting(r Rest) Option { return func(s *shell) { s.rest = &r } }

func handoverShell() shell {
	return shell{
		suffix: locale.LayoutSuffixClient, home: "/handover", exit: true, languages: true, quiet: true, noSignedIn: true, handed: true,
	}
}

// htmlClass is the class of the root: text is larger on a device that was
// handed over.
func (s shell) htmlClass() string {
	if s.handed {
		return "govuk-template fp-larger"
	}
	return "govuk-template"
}
