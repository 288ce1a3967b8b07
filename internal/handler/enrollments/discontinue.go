package enrollments

import (
	"net/http"

	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollmentspage"
)

// ShowDiscontinue asks why the enrollment ends. The days are proposed: today.
func (h *Handlers) ShowDiscontinue(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		s, err := h.standing(r, enrollment.ToDiscontinue)
		if err != nil {
			return err
		}
		f := form.New().SetDate("visit", s.Client.Today)
		for _, c := range enrollment.Causes {
			f.SetDate("on-"+string(c), s.Client.Today)
		}
		return handler.Render(w, r, http.StatusOK, enrollmentspage.Discontinue(f, enrollmentspage.DiscontinueView{Standing: s}))
	})(w, r)
}

// Discontinue shows what is about to be ended, and ends it once that was
// confirmed.
func (h *Handlers) Discontinue(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(h.discontinue)(w, r)
}

func (h *Handlers) discontinue(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	in := discontinuation(f)
	if f.Sent("confirmed") && f.OK() {
		_, err := h.enrollments.Discontinue(r.Context(), handler.Actor(r.Context()), f.Submission(), id, in)
		if err == nil {
			return handler.Redirect(w, r, enrollmentspage.Base(id)+"/discontinue/result")
		}
		if !f.Take(err) {
			return err
		}
	}
	s, err := h.standing(r, enrollment.ToDiscontinue)
	if err != nil {
		return err
	}
	v := enrollmentspage.DiscontinueView{Standing: s}
	if f.Sent("edit") {
		return handler.Render(w, r, http.StatusOK, enrollmentspage.Discontinue(again(f), v))
	}
	if f.OK() {
		f.Take(in.Check(s.Client.Today, s.Client.Period, s.ReaffirmedOn))
	}
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, enrollmentspage.Discontinue(f, v))
	}
	check := enrollmentspage.CheckView{Standing: s, Form: in, Sent: sent(f)}
	return handler.Render(w, r, http.StatusOK, enrollmentspage.Check(form.New(), check))
}

// discontinuation reads the form. Of the days it reads those of the cause
// alone; which one is missing is for the rules to say.
func discontinuation(f *form.Form) enrollment.Discontinuation {
	d := enrollment.Discontinuation{
		Cause: enrollment.Cause(f.Value("cause")), Why: enrollment.Why(f.Value("why")), Note: f.Text("note", nil),
	}
	switch d.Cause {
	case enrollment.Pregnant:
		d.VisitOn = day(f, "visit")
	case enrollment.Sterilized:
		d.OperatedOn, d.ReleasedOn = day(f, "operated"), day(f, "released")
	default:
		d.On = day(f, "on-"+string(d.Cause))
	}
	if d.Cause != enrollment.NumberClosed {
		d.Why = ""
	}
	return d
}

func day(f *form.Form, name string) civil.Date {
	return f.Date(name, nil, locale.DiscontinueDateWrong)
}

// sent are the fields as they were typed, to go along with the confirmation.
func sent(f *form.Form) []enrollmentspage.Hidden {
	var list []enrollmentspage.Hidden
	for _, name := range f.Names() {
		if name != "submission" && name != "confirmed" && name != "edit" {
			list = append(list, enrollmentspage.Hidden{Name: name, Value: f.Value(name)})
		}
	}
	return list
}

// again is a new form with what was typed.
func again(f *form.Form) *form.Form {
	fresh := form.New()
	for _, h := range sent(f) {
		fresh.Set(h.Name, h.Value)
	}
	return fresh
}

// ShowEnded shows an enrollment that was ended, with what the client must be
// told.
func (h *Handlers) ShowEnded(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(h.ended)(w, r)
}

func (h *Handlers) ended(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	s, err := h.enrollments.Standing(r.Context(), handler.Actor(r.Context()), id, "ended")
	switch {
	case err != nil:
		return err
	case s.Client.DiscontinuedOn.IsZero():
		return enrollment.ErrNotInactive
	}
	return handler.Render(w, r, http.StatusOK, enrollmentspage.Ended(enrollmentspage.EndedView{Standing: s}))
}

// ShowUndo asks before a discontinuation is taken back.
func (h *Handlers) ShowUndo(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		s, err := h.standing(r, enrollment.ToUndo)
		if err != nil {
			return err
		}
		return handler.Render(w, r, http.StatusOK, enrollmentspage.Undo(form.New(), enrollmentspage.ReactivateView{Standing: s}))
	})(w, r)
}

// Undo takes a discontinuation back and goes to the record.
func (h *Handlers) Undo(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		f, err := form.Read(r)
		if err != nil {
			return err
		}
		id, err := handler.ID(r, "id")
		if err != nil {
			return err
		}
		if _, err := h.enrollments.Undo(r.Context(), handler.Actor(r.Context()), f.Submission(), id); err != nil {
			return err
		}
		handler.Flash(r.Context(), locale.UndoDone)
		return handler.Redirect(w, r, enrollmentspage.Base(id))
	})(w, r)
}
