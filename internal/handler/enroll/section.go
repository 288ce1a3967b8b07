package enroll

import (
	"errors"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/asking"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollpage"
)

// ShowSection asks the questions of a section.
func (h *Handlers) ShowSection(w http.ResponseWriter, r *http.Request) error {
	s, a, err := h.section(r)
	if err != nil {
		return err
	}
	return show(w, r, http.StatusOK, s, a, a.Answers, nil)
}

// section reads the application and which of its sections the path names.
func (h *Handlers) section(r *http.Request) (question.Section, application.Application, error) {
	s := question.Section(chi.URLParam(r, "section"))
	if !slices.Contains(question.Sections, s) {
		return "", application.Application{}, fault.ErrNotFound
	}
	a, err := h.open(r)
	return s, a, err
}

// show shows a section with the answers that are typed so far.
func show(w http.ResponseWriter, r *http.Request, status int, s question.Section, a application.Application, typed question.Answers, f *form.Form) error {
	if f == nil {
		f = question.Fill(form.New(), typed, ids(s, typed)...)
	}
	return handler.Render(w, r, status, enrollpage.Section(f, view(s, a, typed)))
}

func view(s question.Section, a application.Application, typed question.Answers) enrollpage.SectionView {
	return enrollpage.SectionView{
		View: enrollpage.View{Application: a, Step: enrollpage.Step(s)}, Section: s, Typed: typed,
	}
}

func ids(s question.Section, a question.Answers) []question.ID {
	var list []question.ID
	for _, q := range question.InSection(s, a) {
		list = append(list, q.ID)
	}
	return list
}

// SaveSection stores the answers of a section and goes to the next one, or
// shows the section again with what is wrong. "Finish later" stores what was
// typed as it is: the check names what is wrong with it.
func (h *Handlers) SaveSection(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi(question.Multi()...))
	if err != nil {
		return err
	}
	s, a, err := h.section(r)
	if err != nil {
		return err
	}
	if typed, pressed := question.PressSection(f, a.Answers, s); pressed {
		return show(w, r, http.StatusOK, s, a, typed, nil)
	}
	typed := question.ReadSection(f, a.Answers, s)
	if id := question.ID(f.Value("use")); id != "" && a.Last != nil {
		return show(w, r, http.StatusOK, s, a, question.Use(typed, a.Last.Answers, id), nil)
	}
	later := f.Sent("later") && !f.Held()
	if !f.OK() && !later {
		return show(w, r, http.StatusUnprocessableEntity, s, a, typed, f)
	}
	err = h.applications.Save(r.Context(), handler.Actor(r.Context()), f.Submission(), a.ID, asking.Version(f), typed)
	switch {
	case errors.Is(err, application.ErrChanged):
		return conflict(w, r, s, a, typed)
	case err != nil:
		return err
	case later:
		handler.Flash(r.Context(), locale.ApplicationSaved)
		return handler.Redirect(w, r, "/provider/work/drafts")
	}
	return handler.Redirect(w, r, enrollpage.Base(a.ID)+"/"+string(enrollpage.After(s)))
}

// conflict shows what is saved beside what was typed. Saving once more, now
// from the newest version, puts what was typed in its place.
func conflict(w http.ResponseWriter, r *http.Request, s question.Section, a application.Application, typed question.Answers) error {
	v := view(s, a, typed)
	v.Conflict = question.Differences(a.Answers, typed)
	f := question.Fill(form.New(), typed, ids(s, typed)...)
	return handler.Render(w, r, http.StatusConflict, enrollpage.Section(f, v))
}
