// Package enrollments answers for what is done to an enrollment that exists: to
// reaffirm it, to report a change, to discontinue and to reactivate it.
package enrollments

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollmentspage"
)

// enrollments is what these pages need of enrollment.Service.
type enrollments interface {
	Standing(ctx context.Context, actor authz.Actor, clientID uuid.UUID, what string) (enrollment.Standing, error)
	Consider(ctx context.Context, actor authz.Actor, clientID uuid.UUID, what string) (enrollment.Standing, *application.Last, error)
	Reaffirm(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, r enrollment.Reaffirmation) (uuid.UUID, error)
	Discontinue(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, d enrollment.Discontinuation) (uuid.UUID, error)
	Undo(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID) (uuid.UUID, error)
	StartChange(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, c application.Choice) (uuid.UUID, error)
	ReviewChange(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID) (enrollment.ChangeReview, error)
	ReportChange(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID, f enrollment.ChangeForm) (uuid.UUID, error)
	DropChange(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID, id uuid.UUID) (uuid.UUID, error)
	ChangeResult(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID) (enrollment.ChangeResult, error)
}

// answers is what these pages need of application.Service.
type answers interface {
	Save(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, version int, answers question.Answers) error
	Sign(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in application.SignForm) error
}

// Handlers answers for the pages.
type Handlers struct {
	enrollments enrollments
	answers     answers
}

// New returns the handlers.
func New(enrollments enrollments, answers answers) *Handlers { return &Handlers{enrollments, answers} }

// standing reads the record of the path for a deed. When the deed cannot be
// done as the record stands, the error says so.
func (h *Handlers) standing(r *http.Request, d enrollment.Deed) (enrollment.Standing, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return enrollment.Standing{}, err
	}
	s, err := h.enrollments.Standing(r.Context(), handler.Actor(r.Context()), id, string(d))
	if err != nil {
		return s, err
	}
	return s, s.May(d)
}

// hindrances are the faults that say why an act is not for a client as the
// record stands.
var hindrances = []error{
	enrollment.ErrNotActive, enrollment.ErrEndsAlready, enrollment.ErrNotInactive, enrollment.ErrNoUndo,
	enrollment.ErrOvertaken, application.ErrNoAnswers, application.ErrDecided,
}

// NotNow answers what fn returns because of how the record stands with a page
// that says what has happened and what can be done instead. The record is read
// anew: somebody else may have acted on it.
func (h *Handlers) notNow(fn handler.Func) handler.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := fn(w, r)
		for _, hindrance := range hindrances {
			if errors.Is(err, hindrance) {
				return h.explain(w, r, err)
			}
		}
		return err
	}
}

func (h *Handlers) explain(w http.ResponseWriter, r *http.Request, why error) error {
	f, ok := fault.Of(why)
	id, err := handler.ID(r, "id")
	if !ok || err != nil {
		return why
	}
	s, err := h.enrollments.Standing(r.Context(), handler.Actor(r.Context()), id, "act")
	if err != nil {
		return err
	}
	v := enrollmentspage.NotNowView{Standing: s, Reason: f.Text}
	return handler.Render(w, r, http.StatusConflict, enrollmentspage.NotNow(v))
}

// ShowReaffirm shows the answers in force with the attestation.
func (h *Handlers) ShowReaffirm(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		return h.reaffirm(w, r, http.StatusOK, form.New())
	})(w, r)
}

func (h *Handlers) reaffirm(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	s, last, err := h.enrollments.Consider(r.Context(), handler.Actor(r.Context()), id, string(enrollment.ToReaffirm))
	if err == nil {
		err = s.May(enrollment.ToReaffirm)
	}
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, enrollmentspage.Reaffirm(f, enrollmentspage.ReaffirmView{Standing: s, Last: last}))
}

// Reaffirm keeps the reaffirmation and goes to the record.
func (h *Handlers) Reaffirm(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(h.reaffirmed)(w, r)
}

func (h *Handlers) reaffirmed(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	seen, _ := uuid.Parse(f.Value("seen")) // what is no id was seen by nobody
	in := enrollment.Reaffirmation{Seen: seen, Agreed: f.Checked("agree")}
	_, err = h.enrollments.Reaffirm(r.Context(), handler.Actor(r.Context()), f.Submission(), id, in)
	switch {
	case err == nil:
		handler.Flash(r.Context(), locale.ReaffirmDone)
		return handler.Redirect(w, r, enrollmentspage.Base(id))
	case errors.Is(err, enrollment.ErrNotAttested):
		f.Take(err)
		return h.reaffirm(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}

// ShowReactivate shows the ways back of a client who was discontinued.
func (h *Handlers) ShowReactivate(w http.ResponseWriter, r *http.Request) error {
	return h.notNow(func(w http.ResponseWriter, r *http.Request) error {
		s, err := h.standing(r, enrollment.ToReactivate)
		if err != nil {
			return err
		}
		return handler.Render(w, r, http.StatusOK, enrollmentspage.Reactivate(enrollmentspage.ReactivateView{Standing: s}))
	})(w, r)
}
