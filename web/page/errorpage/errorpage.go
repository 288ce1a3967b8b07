// Package errorpage has the answers to what went wrong: in the reader's words,
// with what was kept, what to do next and a reference for the telephone. It
// needs nothing but the catalogue, so it works when the database does not.
package errorpage

import (
	"net/http"
	"strings"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// View is what an error page shows.
type View struct {
	Status int
	// Text replaces the usual words for the status, nil for those.
	Text locale.Phrase
	// Reference finds the line in the log, empty for none.
	Reference string
}

// words are the title and the text for a status.
type words struct{ title, text locale.Key }

var byStatus = map[int]words{
	http.StatusBadRequest:                  {locale.Error400Title, locale.Error400Text},
	http.StatusForbidden:                   {locale.Error403Title, locale.Error403Text},
	http.StatusNotFound:                    {locale.Error404Title, locale.Error404Text},
	http.StatusMethodNotAllowed:            {locale.Error405Title, locale.Error405Text},
	http.StatusConflict:                    {locale.Error409Title, locale.Error409Text},
	http.StatusGone:                        {locale.Error410Title, locale.Error410Text},
	http.StatusRequestEntityTooLarge:       {locale.Error413Title, locale.Error413Text},
	http.StatusRequestURITooLong:           {locale.Error414Title, locale.Error414Text},
	http.StatusUnsupportedMediaType:        {locale.Error415Title, locale.Error415Text},
	http.StatusMisdirectedRequest:          {locale.Error421Title, locale.Error421Text},
	http.StatusUnprocessableEntity:         {locale.Error422Title, locale.Error422Text},
	http.StatusTooManyRequests:             {locale.Error429Title, locale.Error429Text},
	http.StatusRequestHeaderFieldsTooLarge: {locale.Error431Title, locale.Error431Text},
	http.StatusInternalServerError:         {locale.Error500Title, locale.Error500Text},
	http.StatusServiceUnavailable:          {locale.Error503Title, locale.Error503Text},
}

func (v View) words() words {
	if w, ok := byStatus[v.Status]; ok {
		return w
	}
	return byStatus[http.StatusInternalServerError]
}

// text is what happened. A page that was not found always says so itself: the
// fault's own words are the same for all.
func (v View) text() locale.Phrase {
	if v.Text == nil || v.Status == http.StatusNotFound {
		return v.words().text
	}
	return v.Text
}

// ours reports whether the failure is one that we look into, so that the
// reference matters.
func (v View) ours() bool { return v.Status >= 500 && v.Reference != "" }

// ways lists what the reader can do from here: the start of the area they are
// in first.
func (v View) ways(path string) []ui.Link {
	home := "/"
	for _, area := range []string{"/my", "/provider", "/ofp", "/desk", "/demo"} {
		if path == area || strings.HasPrefix(path, area+"/") {
			home = area
		}
	}
	links := []ui.Link{{Text: locale.ErrorHome, Href: home}}
	if home == path {
		links = []ui.Link{{Text: locale.ErrorAgain, Href: path}}
	}
	if v.Status == http.StatusServiceUnavailable {
		links = append(links, ui.Link{Text: locale.ErrorStatus, Href: "/status"})
	}
	return append(links, ui.Link{Text: locale.ErrorContact, Href: "/contact"})
}
