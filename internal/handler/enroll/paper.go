package enroll

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollpage"
)

// papers is what the pages of paper forms need of application.Service.
type papers interface {
	Outages(ctx context.Context, actor authz.Actor, result uuid.UUID) ([]application.Outage, error)
	StartPaper(ctx context.Context, actor authz.Actor, sub idempotency.Submission, b application.Begin, p application.PaperForm) (uuid.UUID, error)
}

// Papers answers for the entry of paper forms that were signed during an
// outage. Once it is begun, its pages are those of every application.
type Papers struct {
	papers  papers
	records records
}

// NewPapers returns the handlers.
func NewPapers(papers papers, records records) *Papers { return &Papers{papers, records} }

// Show says how paper forms are entered.
func (h *Papers) Show(w http.ResponseWriter, r *http.Request) error {
	outages, err := h.papers.Outages(r.Context(), handler.Actor(r.Context()), uuid.Nil)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.PaperHome(enrollpage.PaperView{Outages: outages}))
}

// ShowNew asks about the paper of a new person.
func (h *Papers) ShowNew(w http.ResponseWriter, r *http.Request) error {
	v, b, err := h.ofResult(r)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, form.New(), v, b)
}

// StartNew begins the entry for a new person.
func (h *Papers) StartNew(w http.ResponseWriter, r *http.Request) error {
	v, b, err := h.ofResult(r)
	if err != nil {
		return err
	}
	return h.start(w, r, v, b)
}

// ShowKnown asks about the paper of a client who is known.
func (h *Papers) ShowKnown(w http.ResponseWriter, r *http.Request) error {
	v, b, err := h.ofClient(r)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, form.New(), v, b)
}

// StartKnown begins the entry for a client who is known.
func (h *Papers) StartKnown(w http.ResponseWriter, r *http.Request) error {
	v, b, err := h.ofClient(r)
	if err != nil {
		return err
	}
	return h.start(w, r, v, b)
}

func (h *Papers) ofResult(r *http.Request) (enrollpage.PaperView, application.Begin, error) {
	id, err := handler.ID(r, "result")
	if err == nil && id == uuid.Nil {
		err = application.ErrSearchFirst
	}
	return enrollpage.PaperView{Back: "/provider/enroll/" + id.String() + "/start"}, application.Begin{Result: id}, err
}

func (h *Papers) ofClient(r *http.Request) (enrollpage.PaperView, application.Begin, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return enrollpage.PaperView{}, application.Begin{}, err
	}
	record, err := h.records.View(r.Context(), handler.Actor(r.Context()), id, "recertify")
	if err != nil {
		return enrollpage.PaperView{}, application.Begin{}, err
	}
	if record.Status() == client.Active && !record.Renewable(record.Today) {
		return enrollpage.PaperView{}, application.Begin{}, application.ErrWindow
	}
	return enrollpage.PaperView{Back: "/provider/clients/" + id.String(), Client: &record}, application.Begin{Client: id}, nil
}

func (h *Papers) page(w http.ResponseWriter, r *http.Request, status int, f *form.Form, v enrollpage.PaperView, b application.Begin) (err error) {
	if v.Outages, err = h.papers.Outages(r.Context(), handler.Actor(r.Context()), b.Result); err != nil {
		return err
	}
	return handler.Render(w, r, status, enrollpage.Paper(f, v))
}

func (h *Papers) start(w http.ResponseWriter, r *http.Request, v enrollpage.PaperView, b application.Begin) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	p := application.PaperForm{
		SignedOn: f.Date("signed", nil, locale.DiscontinueDateWrong), Kept: line(f, "kept"), OnFile: f.Checked("on-file"),
	}
	p.Outage, _ = uuid.Parse(f.Value("outage")) // what is no id names no outage
	id, err := h.papers.StartPaper(r.Context(), handler.Actor(r.Context()), f.Submission(), b, p)
	switch {
	case err == nil:
		return handler.Redirect(w, r, enrollpage.Base(id))
	case !f.Take(err):
		return err
	}
	return h.page(w, r, http.StatusUnprocessableEntity, f, v, b)
}

// signing is the form of the signature. That of a paper form says what is
// known of it.
func signing(a application.Application) *form.Form {
	f := form.New()
	if a.Paper != nil {
		f.Set("kind", string(application.Paper)).Set("kept-"+string(application.Paper), a.Paper.Kept)
	}
	return f
}
