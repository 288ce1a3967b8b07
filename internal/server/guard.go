package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
)

var errSignIn = fault.New(fault.Unauthenticated, locale.FaultSignIn)

// KeepsSession is what Limit is told instead of a method when somebody without
// a session asks for a page that needs one: the page is kept to come back to,
// which costs a row (decisions 41).
const KeepsSession = "session"

// visit reads who asks, anew for each request, and puts the visit and the
// frame of the page into the context.
func (s *Server) visit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		state, err := s.Sessions.Current(ctx)
		if err != nil {
			s.kit.Fail(w, r, err)
			return
		}
		v := handler.VisitOf(ctx)
		v.Actor = actorOf(state, v.Actor.Origin)
		v.Actor.Origin.Address = middleware.GetClientIP(ctx)
		v.State = state
		v.Spanish = locale.Of(ctx) == locale.Spanish
		if err := s.Limit(ctx, v.Actor, r.Method); err != nil {
			s.kit.Fail(w, r, err)
			return
		}
		ctx = handler.WithVisit(ctx, v, s.Sessions.PutFlash)
		ctx = handler.WithSearches(ctx, s.Sessions)
		ctx = layout.With(ctx, s.frame(r, v))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// actorOf is who the services are told: nobody until the sign-in is complete.
func actorOf(st session.State, origin authz.Origin) authz.Actor {
	origin.Session, origin.Device, origin.Sealed, origin.HandedOver = st.Binding, st.Device, st.Sealed, st.Suspended()
	if !st.SignedIn() {
		return authz.Actor{Role: authz.Nobody, Origin: origin}
	}
	return authz.Actor{Role: st.Role, Account: st.Account, Site: st.Site, Origin: origin}
}

// frame is what stands around the page. On a device that is handed to a client
// it shows nothing of who signed in.
func (s *Server) frame(r *http.Request, v handler.Visit) layout.Frame {
	if v.State.Suspended() {
		return layout.Frame{Path: r.URL.Path, Query: safeQuery(r), Training: s.Training, Theme: s.Theme(r)}
	}
	f := layout.Frame{
		Path: r.URL.Path, Query: safeQuery(r), Name: v.State.Name, SignedIn: v.State.Step == session.Full,
		Training: s.Training, Theme: s.Theme(r), Menu: s.menu(r, v),
	}
	if v.Actor.Role != authz.Nobody {
		f.Minutes = int(v.State.Idle.Minutes())
		f.Account = accountPage(v.Actor.Role)
	}
	if v.State.SiteName != "" {
		f.Site = siteLine(v.State)
	}
	if r.Method == http.MethodGet {
		if text := s.Sessions.TakeFlash(r.Context()); text != "" {
			f.Flash = layout.Flash{Text: locale.Words(text), Success: true}
		} else {
			f.Flash = offer(r.URL.Path, v.State)
		}
	}
	return f
}

// menu is the menu of the area, empty while the area is closed to the reader.
func (s *Server) menu(r *http.Request, v handler.Visit) []layout.Item {
	if v.Actor.Role != authz.Nobody && s.Closed != nil && s.Closed(r.Context(), v.Actor.Role, v.State.Now) != nil {
		return nil
	}
	return menu(v.Actor.Role, r.URL.Path)
}

// safeQuery keeps sort, filter and page of a list for the link to the other
// language.
func safeQuery(r *http.Request) string {
	if len(r.URL.RawQuery) > 200 {
		return ""
	}
	return r.URL.Query().Encode()
}

// guard checks the permission of a route before its handler runs. A page that
// is not for one's role does not exist; nobody signed in is sent to sign in.
func (s *Server) guard(rt route) http.HandlerFunc {
	act := s.withKept(rt)
	return func(w http.ResponseWriter, r *http.Request) {
		setRoute(r.Context(), rt.path)
		suspended := handler.VisitOf(r.Context()).State.Suspended()
		if suspended && !rt.handed {
			handBack(w, r)
			return
		}
		if err := s.allowed(r, rt.permission); err != nil {
			if v := handler.VisitOf(r.Context()); errors.Is(err, errSignIn) && v.State.ID == uuid.Nil {
				if over := s.Limit(r.Context(), v.Actor, KeepsSession); over != nil {
					err = over
				}
			}
			s.refuse(w, r, rt, err)
			return
		}
		if !suspended && owes(r, rt) {
			s.askTerms(w, r, rt)
			return
		}
		if chooses(r, rt) {
			s.askSite(w, r)
			return
		}
		if rt.fresh && !s.fresh(r) {
			s.askAgain(w, r, rt)
			return
		}
		act(w, r)
	}
}

func (s *Server) allowed(r *http.Request, p authz.Permission) error {
	v := handler.VisitOf(r.Context())
	if p == authz.Open || p == authz.TrainingHelpers {
		return nil
	}
	if p == authz.HalfSignedIn {
		if v.State.Half() || v.State.SignedIn() {
			return nil
		}
		return errSignIn
	}
	if v.Actor.Role == authz.Nobody {
		return errSignIn
	}
	if !authz.Allows(v.Actor.Role, p) {
		return fault.ErrNotFound
	}
	if s.Closed != nil {
		return s.Closed(r.Context(), v.Actor.Role, v.State.Now)
	}
	return nil
}

// Password and passcode must be at most fifteen minutes old for acts that ask
// for them again (security.md 5.9). The page with the form asks earlier, so
// that there is time to fill it in.
const (
	freshForAct  = 15 * time.Minute
	freshForPage = 10 * time.Minute
)

func (s *Server) fresh(r *http.Request) bool {
	within := freshForAct
	if r.Method != http.MethodPost {
		within = freshForPage
	}
	return handler.VisitOf(r.Context()).State.Fresh(within)
}

// askAgain goes to confirming who it is, and then to the page with the form.
// One that came too late is kept like one that came after the time limit.
func (s *Server) askAgain(w http.ResponseWriter, r *http.Request, rt route) {
	if err := s.keep(r, rt, handler.VisitOf(r.Context()).State.Account); err != nil {
		s.kit.Fail(w, r, err)
		return
	}
	if r.Method != http.MethodPost || s.shows(r) {
		s.Sessions.Remember(r.Context(), r.URL.Path)
	}
	http.Redirect(w, r, handler.Path(r.Context(), "/sign-in/again"), http.StatusSeeOther)
}

// shows reports whether the path of a form can be opened as a page.
func (s *Server) shows(r *http.Request) bool {
	pattern := chi.RouteContext(r.Context()).RoutePattern()
	for _, rt := range s.routes() {
		if rt.method == http.MethodGet && rt.path == pattern {
			return true
		}
	}
	return false
}

// cspReport counts what a browser reports of our content policy. The report is
// read up to a limit and never kept: it may hold an address.
func (s *Server) cspReport(w http.ResponseWriter, r *http.Request) {
	setRoute(r.Context(), "/csp-report")
	var report struct {
		Body struct {
			Directive string `json:"violated-directive"`
		} `json:"csp-report"`
	}
	_ = json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<10)).Decode(&report)
	directive, _, _ := strings.Cut(report.Body.Directive, " ")
	if _, known := directives[directive]; !known {
		directive = "other"
	}
	s.metrics.reports.WithLabelValues(directive).Inc()
	w.WriteHeader(http.StatusNoContent)
}

var directives = map[string]bool{
	"script-src": true, "style-src": true, "img-src": true, "font-src": true, "connect-src": true,
	"form-action": true, "base-uri": true, "frame-ancestors": true, "default-src": true,
	"script-src-elem": true, "style-src-elem": true, "style-src-attr": true, "script-src-attr": true,
}

func robots(w http.ResponseWriter, r *http.Request) {
	setRoute(r.Context(), "/robots.txt")
	text(w, http.StatusOK, "User-agent: *\nDisallow: /my\nDisallow: /provider\nDisallow: /ofp\nDisallow: /desk\nDisallow: /sign-in")
}

func changePassword(w http.ResponseWriter, r *http.Request) {
	setRoute(r.Context(), "/.well-known/change-password")
	http.Redirect(w, r, "/password/forgot", http.StatusSeeOther)
}
