package server

import (
	"context"
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
)

// sitePage is where somebody with several sites chooses the one to act for.
const sitePage = "/provider/site"

// day is a day that is put into words when it is shown.
type day civil.Date

// In returns the day in the reader's words.
func (d day) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// siteLine says for which site somebody acts, and whether work there stands
// still.
func siteLine(st session.State) layout.Site {
	line := layout.Site{Name: st.SiteName, Detail: st.SiteDetail, Notice: siteNotice(st.Place, civil.Of(st.Now))}
	if st.Place.Sites > 1 {
		line.Switch = sitePage
	}
	return line
}

// siteNotice counts the days of a site without a certifier (security.md 8.8),
// or says why no work is done there.
func siteNotice(p session.Place, today civil.Date) locale.Phrase {
	standing := site.Standing{Status: site.Status(p.Status), UncertifiedOn: p.UncertifiedOn}
	if f, closed := fault.Of(standing.OpenForWork(today)); closed {
		return f.Text
	}
	last := standing.LastDay()
	if last.IsZero() {
		return nil
	}
	return locale.SiteNoticeUncertified.With("Count", last.DaysSince(today)+1, "Day", day(last))
}

// chooses reports whether somebody with several sites has still to choose one
// before the page that is asked for. What was sent is not held up.
func chooses(r *http.Request, rt route) bool {
	st := handler.VisitOf(r.Context()).State
	return st.SignedIn() && st.Role.Provider() && st.Place.Unchosen() &&
		r.Method != http.MethodPost && area(rt.path) == "provider" && rt.path != sitePage
}

// askSite goes to the choice of a site, and to the page that was asked for
// after it.
func (s *Server) askSite(w http.ResponseWriter, r *http.Request) {
	s.Sessions.Remember(r.Context(), r.URL.Path)
	http.Redirect(w, r, sitePage, http.StatusSeeOther)
}
