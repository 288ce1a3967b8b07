package sites

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/sitespage"
)

func (h *Handlers) certifier(r *http.Request) (membership.Member, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return membership.Member{}, err
	}
	return h.members.FindCertifier(r.Context(), handler.Actor(r.Context()), id)
}

// ShowIssue asks why a certifier is issued a code by hand.
func (h *Handlers) ShowIssue(w http.ResponseWriter, r *http.Request) error {
	m, err := h.certifier(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, sitespage.Issue(form.New(), m))
}

// Issue mails a certifier a new code and goes to the site.
func (h *Handlers) Issue(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	m, err := h.certifier(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	_, err = h.codes.IssueByHand(ctx, handler.Actor(ctx), f.Submission(), m.ID, f.Value("reason"))
	if err == nil {
		handler.Flash(ctx, locale.CodesIssueDone.With("Name", m.Name()))
		return handler.Redirect(w, r, sitespage.Home+"/"+m.At().String())
	}
	if !f.Take(err) {
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.Issue(f, m))
}

// ShowLaunch shows how the newest mailing stands, and the form that starts one.
func (h *Handlers) ShowLaunch(w http.ResponseWriter, r *http.Request) error {
	m, err := h.codes.LaunchState(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, sitespage.LaunchMailing(form.New(), m))
}

// Launch starts a mailing and shows how it stands, or asks a second
// administrator for it. With one under way, or with nobody to write to, it is a
// conflict; from go-live on many mails are forbidden to one administrator alone.
func (h *Handlers) Launch(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), handler.Actor(r.Context())
	if f.Sent("reason") {
		return h.askLaunch(w, r, f)
	}
	when := f.Choice("when", locale.CodesLaunchWhenMissing, "launch", "now")
	if f.OK() {
		if _, err = h.codes.StartLaunch(ctx, actor, f.Submission(), when == "now"); err == nil {
			handler.Flash(ctx, locale.CodesLaunchStarted)
			return handler.Redirect(w, r, sitespage.Launch)
		}
		if !f.Take(err) {
			return err
		}
	}
	m, err := h.codes.LaunchState(ctx, actor)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.LaunchMailing(f, m))
}

func (h *Handlers) askLaunch(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	ctx, actor := r.Context(), handler.Actor(r.Context())
	_, err := h.codes.AskLaunch(ctx, actor, f.Submission(), f.Value("reason"))
	if err == nil {
		handler.Flash(ctx, locale.CodesSelectionAsked)
		return handler.Redirect(w, r, sitespage.Launch)
	}
	if !f.Take(err) {
		return err
	}
	m, err := h.codes.LaunchState(ctx, actor)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.LaunchMailing(f, m))
}
