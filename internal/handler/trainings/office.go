package trainings

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/trainingspage"
	"familypact.example/portal/web/ui"
)

// SearchOffice looks for those who are late and goes to their list.
func (h *Handlers) SearchOffice(w http.ResponseWriter, r *http.Request) error {
	return handler.Search(trainingspage.Office)(w, r)
}

// ShowOffice shows the courses and who is late; what was typed is kept.
func (h *Handlers) ShowOffice(w http.ResponseWriter, r *http.Request) error {
	f, err := handler.Filters(r, trainingspage.Office)
	if err != nil {
		return err
	}
	filter := training.OfficeFilter{Search: f.Text("search", nil), Page: pageOf(f), Size: pageSize}
	o, err := h.office.Overview(r.Context(), handler.Actor(r.Context()), filter)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, trainingspage.OfficeHome(f, trainingspage.OfficeView{
		Overview: o, Filter: filter, Pages: ui.Pages{
			Number: filter.Page, Size: pageSize, Total: o.Total, Path: trainingspage.Office, Query: handler.ListQuery(r),
		},
	}))
}

// ShowRules shows the gate and the address of the training center.
func (h *Handlers) ShowRules(w http.ResponseWriter, r *http.Request) error {
	o, err := h.office.Overview(r.Context(), handler.Actor(r.Context()), training.OfficeFilter{Size: 1})
	if err != nil {
		return err
	}
	f := form.New().Set("gate", onOff(o.Gate)).Set("center", o.Center)
	return handler.Render(w, r, http.StatusOK, trainingspage.RulesPage(f))
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// SetRules switches the gate and sets the address of the training center.
func (h *Handlers) SetRules(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	in := training.Rules{
		Gate:   f.Choice("gate", locale.TrainingRulesGateMissing, "on", "off") == "on",
		Center: f.Text("center", nil), Reason: f.Text("reason", nil),
	}
	if f.OK() {
		if err = h.office.SetRules(r.Context(), handler.Actor(r.Context()), f.Submission(), in); err == nil {
			handler.Flash(r.Context(), locale.TrainingRulesSaved)
			return handler.Redirect(w, r, trainingspage.Office)
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, trainingspage.RulesPage(f))
}

// ShowNew asks for a course that is to be added, with the program's numbers.
func (h *Handlers) ShowNew(w http.ResponseWriter, r *http.Request) error {
	c, today, err := h.office.Standard(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, trainingspage.NewCourse(setCadence(form.New(), c).SetDate("from", today)))
}

func setCadence(f *form.Form, c training.Cadence) *form.Form {
	return f.Set("certifier-years", strconv.Itoa(c.CertifierYears)).Set("staff-years", strconv.Itoa(c.StaffYears)).
		Set("first-days", strconv.Itoa(c.FirstDays))
}

// draft reads a course from a form. What is missing is for the service to say,
// with everything else that is wrong.
func draft(r *http.Request) (*form.Form, training.Draft, error) {
	f, err := form.Read(r, form.Multi("track"))
	if err != nil {
		return nil, training.Draft{}, err
	}
	long := locale.TrainingCourseNameLong.With("Most", training.MaxName)
	d := training.Draft{
		Code:   f.Text("code", nil),
		NameEN: f.Line("name-en", nil, long, training.MaxName),
		NameES: f.Line("name-es", nil, long, training.MaxName),
		Days:   f.Text("first-days", nil),
		From:   f.Date("from", nil, locale.TrainingRecordOnWrong),
		EndsOn: f.Date("ends", nil, locale.TrainingRecordOnWrong),
	}
	d.Years.Certifier, d.Years.Staff = f.Text("certifier-years", nil), f.Text("staff-years", nil)
	for _, t := range training.Tracks {
		if f.Has("track", string(t)) {
			d.Tracks = append(d.Tracks, t)
		}
	}
	return f, d, nil
}

// Add makes a course and goes to it.
func (h *Handlers) Add(w http.ResponseWriter, r *http.Request) error {
	f, d, err := draft(r)
	if err != nil {
		return err
	}
	if f.OK() {
		id, err := h.office.AddCourse(r.Context(), handler.Actor(r.Context()), f.Submission(), d)
		if err == nil {
			handler.Flash(r.Context(), locale.TrainingCourseAdded)
			return handler.Redirect(w, r, trainingspage.CoursePath(id))
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, trainingspage.NewCourse(f))
}

func (h *Handlers) course(r *http.Request) (training.CourseFile, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return training.CourseFile{}, err
	}
	return h.office.FindCourse(r.Context(), handler.Actor(r.Context()), id)
}

// ShowCourse shows a course, to be changed.
func (h *Handlers) ShowCourse(w http.ResponseWriter, r *http.Request) error {
	c, err := h.course(r)
	if err != nil {
		return err
	}
	f := setCadence(form.New(), c.Cadence).Set("name-en", c.NameEN).Set("name-es", c.NameES).SetDate("ends", c.EndsOn)
	var tracks []string
	for _, t := range c.Tracks {
		tracks = append(tracks, string(t))
	}
	return handler.Render(w, r, http.StatusOK, trainingspage.Course(f.Set("track", tracks...), c))
}

// Change changes a course and shows it again.
func (h *Handlers) Change(w http.ResponseWriter, r *http.Request) error {
	c, err := h.course(r)
	if err != nil {
		return err
	}
	f, d, err := draft(r)
	if err != nil {
		return err
	}
	if f.OK() {
		if _, err = h.office.ChangeCourse(r.Context(), handler.Actor(r.Context()), f.Submission(), c.ID, d); err == nil {
			handler.Flash(r.Context(), locale.TrainingCourseSaved)
			return handler.Redirect(w, r, trainingspage.CoursePath(c.ID))
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, trainingspage.Course(f, c))
}

// lists are the pages on which completions are imported.
func lists(i handler.Importer[training.Check]) handler.Lists[training.Check] {
	return handler.Lists[training.Check]{
		Importer: i, Home: trainingspage.Import, Asking: trainingspage.Upload, Checking: trainingspage.Check, Ended: trainingspage.Ended,
		Problems: func(ctx context.Context, w io.Writer, c training.Check) error {
			return training.WriteProblems(ctx, w, c.Plan.Problems)
		},
		File: "training-import-problems.csv",
	}
}
