// Package clients answers for a site's clients and for the record of one.
package clients

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
)

// records is what these pages need of client.Service.
type records interface {
	List(ctx context.Context, actor authz.Actor, f client.Filter) (client.List, error)
	View(ctx context.Context, actor authz.Actor, id uuid.UUID, what string) (client.Record, error)
	Accesses(ctx context.Context, actor authz.Actor, id uuid.UUID) (client.AccessPage, error)
}

// history is what these pages need of enrollment.Service.
type history interface {
	History(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (enrollment.History, error)
	Standing(ctx context.Context, actor authz.Actor, clientID uuid.UUID, what string) (enrollment.Standing, error)
}

// answers is what these pages need of application.Service.
type answers interface {
	InForce(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (application.InForce, error)
}

// notes is what these pages need of casenote.Service.
type notes interface {
	List(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (casenote.Page, error)
	Add(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, text string, corrects uuid.UUID) (uuid.UUID, error)
}

// cards is what these pages need of document.Service.
type cards interface {
	Card(ctx context.Context, actor authz.Actor, id uuid.UUID, use document.Use, v document.Version) (document.Card, error)
}

// Services are those that the pages stand on.
type Services struct {
	Records   records
	History   history
	Answers   answers
	Notes     notes
	Cards     cards
	Documents documents
}

// Handlers answers for the pages.
type Handlers struct{ Services }

// New returns the handlers.
func New(s Services) *Handlers { return &Handlers{s} }

// ShowList lists the site's clients.
func (h *Handlers) ShowList(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	filter := client.Filter{Page: number(f.Value("page")), Size: number(f.Value("size"))}
	if s := client.Show(f.Value("show")); slices.Contains(client.Shows, s) {
		filter.Show = s
	}
	if s := client.Sort(f.Value("sort")); slices.Contains(client.Sorts, s) {
		filter.Sort = s
	}
	list, err := h.Records.List(r.Context(), handler.Actor(r.Context()), filter)
	if err != nil {
		return err
	}
	query := url.Values{}
	if filter.Show != "" {
		query.Set("show", string(filter.Show))
	}
	if filter.Sort != "" {
		query.Set("sort", string(filter.Sort))
	}
	if list.Size != client.PageSize {
		query.Set("size", strconv.Itoa(list.Size))
	}
	return handler.Render(w, r, http.StatusOK, clientspage.List(f, clientspage.ListView{List: list, Show: filter.Show, Sort: filter.Sort, Query: query}))
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0
	}
	return n
}

// record wraps a record for its pages.
func record(ctx context.Context, c client.Record, s clientspage.Section) clientspage.Record {
	return clientspage.Record{Record: c, Section: s, OFP: handler.Actor(ctx).Role == authz.OFP}
}

// Show shows the overview of a record, with the acts that can be done.
func (h *Handlers) Show(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	s, err := h.History.Standing(r.Context(), handler.Actor(r.Context()), id, "record")
	if err != nil {
		return err
	}
	v := clientspage.ShowView{Record: record(r.Context(), s.Client, clientspage.Overview), Standing: &s}
	return handler.Render(w, r, http.StatusOK, clientspage.Show(v))
}

// ShowApplication shows the answers in force.
func (h *Handlers) ShowApplication(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	a, err := h.Answers.InForce(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	v := clientspage.ApplicationView{Record: record(r.Context(), a.Client, clientspage.Application)}
	if a.Last != nil {
		v.Lines, v.On = question.Summary(a.Last.Answers), a.Last.On
	}
	return handler.Render(w, r, http.StatusOK, clientspage.Answers(v))
}

// ShowHistory shows periods and determinations.
func (h *Handlers) ShowHistory(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	past, err := h.History.History(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	v := clientspage.HistoryView{Record: record(r.Context(), past.Client, clientspage.History), History: past}
	return handler.Render(w, r, http.StatusOK, clientspage.Decided(v))
}

// ShowNotes shows the notes on a record.
func (h *Handlers) ShowNotes(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	page, err := h.Notes.List(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	v := clientspage.NotesView{Record: record(r.Context(), page.Client, clientspage.Notes), Lines: page.Notes}
	return handler.Render(w, r, http.StatusOK, clientspage.NotesPage(v))
}

// ShowNewNote asks for a note.
func (h *Handlers) ShowNewNote(w http.ResponseWriter, r *http.Request) error {
	return h.newNote(w, r, http.StatusOK, form.New())
}

func (h *Handlers) newNote(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := h.Records.View(r.Context(), handler.Actor(r.Context()), id, "notes")
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, clientspage.NewNote(f, record(r.Context(), c, clientspage.Notes)))
}

// AddNote adds a note and goes back to the notes.
func (h *Handlers) AddNote(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	actor := handler.Actor(r.Context())
	_, err = h.Notes.Add(r.Context(), actor, f.Submission(), id, strings.TrimSpace(f.Value("text")), uuid.Nil)
	switch {
	case err == nil:
		handler.Flash(r.Context(), locale.NotesSaved)
		return handler.Redirect(w, r, "/provider/clients/"+id.String()+"/notes")
	case !f.Take(err):
		return err
	}
	return h.newNote(w, r, http.StatusUnprocessableEntity, f)
}

// ShowAccess shows who has opened the record.
func (h *Handlers) ShowAccess(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	page, err := h.Records.Accesses(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	v := clientspage.AccessView{Record: record(r.Context(), page.Record, clientspage.Access), Lines: page.Lines}
	return handler.Render(w, r, http.StatusOK, clientspage.Accesses(v))
}
