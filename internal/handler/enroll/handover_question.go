package enroll

import (
	"errors"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/handoverpage"
)

// asked finds the question of the path. One that is not asked, or comes after
// one that is still to be answered, leads to the right one (security.md 8.6).
func (h *Handover) asked(w http.ResponseWriter, r *http.Request, page func(a application.Application, q question.Question) error) error {
	id, ok := handoverpage.IDOf(chi.URLParam(r, "question"))
	if !ok {
		return fault.ErrNotFound
	}
	return h.client(w, r, func(a application.Application) error {
		if q, ok := reachable(a.Answers, id); ok {
			return page(a, q)
		}
		return handler.Redirect(w, r, handoverpage.Next(a.Answers))
	})
}

// reachable returns the question when it is asked and everything before it is
// answered.
func reachable(a question.Answers, id question.ID) (question.Question, bool) {
	asked := question.Sequence(a)
	i := slices.IndexFunc(asked, func(q question.Question) bool { return q.ID == id })
	if i < 0 {
		return question.Question{}, false
	}
	next, open := question.Next(a)
	if open && slices.IndexFunc(asked, func(q question.Question) bool { return q.ID == next.ID }) < i {
		return question.Question{}, false
	}
	return asked[i], true
}

// ShowQuestion asks one question. With "faults" it says again what is wrong
// with the answer: that is how it was before the language was changed.
func (h *Handover) ShowQuestion(w http.ResponseWriter, r *http.Request) error {
	return h.asked(w, r, func(a application.Application, q question.Question) error {
		f := question.Fill(form.New(), a.Answers, q.ID)
		if r.URL.Query().Get("faults") != "" {
			question.Read(f, a.Answers, q.ID)
		}
		return ask(w, r, http.StatusOK, f, questionView(a, q, a.Answers, r.URL.Query().Get("from")))
	})
}

func questionView(a application.Application, q question.Question, typed question.Answers, from string) handoverpage.QuestionView {
	if from != handoverpage.FromCheck {
		from = ""
	}
	return handoverpage.QuestionView{Application: a, Question: q, Typed: typed, From: from}
}

func ask(w http.ResponseWriter, r *http.Request, status int, f *form.Form, v handoverpage.QuestionView) error {
	if found, ok := question.Find(v.Question.ID, v.Typed); ok {
		v.Question = found
	}
	return handler.Render(w, r, status, handoverpage.Question(f, v))
}

// Answer stores the answer to one question and goes to the next one, or shows
// the question again with what is wrong. The buttons of rows and of last time
// change what is shown and store nothing.
func (h *Handover) Answer(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi(question.Multi()...))
	if err != nil {
		return err
	}
	if st := handler.VisitOf(r.Context()).State; st.Handover.On() && (f.Sent("rest") || st.Resting()) {
		return h.keepTyped(w, r, f, st)
	}
	return h.asked(w, r, func(a application.Application, q question.Question) error {
		v := questionView(a, q, a.Answers, f.Value("from"))
		var pressed bool
		if v.Typed, pressed = question.Press(f, a.Answers, q.ID); pressed {
			return ask(w, r, http.StatusOK, question.Fill(form.New(), v.Typed, q.ID), v)
		}
		if id := question.ID(f.Value("use")); id == q.ID && a.Last != nil {
			v.Typed = question.Use(a.Answers, a.Last.Answers, id)
			return ask(w, r, http.StatusOK, question.Fill(form.New(), v.Typed, q.ID), v)
		}
		if l, ok := locale.Parse(f.Value("switch-language")); ok {
			return h.inLanguage(w, r, l, f, v)
		}
		if v.Typed = question.Read(f, a.Answers, q.ID); !f.OK() {
			return ask(w, r, http.StatusUnprocessableEntity, f, v)
		}
		return h.save(w, r, f, v, following(v.Typed, q.ID, v.From))
	})
}

// following is the page after a question: the next question, or, when the
// client came from the check page, what that answer asks anew and then the
// check page.
func following(a question.Answers, id question.ID, from string) string {
	if from == handoverpage.FromCheck {
		if q, open := question.Next(a); open {
			return handoverpage.Page(q.ID) + "?from=" + handoverpage.FromCheck
		}
		return HandoverBase + "/check"
	}
	if next, ok := question.After(id, a); ok {
		return handoverpage.Page(next)
	}
	return HandoverBase + "/check"
}

// save stores what was typed and goes on. When somebody else saved meanwhile
// both are shown, and saving once more puts what was typed in place.
func (h *Handover) save(w http.ResponseWriter, r *http.Request, f *form.Form, v handoverpage.QuestionView, next string) error {
	err := h.applications.Save(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID, version(f), v.Typed)
	switch {
	case errors.Is(err, application.ErrChanged):
		v.Conflict = question.Differences(v.Answers, v.Typed)
		return ask(w, r, http.StatusConflict, question.Fill(form.New(), v.Typed, v.Question.ID), v)
	case err != nil:
		return err
	}
	return handler.Redirect(w, r, next)
}

// inLanguage stores what was typed unchecked and shows the question in the
// other language, with what was wrong before.
func (h *Handover) inLanguage(w http.ResponseWriter, r *http.Request, l locale.Language, f *form.Form, v handoverpage.QuestionView) error {
	r = r.WithContext(locale.WithLanguage(r.Context(), l))
	next := handoverpage.Page(v.Question.ID) + "?from=" + v.From
	if f.Sent("faults") {
		next += "&faults=yes"
	}
	if v.Typed = question.Keep(f, v.Answers, v.Question.ID); !written(v) {
		return handler.Redirect(w, r, next)
	}
	return h.save(w, r, f, v, next)
}

// written reports whether something was typed that is not stored yet.
func written(v handoverpage.QuestionView) bool {
	if len(question.Changed(v.Answers, v.Typed)) == 0 {
		return false
	}
	typed, _ := v.Typed.Get(v.Question.ID)
	_, stored := v.Answers.Get(v.Question.ID)
	for name := range typed {
		if stored || typed.Value(name) != "" {
			return true
		}
	}
	return stored
}

// keepTyped stores unchecked what was typed before the screen was cleared, and
// clears it: the page's script hands it in, and without one somebody who writes
// slowly presses the button too late. Nothing is shown, and nothing is stored
// once only giving the device back is left.
func (h *Handover) keepTyped(w http.ResponseWriter, r *http.Request, f *form.Form, st session.State) error {
	ctx := r.Context()
	if err := h.sessions.Cover(ctx); err != nil {
		return err
	}
	id, ok := handoverpage.IDOf(chi.URLParam(r, "question"))
	if !ok {
		return fault.ErrNotFound
	}
	a, err := h.applications.View(ctx, handler.Actor(ctx), st.Handover.Application)
	if q, ok := reachable(a.Answers, id); err == nil && ok && a.Handable() == nil && st.Handover.Tries < session.MostTries {
		v := questionView(a, q, question.Keep(f, a.Answers, id), "")
		if written(v) {
			err = h.applications.Save(ctx, handler.Actor(ctx), f.Submission(), a.ID, version(f), v.Typed)
		}
	}
	if err != nil && !errors.Is(err, application.ErrChanged) && !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	return handler.Redirect(w, r, HandoverBase+"/rest")
}

// ShowCheck shows all the answers.
func (h *Handover) ShowCheck(w http.ResponseWriter, r *http.Request) error {
	return h.client(w, r, func(a application.Application) error {
		return handler.Render(w, r, http.StatusOK, handoverpage.Check(handoverpage.View{Application: a}))
	})
}

// ShowSign shows what the client signs, once all is answered.
func (h *Handover) ShowSign(w http.ResponseWriter, r *http.Request) error {
	return h.signable(w, r, func(a application.Application) error { return h.showSign(w, r, http.StatusOK, form.New(), a) })
}

func (h *Handover) signable(w http.ResponseWriter, r *http.Request, page func(application.Application) error) error {
	return h.client(w, r, func(a application.Application) error {
		if len(question.Missing(a.Answers)) > 0 {
			return handler.Redirect(w, r, HandoverBase+"/check")
		}
		return page(a)
	})
}

func (h *Handover) showSign(w http.ResponseWriter, r *http.Request, status int, f *form.Form, a application.Application) error {
	today := civil.Of(handler.VisitOf(r.Context()).State.Now)
	return handler.Render(w, r, status, handoverpage.Sign(f, handoverpage.View{Application: a}, today))
}

// Sign keeps the client's signature, in the language in which the statement was
// read.
func (h *Handover) Sign(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	return h.signable(w, r, func(a application.Application) error {
		ctx := r.Context()
		if l, ok := locale.Parse(f.Value("switch-language")); ok {
			return h.showSign(w, r.WithContext(locale.WithLanguage(ctx, l)), http.StatusOK, f, a)
		}
		in := application.SignForm{
			Kind: application.Electronic, Version: version(f), Language: locale.Of(ctx), Agreed: f.Checked("agree"),
			Signing: application.Signing{Name: f.Line("name", locale.HandoverSignNameMissing, locale.SignTooLong, application.MaxLine)},
		}
		if !in.Agreed {
			f.Note("agree", locale.HandoverSignAgreeMissing)
		}
		if !f.OK() {
			return h.showSign(w, r, http.StatusUnprocessableEntity, f, a)
		}
		err := h.applications.Sign(ctx, handler.Actor(ctx), f.Submission(), a.ID, in)
		if errors.Is(err, application.ErrChanged) {
			return handler.Redirect(w, r, HandoverBase+"/check")
		}
		if err != nil {
			return err
		}
		return handler.Redirect(w, r, HandoverBase+"/done")
	})
}
