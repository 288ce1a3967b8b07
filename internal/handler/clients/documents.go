package clients

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/pdf"
	"familypact.example/portal/web/page/clientspage"
)

// documents is what these pages need of document.Service.
type documents interface {
	List(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (document.Page, error)
	Open(ctx context.Context, actor authz.Actor, clientID, id uuid.UUID, use document.Use) (document.Opened, error)
	Blank(ctx context.Context, actor authz.Actor, l locale.Language, statement locale.Key) (document.BlankForm, error)
	BlankRec(ctx context.Context, actor authz.Actor, l locale.Language, statement locale.Key) (document.BlankForm, error)
}

// The kinds of files.
const (
	pdfKind, pngKind = "application/pdf", "image/png"
)

// ShowDocuments lists the documents of a record.
func (h *Handlers) ShowDocuments(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	page, err := h.Documents.List(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	v := clientspage.DocumentsView{Record: record(r.Context(), page.Client, clientspage.Documents), Lines: page.Documents}
	return handler.Render(w, r, http.StatusOK, clientspage.DocumentList(v))
}

func (h *Handlers) document(r *http.Request, use document.Use) (clientspage.DocumentView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return clientspage.DocumentView{}, err
	}
	which, err := handler.ID(r, "document")
	if err != nil {
		return clientspage.DocumentView{}, err
	}
	d, err := h.Documents.Open(r.Context(), handler.Actor(r.Context()), id, which, use)
	return clientspage.DocumentView{Record: record(r.Context(), d.Client, clientspage.Documents), Opened: d}, err
}

// ShowDocument shows a document as it was given.
func (h *Handlers) ShowDocument(w http.ResponseWriter, r *http.Request) error {
	v, err := h.document(r, document.ToShow)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, clientspage.DocumentPage(v))
}

// ShowDocumentSheet shows a document alone, for printing.
func (h *Handlers) ShowDocumentSheet(w http.ResponseWriter, r *http.Request) error {
	v, err := h.document(r, document.ToPrint)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, clientspage.DocumentSheet(v))
}

// SaveDocument sends a document as PDF.
func (h *Handlers) SaveDocument(w http.ResponseWriter, r *http.Request) error {
	v, err := h.document(r, document.ToSave)
	if err != nil {
		return err
	}
	ctx := locale.WithLanguage(r.Context(), v.Paper.Language)
	file, err := pdf.Document(v.Paper, clientspage.DateOf(v.MadeAt).In(ctx), v.MadeAt)
	if err != nil {
		return err
	}
	return handler.File(w, r, pdfKind, "document.pdf", file)
}

// ShowForms leads to the blank forms.
func (h *Handlers) ShowForms(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, clientspage.BlankForms())
}

// blankLanguage is the language in which a blank form is asked for, none for
// the usual one.
func blankLanguage(r *http.Request) (locale.Language, error) {
	f, err := form.Query(r)
	if err != nil {
		return "", err
	}
	l, ok := locale.Parse(f.Value("language"))
	if !ok && f.Value("language") != "" {
		return "", fault.ErrNotFound
	}
	return l, nil
}

// cec is the blank form in the language that is asked for.
func (h *Handlers) cec(r *http.Request) (document.BlankForm, error) {
	l, err := blankLanguage(r)
	if err != nil {
		return document.BlankForm{}, err
	}
	return h.Documents.Blank(r.Context(), handler.Actor(r.Context()), l, enrollment.Statement)
}

// rec is the blank form about the months before the first certification.
func (h *Handlers) rec(r *http.Request) (document.BlankForm, error) {
	l, err := blankLanguage(r)
	if err != nil {
		return document.BlankForm{}, err
	}
	return h.Documents.BlankRec(r.Context(), handler.Actor(r.Context()), l, retro.Statement)
}

// ShowBlankForm shows the blank form for printing.
func (h *Handlers) ShowBlankForm(w http.ResponseWriter, r *http.Request) error {
	return showBlank(w, r, clientspage.Cec, h.cec)
}

// SaveBlankForm sends the blank form as PDF.
func (h *Handlers) SaveBlankForm(w http.ResponseWriter, r *http.Request) error {
	return saveBlank(w, r, h.cec)
}

// ShowBlankRec shows the blank form about earlier months for printing.
func (h *Handlers) ShowBlankRec(w http.ResponseWriter, r *http.Request) error {
	return showBlank(w, r, clientspage.Rec, h.rec)
}

// SaveBlankRec sends the blank form about earlier months as PDF.
func (h *Handlers) SaveBlankRec(w http.ResponseWriter, r *http.Request) error {
	return saveBlank(w, r, h.rec)
}

func showBlank(w http.ResponseWriter, r *http.Request, which clientspage.Blank, read func(*http.Request) (document.BlankForm, error)) error {
	b, err := read(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, clientspage.BlankForm(clientspage.BlankView{Paper: b.Paper, Which: which}))
}

func saveBlank(w http.ResponseWriter, r *http.Request, read func(*http.Request) (document.BlankForm, error)) error {
	b, err := read(r)
	if err != nil {
		return err
	}
	file, err := pdf.Document(b.Paper, "", b.On)
	if err != nil {
		return err
	}
	return handler.File(w, r, pdfKind, "form.pdf", file)
}
