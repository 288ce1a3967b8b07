// Package trainings answers the pages about training: of the people at a site,
// and of the program office.
package trainings

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/web/page/trainingspage"
	"familypact.example/portal/web/ui"
)

// site is what the pages of a site need of training.Service.
type site interface {
	Board(ctx context.Context, actor authz.Actor, f training.Filter) (training.Board, error)
	Staff(ctx context.Context, actor authz.Actor) ([]training.Person, []training.Course, civil.Date, error)
	Record(ctx context.Context, actor authz.Actor, sub idempotency.Submission, in training.Recording) (uuid.UUID, error)
	Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (training.File, error)
	SetTrack(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, t training.Track) (uuid.UUID, error)
	FindCompletion(ctx context.Context, actor authz.Actor, id uuid.UUID) (training.Completion, training.Person, []training.Course, error)
	Correct(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in training.Correction) (uuid.UUID, error)
	Export(ctx context.Context, actor authz.Actor) ([]training.Person, civil.Date, error)
}

// office is what the pages of the program office need of training.Service.
type office interface {
	Overview(ctx context.Context, actor authz.Actor, f training.OfficeFilter) (training.Overview, error)
	SetRules(ctx context.Context, actor authz.Actor, sub idempotency.Submission, in training.Rules) error
	FindCourse(ctx context.Context, actor authz.Actor, id uuid.UUID) (training.CourseFile, error)
	Standard(ctx context.Context, actor authz.Actor) (training.Cadence, civil.Date, error)
	AddCourse(ctx context.Context, actor authz.Actor, sub idempotency.Submission, d training.Draft) (uuid.UUID, error)
	ChangeCourse(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, d training.Draft) (uuid.UUID, error)
	handler.Importer[training.Check]
}

// service is what the pages need.
type service interface {
	site
	office
}

// Handlers are the pages below /provider/training and /ofp/training.
type Handlers struct {
	handler.Lists[training.Check]
	site   site
	office office
}

// New returns the pages below /provider/training and /ofp/training.
func New(s service) *Handlers { return &Handlers{Lists: lists(s), site: s, office: s} }

const pageSize = 25

func pageOf(f *form.Form) int {
	if n, err := strconv.Atoi(f.Value("page")); err == nil && n > 0 {
		return n
	}
	return 1
}

// Search looks for people at the site and goes to their training.
func (h *Handlers) Search(w http.ResponseWriter, r *http.Request) error {
	return handler.Search(trainingspage.Home, "state")(w, r)
}

// ShowBoard shows one's own training, and to a certifier everybody's, with
// filters in the address; what was typed is kept.
func (h *Handlers) ShowBoard(w http.ResponseWriter, r *http.Request) error {
	f, err := handler.Filters(r, trainingspage.Home)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), handler.Actor(r.Context())
	filter := training.Filter{Search: f.Text("search", nil), Page: pageOf(f), Size: pageSize}
	if k := training.Kind(f.Value("state")); k == training.Unfinished || slices.Contains(training.Kinds, k) {
		filter.Kind = k
	}
	board, err := h.site.Board(ctx, actor, filter)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, trainingspage.Board(f, trainingspage.BoardView{
		Board: board, Site: handler.VisitOf(ctx).State.SiteName, Certifier: authz.Allows(actor.Role, authz.ManageStaff), Filter: filter, Found: f.Value(handler.FoundField),
		Pages: ui.Pages{Number: filter.Page, Size: pageSize, Total: board.Total, Path: trainingspage.Home, Query: handler.ListQuery(r)},
	}))
}

// ShowRecord asks who has completed what.
func (h *Handlers) ShowRecord(w http.ResponseWriter, r *http.Request) error {
	asked, err := form.Query(r, form.Multi("people"))
	if err != nil {
		return err
	}
	return h.recordPage(w, r, http.StatusOK, form.New().Set("people", asked.Values("people")...))
}

func (h *Handlers) recordPage(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	staff, courses, _, err := h.site.Staff(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, trainingspage.RecordPage(f, trainingspage.RecordView{Staff: staff, Courses: courses}))
}

// Record notes who has completed what and goes to the list.
func (h *Handlers) Record(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi("people"))
	if err != nil {
		return err
	}
	in := training.Recording{Course: idOf(f, "course", locale.TrainingRecordCourseMissing)}
	in.On = f.Date("on", locale.TrainingRecordOnMissing, locale.TrainingRecordOnWrong)
	for _, v := range f.Values("people") {
		id, err := uuid.Parse(v)
		if err != nil {
			return fault.ErrNotFound
		}
		if !slices.Contains(in.People, id) {
			in.People = append(in.People, id)
		}
	}
	if len(in.People) == 0 {
		f.Note("people", locale.TrainingRecordPeopleMissing)
	}
	if f.OK() {
		_, err := h.site.Record(r.Context(), handler.Actor(r.Context()), f.Submission(), in)
		if err == nil {
			handler.Flash(r.Context(), locale.TrainingRecordSaved.With("Count", len(in.People)))
			return handler.Redirect(w, r, trainingspage.Home)
		}
		if !f.Take(err) {
			return err
		}
	}
	return h.recordPage(w, r, http.StatusUnprocessableEntity, f)
}

// idOf reads a field that holds an id.
func idOf(f *form.Form, name string, missing locale.Phrase) uuid.UUID {
	id, err := uuid.Parse(f.Value(name))
	if err != nil {
		f.Note(name, missing)
	}
	return id
}

// ShowPerson shows the training of one person at the site.
func (h *Handlers) ShowPerson(w http.ResponseWriter, r *http.Request) error {
	file, err := h.file(r)
	if err != nil {
		return err
	}
	f := form.New().Set("track", string(file.Track()))
	return handler.Render(w, r, http.StatusOK, trainingspage.File(f, trainingspage.FileView{File: file}))
}

func (h *Handlers) file(r *http.Request) (training.File, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return training.File{}, err
	}
	return h.site.Find(r.Context(), handler.Actor(r.Context()), id)
}

// SetTrack says which track somebody follows and shows their page again.
func (h *Handlers) SetTrack(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	file, err := h.file(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	_, err = h.site.SetTrack(ctx, handler.Actor(ctx), f.Submission(), file.MembershipID, training.Track(f.Value("track")))
	if err == nil {
		handler.Flash(ctx, locale.TrainingTrackSaved.With("Name", file.Name()))
		return handler.Redirect(w, r, trainingspage.PersonPath(file.MembershipID))
	}
	if !f.Take(err) {
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, trainingspage.File(f, trainingspage.FileView{File: file}))
}

// ShowCorrect asks what is wrong with an entry.
func (h *Handlers) ShowCorrect(w http.ResponseWriter, r *http.Request) error {
	v, err := h.entry(r)
	if err != nil {
		return err
	}
	if v.Completion.WithdrawnAt != nil {
		return training.ErrWithdrawn
	}
	f := form.New().SetDate("course-on", v.Completion.CompletedOn)
	return handler.Render(w, r, http.StatusOK, trainingspage.Correct(f, v))
}

func (h *Handlers) entry(r *http.Request) (v trainingspage.CorrectView, err error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return v, err
	}
	v.Completion, v.Person, v.Courses, err = h.site.FindCompletion(r.Context(), handler.Actor(r.Context()), id)
	return v, err
}

// Correct withdraws an entry, puts the right one in its place when there is
// one, and goes to the person.
func (h *Handlers) Correct(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.entry(r)
	if err != nil {
		return err
	}
	in, on := correction(f)
	if f.OK() {
		ctx := r.Context()
		person, err := h.site.Correct(ctx, handler.Actor(ctx), f.Submission(), v.Completion.ID, in)
		if err == nil {
			handler.Flash(ctx, locale.TrainingCorrectSaved)
			return handler.Redirect(w, r, trainingspage.PersonPath(person))
		}
		if !take(f, err, on) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, trainingspage.Correct(f, v))
}

// correction reads the fields that belong to the reason, and names the one
// with the date.
func correction(f *form.Form) (training.Correction, string) {
	in, on := training.Correction{Reason: training.Reason(f.Value("reason"))}, "reason"
	switch in.Reason {
	case training.WrongDate:
		on = "date-on"
	case training.WrongCourse:
		on = "course-on"
		in.Course = idOf(f, "course", locale.TrainingRecordCourseMissing)
	default:
		return in, on
	}
	in.On = f.Date(on, locale.TrainingRecordOnMissing, locale.TrainingRecordOnWrong)
	return in, on
}

// take takes a fault of the service, which calls the date "on", to the field
// that holds it here.
func take(f *form.Form, err error, on string) bool {
	known, ok := fault.Of(err)
	if !ok || known.Kind != fault.Invalid {
		return false
	}
	for _, x := range known.Fields {
		if x.Name == "on" {
			x.Name = on
		}
		f.Note(x.Name, x.Text)
	}
	return true
}

// Export sends everybody's training at the site as CSV.
func (h *Handlers) Export(w http.ResponseWriter, r *http.Request) error {
	people, today, err := h.site.Export(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	handler.AsFile(w, "training.csv")
	return sheet.Write(w, trainingspage.Lines(r.Context(), people, today))
}
