package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
	"familypact.example/portal/web/ui"
)

// keeper keeps forms that came after the time limit.
type keeper interface {
	Keep(ctx context.Context, actor authz.Actor, account uuid.UUID, page, body string) error
	Open(id uuid.UUID, sealed []byte) (string, error)
	Forget(ctx context.Context, actor authz.Actor, id uuid.UUID) error
}

// refuse answers who may not have a route. Somebody whose sign-in has ended
// finds their form again after signing in as the same account; a sign-in that
// ended because there was one too many says so.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, rt route, err error) {
	if !errors.Is(err, errSignIn) {
		s.kit.Fail(w, r, err)
		return
	}
	st := handler.VisitOf(r.Context()).State
	account := st.Ended.Account
	if st.Step == session.Full && st.Locked {
		account = st.Account
	}
	if err := s.keep(r, rt, account); err != nil {
		s.kit.Fail(w, r, err)
		return
	}
	if st.Ended.Why == session.EndedBySurplus {
		s.Sessions.Explain(r.Context(), st.Ended.Why)
		if r.Method == http.MethodGet {
			s.Sessions.RememberFor(r.Context(), account, handler.Path(r.Context(), r.URL.Path))
		}
		http.Redirect(w, r, handler.Path(r.Context(), "/session/expired"), http.StatusSeeOther)
		return
	}
	s.kit.Fail(w, r, err)
}

// keep keeps the form of a request that the account may not make at this
// moment, and its page to come back to. Of other requests it keeps nothing.
func (s *Server) keep(r *http.Request, rt route, account uuid.UUID) error {
	if r.Method != http.MethodPost || !rt.kept || account == uuid.Nil {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil || len(body) >= maxBody {
		return nil //nolint:nilerr // no form of ours: there is nothing to keep
	}
	ctx := r.Context()
	if err := s.Kept.Keep(ctx, handler.Actor(ctx), account, r.URL.Path, string(body)); err != nil {
		return err
	}
	s.Sessions.RememberFor(ctx, account, handler.Path(ctx, r.URL.Path))
	return nil
}

// keepTyped keeps what is typed into a page and not sent when its time is over:
// the page's script hands it in, at the end of the rest or a moment before.
// Nothing is done with it, and of pages that are not kept nothing is.
func (s *Server) keepTyped(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	st := handler.VisitOf(ctx).State
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil || len(body) >= maxBody {
		return form.ErrTooLarge
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return form.ErrUnreadable
	}
	if err := form.Readable(values); err != nil {
		return err
	}
	page, _ := cutSpanish(values.Get("kept-page"))
	values.Del("kept-page")
	account := st.Ended.Account
	if st.Step == session.Full {
		account = st.Account
	}
	if account != uuid.Nil && s.keepsPage(page) {
		if err := s.Kept.Keep(ctx, handler.Actor(ctx), account, page, values.Encode()); err != nil {
			return err
		}
		s.Sessions.RememberFor(ctx, account, handler.Path(ctx, page))
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// keepsPage reports whether the form of the page at the path is one that is
// kept.
func (s *Server) keepsPage(path string) bool {
	parts := strings.Split(path, "/")
	return slices.ContainsFunc(s.list, func(rt route) bool {
		pattern := strings.Split(rt.path, "/")
		return rt.kept && slices.EqualFunc(pattern, parts, func(want, got string) bool {
			return want == got || strings.HasPrefix(want, "{") && got != ""
		})
	})
}

// twin returns the route of the form that is sent to the address of a page, if
// it is one that is kept.
func (s *Server) twin(rt route) (route, bool) {
	for _, other := range s.list {
		if other.method == http.MethodPost && other.path == rt.path && other.kept {
			return other, rt.method == http.MethodGet
		}
	}
	return route{}, false
}

// withKept is the handler of a route with what was kept of its form: opening
// the page shows what was typed, sending it forgets it.
func (s *Server) withKept(rt route) http.HandlerFunc {
	plain := s.kit.Page(rt.fn)
	twin, shows := s.twin(rt)
	return func(w http.ResponseWriter, r *http.Request) {
		kept := handler.VisitOf(r.Context()).State.Kept
		switch {
		case kept.ID == uuid.Nil || r.URL.Query().Get("kept") == "no":
			plain(w, r)
		case shows && r.Method == http.MethodGet:
			if !s.showAgain(w, r, twin, kept) {
				plain(w, r)
			}
		case rt.kept:
			rec := &recorder{ResponseWriter: w}
			plain(rec, r)
			s.forget(r, kept, rec.status)
		default:
			plain(w, r)
		}
	}
}

// forget deletes a form that has been sent again, unless it failed for no
// fault of the sender.
func (s *Server) forget(r *http.Request, kept session.Kept, status int) {
	if status >= http.StatusInternalServerError {
		return
	}
	ctx := r.Context()
	if err := s.Kept.Forget(ctx, handler.Actor(ctx), kept.ID); err != nil {
		s.log.WarnContext(ctx, "kept form not forgotten", "error", err) // the sweep takes it
	}
}

// showAgain answers with the page as it is after its form was refused, with
// what was typed in place. Nothing that a form does happens (idempotency.Hold).
// It reports false, having written nothing, when that is no longer possible.
func (s *Server) showAgain(w http.ResponseWriter, r *http.Request, twin route, kept session.Kept) bool {
	body, err := s.Kept.Open(kept.ID, kept.Sealed)
	if err != nil {
		s.log.ErrorContext(r.Context(), "kept form does not open", "error", err)
		return false
	}
	ctx := idempotency.Hold(r.Context())
	frame := layout.Of(ctx)
	frame.Flash = layout.Flash{Text: locale.SessionKeptHere, Link: &ui.Link{Text: locale.SessionKeptWithout, Href: r.URL.Path + "?kept=no"}}
	again := r.Clone(layout.With(ctx, frame))
	again.Method = http.MethodPost
	again.Body = io.NopCloser(strings.NewReader(body))
	page := &buffer{header: http.Header{}}
	if err := twin.fn(page, again); err != nil || page.status != http.StatusOK {
		return false
	}
	maps.Copy(w.Header(), page.header)
	w.WriteHeader(page.status)
	_, _ = w.Write(page.body.Bytes())
	return true
}

// buffer is an answer that may yet be thrown away.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffer) Header() http.Header { return b.header }

func (b *buffer) WriteHeader(status int) { b.status = status }

func (b *buffer) Write(p []byte) (int, error) { return b.body.Write(p) }

// homes are the pages on which somebody is told that there is a form of theirs
// to go on with.
var homes = []string{"/provider", "/provider/access", "/ofp", "/desk", "/my"}

// offer is the message that leads from a start page to a form that was kept.
func offer(path string, st session.State) layout.Flash {
	if !st.SignedIn() || st.Kept.Page == "" || !slices.Contains(homes, path) {
		return layout.Flash{}
	}
	return layout.Flash{Text: locale.SessionKeptElsewhere, Link: &ui.Link{Text: locale.SessionKeptGo, Href: st.Kept.Page}}
}
