package retros

import (
	"errors"
	"net/http"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/retropage"
)

// ShowReview shows each month with what would come of it.
func (h *Handlers) ShowReview(w http.ResponseWriter, r *http.Request) error {
	return h.review(w, r, http.StatusOK, form.New())
}

func (h *Handlers) review(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	clientID, id, err := ids(r)
	if err != nil {
		return err
	}
	v, err := h.months.Review(r.Context(), handler.Actor(r.Context()), clientID, id)
	switch {
	case err != nil:
		return err
	case v.Certified:
		return handler.Redirect(w, r, retropage.Base(clientID, id)+"/result")
	}
	return handler.Render(w, r, status, retropage.Review(f, retropage.ReviewView{Review: v}))
}

// changed shows the review anew, with what has happened meanwhile.
func (h *Handlers) changed(w http.ResponseWriter, r *http.Request) error {
	f := form.New()
	f.Note("", retro.ErrChanged.Text)
	return h.review(w, r, http.StatusConflict, f)
}

// Sign keeps the client's signature and goes back to the review.
func (h *Handlers) Sign(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	s, err := h.find(r)
	if err != nil {
		return err
	}
	in := signature(f)
	if f.OK() {
		err = h.months.Sign(r.Context(), handler.Actor(r.Context()), f.Submission(), s.ClientID, s.ID, in)
	} else {
		f.Take(in.Check(s.Mode)) // all that is wrong, at once
	}
	switch {
	case f.OK() && err == nil:
		handler.Flash(r.Context(), locale.SignSaved)
		return handler.Redirect(w, r, retropage.Base(s.ClientID, s.ID)+"/review")
	case errors.Is(err, retro.ErrChanged):
		return h.changed(w, r)
	case err != nil && !f.Take(err):
		return err
	}
	return h.review(w, r, http.StatusUnprocessableEntity, f)
}

// signature reads the form of the client's signature.
func signature(f *form.Form) application.SignForm {
	language, _ := locale.Parse(f.Choice("language", locale.SignLanguageMissing, string(locale.English), string(locale.Spanish)))
	in := application.SignForm{
		Kind: application.Kind(f.Value("kind")), Version: version(f), Language: language,
		Agreed: f.Checked("agree"), Consent: f.Checked("consent"),
		Signing: application.Signing{
			Name: line(f, "name"), Interpreter: line(f, "interpreter"), Witness: line(f, "witness"), Whole: f.Checked("whole"),
		},
	}
	in.Kept = line(f, "kept-"+string(in.Kind))
	return in
}

// Certify certifies the months and goes to the result. What stands in the way
// is shown on the review, and nothing is stored.
func (h *Handlers) Certify(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	clientID, id, err := ids(r)
	if err != nil {
		return err
	}
	in := retro.Certification{Version: version(f), Agreed: f.Checked("agree")}
	_, err = h.months.Certify(r.Context(), handler.Actor(r.Context()), f.Submission(), clientID, id, in)
	switch {
	case err == nil:
		return handler.Redirect(w, r, retropage.Base(clientID, id)+"/result")
	case errors.Is(err, retro.ErrChanged):
		return h.changed(w, r)
	case errors.Is(err, retro.ErrColleague):
		return h.review(w, r, http.StatusForbidden, form.New())
	case errors.Is(err, retro.ErrDecided):
		return handler.Redirect(w, r, retropage.Base(clientID, id)+"/result")
	case f.Take(err):
		f.Renumber()
		return h.review(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}

// Drop deletes the draft and goes to the record.
func (h *Handlers) Drop(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	clientID, id, err := ids(r)
	if err != nil {
		return err
	}
	if _, err := h.months.Drop(r.Context(), handler.Actor(r.Context()), f.Submission(), clientID, id); err != nil {
		return err
	}
	handler.Flash(r.Context(), locale.RetroDropped)
	return handler.Redirect(w, r, retropage.Record(clientID))
}

// ShowResult shows the months that were decided with the draft. One that is not
// certified yet is shown for review.
func (h *Handlers) ShowResult(w http.ResponseWriter, r *http.Request) error {
	s, err := h.find(r)
	if err != nil {
		return err
	}
	if !s.Certified {
		return handler.Redirect(w, r, retropage.Base(s.ClientID, s.ID)+"/review")
	}
	return handler.Render(w, r, http.StatusOK, retropage.Result(retropage.ResultView{Sheet: s}))
}
