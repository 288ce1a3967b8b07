package enroll

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollpage"
	"familypact.example/portal/web/page/handoverpage"
)

// HandoverBase is the address of the client's pages on a device that was handed
// over.
const HandoverBase = handoverpage.Base

// handed is what the pages of a device that was handed over need of
// application.Service.
type handed interface {
	View(ctx context.Context, actor authz.Actor, id uuid.UUID) (application.Application, error)
	HandOver(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id, session uuid.UUID, help []application.Help) error
	Save(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, version int, answers question.Answers) error
	Sign(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in application.SignForm) error
}

// suspended is what these pages need of session.Manager.
type suspended interface {
	Stir(ctx context.Context) error
	Cover(ctx context.Context) error
	GoOn(ctx context.Context, actor authz.Actor, right bool) (goesOn bool, left int, err error)
	TakeBack(ctx context.Context) error
}

// Staff are the services that know staff again who take their device back.
type Staff struct {
	Accounts interface {
		Find(ctx context.Context, id uuid.UUID) (account.Account, error)
		Confirm(ctx context.Context, actor authz.Actor, id uuid.UUID, password string) error
	}
	Passcodes interface {
		Check(ctx context.Context, actor authz.Actor, p passcode.Pending, typed string) (passcode.Result, error)
	}
	// Limit counts tries as at sign-in and refuses too many.
	Limit func(ctx context.Context, actor authz.Actor, name string, known bool) error
}

// Handover answers for a device that staff hand to a client: the handing over,
// the client's pages, and the taking back (ux.md 5.5).
type Handover struct {
	applications handed
	sessions     suspended
	staff        Staff
}

// NewHandover returns the handlers.
func NewHandover(a handed, s suspended, staff Staff) *Handover {
	return &Handover{applications: a, sessions: s, staff: staff}
}

// ShowStart asks staff to whom and with what help they hand the device over.
func (h *Handover) ShowStart(w http.ResponseWriter, r *http.Request) error {
	a, err := h.handable(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, handoverpage.Start(form.New(), handoverpage.StartView{Application: a}))
}

// handable reads the application of the path when a device may be handed over
// for it.
func (h *Handover) handable(r *http.Request) (application.Application, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return application.Application{}, err
	}
	actor := handler.Actor(r.Context())
	a, err := h.applications.View(r.Context(), actor, id)
	if err == nil && a.SiteID != actor.Site {
		err = fault.ErrNotFound
	}
	if err == nil {
		err = a.Handable()
	}
	return a, err
}

// Start hands the device over and goes to the client's first page, in the
// client's language.
func (h *Handover) Start(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r, form.Multi("help"))
	if err != nil {
		return err
	}
	a, err := h.handable(r)
	if err != nil {
		return err
	}
	l, _ := locale.Parse(f.Choice("language", locale.HandoverStartLanguageMissing, string(locale.English), string(locale.Spanish)))
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, handoverpage.Start(f, handoverpage.StartView{Application: a}))
	}
	var help []application.Help
	for _, kind := range f.Values("help") {
		help = append(help, application.Help(kind))
	}
	err = h.applications.HandOver(ctx, handler.Actor(ctx), f.Submission(), a.ID, handler.VisitOf(ctx).State.ID, help)
	if err != nil {
		return err
	}
	return handler.Redirect(w, r.WithContext(locale.WithLanguage(ctx, l)), HandoverBase)
}

// client shows a page of the client's with the application, when the client may
// see it: the device is handed over, the screen is not cleared, and nothing is
// signed yet. Otherwise it leads to the page that is right.
func (h *Handover) client(w http.ResponseWriter, r *http.Request, page func(application.Application) error) error {
	ctx := r.Context()
	st := handler.VisitOf(ctx).State
	switch {
	case !st.Handover.On():
		return handler.Redirect(w, r, "/provider/work/drafts")
	case st.Resting():
		return handler.Redirect(w, r, HandoverBase+"/rest")
	}
	if err := h.sessions.Stir(ctx); err != nil {
		return err
	}
	a, err := h.applications.View(ctx, handler.Actor(ctx), st.Handover.Application)
	switch {
	case errors.Is(err, fault.ErrNotFound), err == nil && a.State.Decided():
		return handler.Redirect(w, r, HandoverBase+"/return") // a colleague deleted or decided it
	case err != nil:
		return err
	case a.Signature != nil:
		return handler.Redirect(w, r, HandoverBase+"/done")
	}
	return page(a)
}

// ShowWelcome says that the device is the client's for the moment.
func (h *Handover) ShowWelcome(w http.ResponseWriter, r *http.Request) error {
	return h.client(w, r, func(a application.Application) error {
		return handler.Render(w, r, http.StatusOK, handoverpage.Welcome(handoverpage.View{Application: a}))
	})
}

// Here says that somebody acts on the page: the rest begins anew. When the
// screen is cleared already it leads to the page that says so.
func (h *Handover) Here(w http.ResponseWriter, r *http.Request) error {
	st := handler.VisitOf(r.Context()).State
	if !st.Handover.On() || st.Resting() {
		return handler.Redirect(w, r, HandoverBase+"/rest")
	}
	if err := h.sessions.Stir(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Cover clears the screen at once.
func (h *Handover) Cover(w http.ResponseWriter, r *http.Request) error {
	if !handler.VisitOf(r.Context()).State.Handover.On() {
		return handler.Redirect(w, r, HandoverBase)
	}
	if err := h.sessions.Cover(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// app returns to the application of the staff's pages.
func app(id uuid.UUID) string { return enrollpage.Base(id) }
