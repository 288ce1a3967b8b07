// Package demos answers the pages of the training copy: who can sign in, their
// mails, the clock, beginning anew. Its routes exist in training mode only.
package demos

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/demospage"
)

// training is what these pages need of demo.Service.
type training interface {
	Workers(ctx context.Context) ([]demo.Worker, error)
	SignIn(ctx context.Context, account uuid.UUID) (demo.Worker, error)
	Clock(ctx context.Context) (demo.Clock, error)
	Move(ctx context.Context, p demo.Preset) (demo.Move, error)
	Reset() error
	Resettable() bool
	Mails(search string, number, size int) ([]demo.Letter, int, error)
	Mail(id string) (demo.Letter, error)
	Kept() bool
}

// sessions is what signing in needs of session.Manager.
type sessions interface {
	Begin(ctx context.Context, st session.Start) (uuid.UUID, error)
	Complete(ctx context.Context, site, device uuid.UUID) error
}

// Handlers are the pages of the training copy.
type Handlers struct {
	training training
	sessions sessions
	base     string
}

// New returns the pages. Links to the address base in mails lead there.
func New(t training, s sessions, base string) *Handlers {
	return &Handlers{training: t, sessions: s, base: base}
}

// ShowHome shows who can sign in and with what.
func (h *Handlers) ShowHome(w http.ResponseWriter, r *http.Request) error {
	workers, err := h.training.Workers(r.Context())
	if err != nil {
		return err
	}
	clock, err := h.training.Clock(r.Context())
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, demospage.Home(demospage.HomeView{
		Workers: workers, Times: clock.Times, Kept: h.training.Kept(),
	}))
}

// SignIn signs in as the chosen person, without password and passcode, and
// goes to their first page.
func (h *Handlers) SignIn(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(f.Value("account"))
	if err != nil {
		return fault.ErrNotFound
	}
	worker, err := h.training.SignIn(r.Context(), id)
	if err != nil {
		return err
	}
	if _, err := h.sessions.Begin(r.Context(), session.Start{Account: worker.ID}); err != nil {
		return err
	}
	if err := h.sessions.Complete(r.Context(), worker.SiteID, uuid.Nil); err != nil {
		return err
	}
	handler.Flash(r.Context(), locale.DemoSignedIn.With("Name", worker.Name))
	return handler.Redirect(w, r, home(worker.Role))
}

// home is the first page of a role.
func home(role authz.Role) string {
	switch role {
	case authz.OFP:
		return "/ofp"
	case authz.Desk:
		return "/desk"
	case authz.Client:
		return "/my"
	}
	return "/provider"
}

// ShowClock shows the time and where it can be moved.
func (h *Handlers) ShowClock(w http.ResponseWriter, r *http.Request) error {
	clock, err := h.training.Clock(r.Context())
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, demospage.Clock(demospage.ClockView{Clock: clock}))
}

// MoveClock moves the clock to the chosen moment. When the data begin anew for
// it, the next page waits until they are there.
func (h *Handlers) MoveClock(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	move, err := h.training.Move(r.Context(), demo.Preset(f.Value("preset")))
	if err != nil {
		return err
	}
	if move.Back {
		return handler.Redirect(w, r, "/demo")
	}
	handler.Flash(r.Context(), locale.DemoClockMoved)
	return handler.Redirect(w, r, "/demo/clock")
}

// ShowReset asks before the data begin anew.
func (h *Handlers) ShowReset(w http.ResponseWriter, r *http.Request) error {
	view := demospage.ResetView{Possible: h.training.Resettable()}
	return handler.Render(w, r, http.StatusOK, demospage.Reset(view))
}

// Reset lets the data begin anew; the next page waits until they are there.
func (h *Handlers) Reset(w http.ResponseWriter, r *http.Request) error {
	if err := h.training.Reset(); err != nil {
		return err
	}
	return handler.Redirect(w, r, "/demo")
}

// Rows of a page of mails, and the longest search.
const (
	mailsOnPage   = 50
	longestSearch = 100
)

// ShowMails shows the mails that were written, the newest first.
func (h *Handlers) ShowMails(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	view := demospage.MailsView{Search: strings.TrimSpace(f.Value("search")), Size: mailsOnPage, Kept: h.training.Kept()}
	if len(view.Search) > longestSearch {
		return fault.ErrNotFound
	}
	view.Number, err = strconv.Atoi(f.Value("page"))
	if err != nil || view.Number < 1 || view.Number > 1_000_000 {
		view.Number = 1
	}
	if view.Letters, view.Total, err = h.training.Mails(view.Search, view.Number, view.Size); err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, demospage.Mails(view))
}
