// Package enroll answers for whatever ends in a certification: starting an
// application, its sections, the signature, the review and the result.
package enroll

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollpage"
)

// applications is what these pages need of application.Service.
type applications interface {
	Start(ctx context.Context, actor authz.Actor, sub idempotency.Submission, b application.Begin) (uuid.UUID, error)
	View(ctx context.Context, actor authz.Actor, id uuid.UUID) (application.Application, error)
	Save(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, version int, answers question.Answers) error
	Sign(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in application.SignForm) error
	Disclose(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, given map[application.Code]application.Answer) error
	Delete(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) error
	Sent(ctx context.Context, actor authz.Actor, page int) (application.SentList, error)
	Waiting(ctx context.Context, actor authz.Actor, id uuid.UUID) (application.SentLine, error)
	Take(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, mode application.Mode) (uuid.UUID, error)
	Claim(ctx context.Context, actor authz.Actor, sub idempotency.Submission, c application.Claim) (uuid.UUID, error)
	Look(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
	Identify(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id, result, person uuid.UUID) error
	Found(ctx context.Context, actor authz.Actor, id, result uuid.UUID) (application.Application, client.Result, error)
	Drafts(ctx context.Context, actor authz.Actor, page int) (application.DraftList, error)
	EndingDrafts(ctx context.Context, actor authz.Actor, page int) (application.DraftList, error)
}

// enrollments is what these pages need of enrollment.Service.
type enrollments interface {
	Review(ctx context.Context, actor authz.Actor, id uuid.UUID) (enrollment.Review, error)
	Certify(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, c enrollment.Certification) (uuid.UUID, error)
	Result(ctx context.Context, actor authz.Actor, id uuid.UUID) (enrollment.Result, error)
}

// records is what these pages need of client.Service.
type records interface {
	View(ctx context.Context, actor authz.Actor, id uuid.UUID, what string) (client.Record, error)
}

// found is records with what was looked for.
type found interface {
	records
	Result(ctx context.Context, actor authz.Actor, id uuid.UUID) (client.Result, error)
}

// Handlers answers for the pages.
type Handlers struct {
	applications applications
	enrollments  enrollments
	records      found
}

// New returns the handlers.
func New(applications applications, enrollments enrollments, records found) *Handlers {
	return &Handlers{applications: applications, enrollments: enrollments, records: records}
}

// ShowStart asks how client and staff meet.
func (h *Handlers) ShowStart(w http.ResponseWriter, r *http.Request) error {
	v, _, err := startOf(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.Mode(form.New(), v))
}

func startOf(r *http.Request) (enrollpage.ModeView, uuid.UUID, error) {
	id, err := handler.ID(r, "result")
	return enrollpage.ModeView{Back: "/provider/enroll/" + id.String()}, id, err
}

// Start begins an application for a new person and goes to its first section.
func (h *Handlers) Start(w http.ResponseWriter, r *http.Request) error {
	v, result, err := startOf(r)
	if err != nil {
		return err
	}
	return h.start(w, r, v, application.Begin{Result: result})
}

// ShowRecertify asks how client and staff meet for a new certification of a
// client who is known.
func (h *Handlers) ShowRecertify(w http.ResponseWriter, r *http.Request) error {
	v, _, err := h.recertifyOf(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.Mode(form.New(), v))
}

func (h *Handlers) recertifyOf(r *http.Request) (enrollpage.ModeView, uuid.UUID, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return enrollpage.ModeView{}, uuid.Nil, err
	}
	record, err := h.records.View(r.Context(), handler.Actor(r.Context()), id, "recertify")
	if err != nil {
		return enrollpage.ModeView{}, uuid.Nil, err
	}
	if record.Status() == client.Active && !record.Renewable(record.Today) {
		return enrollpage.ModeView{}, uuid.Nil, application.ErrWindow
	}
	return enrollpage.ModeView{Back: "/provider/clients/" + id.String(), Client: &record}, id, nil
}

// Recertify begins a new form for a client who is known.
func (h *Handlers) Recertify(w http.ResponseWriter, r *http.Request) error {
	v, id, err := h.recertifyOf(r)
	if err != nil {
		return err
	}
	return h.start(w, r, v, application.Begin{Client: id})
}

func (h *Handlers) start(w http.ResponseWriter, r *http.Request, v enrollpage.ModeView, b application.Begin) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	b.Mode, b.Help = application.Mode(f.Value("mode")), application.Help(f.Value("help"))
	b.Alone = f.Value("help") == enrollpage.ByClient
	id, err := h.applications.Start(r.Context(), handler.Actor(r.Context()), f.Submission(), b)
	switch {
	case err == nil && b.Mode == application.InPerson && b.Alone:
		return handler.Redirect(w, r, enrollpage.Base(id)+"/handover")
	case err == nil:
		return handler.Redirect(w, r, enrollpage.Base(id))
	case !f.Take(err):
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, enrollpage.Mode(f, v))
}

// ShowApplication goes to the first step that is not done, or to the result.
func (h *Handlers) ShowApplication(w http.ResponseWriter, r *http.Request) error {
	a, err := h.own(r)
	if err != nil {
		return err
	}
	if a.Action == application.Change {
		return handler.Redirect(w, r, "/provider/clients/"+a.ClientID.String()+"/change/"+a.ID.String()+"/review")
	}
	return handler.Redirect(w, r, enrollpage.Base(a.ID)+"/"+string(nextStep(a)))
}

// nextStep is the first step that is not done.
func nextStep(a application.Application) enrollpage.Step {
	switch q, open := question.Next(a.Answers); {
	case a.State.Decided():
		return "result"
	case open:
		return enrollpage.Step(q.Section)
	case a.Signature == nil:
		return enrollpage.Check
	case len(a.Undisclosed()) > 0:
		return enrollpage.Told
	}
	return enrollpage.Review
}

// find reads the application of the path. A reported change has pages of its
// own.
func (h *Handlers) find(r *http.Request) (application.Application, error) {
	a, err := h.own(r)
	if err == nil && a.Action == application.Change {
		return application.Application{}, fault.ErrNotFound
	}
	return a, err
}

// own reads the application of the path. It is for the site's own alone.
func (h *Handlers) own(r *http.Request) (application.Application, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return application.Application{}, err
	}
	actor := handler.Actor(r.Context())
	a, err := h.applications.View(r.Context(), actor, id)
	if err == nil && a.SiteID != actor.Site {
		return application.Application{}, fault.ErrNotFound
	}
	return a, err
}

// open is find for an application that can still be changed.
func (h *Handlers) open(r *http.Request) (application.Application, error) {
	a, err := h.find(r)
	if err == nil && a.State.Decided() {
		return application.Application{}, application.ErrDecided
	}
	return a, err
}

// ShowDrafts lists the site's applications that are not finished.
func (h *Handlers) ShowDrafts(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	v := enrollpage.DraftsView{Ending: f.Value("show") == enrollpage.EndingQuery}
	read := h.applications.Drafts
	if v.Ending {
		read = h.applications.EndingDrafts
	}
	if v.DraftList, err = read(r.Context(), handler.Actor(r.Context()), page(f.Value("page"))); err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.Drafts(v))
}

// page is the page of a list that the address names, the first where it names
// none.
func page(typed string) int {
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

// ShowDelete asks before an application is deleted.
func (h *Handlers) ShowDelete(w http.ResponseWriter, r *http.Request) error {
	a, err := h.deletable(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.Delete(form.New(), enrollpage.View{Application: a}))
}

// deletable reads an application that is not decided, whatever it is for.
func (h *Handlers) deletable(r *http.Request) (application.Application, error) {
	a, err := h.own(r)
	if err == nil && a.State.Decided() {
		return application.Application{}, application.ErrDecided
	}
	return a, err
}

// Delete deletes an application that is not decided.
func (h *Handlers) Delete(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.applications.Delete(r.Context(), handler.Actor(r.Context()), f.Submission(), id); err != nil {
		return err
	}
	handler.Flash(r.Context(), locale.DraftsDeleted)
	return handler.Redirect(w, r, "/provider/work/drafts")
}
