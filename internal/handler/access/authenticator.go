package access

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/factorreset"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accesspage"
)

// finder is what these pages need of membership.Service.
type finder interface {
	Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (membership.Member, error)
}

// resets is what these pages need of factorreset.Service.
type resets interface {
	Waiting(ctx context.Context, actor authz.Actor, account uuid.UUID) (factorreset.Reset, error)
	Confirm(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
}

// accounts is what these pages need of account.Service.
type accounts interface {
	Find(ctx context.Context, id uuid.UUID) (account.Account, error)
}

// Authenticators are the pages on which somebody confirms that a person has
// lost the authenticator app (security.md 4.9): the certifier for staff of the
// site, the program office for certifiers and its own people.
type Authenticators struct {
	members  finder
	accounts accounts
	resets   resets
}

// NewAuthenticators returns the pages.
func NewAuthenticators(m finder, a accounts, r resets) *Authenticators {
	return &Authenticators{members: m, accounts: a, resets: r}
}

// ShowStaff shows the request of a staff member of the certifier's site.
func (h *Authenticators) ShowStaff(w http.ResponseWriter, r *http.Request) error {
	id, back, err := h.staff(r)
	if err != nil {
		return err
	}
	return h.show(w, r, http.StatusOK, form.New(), id, back)
}

// ConfirmStaff confirms it.
func (h *Authenticators) ConfirmStaff(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, back, err := h.staff(r)
	if err != nil {
		return err
	}
	return h.confirm(w, r, f, id, back)
}

// staff returns the account of the person whose membership is in the path, and
// the person's page.
func (h *Authenticators) staff(r *http.Request) (uuid.UUID, string, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return uuid.Nil, "", err
	}
	m, err := h.members.Find(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return uuid.Nil, "", err
	}
	account := uuid.Nil // an invitation has none, and so no request
	if m.Joined() {
		account = *m.AccountID
	}
	return account, accesspage.Home + "/" + id.String(), nil
}

// ShowOffice shows the request of a certifier, or of somebody of OFP or the
// desk, to an administrator.
func (h *Authenticators) ShowOffice(w http.ResponseWriter, r *http.Request) error {
	id, err := h.worker(r)
	if err != nil {
		return err
	}
	return h.show(w, r, http.StatusOK, form.New(), id, officeHome+id.String())
}

// ConfirmOffice confirms it.
func (h *Authenticators) ConfirmOffice(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := h.worker(r)
	if err != nil {
		return err
	}
	return h.confirm(w, r, f, id, officeHome+id.String())
}

// worker returns the account in the path, of somebody who works here.
func (h *Authenticators) worker(r *http.Request) (uuid.UUID, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return uuid.Nil, err
	}
	a, err := h.accounts.Find(r.Context(), id)
	if err == nil && a.Kind == account.Client {
		err = fault.ErrNotFound
	}
	return id, err
}

// officeHome is where the program office's pages about people are.
const officeHome = "/ofp/people/"

func (h *Authenticators) show(w http.ResponseWriter, r *http.Request, status int, f *form.Form, id uuid.UUID, back string) error {
	v := accesspage.ConfirmAppView{Form: f, Back: back}
	waiting, err := h.resets.Waiting(r.Context(), handler.Actor(r.Context()), id)
	switch {
	case err == nil:
		v.Reset = &waiting
	case !errors.Is(err, fault.ErrNotFound):
		return err
	}
	return handler.Render(w, r, status, accesspage.ConfirmApp(v))
}

// confirm takes the statement for the request that was shown: one that was
// made since is not confirmed unseen.
func (h *Authenticators) confirm(w http.ResponseWriter, r *http.Request, f *form.Form, id uuid.UUID, back string) error {
	ctx := r.Context()
	if f.Value("sure") != "yes" {
		f.Note("sure", locale.LostAppConfirmSureMissing)
		return h.show(w, r, http.StatusUnprocessableEntity, f, id, back)
	}
	waiting, err := h.resets.Waiting(ctx, handler.Actor(ctx), id)
	if err != nil {
		return err
	}
	shown, err := uuid.Parse(f.Value("request"))
	if err != nil || shown != waiting.ID {
		return fault.ErrNotFound
	}
	if _, err := h.resets.Confirm(ctx, handler.Actor(ctx), f.Submission(), shown); err != nil {
		return err
	}
	handler.Flash(ctx, locale.LostAppConfirmDone.With("Due", locale.Clock(ctx, waiting.DueAt)))
	return handler.Redirect(w, r, back)
}
