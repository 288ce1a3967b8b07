package desk

import (
	"net/http"
	"slices"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/deskpage"
)

// view reads the account whose id is in the path.
func (h *Handlers) view(r *http.Request) (deskpage.AccountView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return deskpage.AccountView{}, err
	}
	actor := handler.Actor(r.Context())
	c, err := h.accounts.Account(r.Context(), actor, id)
	return deskpage.AccountView{Case: c, Offers: c.Available(actor)}, err
}

// ShowAccount shows an account during a call.
func (h *Handlers) ShowAccount(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, deskpage.Account(form.New(), v))
}

// CheckCaller keeps that the caller has proved to be the owner.
func (h *Handlers) CheckCaller(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi("items"))
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	var ticked []desk.Item
	for _, item := range f.Values("items") {
		ticked = append(ticked, desk.Item(item))
	}
	if _, err = h.accounts.CheckCaller(ctx, handler.Actor(ctx), f.Submission(), id, ticked); err == nil {
		handler.Flash(ctx, locale.DeskCheckSaved)
		return handler.Redirect(w, r, deskpage.AccountPath(id))
	}
	if !f.Take(err) {
		return err
	}
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, deskpage.Account(f, v))
}

// ShowUnblock asks for the reason of ending a block.
func (h *Handlers) ShowUnblock(w http.ResponseWriter, r *http.Request) error {
	return h.showAct(w, r, desk.Unblock)
}

// Unblock ends a block.
func (h *Handlers) Unblock(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, desk.Unblock)
}

// ShowReset asks for the reason of a reset.
func (h *Handlers) ShowReset(w http.ResponseWriter, r *http.Request) error {
	return h.showAct(w, r, desk.Reset)
}

// Reset mails the owner a code to set a new password.
func (h *Handlers) Reset(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, desk.Reset)
}

// ShowEnable asks for the reason of enabling an account.
func (h *Handlers) ShowEnable(w http.ResponseWriter, r *http.Request) error {
	return h.showAct(w, r, desk.Enable)
}

// Enable ends a disablement for inactivity.
func (h *Handlers) Enable(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, desk.Enable)
}

// showAct asks for the reason of an act. One that does not apply now, or for
// which the caller has not been checked, leads back to the account, which says
// what holds.
func (h *Handlers) showAct(w http.ResponseWriter, r *http.Request, act desk.Act) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	if v.Check == nil || !slices.Contains(v.Offers, act) {
		return handler.Redirect(w, r, deskpage.AccountPath(v.ID))
	}
	return handler.Render(w, r, http.StatusOK, deskpage.Act(form.New(), v, act))
}

// act does one of the three things, or asks a second representative for it.
func (h *Handlers) act(w http.ResponseWriter, r *http.Request, act desk.Act) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.view(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if _, err = h.accounts.Do(ctx, handler.Actor(ctx), f.Submission(), act, v.ID, desk.Reason(f.Value("reason"))); err == nil {
		handler.Flash(ctx, deskpage.Said(act, v.NeedsSecond()))
		return handler.Redirect(w, r, deskpage.AccountPath(v.ID))
	}
	if !f.Take(err) {
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, deskpage.Act(f, v, act))
}
