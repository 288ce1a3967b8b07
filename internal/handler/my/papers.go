package my

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/pdf"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/page/mypage"
	"familypact.example/portal/web/ui/card"
)

// documents is what these pages need of document.Service.
type documents interface {
	OwnCard(ctx context.Context, actor authz.Actor, use document.Use, v document.Version) (document.Card, error)
	OwnList(ctx context.Context, actor authz.Actor) (document.Page, error)
	OwnOpen(ctx context.Context, actor authz.Actor, id uuid.UUID, use document.Use) (document.Opened, error)
}

// history is what these pages need of enrollment.Service.
type history interface {
	OwnHistory(ctx context.Context, actor authz.Actor) (enrollment.History, error)
}

// Papers answers for the client's card, history and documents.
type Papers struct {
	documents documents
	history   history
}

// NewPapers returns the handlers.
func NewPapers(d documents, h history) *Papers { return &Papers{documents: d, history: h} }

// noRecord shows that there is nothing yet, when that is what went wrong.
func noRecord(w http.ResponseWriter, r *http.Request, title locale.Key, err error) error {
	if !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.Nothing(title))
}

// card reads the client's card in the version that is asked for.
func (h *Papers) card(r *http.Request, use document.Use) (mypage.CardView, error) {
	f, err := form.Query(r)
	if err != nil {
		return mypage.CardView{}, err
	}
	c, err := h.documents.OwnCard(r.Context(), handler.Actor(r.Context()), use, document.Version(f.Value("version")))
	return mypage.CardView{Card: c, Asked: f.Value("show") == "yes"}, err
}

// ShowCard shows the card; the one of a client who asked for privacy only when
// it is asked for.
func (h *Papers) ShowCard(w http.ResponseWriter, r *http.Request) error {
	v, err := h.card(r, document.ToShow)
	if err != nil {
		return noRecord(w, r, locale.MyCardTitle, err)
	}
	return handler.Render(w, r, http.StatusOK, mypage.CardPage(v))
}

// ShowSheet shows the card alone, for printing.
func (h *Papers) ShowSheet(w http.ResponseWriter, r *http.Request) error {
	v, err := h.card(r, document.ToPrint)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.CardSheet(v))
}

// SaveCard sends the card as PDF.
func (h *Papers) SaveCard(w http.ResponseWriter, r *http.Request) error {
	v, err := h.card(r, document.ToSave)
	if err != nil {
		return err
	}
	file, err := card.PDF(locale.WithLanguage(r.Context(), v.Language()), v.Drawn())
	if err != nil {
		return err
	}
	return handler.File(w, r, "application/pdf", "card.pdf", file)
}

// ShowHistory shows periods and what was decided, with reasons and figures.
func (h *Papers) ShowHistory(w http.ResponseWriter, r *http.Request) error {
	past, err := h.history.OwnHistory(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return noRecord(w, r, locale.MyHistoryTitle, err)
	}
	return handler.Render(w, r, http.StatusOK, mypage.History(mypage.HistoryView{History: past}))
}

// ShowDocuments lists the client's documents.
func (h *Papers) ShowDocuments(w http.ResponseWriter, r *http.Request) error {
	page, err := h.documents.OwnList(r.Context(), handler.Actor(r.Context()))
	if err != nil && !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.Documents(mypage.DocumentsView{Lines: page.Documents}))
}

func (h *Papers) document(r *http.Request, use document.Use) (mypage.DocumentView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return mypage.DocumentView{}, err
	}
	d, err := h.documents.OwnOpen(r.Context(), handler.Actor(r.Context()), id, use)
	return mypage.DocumentView{Opened: d}, err
}

// ShowDocument shows a document as it was given, for reading and printing.
func (h *Papers) ShowDocument(w http.ResponseWriter, r *http.Request) error {
	v, err := h.document(r, document.ToShow)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.DocumentPage(v))
}

// SaveDocument sends a document as PDF.
func (h *Papers) SaveDocument(w http.ResponseWriter, r *http.Request) error {
	v, err := h.document(r, document.ToSave)
	if err != nil {
		return err
	}
	ctx := locale.WithLanguage(r.Context(), v.Paper.Language)
	file, err := pdf.Document(v.Paper, clientspage.DateOf(v.MadeAt).In(ctx), v.MadeAt)
	if err != nil {
		return err
	}
	return handler.File(w, r, "application/pdf", "document.pdf", file)
}
