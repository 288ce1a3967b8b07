package server

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
)

// termsPath is where somebody agrees to the texts in force.
const termsPath = "/sign-in/terms"

// owes reports whether somebody has yet to agree to a text before a route
// opens. The way out, what is public and the staying signed in are not held up
// by it (security.md 14.8).
func owes(r *http.Request, rt route) bool {
	switch rt.permission {
	case authz.Open, authz.HalfSignedIn, authz.TrainingHelpers:
		return false
	}
	st := handler.VisitOf(r.Context()).State
	return st.SignedIn() && st.OwesTerms && rt.path != termsPath && rt.path != "/session/extend"
}

// askTerms goes to the texts, and then back to the page.
func (s *Server) askTerms(w http.ResponseWriter, r *http.Request, rt route) {
	ctx := r.Context()
	st := handler.VisitOf(ctx).State
	if err := s.keep(r, rt, st.Account); err != nil {
		s.kit.Fail(w, r, err)
		return
	}
	if r.Method != http.MethodPost {
		s.Sessions.RememberFor(ctx, st.Account, handler.Path(ctx, r.URL.Path))
	}
	http.Redirect(w, r, handler.Path(ctx, termsPath), http.StatusSeeOther)
}
