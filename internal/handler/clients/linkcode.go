package clients

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/linkcode"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
)

// linkCodes is what these pages need of linkcode.Service.
type linkCodes interface {
	Standing(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (linkcode.Standing, error)
	Make(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID) (linkcode.Made, error)
	Revoke(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID) error
}

// LinkCodes answers for the pages of link codes.
type LinkCodes struct {
	codes   linkCodes
	address string // of the portal, as clients are told it
}

// NewLinkCodes returns the handlers.
func NewLinkCodes(codes linkCodes, address string) *LinkCodes {
	return &LinkCodes{codes: codes, address: address}
}

// Show shows whether there is a code, and offers to make one.
func (h *LinkCodes) Show(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, http.StatusOK, form.New())
}

func (h *LinkCodes) show(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	st, err := h.codes.Standing(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	v := clientspage.LinkCodeView{Record: record(r.Context(), st.Client, clientspage.Overview), Standing: st}
	return handler.Render(w, r, status, clientspage.LinkCodePage(f, v))
}

// Make makes a code and shows it, this once, in the answer to the form: no
// address leads to it.
func (h *LinkCodes) Make(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	made, err := h.codes.Make(r.Context(), handler.Actor(r.Context()), f.Submission(), id)
	if errors.Is(err, linkcode.ErrShown) {
		again := form.New()
		again.Note("", linkcode.ErrShown.Text)
		return h.show(w, r, http.StatusConflict, again)
	}
	if err != nil {
		return err
	}
	v := clientspage.MadeCodeView{Record: record(r.Context(), made.Client, clientspage.Overview), Made: made, Address: h.address}
	return handler.Render(w, r, http.StatusOK, clientspage.MadeCodePage(v))
}

// Revoke takes the code back.
func (h *LinkCodes) Revoke(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.codes.Revoke(r.Context(), handler.Actor(r.Context()), f.Submission(), id); err != nil {
		return err
	}
	handler.Flash(r.Context(), locale.LinkCodeRevoked)
	return handler.Redirect(w, r, "/provider/clients/"+id.String()+"/link-code")
}
