package clients

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/ui/card"
)

// ShowCard shows the HAP card.
func (h *Handlers) ShowCard(w http.ResponseWriter, r *http.Request) error {
	return h.showCard(w, r, clientspage.CardPage)
}

// ShowSheet shows the card alone, as it is printed.
func (h *Handlers) ShowSheet(w http.ResponseWriter, r *http.Request) error {
	return h.showCard(w, r, clientspage.PrintSheet)
}

// cardPage is a page that shows a card, drawing a file that holds one.
type (
	cardPage = func(clientspage.CardView) templ.Component
	drawing  = func(context.Context, card.Card) ([]byte, error)
)

func (h *Handlers) showCard(w http.ResponseWriter, r *http.Request, page cardPage) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	v, err := h.card(r, document.ToShow, f)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, page(v))
}

// card reads the card of the path, in the version that the form asks for.
func (h *Handlers) card(r *http.Request, use document.Use, f *form.Form) (clientspage.CardView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return clientspage.CardView{}, err
	}
	c, err := h.Cards.Card(r.Context(), handler.Actor(r.Context()), id, use, document.Version(f.Value("version")))
	return clientspage.CardView{Record: record(r.Context(), c.Client, clientspage.Card), Card: c}, err
}

// TakeCard gives the card away: it goes to the sheet for printing, or sends the
// card as a file. Both leave a note on the record, which is why they are not
// links; one for a person and day, so that a second press adds nothing.
func (h *Handlers) TakeCard(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	switch clientspage.Taking(f.Value("as")) {
	case clientspage.AsPDF:
		return h.saveCard(w, r, f, card.PDF, pdfKind, "card.pdf")
	case clientspage.AsPicture:
		return h.saveCard(w, r, f, card.PNG, pngKind, "card.png")
	}
	return h.printCard(w, r, f)
}

func (h *Handlers) printCard(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	v, err := h.card(r, document.ToPrint, f)
	if err != nil {
		return err
	}
	return handler.Redirect(w, r, v.Sheet())
}

func (h *Handlers) saveCard(w http.ResponseWriter, r *http.Request, f *form.Form, draw drawing, kind, name string) error {
	v, err := h.card(r, document.ToSave, f)
	if err != nil {
		return err
	}
	file, err := draw(locale.WithLanguage(r.Context(), v.Language()), v.Drawn())
	if err != nil {
		return err
	}
	return handler.File(w, r, kind, name, file)
}
