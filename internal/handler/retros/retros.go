// Package retros answers for the months before a client's first certification:
// asking about each, signing, certifying, and the result.
package retros

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/retropage"
)

// months is what these pages need of retro.Service.
type months interface {
	Overview(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (retro.Overview, error)
	Find(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID) (retro.Sheet, error)
	Review(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID) (retro.Review, error)
	Start(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, mode application.Mode) (uuid.UUID, error)
	Answer(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, version int, m retro.Month, said retro.Said) error
	Sign(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, in application.SignForm) error
	Certify(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, c retro.Certification) (uuid.UUID, error)
	Drop(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID) (uuid.UUID, error)
}

// Handlers answers for the pages.
type Handlers struct{ months months }

// New returns the handlers.
func New(months months) *Handlers { return &Handlers{months} }

// ShowStart says which months can be asked about, and what was decided.
func (h *Handlers) ShowStart(w http.ResponseWriter, r *http.Request) error {
	return h.start(w, r, http.StatusOK, form.New())
}

func (h *Handlers) start(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	o, err := h.months.Overview(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, retropage.Start(f, retropage.StartView{Overview: o}))
}

// Start begins to ask and goes to the first month.
func (h *Handlers) Start(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	clientID, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	id, err := h.months.Start(r.Context(), handler.Actor(r.Context()), f.Submission(), clientID, application.Mode(f.Value("mode")))
	switch {
	case err == nil:
		return handler.Redirect(w, r, retropage.Base(clientID, id))
	case errors.Is(err, retro.ErrMode) && f.Take(err):
		return h.start(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}

func ids(r *http.Request) (clientID, id uuid.UUID, err error) {
	if clientID, err = handler.ID(r, "id"); err == nil {
		id, err = handler.ID(r, "retro")
	}
	return clientID, id, err
}

// find reads the draft of the path.
func (h *Handlers) find(r *http.Request) (retro.Sheet, error) {
	clientID, id, err := ids(r)
	if err != nil {
		return retro.Sheet{}, err
	}
	return h.months.Find(r.Context(), handler.Actor(r.Context()), clientID, id)
}

// ShowDraft goes to the next thing to be done.
func (h *Handlers) ShowDraft(w http.ResponseWriter, r *http.Request) error {
	s, err := h.find(r)
	if err != nil {
		return err
	}
	return handler.Redirect(w, r, next(s))
}

// next is the first month that is not answered, the review, or the result.
func next(s retro.Sheet) string {
	base := retropage.Base(s.ClientID, s.ID)
	if s.Certified {
		return base + "/result"
	}
	for _, m := range s.Left() {
		switch {
		case s.Open(m) && s.Said[m].How == retro.Different:
			return retropage.MonthBase(s.ClientID, s.ID, m) + "/answers"
		case s.Open(m):
			return retropage.MonthBase(s.ClientID, s.ID, m)
		}
	}
	return base + "/review"
}

// month reads the draft, not certified yet, and which of its months the path
// names.
func (h *Handlers) month(r *http.Request) (retropage.MonthView, error) {
	s, err := h.find(r)
	if err != nil {
		return retropage.MonthView{}, err
	}
	m, err := retro.ParseMonth(chi.URLParam(r, "month"))
	switch {
	case s.Certified:
		return retropage.MonthView{}, retro.ErrDecided
	case err != nil || !slices.Contains(s.Left(), m):
		return retropage.MonthView{}, fault.ErrNotFound
	}
	return retropage.MonthView{Sheet: s, Month: m}, nil
}

// ShowMonth asks how one month was.
func (h *Handlers) ShowMonth(w http.ResponseWriter, r *http.Request) error {
	v, err := h.month(r)
	if err != nil {
		return err
	}
	said := v.Said[v.Month]
	return handler.Render(w, r, http.StatusOK, retropage.Month(form.New().Set("how", string(said.How)).Set("parts", texts(said.Parts)...), v))
}

func texts(list []retro.Part) []string {
	out := make([]string, 0, len(list))
	for _, p := range list {
		out = append(out, string(p))
	}
	return out
}

// SaveMonth keeps how one month was, and goes to what was different or to the
// next month.
func (h *Handlers) SaveMonth(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi("parts"))
	if err != nil {
		return err
	}
	v, err := h.month(r)
	if err != nil {
		return err
	}
	said := saidOf(f, v)
	if f.OK() {
		err = h.months.Answer(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ClientID, v.ID, version(f), v.Month, said)
	}
	switch {
	case errors.Is(err, retro.ErrChanged):
		f.Note("", retro.ErrChanged.Text)
		f.Renumber()
		return handler.Render(w, r, http.StatusConflict, retropage.Month(f, v))
	case err != nil:
		return err
	case !f.OK():
		return handler.Render(w, r, http.StatusUnprocessableEntity, retropage.Month(f, v))
	case said.How == retro.Different:
		return handler.Redirect(w, r, retropage.MonthBase(v.ClientID, v.ID, v.Month)+"/answers")
	}
	v.Said[v.Month] = said
	return handler.Redirect(w, r, next(v.Sheet))
}

// saidOf reads the form about a month. What was answered before about the parts
// that are still chosen stays.
func saidOf(f *form.Form, v retropage.MonthView) retro.Said {
	said := retro.Said{How: retro.How(f.Value("how")), Answers: v.Answers(v.Month)}
	for _, p := range retro.Parts {
		if f.Has("parts", string(p)) {
			said.Parts = append(said.Parts, p)
		}
	}
	stale := v.Stale(v.Month)
	switch {
	case !slices.Contains(retro.Hows, said.How):
		f.Note("how", locale.RetroHowMissing)
	case said.How == retro.Same && len(stale) > 0:
		f.Note("how", locale.RetroHowStale.With("Parts", retropage.Named(stale)))
	case said.How == retro.Different && len(said.Parts) == 0:
		f.Note("parts", locale.RetroPartsMissing)
	}
	return said
}

// ShowAnswers asks the questions of the parts that were different, filled with
// the answers of the form.
func (h *Handlers) ShowAnswers(w http.ResponseWriter, r *http.Request) error {
	v, err := h.answers(r)
	if err != nil {
		return err
	}
	return showAnswers(w, r, http.StatusOK, v, nil)
}

// answers reads the month and the parts that were said to be different.
func (h *Handlers) answers(r *http.Request) (retropage.AnswersView, error) {
	m, err := h.month(r)
	if err != nil {
		return retropage.AnswersView{}, err
	}
	v := retropage.AnswersView{MonthView: m, Typed: m.Answers(m.Month), Parts: m.Said[m.Month].Parts}
	if m.Said[m.Month].How != retro.Different {
		return v, fault.ErrNotFound
	}
	return v, nil
}

func showAnswers(w http.ResponseWriter, r *http.Request, status int, v retropage.AnswersView, f *form.Form) error {
	if f == nil {
		f = question.Fill(form.New(), v.Typed, asked(v.Typed, v.Parts)...)
	}
	return handler.Render(w, r, status, retropage.Answers(f, v))
}

func asked(a question.Answers, parts []retro.Part) []question.ID {
	var list []question.ID
	for _, q := range retro.Questions(a, parts...) {
		list = append(list, q.ID)
	}
	return list
}

// SaveAnswers keeps what was different in a month and goes to the next one.
func (h *Handlers) SaveAnswers(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi(question.Multi()...))
	if err != nil {
		return err
	}
	v, err := h.answers(r)
	if err != nil {
		return err
	}
	before := v.Typed
	var pressed bool
	if v.Typed, pressed = question.Press(f, before, asked(before, v.Parts)...); pressed {
		return showAnswers(w, r, http.StatusOK, v, nil)
	}
	v.Typed = read(f, before, v.Parts)
	said := retro.Said{How: retro.Different, Parts: v.Parts, Answers: v.Typed}
	v.Said[v.Month] = said
	if f.OK() && len(v.Differences(v.Month)) == 0 {
		f.Note("", locale.RetroAnswersSame)
	}
	if !f.OK() {
		return showAnswers(w, r, http.StatusUnprocessableEntity, v, f)
	}
	err = h.months.Answer(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ClientID, v.ID, version(f), v.Month, said)
	if errors.Is(err, retro.ErrChanged) {
		f.Note("", retro.ErrChanged.Text)
		f.Renumber()
		return showAnswers(w, r, http.StatusConflict, v, f)
	}
	if err != nil {
		return err
	}
	return handler.Redirect(w, r, next(v.Sheet))
}

// read reads the parts from the form, one after the other: whose income is
// asked for depends on the household that was typed before it.
func read(f *form.Form, a question.Answers, parts []retro.Part) question.Answers {
	for _, p := range parts {
		for _, q := range retro.Questions(a, p) {
			a = question.Read(f, a, q.ID)
		}
		// An answer of the part can lead to a question that was not asked before.
		for _, q := range retro.Questions(a, p) {
			if _, answered := a.Get(q.ID); !answered {
				a = question.Read(f, a, q.ID)
			}
		}
	}
	return a
}

// version is the version that the form was made from, 0 when it was tampered
// with.
func version(f *form.Form) int {
	n, err := strconv.Atoi(f.Value("version"))
	if err != nil {
		return 0
	}
	return n
}

// line is what was typed, with single spaces.
func line(f *form.Form, name string) string { return strings.Join(strings.Fields(f.Value(name)), " ") }
