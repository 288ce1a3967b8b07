package my

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/web/page/mypage"
)

// messages is what these pages need of inbox.Service.
type messages interface {
	List(ctx context.Context, actor authz.Actor, number int) (inbox.Page, error)
	Read(ctx context.Context, actor authz.Actor, id uuid.UUID) (inbox.Message, error)
}

// Inbox answers for the client's messages.
type Inbox struct{ messages messages }

// NewInbox returns the handlers.
func NewInbox(m messages) *Inbox { return &Inbox{messages: m} }

// ShowList lists the messages, the newest first.
func (h *Inbox) ShowList(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(f.Value("page"))
	if err != nil || number < 1 || number > 1000 {
		number = 1
	}
	page, err := h.messages.List(r.Context(), handler.Actor(r.Context()), number)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.Messages(mypage.MessagesView{Page: page}))
}

// Show shows a message, which has been read then.
func (h *Inbox) Show(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	m, err := h.messages.Read(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.Message(mypage.MessageView{Message: m}))
}
