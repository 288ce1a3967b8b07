package enroll

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/asking"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollpage"
)

// ShowCheck shows all the answers.
func (h *Handlers) ShowCheck(w http.ResponseWriter, r *http.Request) error {
	a, err := h.open(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.CheckPage(form.New(), enrollpage.View{Application: a, Step: enrollpage.Check}))
}

// ShowSign asks for the client's signature.
func (h *Handlers) ShowSign(w http.ResponseWriter, r *http.Request) error {
	a, err := h.open(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.SignPage(signing(a), signView(a)))
}

func signView(a application.Application) enrollpage.SignView {
	return enrollpage.SignView{View: enrollpage.View{Application: a, Step: enrollpage.Sign}}
}

// Sign keeps the client's signature and goes on to what the client was told.
func (h *Handlers) Sign(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	a, err := h.open(r)
	if err != nil {
		return err
	}
	language, _ := locale.Parse(f.Choice("language", locale.SignLanguageMissing, string(locale.English), string(locale.Spanish)))
	in := application.SignForm{
		Kind: application.Kind(f.Value("kind")), Version: asking.Version(f), Language: language,
		Agreed: f.Checked("agree"), Consent: f.Checked("consent"),
		Signing: application.Signing{
			Name: line(f, "name"), Interpreter: line(f, "interpreter"), Witness: line(f, "witness"), Whole: f.Checked("whole"),
		},
	}
	in.Kept = line(f, "kept-"+string(in.Kind))
	if f.OK() {
		err = h.applications.Sign(r.Context(), handler.Actor(r.Context()), f.Submission(), a.ID, in)
	} else {
		f.Take(in.Check(a.Mode)) // all that is wrong, at once
	}
	switch {
	case f.OK() && err == nil:
		handler.Flash(r.Context(), locale.SignSaved)
		return handler.Redirect(w, r, enrollpage.Base(a.ID)+"/told")
	case err != nil && !f.Take(err):
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, enrollpage.SignPage(f, signView(a)))
}

// line is what was typed, with single spaces.
func line(f *form.Form, name string) string { return strings.Join(strings.Fields(f.Value(name)), " ") }

// ShowTold asks what the client was told and offered.
func (h *Handlers) ShowTold(w http.ResponseWriter, r *http.Request) error {
	a, err := h.open(r)
	if err != nil {
		return err
	}
	f := form.New()
	for _, t := range a.Topics() {
		f.Set(string(t.Code), string(noticed(a, t)))
	}
	for code, d := range a.Disclosures {
		f.Set(string(code), string(d.Answer))
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.ToldPage(f, toldView(a)))
}

// noticed is what the client has answered already about a notice that is one
// of the disclosures, "" when nothing: nobody is asked twice (WCAG 3.3.7).
func noticed(a application.Application, t application.Topic) application.Answer {
	said := map[string][]application.Answer{
		question.Received: {application.Received, application.Given},
		question.Declined: {application.Declined},
	}
	for n, answer := range a.Answers.Notices() {
		for _, x := range said[answer] {
			if n.Disclosure() == string(t.Code) && slices.Contains(t.Answers, x) {
				return x
			}
		}
	}
	return ""
}

func toldView(a application.Application) enrollpage.View {
	return enrollpage.View{Application: a, Step: enrollpage.Told}
}

// Tell keeps what the client was told and goes on to the review.
func (h *Handlers) Tell(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	a, err := h.open(r)
	if err != nil {
		return err
	}
	given := map[application.Code]application.Answer{}
	for _, t := range a.Topics() {
		given[t.Code] = application.Answer(f.Value(string(t.Code)))
	}
	err = h.applications.Disclose(r.Context(), handler.Actor(r.Context()), f.Submission(), a.ID, given)
	switch {
	case err == nil:
		return handler.Redirect(w, r, enrollpage.Base(a.ID)+"/review")
	case !f.Take(err):
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, enrollpage.ToldPage(f, toldView(a)))
}

// ShowReview shows the answers beside what decides.
func (h *Handlers) ShowReview(w http.ResponseWriter, r *http.Request) error {
	return h.review(w, r, http.StatusOK, form.New())
}

func (h *Handlers) review(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	v, err := h.enrollments.Review(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	if v.Application.State.Decided() {
		return handler.Redirect(w, r, enrollpage.Base(id)+"/result")
	}
	page := enrollpage.ReviewView{View: enrollpage.View{Application: v.Application, Step: enrollpage.Review}, Review: v}
	return handler.Render(w, r, status, enrollpage.ReviewPage(f, page))
}

// Certify certifies and goes to the result. What stands in the way is shown on
// the review, and nothing is stored.
func (h *Handlers) Certify(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	in := enrollment.Certification{Version: asking.Version(f), Agreed: f.Checked("agree")}
	_, err = h.enrollments.Certify(r.Context(), handler.Actor(r.Context()), f.Submission(), id, in)
	switch {
	case err == nil || errors.Is(err, application.ErrDecided):
		return handler.Redirect(w, r, enrollpage.Base(id)+"/result")
	case errors.Is(err, enrollment.ErrActive), errors.Is(err, enrollment.ErrUnidentified):
		return h.review(w, r, http.StatusConflict, form.New())
	case errors.Is(err, enrollment.ErrColleague):
		return h.review(w, r, http.StatusForbidden, form.New())
	case errors.Is(err, application.ErrChanged):
		changed := form.New()
		changed.Note("", application.ErrChanged.Text)
		return h.review(w, r, http.StatusConflict, changed)
	case f.Take(err):
		f.Renumber()
		return h.review(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}

// ShowResult shows what came of the application.
func (h *Handlers) ShowResult(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	result, err := h.enrollments.Result(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	if result.Application.Action == application.Change {
		return handler.Redirect(w, r, "/provider/clients/"+result.Client.ID.String()+"/change/"+id.String()+"/result")
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.ResultPage(enrollpage.ResultView{Result: result}))
}
