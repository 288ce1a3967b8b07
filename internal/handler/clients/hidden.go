package clients

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/reveal"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/web/page/clientspage"
)

// reveals is what these pages need of reveal.Service.
type reveals interface {
	Reveal(ctx context.Context, actor authz.Actor, id uuid.UUID, r reveal.Request) (reveal.Revealed, error)
}

// Hidden answers for what shows a hidden field of a record.
type Hidden struct {
	records records
	reveals reveals
}

// NewHidden returns the handlers.
func NewHidden(r records, s reveals) *Hidden { return &Hidden{records: r, reveals: s} }

// Show asks what is needed and why.
func (h *Hidden) Show(w http.ResponseWriter, r *http.Request) error {
	asked, err := form.Query(r)
	if err != nil {
		return err
	}
	f := form.New()
	if field := reveal.Field(asked.Value("field")); slices.Contains(reveal.Fields, field) {
		f.Set("field", string(field))
	}
	return h.ask(w, r, http.StatusOK, f)
}

func (h *Hidden) ask(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := h.records.View(r.Context(), handler.Actor(r.Context()), id, "reveal")
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, clientspage.RevealPage(f, record(r.Context(), c, clientspage.Overview)))
}

// Reveal shows the field in the answer to the form: no address leads to it, and
// each look is kept.
func (h *Hidden) Reveal(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	in := reveal.Request{
		Field: reveal.Field(f.Value("field")), Purpose: client.Purpose(f.Value("purpose")), Note: strings.TrimSpace(f.Value("note")),
	}
	out, err := h.reveals.Reveal(r.Context(), handler.Actor(r.Context()), id, in)
	switch {
	case err == nil:
		v := clientspage.RevealedView{Record: record(r.Context(), out.Client, clientspage.Overview), Request: in, Lines: out.Lines}
		return handler.Render(w, r, http.StatusOK, clientspage.RevealedPage(v))
	case !f.Take(err):
		return err
	}
	return h.ask(w, r, http.StatusUnprocessableEntity, f)
}
