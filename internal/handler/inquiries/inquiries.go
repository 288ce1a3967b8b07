// Package inquiries answers for the inquiry whether a client was eligible on a
// date of service, one at a time and by the list.
package inquiries

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/web/page/inquirypage"
)

// service is what these pages need of inquiry.Service.
type service interface {
	Ask(ctx context.Context, actor authz.Actor, sub idempotency.Submission, q inquiry.Question) (uuid.UUID, error)
	Answered(ctx context.Context, actor authz.Actor, id uuid.UUID) (inquiry.Asked, error)
	Upload(ctx context.Context, actor authz.Actor, sub idempotency.Submission, content []byte) (uuid.UUID, error)
	Batches(ctx context.Context, actor authz.Actor) ([]inquiry.Batch, error)
	Batch(ctx context.Context, actor authz.Actor, id uuid.UUID) (inquiry.Batch, error)
	Answers(ctx context.Context, actor authz.Actor, id uuid.UUID) ([]inquiry.Answered, error)
}

// Handlers answers for the pages.
type Handlers struct{ inquiries service }

// New returns the handlers.
func New(s service) *Handlers { return &Handlers{s} }

// Show asks for an identifier and a date of service.
func (h *Handlers) Show(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, inquirypage.Ask(form.New().Set("by", string(client.ByHAP))))
}

// Ask answers the question of the form and goes to the answer.
func (h *Handlers) Ask(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	q := read(f)
	if f.OK() {
		id, err := h.inquiries.Ask(r.Context(), handler.Actor(r.Context()), f.Submission(), q)
		if err == nil {
			return handler.Redirect(w, r, inquirypage.Home+"/"+id.String())
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, inquirypage.Ask(f))
}

// read reads the fields of the identifier that was chosen.
func read(f *form.Form) inquiry.Question {
	q := inquiry.Question{By: client.By(f.Value("by"))}
	if slices.Contains(inquiry.Bys, q.By) {
		q.Number = strings.Join(strings.Fields(f.Value(string(q.By))), " ")
	}
	if wrong, ok := fault.Of(q.Identified()); ok {
		f.Take(wrong)
	}
	if field := inquiry.BirthField(q.By); field != "" {
		q.BirthOn = f.Date(field, locale.SearchBirthMissing, locale.SearchBirthWrong)
	}
	q.ServiceOn = f.Date("service", locale.InquiryServiceMissing, locale.InquiryServiceWrong)
	return q
}

// ShowAnswer shows an answer.
func (h *Handlers) ShowAnswer(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	asked, err := h.inquiries.Answered(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, inquirypage.Answer(inquirypage.AnswerView{Asked: asked}))
}

// ShowUpload asks for a list and shows those of the site.
func (h *Handlers) ShowUpload(w http.ResponseWriter, r *http.Request) error {
	return h.showUpload(w, r, http.StatusOK, form.New())
}

func (h *Handlers) showUpload(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	batches, err := h.inquiries.Batches(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, inquirypage.Upload(f, inquirypage.ListsView{Batches: batches}))
}

// Upload keeps a list, which a job then answers, and goes to its page.
func (h *Handlers) Upload(w http.ResponseWriter, r *http.Request) error {
	content, f, err := form.File(r, sheet.FileField, sheet.MaxBytes)
	if err != nil {
		return err
	}
	id, err := h.inquiries.Upload(r.Context(), handler.Actor(r.Context()), f.Submission(), content)
	if err == nil {
		return handler.Redirect(w, r, inquirypage.Lists+"/"+id.String())
	}
	if !f.Take(err) {
		return err
	}
	f.Renumber() // the browser cannot send the same file again by itself
	return h.showUpload(w, r, http.StatusUnprocessableEntity, f)
}

// ShowBatch shows how far a list is.
func (h *Handlers) ShowBatch(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	batch, err := h.inquiries.Batch(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, inquirypage.Batch(inquirypage.BatchView{Batch: batch}))
}

// SaveAnswers sends the answers of a list as CSV.
func (h *Handlers) SaveAnswers(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	lines, err := h.inquiries.Answers(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	handler.AsFile(w, "eligibility.csv")
	return inquiry.Write(r.Context(), w, lines)
}
