// Package asking answers for the pages that ask a client one question after the
// other, show all the answers and take the signature: on a device that was
// handed over, and at home. Where they are, how they look and what keeps the
// answers is the caller's.
package asking

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/questionpage"
)

// Pages are the pages of one place.
type Pages struct {
	Place questionpage.Place
	// Open calls page with the application when it can be filled in, and leads
	// to the right page when it cannot.
	Open func(w http.ResponseWriter, r *http.Request, page func(application.Application) error) error
	// Save and Sign keep answers and signature.
	Save func(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, version int, answers question.Answers) error
	Sign func(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in application.SignForm) error
	// Signed is the page after the signature.
	Signed string

	Question  func(f *form.Form, v questionpage.View) templ.Component
	Check     func(a application.Application) templ.Component
	Signature func(f *form.Form, a application.Application, today civil.Date) templ.Component

	Shared  bool                  // the device is somebody else's
	Later   func(context.Context) // called when the client stops; nil: the pages offer no stop
	Clashed questionpage.Clash    // when an answer was saved elsewhere meanwhile
}

// asked finds the question of the path. One that is not asked, or comes after
// one that is still to be answered, leads to the right one (security.md 8.6).
func (p Pages) asked(w http.ResponseWriter, r *http.Request, page func(a application.Application, q question.Question) error) error {
	id, ok := p.Named(r)
	if !ok {
		return fault.ErrNotFound
	}
	return p.Open(w, r, func(a application.Application) error {
		if q, ok := Reachable(a.Answers, id); ok {
			return page(a, q)
		}
		return handler.Redirect(w, r, p.Place.Next(a.Answers))
	})
}

// Named returns the question of the path, and false when there is none.
func (p Pages) Named(r *http.Request) (question.ID, bool) {
	return p.Place.IDOf(chi.URLParam(r, "question"))
}

// Reachable returns the question when it is asked and everything before it is
// answered.
func Reachable(a question.Answers, id question.ID) (question.Question, bool) {
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
func (p Pages) ShowQuestion(w http.ResponseWriter, r *http.Request) error {
	return p.asked(w, r, func(a application.Application, q question.Question) error {
		f := question.Fill(form.New(), a.Answers, q.ID)
		if r.URL.Query().Get("faults") != "" {
			question.Read(f, a.Answers, q.ID)
		}
		return p.ask(w, r, http.StatusOK, f, p.view(a, q, r.URL.Query().Get("from")))
	})
}

func (p Pages) view(a application.Application, q question.Question, from string) questionpage.View {
	if from != questionpage.FromCheck {
		from = ""
	}
	return questionpage.View{
		Application: a, Place: p.Place, Question: q, Typed: a.Answers, From: from,
		Clashed: p.Clashed, Shared: p.Shared, Later: p.Later != nil,
	}
}

func (p Pages) ask(w http.ResponseWriter, r *http.Request, status int, f *form.Form, v questionpage.View) error {
	if found, ok := question.Find(v.Question.ID, v.Typed); ok {
		v.Question = found
	}
	return handler.Render(w, r, status, p.Question(f, v))
}

// Answer stores the answer to one question and goes to the next one, or shows
// the question again with what is wrong. The buttons of rows and of last time
// change what is shown and store nothing.
func (p Pages) Answer(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi(question.Multi()...))
	if err != nil {
		return err
	}
	return p.AnswerForm(w, r, f)
}

// AnswerForm is Answer with a form that was read.
func (p Pages) AnswerForm(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	return p.asked(w, r, func(a application.Application, q question.Question) error {
		v := p.view(a, q, f.Value("from"))
		var pressed bool
		if v.Typed, pressed = question.Press(f, a.Answers, q.ID); pressed {
			return p.ask(w, r, http.StatusOK, question.Fill(form.New(), v.Typed, q.ID), v)
		}
		if id := question.ID(f.Value("use")); id == q.ID && a.Last != nil {
			v.Typed = question.Use(a.Answers, a.Last.Answers, id)
			return p.ask(w, r, http.StatusOK, question.Fill(form.New(), v.Typed, q.ID), v)
		}
		if l, ok := locale.Parse(f.Value("switch-language")); ok && !f.Held() {
			return p.inLanguage(w, r, l, f, v)
		}
		if f.Sent("later") && p.Later != nil && !f.Held() {
			return p.stop(w, r, f, v)
		}
		if v.Typed = question.Read(f, a.Answers, q.ID); !f.OK() {
			return p.ask(w, r, http.StatusUnprocessableEntity, f, v)
		}
		return p.save(w, r, f, v, p.following(v.Typed, q.ID, v.From))
	})
}

// following is the page after a question: the next question, or, when the
// client came from the check page, what that answer asks anew and then the
// check page.
func (p Pages) following(a question.Answers, id question.ID, from string) string {
	if from == questionpage.FromCheck {
		if q, open := question.Next(a); open {
			return p.Place.Change(q.ID)
		}
		return p.Place.Check()
	}
	if next, ok := question.After(id, a); ok {
		return p.Place.Page(next)
	}
	return p.Place.Check()
}

// save stores what was typed and goes on. When somebody else saved meanwhile
// both are shown, and saving once more puts what was typed in place.
func (p Pages) save(w http.ResponseWriter, r *http.Request, f *form.Form, v questionpage.View, next string) error {
	err := p.Save(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID, Version(f), v.Typed)
	switch {
	case errors.Is(err, application.ErrChanged):
		v.Conflict = question.Differences(v.Answers, v.Typed)
		return p.ask(w, r, http.StatusConflict, question.Fill(form.New(), v.Typed, v.Question.ID), v)
	case err != nil:
		return err
	}
	return handler.Redirect(w, r, next)
}

// stop stores what was typed unchecked and goes to the client's first page.
func (p Pages) stop(w http.ResponseWriter, r *http.Request, f *form.Form, v questionpage.View) error {
	if v.Typed = question.Keep(f, v.Answers, v.Question.ID); Written(v) {
		if err := p.Save(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID, Version(f), v.Typed); err != nil {
			if !errors.Is(err, application.ErrChanged) {
				return err
			}
			v.Conflict = question.Differences(v.Answers, v.Typed)
			return p.ask(w, r, http.StatusConflict, question.Fill(form.New(), v.Typed, v.Question.ID), v)
		}
	}
	p.Later(r.Context())
	return handler.Redirect(w, r, p.Place.Base)
}

// inLanguage stores what was typed unchecked and shows the question in the
// other language, with what was wrong before.
func (p Pages) inLanguage(w http.ResponseWriter, r *http.Request, l locale.Language, f *form.Form, v questionpage.View) error {
	r = r.WithContext(locale.WithLanguage(r.Context(), l))
	next := p.Place.Page(v.Question.ID) + "?from=" + v.From
	if f.Sent("faults") {
		next += "&faults=yes"
	}
	if v.Typed = question.Keep(f, v.Answers, v.Question.ID); !Written(v) {
		return handler.Redirect(w, r, next)
	}
	return p.save(w, r, f, v, next)
}

// Written reports whether something was typed that is not stored yet.
func Written(v questionpage.View) bool {
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

// Version is the version of the answers that the form was made from, 0 when it
// was tampered with.
func Version(f *form.Form) int {
	n, err := strconv.Atoi(f.Value("version"))
	if err != nil {
		return 0
	}
	return n
}
