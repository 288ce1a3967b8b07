package enrollments

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollmentspage"
)

// ShowChange asks what has changed.
func (h *Handlers) ShowChange(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		return h.choose(w, r, http.StatusOK, form.New())
	})(w, r)
}

func (h *Handlers) choose(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	s, err := h.standing(r, enrollment.ToChange)
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, enrollmentspage.Choose(f, enrollmentspage.ChooseView{Standing: s}))
}

// StartChange begins a change and goes to the first part that was chosen.
func (h *Handlers) StartChange(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(h.startChange)(w, r)
}

func (h *Handlers) startChange(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi("sections"))
	if err != nil {
		return err
	}
	clientID, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	c := application.Choice{Mode: application.Mode(f.Value("mode"))}
	for _, s := range question.Sections {
		if f.Has("sections", string(s)) {
			c.Sections = append(c.Sections, s)
		}
	}
	id, err := h.enrollments.StartChange(r.Context(), handler.Actor(r.Context()), f.Submission(), clientID, c)
	switch {
	case err == nil:
		return handler.Redirect(w, r, enrollmentspage.ChangeBase(clientID, id)+"/section/"+string(c.Sections[0]))
	case errors.Is(err, application.ErrNoAnswers) || !f.Take(err):
		return err
	}
	return h.choose(w, r, http.StatusUnprocessableEntity, f)
}

// change reads the change of the path that is not recorded yet.
func (h *Handlers) change(r *http.Request) (enrollmentspage.ChangeView, error) {
	clientID, id, err := changeIDs(r)
	if err != nil {
		return enrollmentspage.ChangeView{}, err
	}
	v, err := h.enrollments.ReviewChange(r.Context(), handler.Actor(r.Context()), clientID, id)
	switch {
	case err != nil:
	case v.Application.State.Decided():
		err = application.ErrDecided
	case v.Overtaken:
		err = enrollment.ErrOvertaken
	default:
		err = v.Standing.May(enrollment.ToChange)
	}
	return enrollmentspage.ChangeView{ChangeReview: v}, err
}

func changeIDs(r *http.Request) (clientID, id uuid.UUID, err error) {
	if clientID, err = handler.ID(r, "id"); err == nil {
		id, err = handler.ID(r, "change")
	}
	return clientID, id, err
}

// section reads the change and which of its parts the path names.
func (h *Handlers) section(r *http.Request) (enrollmentspage.SectionView, error) {
	v, err := h.change(r)
	if err != nil {
		return enrollmentspage.SectionView{}, err
	}
	s := question.Section(chi.URLParam(r, "section"))
	if !slices.Contains(v.Application.Editable(), s) {
		return enrollmentspage.SectionView{}, fault.ErrNotFound
	}
	return enrollmentspage.SectionView{ChangeView: v, Section: s, Typed: v.Application.Answers}, nil
}

// ShowSection asks the questions of one part, filled with the answers in
// force.
func (h *Handlers) ShowSection(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		v, err := h.section(r)
		if err != nil {
			return err
		}
		return showSection(w, r, http.StatusOK, v, nil)
	})(w, r)
}

func showSection(w http.ResponseWriter, r *http.Request, status int, v enrollmentspage.SectionView, f *form.Form) error {
	if f == nil {
		var ids []question.ID
		for _, q := range question.InSection(v.Section, v.Typed) {
			ids = append(ids, q.ID)
		}
		f = question.Fill(form.New(), v.Typed, ids...)
	}
	return handler.Render(w, r, status, enrollmentspage.Section(f, v))
}

// SaveSection stores the answers of one part and goes to the next one that was
// chosen, or to the difference.
func (h *Handlers) SaveSection(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(h.saveSection)(w, r)
}

func (h *Handlers) saveSection(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi(question.Multi()...))
	if err != nil {
		return err
	}
	v, err := h.section(r)
	if err != nil {
		return err
	}
	before := v.Application.Answers
	var pressed bool
	if v.Typed, pressed = question.PressSection(f, before, v.Section); pressed {
		return showSection(w, r, http.StatusOK, v, nil)
	}
	v.Typed = question.ReadSection(f, before, v.Section)
	if !f.OK() {
		return showSection(w, r, http.StatusUnprocessableEntity, v, f)
	}
	err = h.answers.Save(r.Context(), handler.Actor(r.Context()), f.Submission(), v.Application.ID, version(f), v.Typed)
	if errors.Is(err, application.ErrChanged) {
		f.Note("", application.ErrChanged.Text)
		f.Renumber()
		return showSection(w, r, http.StatusConflict, v, f)
	}
	if err != nil {
		return err
	}
	return handler.Redirect(w, r, next(v))
}

// next is the part after this one, or the difference.
func next(v enrollmentspage.SectionView) string {
	base := enrollmentspage.ChangeBase(v.Standing.Client.ID, v.Application.ID)
	sections := v.Application.Editable()
	if i := slices.Index(sections, v.Section); i+1 < len(sections) {
		return base + "/section/" + string(sections[i+1])
	}
	return base + "/review"
}

func version(f *form.Form) int {
	n, err := strconv.Atoi(f.Value("version"))
	if err != nil {
		return 0
	}
	return n
}

// ShowReview shows the difference and what would come of it.
func (h *Handlers) ShowReview(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		return h.review(w, r, http.StatusOK, form.New())
	})(w, r)
}

func (h *Handlers) review(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	v, err := h.change(r)
	if errors.Is(err, application.ErrDecided) {
		clientID, id, _ := changeIDs(r)
		return handler.Redirect(w, r, enrollmentspage.ChangeBase(clientID, id)+"/result")
	}
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, enrollmentspage.Review(f, v))
}

// Sign keeps the client's signature for the changed answers.
func (h *Handlers) Sign(w http.ResponseWriter, r *http.Request) error { return h.notNow(h.sign)(w, r) }

func (h *Handlers) sign(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.change(r)
	if err != nil {
		return err
	}
	in := signature(f)
	if f.OK() {
		err = h.answers.Sign(r.Context(), handler.Actor(r.Context()), f.Submission(), v.Application.ID, in)
	} else {
		f.Take(in.Check(v.Application.Mode)) // all that is wrong, at once
	}
	switch {
	case f.OK() && err == nil:
		handler.Flash(r.Context(), locale.SignSaved)
		return handler.Redirect(w, r, enrollmentspage.ChangeBase(v.Standing.Client.ID, v.Application.ID)+"/review")
	case errors.Is(err, application.ErrChanged):
		return h.changed(w, r, application.ErrChanged.Text)
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

// line is what was typed, with single spaces.
func line(f *form.Form, name string) string { return strings.Join(strings.Fields(f.Value(name)), " ") }

// changed shows the difference anew, with what has happened meanwhile.
func (h *Handlers) changed(w http.ResponseWriter, r *http.Request, text locale.Phrase) error {
	f := form.New()
	f.Note("", text)
	return h.review(w, r, http.StatusConflict, f)
}

// Record records the change and goes to its result. What stands in the way is
// shown on the review, and nothing is stored.
func (h *Handlers) Record(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(h.record)(w, r)
}

func (h *Handlers) record(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	clientID, id, err := changeIDs(r)
	if err != nil {
		return err
	}
	in := enrollment.ChangeForm{Version: version(f), Outcome: f.Value("outcome"), Agreed: f.Checked("agree")}
	_, err = h.enrollments.ReportChange(r.Context(), handler.Actor(r.Context()), f.Submission(), clientID, id, in)
	switch {
	case err == nil || errors.Is(err, application.ErrDecided):
		return handler.Redirect(w, r, enrollmentspage.ChangeBase(clientID, id)+"/result")
	case errors.Is(err, enrollment.ErrColleague):
		return h.review(w, r, http.StatusForbidden, form.New())
	case errors.Is(err, enrollment.ErrOtherOutcome), errors.Is(err, application.ErrChanged), errors.Is(err, enrollment.ErrSamePerson):
		broken, _ := fault.Of(err)
		return h.changed(w, r, broken.Text)
	case f.Take(err):
		f.Renumber()
		return h.review(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}

// Drop deletes the change and goes to the record.
func (h *Handlers) Drop(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		f, err := form.Read(r)
		if err != nil {
			return err
		}
		clientID, id, err := changeIDs(r)
		if err != nil {
			return err
		}
		if _, err := h.enrollments.DropChange(r.Context(), handler.Actor(r.Context()), f.Submission(), clientID, id); err != nil {
			return err
		}
		handler.Flash(r.Context(), locale.ChangeDropped)
		return handler.Redirect(w, r, enrollmentspage.Base(clientID))
	})(w, r)
}

// ShowResult shows what came of a change. One that is not recorded yet is shown
// for review.
func (h *Handlers) ShowResult(w http.ResponseWriter, r *http.Request) error {
	clientID, id, err := changeIDs(r)
	if err != nil {
		return err
	}
	result, err := h.enrollments.ChangeResult(r.Context(), handler.Actor(r.Context()), clientID, id)
	if errors.Is(err, enrollment.ErrNotRecorded) {
		return handler.Redirect(w, r, enrollmentspage.ChangeBase(clientID, id)+"/review")
	}
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollmentspage.Result(enrollmentspage.ResultView{ChangeResult: result}))
}
